"""The student's account at Stripe: opening it, finishing its set-up, and paying what waited for it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import after_commit, locked
from payments import emails, operations, stripe_gateway
from payments.emails import payouts
from payments.models import Deadline, Hold, Operation, Payee, Payout, Release


class CountryNotPayable(RuleViolation):
    """Stripe cannot send money to that country from here."""

    code = "country_not_payable"

    def __init__(self) -> None:
        super().__init__(
            "Stripe cannot pay people in this country yet, so this offer cannot be accepted from there."
        )


class AccountNotReady(RuleViolation):
    """Stripe has not confirmed the new account yet; the same step works in a moment."""

    code = "account_not_ready"

    def __init__(self) -> None:
        super().__init__("Stripe is still opening your account. Try again in a minute; nothing is lost.")


def open_account(user: User, *, country: str, at: datetime) -> Payee:
    """The payee of `user`, with its account at Stripe on the way. A second call returns the same.

    Raises CountryNotPayable. The door then runs `operations.run_now` so that the person need not wait.
    """
    if country not in settings.PAYABLE_COUNTRIES:
        raise CountryNotPayable
    with transaction.atomic():
        payee, _ = Payee.objects.get_or_create(user=user, defaults={"country": country, "created_at": at})
        if payee.stripe_account is None:
            operations.plan_account(payee, at=at)
    return payee


def setup_address(payee: Payee, *, return_url: str, refresh_url: str) -> str:
    """A fresh single-use address of Stripe's set-up pages: redirect to it, never store or log it.

    Raises AccountNotReady where Stripe has not answered the opening yet.
    """
    payee.refresh_from_db()
    if payee.stripe_account is None:
        raise AccountNotReady
    return stripe_gateway.account_link(payee.stripe_account, return_url=return_url, refresh_url=refresh_url)


def payouts_address(payee: Payee) -> str:
    """A fresh single-use address of the student's own pages at Stripe; as secret as `setup_address`.

    Raises AccountNotReady where there is no account that shows any.
    """
    if payee.stripe_account is None or not payee.is_ready:
        raise AccountNotReady
    return stripe_gateway.login_link(payee.stripe_account)


def refresh_payee(payee: Payee, *, at: datetime) -> Payee:
    """Ask Stripe how the account stands; what waited for it is sent once it is ready."""
    if payee.stripe_account is None:
        return payee
    facts = stripe_gateway.account(payee.stripe_account)
    if facts.closed:
        return account_gone(payee, account=payee.stripe_account, at=at)
    if facts.transfers_status == Payee.TransfersStatus.ACTIVE:  # before anything that waits is sent there
        operations.compare_banks(payee, at=at)
    with locked(payee) as payee:
        was_ready = payee.is_ready
        payee.transfers_status = facts.transfers_status
        payee.requirements = facts.requirements
        payee.refreshed_at = at
        if payee.is_ready and payee.ready_at is None:
            payee.ready_at = at
        payee.save(update_fields=["transfers_status", "requirements", "refreshed_at", "ready_at"])
        if payee.is_ready:
            resume_transfers(payee, at=at)
        if payee.is_ready and not was_ready:
            Deadline.objects.pending().filter(payee=payee).update(done_at=at)
            emails.payee_ready(payee, at=at)
    return payee


def look_whether_gone(payee: Payee, *, account: str, at: datetime) -> Payee:
    """An account is said to be cut off from us: believed where Stripe refuses it, and sees our own payments still.

    To a key of another platform every account is refused alike, and nobody's account may be forgotten for that.
    Raises StripeFailed.
    """
    if payee.stripe_account != account:
        return payee
    try:
        return refresh_payee(payee, at=at)
    except stripe_gateway.StripeFailed as failure:
        paid = Hold.objects.exclude(payment_intent=None).order_by("-pk").first()
        if not failure.is_shut_out or paid is None:
            raise
        stripe_gateway.intent(str(paid.payment_intent))
    return account_gone(payee, account=account, at=at)


def account_gone(payee: Payee, *, account: str, at: datetime) -> Payee:
    """The account is closed, or cut off from us: another one must be set up before anything is sent."""
    with locked(payee) as payee:
        if payee.stripe_account != account:
            return payee
        payee.stripe_account, payee.ready_at, payee.requirements = None, None, []
        payee.transfers_status, payee.refreshed_at = Payee.TransfersStatus.NONE, at
        payee.save(
            update_fields=["stripe_account", "ready_at", "requirements", "transfers_status", "refreshed_at"]
        )
        emails.account_gone(payee, account, at=at)
        waiting = Operation.objects.filter(
            kind=Operation.Kind.TRANSFER, hold__engagement__student=payee.user_id
        ).exclude(status__in=Operation.ENDS)
        if waiting.exists():
            Deadline.objects.remind_payee(payee, at=at)
    return payee


def resume_transfers(payee: Payee, *, at: datetime) -> int:
    """Let the student's blocked transfers go on, each at its own earliest moment; returns how many."""
    waiting = Operation.objects.filter(
        kind=Operation.Kind.TRANSFER,
        status=Operation.Status.BLOCKED,
        hold__engagement__student=payee.user_id,
    )
    resumed = waiting.update(
        status=Operation.Status.PLANNED, blocked_reason="", next_try_at=Greatest(F("not_before"), at)
    )
    if resumed:
        after_commit("payments.sweep")
    return resumed


def remind_payee(payee: Payee, *, due_at: datetime, at: datetime) -> None:
    """Tell the student that money waits for their set-up; nothing where it is ready by now."""
    payee.refresh_from_db()
    if not payee.is_ready:
        emails.payee_reminder(payee, due_at=due_at, at=at)


def record_payout(payee: Payee, facts: stripe_gateway.Payout, *, at: datetime) -> Payout:
    """Keep how a payout to the student's bank stands, any number of times; each end is told by letter once."""
    with locked(payee) as payee:
        said = {"status": facts.status, "arrives_at": facts.arrives_at, "heard_at": at}
        sums = {"payee": payee, "amount_cents": facts.amount_cents, "currency": facts.currency}
        payout, _ = Payout.objects.update_or_create(id=facts.id, defaults=said, create_defaults=said | sums)
        Release.objects.filter(operation__stripe_id__in=facts.transfers).update(payout=payout)
        if facts.failed:
            emails.payout_failed(payee, facts.id, payout.amount, why=facts.why, at=at)
        elif payout.status == Payout.Status.PAID:
            payouts.payout_arrived(payout, at=at)
    return payout
