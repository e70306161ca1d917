"""Exact money: whole minor units, rounding once, splitting without a lost cent."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "cad": "CA$", "aud": "A$"}


@dataclass(frozen=True, order=True)
class Money:
    """An amount in the site's one currency, counted in cents (ISO 4217 minor units, two digits)."""

    cents: int

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents)

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __mul__(self, times: int) -> "Money":
        return Money(self.cents * times)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        return in_currency(self.cents, settings.CURRENCY)

    def percent(self, rate: int) -> "Money":
        """`rate` percent of this amount, half a cent rounded up."""
        return Money((self.cents * rate + 50) // 100)

    def per(self, hours: int) -> "Money":
        """The amount for one of `hours` hours, rounded down so that no page promises more than is paid."""
        return Money(self.cents // hours)


def in_currency(cents: int, currency: str) -> str:
    """An amount as people read it. Money comes in the site's one currency; what Stripe tells of may be in another."""
    whole, part = divmod(abs(cents), 100)
    symbol = SYMBOLS.get(currency, f"{currency.upper()} ")
    return f"{'−' if cents < 0 else ''}{symbol}{whole:,}.{part:02d}"


def platform_fee(fee: Money, *, percent: int, minimum: Money) -> Money:
    """What the employer pays on top of the student's `fee` (PRODUCT.md: 10 %, at least 5.00)."""
    return max(fee.percent(percent), minimum)


def fee_part(platform_fee_cents: int, fee_cents: int, released_cents: int, recognised_cents: int) -> int:
    """The part of the platform fee, in cents, that is earned with the newest release.

    `released_cents` sums all shares released so far, the newest included; `recognised_cents` is what
    earlier releases earned. By cumulative floor, so that any partition of the fee adds up to the whole.
    """
    return platform_fee_cents * released_cents // fee_cents - recognised_cents


def split_evenly(total_cents: int, parts: int) -> list[int]:
    """Cut `total_cents` into `parts` that differ by at most one cent, the larger ones first."""
    base, extra = divmod(total_cents, parts)
    return [base + 1] * extra + [base] * (parts - extra)


def total(amounts: Sequence[Money]) -> Money:
    """The sum, zero for none."""
    return Money(sum(amount.cents for amount in amounts))
