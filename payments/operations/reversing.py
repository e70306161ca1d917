"""Taking a sent payment back: only for a finding of fraud that stands (PAYMENTS 0.5), and what follows from it."""

from datetime import datetime

from payments import ledger
from payments.models import Chargeback, FraudFinding, Hold, Operation, Payee
from payments.operations import planning


def plan_reversal(finding: FraudFinding, hold: Hold, *, at: datetime) -> Operation:
    """Take the release of `finding` back, once. The hold is locked."""
    return planning.plan(
        Operation.Kind.REVERSAL,
        slot=f"finding-{finding.public_id}",
        at=at,
        hold=hold,
        fraud_finding=finding,
        amount_cents=finding.cents,
        currency=hold.currency,
    )


def give_on(operation: Operation, hold: Hold, *, at: datetime) -> None:
    """What was taken back: to the card, or for the loss where the bank gave the cardholder the money already."""
    reopen(hold, at=at, reason="Money was taken back after a finding of fraud.")
    if hold.chargebacks.filter(status=Chargeback.Status.LOST).exists():
        ledger.clawback_kept(hold=hold.pk, operation=operation.pk, amount=operation.amount, occurred_at=at)
    else:
        assert operation.fraud_finding is not None  # by a CHECK of its table
        plan_clawback_refund(operation.fraud_finding, hold, at=at)


def plan_clawback_refund(finding: FraudFinding, hold: Hold, *, at: datetime) -> Operation:
    """J7b, once for each finding: the share, and the platform fee that was earned with it. The hold is locked."""
    release = finding.release
    back = planning.plan(
        Operation.Kind.REFUND,
        slot=f"finding-{finding.public_id}",
        at=at,
        hold=hold,
        amount_cents=release.student_cents + release.platform_fee_cents,
        currency=hold.currency,
    )
    ledger.clawback_refund_decided(
        hold=hold.pk,
        operation=back.pk,
        share=release.amount,
        fee=back.amount - release.amount,
        occurred_at=at,
    )
    return back


def refused(operation: Operation, hold: Hold, *, at: datetime) -> None:
    """The account has not that much: it is owed, and nothing is refunded unless an admin orders it."""
    reopen(hold, at=at, reason="The student owes money after a finding of fraud.")
    payee = Payee.objects.get(user=hold.engagement.student_id)
    ledger.reversal_refused(
        hold=hold.pk, operation=operation.pk, payee=payee.pk, amount=operation.amount, occurred_at=at
    )
    if hold.chargebacks.filter(status=Chargeback.Status.LOST).exists():
        keep_what_is_owed(hold, at=at)


def keep_what_is_owed(hold: Hold, *, at: datetime) -> None:
    """A bank gave the cardholder the money: what students owe, and nobody refunded, makes the platform's loss good.

    Stripe refuses a refund of a lost charge, so that one that was ordered later would be tried for ever.
    """
    refused_ones = hold.operations.filter(kind=Operation.Kind.REVERSAL, status=Operation.Status.FAILED)
    refunded = hold.operations.filter(kind=Operation.Kind.REFUND).values("slot")
    for operation in refused_ones.exclude(slot__in=refunded):
        ledger.clawback_kept(hold=hold.pk, operation=operation.pk, amount=operation.amount, occurred_at=at)


def reopen(hold: Hold, *, at: datetime, reason: str) -> None:
    if hold.status == Hold.Status.SETTLED:
        hold.become(Hold.Status.FUNDED, by=None, at=at, reason=reason)
