"""Steps with money that many tests take, and the question they all end with: do the books agree."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from payments import ledger, offering, operations, paying_out, releasing, stripe_events, stripe_gateway
from payments.ledger import Code
from payments.models import Operation, Payee
from tests import stages

STEP_HOURS = 3


def books_agree(sandbox, *, own=0):
    """Our ledger and the stand-in's own books say the same, to the cent; `own` is what the platform put in."""
    assert ledger.verify() == []
    assert ledger.trial_balance().difference == {}
    assert ledger.balance(Code.STRIPE_BALANCE).cents == sandbox.books()["platform"].get("usd", 0) - own


def got(sandbox, student):
    """The cents that the student's account at Stripe holds."""
    return sandbox.books()[Payee.objects.get(user=student).stripe_account].get("usd", 0)


def a_ready_payee(sandbox, student, *, at):
    """The student's account at Stripe, opened by acceptance, set up and known to be ready."""
    payee = Payee.objects.get(user=student)
    operations.run_open(payee=payee, at=at)
    payee.refresh_from_db()
    sandbox.onboard(payee.stripe_account)
    return paying_out.refresh_payee(payee, at=at)


def approved(engagement, *, at):
    """Everything delivered and approved; the moment from which the money may go."""
    for part in engagement.deliverables.order_by("number"):
        stages.deliver(engagement, number=part.number, at=at)
        part.refresh_from_db()
        releasing.approve_work(part, by=engagement.offered_by, at=at)
    return at + timedelta(days=8)


def pass_time(sandbox, hours):
    """Stripe's clock goes on, and our operations grow as much older."""
    sandbox.advance(hours=hours)
    grow_older(timedelta(hours=hours))


def grow_older(gone):
    """What the database's clock measures of our operations is so much longer ago."""
    for name in ("epoch_sent_at", "last_500_at", "lease_until"):
        Operation.objects.exclude(**{name: None}).update(**{name: F(name) - gone})


def work_off(sandbox, *, at, rounds=36):
    """Run operations as the sweep does, every few hours, until none is due any more; the moment then.

    Long enough for what a card brings on a Friday evening, which is there two business days later.
    """
    for _ in range(rounds):
        operations.run_due(at=at)
        waiting = Operation.objects.filter(status__in=Operation.OPEN, not_before__lte=at)
        if not waiting.exists():
            return at
        at += timedelta(hours=STEP_HOURS)
        pass_time(sandbox, STEP_HOURS)
    raise AssertionError(list(waiting.values("kind", "status", "epoch", "last_error", "next_try_at")))


def hear(sandbox, *, at):
    """Stripe's webhooks arrive at our door, and the sweep handles them."""
    sandbox.deliver()
    return stripe_events.handle_due(at=max(at, timezone.now()))


def accept(engagement, *, at):
    """The student says where the bank account is, and yes."""
    paying_out.open_account(engagement.student, country="SE", at=at)
    offering.accept_offer(engagement, by=engagement.student, at=at)


def intent_status(engagement):
    return stripe_gateway.intent(engagement.holds.get().payment_intent).status


def account_of(student):
    return Payee.objects.get(user=student).stripe_account
