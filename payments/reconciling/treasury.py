"""Paying out to the platform's own bank: only what is its own, and never while anything is red.

Payouts of the platform are set to manual at Stripe, so that held money can never leave for our bank by itself.
"""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Coalesce, Now

from marketplace.kernel.money import Money
from payments import operations, stripe_gateway
from payments.models import BankPayout, ReconciliationRun
from payments.stripe_gateway import Answer, StripeFailed

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
FRESH = timedelta(hours=24)  # a run says nothing about later days
KEY_TRUSTED = timedelta(hours=23)  # Stripe may forget a key after 24 h
GIVEN_UP_AFTER = timedelta(hours=26)
RETRY = timedelta(minutes=5)

Status = BankPayout.Status


def own_cents(run: ReconciliationRun) -> int:
    """What a green run lets go: available, less all that we owe, the operating float and the dispute reserve."""
    kept = settings.OPERATING_FLOAT_CENTS + settings.DISPUTE_RESERVE_CENTS
    return int(run.figures["available"]) - int(run.figures["owed"]) - kept


def plan_payout(run: ReconciliationRun, *, at: datetime, least: int = 1) -> BankPayout | None:
    """Decide to pay out all that is our own; None where that is under `least` cents, or one is on its way.

    The newest run must be this one, green, and of today.
    """
    newest = ReconciliationRun.objects.order_by("-began_at", "-pk").first()
    cents = own_cents(run) if run.is_green else 0
    if run != newest or at - run.began_at > FRESH or cents < max(least, 1) or run.payouts.exists():
        return None
    row = BankPayout(run=run, amount_cents=cents, currency=settings.CURRENCY, created_at=at, next_try_at=at)
    BankPayout.objects.bulk_create([row], ignore_conflicts=True)
    return BankPayout.objects.open().filter(run=run).first()


def send_payouts(*, at: datetime) -> int:
    """Send or look for those that are due; returns how many."""
    if not operations.may_send(at=at):
        return 0
    due = BankPayout.objects.open().filter(next_try_at__lte=at).exclude(lease_until__gt=Now())
    return sum(send(pk, at=at) for pk in list(due.values_list("pk", flat=True)))


def send(pk: UUID, *, at: datetime) -> bool:
    mine = BankPayout.objects.open().filter(pk=pk).exclude(lease_until__gt=Now())
    claimed: dict[str, Any] = {"lease_until": Now() + LEASE, "attempts": models.F("attempts") + 1}
    if not mine.update(**claimed, first_sent_at=Coalesce("first_sent_at", Now())):
        return False
    payout: Any = BankPayout.objects.annotate(age=Now() - models.F("first_sent_at")).get(pk=pk)
    try:
        found = stripe_gateway.payouts_since(payout.created_at).get(str(payout.pk))
        if found is None and payout.age < KEY_TRUSTED:
            found = stripe_gateway.pay_out(
                payout.amount_cents, payout.currency, payout=str(payout.pk), key=key_of(payout)
            ).id
    except StripeFailed as failure:
        failed(payout, failure, at=at)
        return True
    if found is not None:
        close(payout, status=Status.SENT, stripe_id=found)
    elif payout.age > GIVEN_UP_AFTER:  # Stripe has none and may take the key as new: the next is another row
        operations.ring("payout_unknown", str(payout.pk), f"{payout} was not found.", at=at)
        close(payout, status=Status.FAILED)
    else:
        close(payout, status=Status.UNKNOWN, next_try_at=at + RETRY)
    return True


def key_of(payout: BankPayout) -> str:
    return f"fh:{settings.STRIPE_MODE}:payout:{payout.pk}"


def failed(payout: BankPayout, failure: StripeFailed, *, at: datetime) -> None:
    logger.warning("Payout %s: %s", payout.pk, failure)
    if failure.answer in {Answer.REJECTED, Answer.BUG}:
        operations.ring("payout_failed", str(payout.pk), f"{Money(payout.amount_cents)}: {failure}", at=at)
        close(payout, status=Status.FAILED, last_error=str(failure))
    else:
        close(payout, status=Status.UNKNOWN, next_try_at=at + RETRY, last_error=str(failure))


def close(payout: BankPayout, **changes: Any) -> None:
    with transaction.atomic():
        BankPayout.objects.open().filter(pk=payout.pk).update(lease_until=None, **changes)
