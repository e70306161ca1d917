"""What runs without anyone asking: nudges that may be lost, and sweeps that find what was missed."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import Sanction
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.sweeping import work_off
from payments import (
    adding_work,
    ageing,
    asking_to_pay,
    awarding,
    finding_fraud,
    funding,
    leaving,
    offering,
    operations,
    paying_out,
    reconciling,
    refunding,
    releasing,
    reviewing,
    sanctioning,
    stripe_events,
    supplying,
)
from payments.models import Award, Chargeback, Deadline, FraudFinding

logger = logging.getLogger(__name__)

CHUNK = 200  # approvals by silence in one transaction: whoever needs one of its rows waits so long
SILENT = 5000  # and in one sweep


@shared_task(name="payments.run_operation")
def run_operation(pk: str) -> None:
    now = timezone.now()
    operations.run(UUID(pk), at=now)
    tell_of_silence(at=now)


@shared_task(name="payments.handle_event")
def handle_event(pk: str) -> None:
    now = timezone.now()
    stripe_events.handle(pk, at=now)
    tell_of_silence(at=now)


@shared_task(name="payments.sweep")
def sweep() -> None:
    """Every 15 s: operations and events that are due, and payments that nobody told us about."""
    sweep_once(at=timezone.now())


@shared_task(name="payments.sweep_deadlines")
def sweep_deadlines() -> None:
    """Every 30 s."""
    rules: list[Callable[..., int]] = [run_deadlines, pass_sanctions]
    work_off(rules, lambda rule: rule(at=timezone.now()))


def tell_of_silence(*, at: datetime) -> None:
    if reconciling.watch_clock(at=at):
        reconciling.tell_administrators(at=at)


@shared_task(name="payments.watch")
def watch() -> None:
    """Every minute: what should not last, and letters about what rings."""
    watch_once(at=timezone.now())


@shared_task(name="payments.reconcile", time_limit=540, soft_time_limit=500)  # under a job's lease of 10 min
def reconcile() -> None:
    """Every minute: the jobs of reconciling that are due, each by its own row."""
    reconciling.run_jobs(at=timezone.now())


def watch_once(*, at: datetime) -> int:
    """Returns how many kinds of alarm administrators were told of."""
    reconciling.watch(at=at)
    return reconciling.tell_administrators(at=at)


def sweep_once(*, at: datetime) -> int:
    """Returns how many rows were worked on."""
    done = stripe_events.handle_due(at=at) + operations.run_due(at=at)
    funding.confirm_awaited(at=at)
    return done


def run_deadlines(*, at: datetime, limit: int = 200) -> int:
    """Run what is due; one that fails is logged and waits for the next sweep. Returns how many were run."""
    approved = approve_silently(at=at)
    due = Deadline.objects.due(at=at).select_related("engagement", "deliverable__engagement", "payee", "hold")
    return approved + work_off(due[:limit], partial(run_deadline, at=at))


def approve_silently(*, at: datetime) -> int:
    """What silence approves, in chunks. What of it is left, for whatever reason, is due like everything else."""
    due = Deadline.objects.due(at=at).filter(kind=Deadline.Kind.REVIEW_ENDS)
    silent = list(due.values_list("deliverable", flat=True)[:SILENT])
    approved = 0
    for chunk in (silent[start : start + CHUNK] for start in range(0, len(silent), CHUNK)):
        try:
            approved += releasing.approve_all_by_silence(chunk, at=at)
        except (RuleViolation, DatabaseError):
            logger.warning("%s parts are approved by silence one by one", len(chunk), exc_info=True)
    return approved


def run_deadline(deadline: Deadline, *, at: datetime) -> bool:
    """The rule locks its own rows and does nothing a second time, so the deadline itself needs no lock:
    locking it first would deadlock with a person whose click ends it.
    """
    try:
        if not Deadline.objects.newer_than(deadline, at=at).exists():
            RULES[Deadline.Kind(deadline.kind)](deadline, at)
    except (RuleViolation, DatabaseError):
        logger.exception("Deadline %s failed and will be tried again", deadline.pk)
        return False
    same = Deadline.objects.pending().filter(pk=deadline.pk, due_at=deadline.due_at)
    same.update(done_at=at)  # one that was moved meanwhile is still to come
    return True


def ring_for_rework(deadline: Deadline, at: datetime) -> None:
    detail = "Changes were asked for and no new version came in time: a person looks."
    operations.ring("rework_is_late", str(deadline.deliverable_id), detail, at=at)


def ring_for_chargeback(deadline: Deadline, at: datetime) -> None:
    soon = timedelta(hours=settings.CHARGEBACK_ALARM_HOURS)
    for chargeback in Chargeback.objects.to_answer().filter(hold=deadline.hold_id):
        if chargeback.is_due_within(soon, at=at):
            detail = f"Its answer is due {chargeback.due_by:%Y-%m-%d %H:%M} UTC."
            operations.ring("chargeback_is_due", chargeback.pk, detail, at=at)


Rule = Callable[[Deadline, datetime], object]
RULES: dict[Deadline.Kind, Rule] = {
    Deadline.Kind.CHECKOUT_ENDS: lambda row, at: offering.abandon_checkout(row.subject, at=at),
    Deadline.Kind.PAYER_REMINDER: lambda row, at: asking_to_pay.remind_payer(row.subject, at=at),
    Deadline.Kind.OFFER_REMINDER: lambda row, at: offering.remind_of_offer(
        row.subject, due_at=row.due_at, at=at
    ),
    Deadline.Kind.OFFER_EXPIRES: lambda row, at: offering.expire_offer(row.subject, at=at),
    Deadline.Kind.CAPTURE_RETRY_ENDS: lambda row, at: offering.give_up_payment(row.subject, at=at),
    Deadline.Kind.REVIEW_REMINDER: lambda row, at: reviewing.remind_to_review(
        row.subject, due_at=row.due_at, at=at
    ),
    Deadline.Kind.REVIEW_ENDS: lambda row, at: releasing.approve_by_silence(row.subject, at=at),
    Deadline.Kind.REWORK_ENDS: ring_for_rework,
    Deadline.Kind.MATERIALS_DUE: lambda row, at: supplying.tell_of_missing(row.subject, at=at),
    Deadline.Kind.LEAVING_OPENS: lambda row, at: leaving.tell_of_leaving(row.subject, at=at),
    Deadline.Kind.GRACE_ENDS: lambda row, at: refunding.announce_refund(row.subject, at=at),
    Deadline.Kind.UNDELIVERED_REMINDER: lambda row, at: refunding.remind_of_refund(row.subject, at=at),
    Deadline.Kind.UNDELIVERED_ENDS: lambda row, at: refunding.refund_undelivered(row.subject, at=at),
    Deadline.Kind.PAYEE_REMINDER: lambda row, at: paying_out.remind_payee(
        row.subject, due_at=row.due_at, at=at
    ),
    Deadline.Kind.FINDING_MOVES: lambda row, at: finding_fraud.take_back_due(row.hold_id, at=at),
    Deadline.Kind.CHARGEBACK_DUE: ring_for_chargeback,
    Deadline.Kind.MORE_WORK_REMINDER: lambda row, at: adding_work.remind(row.subject, at=at),
    Deadline.Kind.MORE_WORK_ENDS: lambda row, at: adding_work.lapse(row.subject, at=at),
    Deadline.Kind.HOLD_ALARM: lambda row, at: ageing.warn(row.subject, at=at),
    Deadline.Kind.HOLD_DECIDES: lambda row, at: ageing.ask_to_decide(row.subject, at=at),
}


def pass_sanctions(*, at: datetime) -> int:
    """Those that waited for a second signature as long as there is patience. Returns how many passed."""
    rules: list[tuple[Any, Callable[..., bool]]] = [
        (Sanction, sanctioning.pass_alone),
        (Award, awarding.pass_alone),
        (FraudFinding, finding_fraud.pass_alone),
    ]
    passed = 0
    for model, pass_alone in rules:
        waiting = model.objects.filter(status="proposed", passes_at__lte=at).order_by("pk")
        passed += work_off(waiting[:50], partial(tried, pass_alone, at=at))
    return passed


def tried(pass_alone: Callable[..., bool], row: Any, *, at: datetime) -> bool:
    """One that fails is logged and looked at again by the next sweep; the others go on."""
    try:
        return pass_alone(row, at=at)
    except (RuleViolation, DatabaseError):
        logger.exception("%s %s failed to pass and will be looked at again", row._meta.verbose_name, row.pk)
        return False
