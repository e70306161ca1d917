"""How an account's balance is paid out: when, and what stays."""

from typing import Any

import stripe

from payments.sandbox import annotations, events
from payments.sandbox.errors import invalid
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

KIND = "balance_settings"
DELAY_DAYS = 2


def retrieve(ctx: Context, params: Body) -> Body:
    return of(ctx, ctx.account)


def of(ctx: Context, owner: str) -> Body:
    """The platform's money stays until it is paid out by hand; a connected account's goes every night.

    At Stripe a new platform is paid out daily too, until it asks for `manual`.
    """
    kept = ctx.store.get(_id(owner), kind=KIND)
    if kept is not None:
        return {name: value for name, value in kept.items() if name != "id"}
    payouts = annotations.blank(
        stripe.BalanceSettings.Payments.Payouts,
        schedule={"interval": "manual" if owner == PLATFORM else "daily"},
        status="enabled",
    )
    return {
        "object": KIND,
        "payments": {
            "debit_negative_balances": False,
            "payouts": payouts,
            "settlement_timing": {
                "delay_days": DELAY_DAYS,
                "delay_days_override": None,
                "start_of_day": {"hour": 0, "minutes": 0, "timezone": "Etc/UTC"},
            },
        },
    }


def _id(owner: str) -> str:
    return f"{KIND}_{owner}"


def update(ctx: Context, params: Body) -> Body:
    settings = of(ctx, ctx.account)
    payments: dict[str, Any] = params.get("payments", {})
    if "settlement_timing" in payments:
        raise invalid("This stand-in settles after two business days.", param="payments[settlement_timing]")
    known = settings["payments"]
    known["debit_negative_balances"] = payments.get(
        "debit_negative_balances", known["debit_negative_balances"]
    )
    given: dict[str, Any] = payments.get("payouts", {})
    if "automatic_transfer_rules_by_currency" in given:
        param = "payments[payouts][automatic_transfer_rules_by_currency]"
        raise invalid("Stripe knows transfer rules, but this stand-in does not.", param=param)
    if "minimum_balance_by_currency" in given:
        given = given | {"minimum_balance_by_currency": _minimums(given["minimum_balance_by_currency"])}
    known["payouts"] |= given
    kept = settings | {"id": _id(ctx.account)}
    if ctx.store.get(kept["id"]):
        ctx.store.save(kept)
    else:
        ctx.store.add(kept, account=ctx.account, created=ctx.now)
    events.emit(ctx, "balance_settings.updated", settings, owner=ctx.account)
    return settings


def _minimums(given: Any) -> dict[str, int] | None:
    """Cents by currency; an empty string takes one, or all, away."""
    if not given:
        return None
    wanted = {currency: cents for currency, cents in given.items() if cents != ""}
    for currency, cents in wanted.items():
        if not str(cents).isdecimal():
            param = f"payments[payouts][minimum_balance_by_currency][{currency}]"
            raise invalid("Invalid integer", param=param, code="parameter_invalid_integer")
    return {currency: int(cents) for currency, cents in wanted.items()} or None


def interval(ctx: Context, owner: str) -> str:
    return str(of(ctx, owner)["payments"]["payouts"]["schedule"]["interval"])


def is_due(ctx: Context, owner: str, weekday: str, day: int) -> bool:
    """Whether money goes to the bank on such a day without being asked."""
    schedule = of(ctx, owner)["payments"]["payouts"]["schedule"]
    if schedule["interval"] == "weekly":
        return weekday in (schedule.get("weekly_payout_days") or ["monday"])
    if schedule["interval"] == "monthly":
        return day in (schedule.get("monthly_payout_days") or [1])
    return bool(schedule["interval"] == "daily")


def minimum(ctx: Context, owner: str, currency: str) -> int:
    found = of(ctx, owner)["payments"]["payouts"]["minimum_balance_by_currency"]
    return int((found or {}).get(currency, 0))
