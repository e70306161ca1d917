"""What the forms of the console do, each by the control's own call."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from payments.sandbox.control import Control
from payments.sandbox.objects.sessions import NotOpen

Form = Mapping[str, str]
DONE = {
    "advance": "Time has gone on.",
    "bank": "The bank does so from now on.",
    "break": "The fault waits for its request.",
    "capability": "The capability is changed.",
    "deauthorise": "The account is out of the platform’s reach.",
    "decide": "The dispute has moved on, and its money with it.",
    "deliver": "Every webhook that waited was posted.",
    "dispute": "The charge is disputed.",
    "efw": "The card network has warned.",
    "fail_payout": "The bank has sent the payout back.",
    "fail_refund": "The bank has sent the refund back.",
    "mail": "Webhooks travel so from now on.",
    "mend": "There are no faults any more.",
    "onboard": "The set-up is finished.",
    "pay": "The card was taken.",
    "reset": "Everything begins anew.",
    "roll": "The new secret signs from now on.",
    "rules": "Stripe does so from now on.",
    "seed": "The platform has the money.",
}


def perform(control: Control, act: str, form: Form) -> None:
    """Raises ValueError with a sentence, or ApiError, for what cannot be done."""
    call = CALLS.get(act)
    if call is None:
        raise ValueError("This page has no such form.")
    try:
        call(control, form)
    except NotOpen as late:
        raise ValueError("That page is not open any more.") from late


def _whole(form: Form, name: str) -> int:
    text = form.get(name, "").strip() or "0"
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ValueError(f"Enter {name} as a whole number.")
    return int(text)


def _number(form: Form, name: str, otherwise: float) -> float:
    text = form.get(name, "").strip()
    try:
        return float(text) if text else otherwise
    except ValueError as wrong:
        raise ValueError(f"Enter {name} as a number.") from wrong


def _cents(form: Form, name: str) -> int | None:
    """`130.00` as cents; nothing where nothing was typed."""
    text = form.get(name, "").strip().replace(",", "")
    if not text:
        return None
    try:
        cents = Decimal(text) * 100
    except InvalidOperation as wrong:
        raise ValueError("Enter the amount as dollars and cents, for example 130.00.") from wrong
    if not cents.is_finite() or cents != cents.to_integral_value() or not 0 < cents < 10**12:
        raise ValueError("Enter the amount as dollars and cents, for example 130.00.")
    return int(cents)


def _ticked(form: Form, name: str) -> bool:
    return form.get(name) == "yes"


def _advance(control: Control, form: Form) -> None:
    steps = {name: _whole(form, name) for name in ("minutes", "hours", "days")}
    if not any(steps.values()):
        raise ValueError("Enter how far time should go.")
    if steps["days"] > 4000:
        raise ValueError("Go at most 4000 days at a time.")
    control.advance(**steps)


def _seed(control: Control, form: Form) -> None:
    cents = _cents(form, "amount")
    if cents is None:
        raise ValueError("Enter an amount.")
    control.seed(float_cents=cents)


def _reset(control: Control, form: Form) -> None:
    if not _ticked(form, "sure"):
        raise ValueError("Tick that everything may be forgotten.")
    control.reset(days_ago=_whole(form, "days"))


def _rules(control: Control, form: Form) -> None:
    control.reserves(_ticked(form, "reserves"))
    control.fees(_ticked(form, "fees"))


def _dispute(control: Control, form: Form) -> None:
    about: dict[str, Any] = {"cents": _cents(form, "amount"), "inquiry": _ticked(form, "inquiry")}
    control.dispute(form.get("id", ""), reason=form.get("reason", ""), **about)


def _break(control: Control, form: Form) -> None:
    kind, argument = form.get("kind", ""), form.get("argument", "").strip()
    chance = form.get("probability", "").strip()
    control.break_(
        f"{kind}:{argument}" if argument else kind,
        method=form.get("method") or "*",
        path=form.get("path", "").strip() or "*",
        nth=_whole(form, "nth") or None,
        times=_whole(form, "times") or None,
        probability=_number(form, "probability", 0.0) if chance else None,
        seed=_whole(form, "seed"),
    )


def _mail(control: Control, form: Form) -> None:
    knobs: dict[str, Any] = {n: _ticked(form, n) for n in ("paused", "twin", "stale")}
    knobs |= {n: _whole(form, n) for n in ("duplicate", "reorder", "delay", "seed")}
    knobs |= {"drop": _number(form, "drop", 0.0), "scale": _number(form, "scale", 1.0)}
    control.mail(**knobs, skew=int(_number(form, "skew", 0.0)))


CALLS: dict[str, Callable[[Control, Form], Any]] = {
    "advance": _advance,
    "bank": lambda c, f: c.bank(f.get("id", ""), f.get("refuses", "")),
    "break": _break,
    "capability": lambda c, f: c.capability(f.get("id", ""), f.get("status", ""), f.get("code", "")),
    "deauthorise": lambda c, f: c.deauthorise(f.get("id", "")),
    "decide": lambda c, f: c.decide(f.get("id", ""), f.get("status", "")),
    "deliver": lambda c, _: c.deliver(),
    "dispute": _dispute,
    "efw": lambda c, f: c.efw(f.get("id", ""), f.get("fraud_type", "")),
    "fail_payout": lambda c, f: c.fail_payout(f.get("id", ""), f.get("code", "")),
    "fail_refund": lambda c, f: c.fail_refund(f.get("id", ""), f.get("reason", "")),
    "mail": _mail,
    "mend": lambda c, _: c.mend(),
    "onboard": lambda c, f: c.onboard(f.get("id", ""), f.get("outcome", "")),
    "pay": lambda c, f: c.pay(f.get("id", ""), f.get("card", "")),
    "reset": _reset,
    "roll": lambda c, f: c.roll(f.get("channel", ""), f.get("secret", "").strip()),
    "rules": _rules,
    "seed": _seed,
}
