"""When what is done: each job is a row that says when it is due, so a second clock or a lost nudge does no harm."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import DatabaseError

from payments import ledger, operations, stripe_gateway
from payments.ledger import JournalMismatch
from payments.models import Job, ReconciliationRun, StripeEvent
from payments.reconciling import balancing, matching, objects, polling, reading, restoring, treasury
from payments.reconciling.balancing import Check, Moving

logger = logging.getLogger(__name__)

NOT_NOW = (stripe_gateway.StripeFailed, Moving)
Moment = datetime | None  # how far it was read at Stripe, by Stripe's clock
CATCH_UP = timedelta(minutes=1)
POLL, IMPORT, DAILY = timedelta(minutes=15), timedelta(minutes=30), timedelta(days=1)
AT_NIGHT = time(3)  # UTC
AGAIN = timedelta(minutes=5)
LATELY = timedelta(days=3)
SEALS_LOOKED_AT = 35
PAYLOADS_KEPT = timedelta(days=90)  # PAYMENTS.md 5: then the hash alone
FAILS_FOR = timedelta(hours=3)
BATCH = 1000


def run_jobs(*, at: datetime) -> int:
    """Run what is due; returns how many. One that fails is due again soon and does not stop the rest."""
    done = sum(run_job(name, at=at) for name in JOBS)
    operations.follow("reconciling_fails", failing(at=at), at=at)
    return done + treasury.send_payouts(at=at)


def run_job(name: str, *, at: datetime) -> bool:
    job = Job.objects.claim(name, at=at)
    if job is None:
        return False
    work, next_due = JOBS[name]
    row = Job.objects.filter(name=name)
    try:
        read_until = work(job.read_until, at)
    except (*NOT_NOW, DatabaseError, JournalMismatch) as error:
        logger.exception("Job %s failed", name)
        row.update(due_at=at + AGAIN, lease_until=None, last_error=repr(error))
        return False
    row.update(
        due_at=next_due(at),
        lease_until=None,
        last_error="",
        done_at=at,
        read_until=read_until or job.read_until,
    )
    return True


def failing(*, at: datetime) -> dict[str, str]:
    rows = Job.objects.exclude(last_error="").exclude(done_at__gt=at - FAILS_FOR)
    return {job.name: job.last_error for job in rows}


def every(step: timedelta) -> Callable[[datetime], datetime]:
    return lambda at: at + step


def next_night(at: datetime) -> datetime:
    night = datetime.combine(at.date(), AT_NIGHT, at.tzinfo)
    return night if night > at else night + DAILY


# The work of each


def poll_events(read_until: Moment, at: datetime) -> Moment:
    return polling.poll_events(read_until, at=at)


def poll_thin_events(read_until: Moment, at: datetime) -> Moment:
    return polling.poll_thin_events(read_until, at=at)


def read_accounts(_: Moment, at: datetime) -> None:
    reading.read_accounts(at=at)


def compare_banks(_: Moment, at: datetime) -> None:
    reading.compare_owed(at=at)


def import_and_match(read_until: Moment, at: datetime) -> Moment:
    read_until = matching.import_transactions(read_until, at=at)
    matching.match(at=at)
    matching.follow(at=at, since=at - LATELY)
    return read_until


def reconcile(_: Moment, at: datetime) -> None:
    run_checks(at=at)


def seal(_: Moment, _at: datetime) -> None:
    """Beyond the log each hash is in every backup, and `manage.py seal --list` prints them to keep elsewhere."""
    made = ledger.seal()
    logger.info("Seal %s covers %s journals: %s", made.pk, made.journals, made.digest)


def forget_payloads(_: Moment, at: datetime) -> None:
    over = StripeEvent.objects.exclude(status=StripeEvent.Status.NEW).filter(payload_hash="")
    for event in over.filter(received_at__lt=at - PAYLOADS_KEPT).order_by("received_at")[:BATCH]:
        digest = hashlib.sha256(bytes(event.payload)).hexdigest()
        StripeEvent.objects.filter(pk=event.pk).update(payload=b"", payload_hash=digest)


def run_checks(*, at: datetime) -> ReconciliationRun:
    """Compare everything at a fence, keep what was found, and pay our own out where it is all green.

    Raises Moving, StripeFailed.
    """
    last = ReconciliationRun.objects.order_by("-began_at", "-pk").first()
    imports = Job.objects.filter(name="transactions").first()
    fence, balance = balancing.compare_balance(imports.read_until if imports else None, at=at)
    checks = [
        balance,
        balancing.compare_bookings(at=at),
        objects.compare_objects(since=last.began_at - matching.OVERLAP if last else None, at=at),
        balancing.check_trial_balance(at=at),
        balancing.check_running_balances(at=at),
        balancing.check_quarantine(at=at),
        balancing.check_settled_holds(at=at),
        check_seals(at=at),
        balancing.check_coverage(fence.funds, at=at),
    ]
    run = ReconciliationRun.objects.create(
        began_at=at,
        ended_at=at,
        is_green=all(check.is_green for check in checks),
        fence=fence.newest,
        checks=[check.as_json() for check in checks],
        figures=balancing.figures(fence.funds),
    )
    if settings.BANK_PAYOUT_LEAST_CENTS:
        treasury.plan_payout(run, at=at, least=settings.BANK_PAYOUT_LEAST_CENTS)
    return run


def check_seals(*, at: datetime) -> Check:
    causes = {str(one.seal): str(one) for one in ledger.broken_seals(newest=SEALS_LOOKED_AT)}
    operations.follow("seal_broken", causes, at=at)
    return Check("seals", not causes, "; ".join(causes.values()) or "All hold.", causes)


def catch_up(_: Moment, at: datetime) -> None:
    restoring.catch_up(at=at)


Work = Callable[[Moment, datetime], Moment]
JOBS: dict[str, tuple[Work, Callable[[datetime], datetime]]] = {
    "events": (poll_events, every(POLL)),
    "thin_events": (poll_thin_events, every(POLL)),
    "accounts": (read_accounts, every(POLL)),
    "banks": (compare_banks, every(POLL)),
    "transactions": (import_and_match, every(IMPORT)),
    "seal": (seal, next_night),
    "reconciliation": (reconcile, next_night),
    "payloads": (forget_payloads, every(DAILY)),
    "restored": (catch_up, every(CATCH_UP)),
}
