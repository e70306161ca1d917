"""Money that is held for long: an alarm on the 70th day, and on the 85th a person decides (PAYMENTS 0.6)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from marketplace.kernel.money import Money
from marketplace.kernel.transactions import relock
from payments import ledger, operations
from payments.models import Deadline, Hold
from projects.models import Deliverable

LOOK_AGAIN = timedelta(days=1)


def warn(hold: Hold, *, at: datetime) -> None:
    """The 70th day: somebody should know, and the 85th is set; never does a timer decide."""
    operations.ring("hold_is_old", str(hold.pk), "Its money has been held for long.", at=at)
    assert hold.funded_at is not None
    due_at = max(at, hold.funded_at + timedelta(days=settings.HOLD_DECISION_DAYS))
    if not hold.deadlines.filter(kind=Deadline.Kind.HOLD_DECIDES).exists():
        Deadline.objects.create(kind=Deadline.Kind.HOLD_DECIDES, hold=hold, due_at=due_at)


def ask_to_decide(hold: Hold, *, at: datetime) -> None:
    """The 85th day: what is undecided is put before a person, each part with the page where it is divided.

    An open dispute, of the two sides or of a bank, suspends it. What is promised to a student whose account is not
    ready is decided already and stays theirs.
    """
    with transaction.atomic():
        hold = relock(hold)
        parts = hold.engagement.deliverables.filter(hold_share__hold=hold)
        disputed = parts.filter(status=Deliverable.Status.DISPUTED).exists()
        if ledger.balances_of(hold.pk).held <= Money(0):
            return
        if disputed or hold.hold_reason == Hold.Reason.BANK_DISPUTE:
            kind = Deadline.Kind.HOLD_DECIDES
            Deadline.objects.create(kind=kind, hold=hold, due_at=at + LOOK_AGAIN)
            return
        waiting = parts.filter(status__in=Deliverable.WAITING).order_by("number")
        pages = [f"/admin/desk/award/{hold.engagement.public_id}/{part.number}/" for part in waiting]
        detail = f"Held for {settings.HOLD_DECISION_DAYS} days. Decide: {', '.join(pages) or 'a refund'}."
        operations.ring("hold_must_be_decided", str(hold.pk), detail, at=at)
