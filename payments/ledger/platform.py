"""The journals of the platform's own money (PAYMENTS.md 3.2, J12 to J15): each is one balance transaction."""

from datetime import datetime
from typing import Protocol

from marketplace.kernel.money import Money
from payments.ledger.chart import Code
from payments.ledger.models import Journal
from payments.ledger.posting import credit, debit, post


class Booked(Protocol):
    """A balance transaction: cents that enter our balance are positive; net is the amount less Stripe's fee."""

    @property
    def id(self) -> str: ...
    @property
    def amount_cents(self) -> int: ...
    @property
    def fee_cents(self) -> int: ...
    @property
    def net_cents(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def bank_moved(booked: Booked) -> Journal:
    """J12: a payout to our bank, one that came back, or a top-up."""
    return of_platform(Journal.Kind.BANK, booked, Code.BANK)


def fee_charged(booked: Booked) -> Journal:
    """J13: what Stripe takes for accounts, payouts and taxes on its fees."""
    return of_platform(Journal.Kind.STRIPE_FEE, booked, Code.CONNECT_FEE)


def reserve_moved(booked: Booked) -> Journal:
    """J14: set aside for connected accounts below zero, or given back."""
    return of_platform(Journal.Kind.RESERVE, booked, Code.STRIPE_RESERVED)


def quarantined(booked: Booked) -> Journal:
    """J15: our balance moved and nothing says why. Somebody must find out."""
    return of_platform(Journal.Kind.QUARANTINE, booked, Code.QUARANTINE, key="quarantine")


def of_platform(kind: Journal.Kind, booked: Booked, against: Code, *, key: str = "bt") -> Journal:
    lines = [
        debit(Code.STRIPE_BALANCE, Money(booked.net_cents)),
        debit(Code.CONNECT_FEE, Money(booked.fee_cents)),
        credit(against, Money(booked.amount_cents)),
    ]
    return post(
        kind,
        f"{key}:{booked.id}",
        lines,
        stripe_id=booked.source or None,
        stripe_bt=booked.id,
        occurred_at=booked.created_at,
        actor="stripe",
    )
