"""Pages for people: the card form, the bank's second step, a payee's set-up, the Express dashboard."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from payments.sandbox import current, timers
from payments.sandbox.clock import rfc3339
from payments.sandbox.errors import ApiError
from payments.sandbox.objects import accounts, balances, cards, external_accounts, payouts, sessions
from payments.sandbox.sandbox import Context, Sandbox
from payments.sandbox.store import Body

blueprint = Blueprint("pages", __name__)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action "


@blueprint.app_template_filter("money")
def money(cents: int, currency: str) -> str:
    whole = f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    sign = "−" if cents < 0 else ""
    return f"{sign}${whole}" if currency == "usd" else f"{sign}{whole} {currency.upper()}"


@blueprint.app_template_filter("day")
def day(seconds: int) -> str:
    return rfc3339(seconds)[:10]


@blueprint.errorhandler(ApiError)
def gone(error: ApiError) -> tuple[Response, int]:
    title, text = "There is nothing here", "This address is not known, or it has been used up."
    return _page("notice.html", title=title, text=text), error.status


def _sandbox() -> Sandbox:
    sandbox = current.sandbox()
    with sandbox.turn() as ctx:
        timers.fire_due(ctx)
    return sandbox


def _page(template: str, *, leads_to: str | None = None, **values: Any) -> Response:
    """A page whose forms may lead here, and to the origin that the person is sent back to."""
    allowed = ["'self'"]
    if leads_to:
        parts = urlsplit(leads_to)
        allowed.append(f"{parts.scheme}://{parts.netloc}")
    response = Response(render_template(template, **values))
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = POLICY + " ".join(allowed)
    return response


def _base() -> dict[str, str]:
    return {"base_url": request.host_url}


# The card page


@blueprint.get("/c/pay/<session_id>")
def card_form(session_id: str) -> AnyResponse:
    with _sandbox().turn(**_base()) as ctx:
        session = ctx.need("checkout.session", session_id)
        if session["status"] != "open":
            return _closed(session)
        return _card_page(ctx, session, _last_error(ctx, session))


@blueprint.post("/c/pay/<session_id>")
def card_tried(session_id: str) -> AnyResponse:
    names = ("number", "expiry", "code", "name")
    details = cards.Details(**{name: request.form.get(name, "")[:100] for name in names})
    with _sandbox().turn(**_base()) as ctx:
        session = ctx.need("checkout.session", session_id)
        card, wrong = cards.read(details, now=ctx.now)
        if card is None:
            return _card_page(ctx, session, None, wrong=wrong, typed=details)
        try:
            sentence = sessions.pay(ctx, session, card, details)
        except sessions.NotOpen:
            return _closed(session)
        if sentence is not None:
            return _card_page(ctx, session, sentence, typed=details)
        if card.asks:
            return redirect(f"/c/pay/{session_id}/confirm", 303)
        return _closed(session)


@blueprint.get("/c/pay/<session_id>/confirm")
def bank_asks(session_id: str) -> AnyResponse:
    with _sandbox().turn() as ctx:
        session = ctx.need("checkout.session", session_id)
        if session["status"] != "open":
            return _closed(session)
        return _page("confirm.html", session=session, leads_to=session["success_url"])


@blueprint.post("/c/pay/<session_id>/confirm")
def bank_answered(session_id: str) -> AnyResponse:
    with _sandbox().turn(**_base()) as ctx:
        session = ctx.need("checkout.session", session_id)
        try:
            sentence = sessions.confirm(ctx, session, agreed=request.form.get("answer") == "yes")
        except sessions.NotOpen:
            return _closed(session)
        return redirect(f"/c/pay/{session_id}", 303) if sentence else _closed(session)


def _card_page(
    ctx: Context,
    session: Body,
    sentence: str | None,
    *,
    wrong: dict[str, str] | None = None,
    typed: cards.Details | None = None,
) -> Response:
    private = ctx.store.private(session["id"])
    return _page(
        "card.html",
        leads_to=session["success_url"],
        session=session,
        items=private["line_items"],
        reserves=private["payment_intent_data"].get("capture_method") == "manual",
        sentence=sentence,
        wrong=wrong or {},
        typed=typed or cards.Details(),
        cards=cards.EXPLAINED,
    )


def _last_error(ctx: Context, session: Body) -> str | None:
    intent = ctx.store.get(session["payment_intent"] or "")
    return intent["last_payment_error"]["message"] if intent and intent["last_payment_error"] else None


def _closed(session: Body) -> AnyResponse:
    if session["status"] == "complete":
        return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), 303)
    page = _page(
        "notice.html",
        title="This payment page has expired",
        text="Nothing was charged. Go back and start the payment again.",
        back=session["cancel_url"],
    )
    page.status_code = 410
    return page


# A payee's set-up


@blueprint.get("/setup/<account_id>/<token>")
def setup_link(account_id: str, token: str) -> AnyResponse:
    with _sandbox().turn() as ctx:
        opened, elsewhere = accounts.open_link(ctx, account_id, token)
    return redirect(f"/setup/{account_id}/page/{opened}" if opened else elsewhere, 303)


@blueprint.get("/setup/<account_id>/page/<page_id>")
def setup_form(account_id: str, page_id: str) -> AnyResponse:
    with _sandbox().turn() as ctx:
        page = _kept(ctx, "sandbox.setup", page_id, account_id)
        account = accounts.need(ctx, account_id)
        return _setup_page(account, page)


@blueprint.post("/setup/<account_id>/page/<page_id>")
def setup_sent(account_id: str, page_id: str) -> AnyResponse:
    with _sandbox().turn() as ctx:
        page = _kept(ctx, "sandbox.setup", page_id, account_id)
        account = accounts.need(ctx, account_id)
        if request.form.get("then") != "leave":
            name, bank = (request.form.get(field, "").strip()[:100] for field in ("name", "bank"))
            if not name:
                wrong = {"name": "Enter the name that is on your identity document."}
                return _setup_page(account, page, wrong=wrong, bank=bank)
            chosen = request.form.get("outcome", "")
            outcome = chosen if chosen in accounts.OUTCOMES else "active"
            try:
                accounts.finish_setup(ctx, account, outcome, bank)
            except ValueError as refusal:
                return _setup_page(account, page, wrong={"bank": str(refusal)}, name=name, bank=bank)
        accounts.left_setup(ctx, account_id)
        return redirect(page["back"], 303)


def _setup_page(
    account: Body,
    page: Body,
    *,
    wrong: dict[str, str] | None = None,
    name: str | None = None,
    bank: str | None = None,
) -> Response:
    typed = {
        "name": account["display_name"] or "" if name is None else name,
        "bank": bank or external_accounts.own_number(account["id"]),
    }
    return _page(
        "setup.html", leads_to=page["back"], account=account, page=page, wrong=wrong or {}, typed=typed
    )


def _kept(ctx: Context, kind: str, id_: str, account_id: str) -> Body:
    """A page that was opened by a link. Raises ApiError when it is not this account's, or too old."""
    page = ctx.need(kind, id_)
    if page["account"] != account_id or page["until"] <= ctx.now:
        raise ApiError(410, "This page is not open any more.")
    return page


# The Express dashboard


@blueprint.get("/express/<account_id>/<token>")
def express(account_id: str, token: str) -> AnyResponse:
    with _sandbox().turn() as ctx:
        _kept(ctx, "sandbox.login", token, account_id)
        return _page(
            "express.html",
            account=accounts.need(ctx, account_id),
            balance=balances.of(ctx, account_id),
            payouts=payouts.of(ctx, account_id),
        )
