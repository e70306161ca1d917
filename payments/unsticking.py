"""Stuck money that another try does not free: to the new account of a student, or to an employer another way."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from marketplace.kernel import auditing
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money, total
from payments import ledger, operations, stripe_gateway
from payments.models import Hold, LeavingPay, Operation, Release
from payments.operations import finishing, handling, looking
from payments.operations.requesting import OTHER_ACCOUNT

Status = Operation.Status


class NotStuck(RuleViolation):
    """It goes on by itself, or it is over."""

    code = "not_stuck"

    def __init__(self) -> None:
        super().__init__("This does not wait for a person: it is over, or it goes on by itself.")


class FoundAtStripe(RuleViolation):
    """The look-up found its object: it was carried out, and is booked now."""

    code = "found_at_stripe"

    def __init__(self, id_: str) -> None:
        super().__init__(
            f"Stripe has it ({id_}), so it was carried out. It is booked now, and nothing was sent."
        )


class NotToBeLookedUp(RuleViolation):
    """Stripe did not answer, or two objects were found: nothing may be sent."""

    code = "not_to_be_looked_up"

    def __init__(self, why: str) -> None:
        super().__init__(f"Nothing was sent, since it is not known what Stripe has: {why}")


def look(operation: Operation, *, at: datetime) -> None:
    """Ask Stripe for the object of `operation`. Raises FoundAtStripe, once it is booked, and NotToBeLookedUp.

    Returns where there is none for certain. No transaction may be open.
    """
    if operation.params is None:
        return  # nothing was ever asked of Stripe
    try:
        found = looking.found(operation)
    except looking.TwoObjects as two:
        raise NotToBeLookedUp(f"two objects, {two}") from two
    except stripe_gateway.StripeFailed as failure:
        raise NotToBeLookedUp(str(failure)) from failure
    if found is not None:
        finishing.finish(operation.pk, found, at=at)
        raise FoundAtStripe(found.id)


def pay_new_account(operation: Operation, *, by: User, at: datetime, note: str) -> Operation:
    """A transfer to an account that is not the payee's any more, replaced by one to the new account (PAYMENTS 2.2).

    Only where a look-up proves that the old one was never carried out. Raises NotStuck, FoundAtStripe, NotToBeLookedUp.
    """
    handling.check_operator(by)
    check_other_account(operation)
    look(operation, at=at)
    with transaction.atomic():
        operation = finishing.lock(operation.pk)
        check_other_account(operation)
        hold = operation.hold
        assert hold is not None
        operation.status, operation.done_at = Status.CANCELLED, at
        operation.save(update_fields=["status", "done_at"])
        anew = operations.plan_anew(operation, hold, at=at)
        for release in Release.objects.standing().filter(operation=operation):
            ledger.release_undone(operation=operation.pk, occurred_at=at)
            share, fee = Money(release.student_cents), Money(release.platform_fee_cents)
            ledger.release_decided(hold=hold.pk, operation=anew.pk, share=share, fee=fee, occurred_at=at)
            Release.objects.filter(pk=release.pk).update(operation=anew)
        LeavingPay.objects.filter(operation=operation).update(operation=anew)
        auditing.record("transfer_to_new_account", operation, by=by, at=at, reason=note, anew=str(anew.pk))
    return anew


def check_other_account(operation: Operation) -> None:
    if operation.status != Status.BLOCKED or operation.blocked_reason != OTHER_ACCOUNT:
        raise NotStuck


def owed_otherwise(hold: Hold) -> Money:
    """What the employer is owed of refunds that came back from the bank, or never reached it."""
    waiting = hold.operations.filter(kind=Operation.Kind.REFUND)
    on_its_way = waiting.exclude(status__in=[*Operation.ENDS, Status.FROZEN])
    under_way = total([operation.amount for operation in on_its_way])
    return ledger.balances_of(hold.pk).refund_payable - under_way


def paid_otherwise(hold: Hold, *, by: User, at: datetime, note: str, reference: str) -> Money:
    """A refund that no card takes was paid from our bank: the debt is gone. `reference` is the bank's, said once.

    Raises NotStuck where nothing is owed.
    """
    handling.check_operator(by)
    with transaction.atomic():
        hold = finishing.lock_hold(Hold.objects.select_related("engagement").get(pk=hold.pk))
        owed = owed_otherwise(hold)
        if owed <= Money(0):
            raise NotStuck
        frozen = hold.operations.filter(kind=Operation.Kind.REFUND, status=Status.FROZEN)
        frozen.update(status=Status.FAILED, done_at=at)
        ledger.refund_paid_otherwise(
            hold=hold.pk, reference=reference, amount=owed, occurred_at=at, actor=f"user:{by.pk}"
        )
        finishing.settle(hold, at=at)
        auditing.record(
            "refund_paid_otherwise", hold, by=by, at=at, reason=note, cents=owed.cents, reference=reference
        )
    return owed
