"""What the dates of projects and deliverables do without anyone asking, found by a sweep over rows."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from celery import shared_task
from django.db import DatabaseError, transaction
from django.utils import timezone

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.sweeping import work_off
from projects import closing, delivering, drawing, messaging, reopening
from projects.models import Deadline, Deliverable, Project, Reading, Waiting

logger = logging.getLogger(__name__)

PROJECT_RULES = {
    Deadline.Kind.CLOSE_APPLICATIONS: closing.close_applications,
    Deadline.Kind.ANSWER_REMINDER: closing.remind_to_answer,
    Deadline.Kind.ANSWER_BY: closing.close_unanswered,
    Deadline.Kind.ASKED_AGAIN: reopening.end_asking,
}
DELIVERABLE_RULES = {Deadline.Kind.WORK_DUE_REMINDER: delivering.remind_of_due_work}


@shared_task(name="projects.sweep")
def sweep() -> None:
    """Every 15 s."""
    at = timezone.now()
    rules: list[Callable[..., int]] = [run_deadlines, draw_lots, tell_of_messages]
    work_off(rules, lambda rule: rule(at=at))


def run_deadlines(*, at: datetime, limit: int = 200) -> int:
    """Run what is due, oldest first; one that fails is logged and waits for the next sweep.

    Returns how many were run.
    """
    due = Deadline.objects.due(at=at).select_related("project", "deliverable__engagement")
    return work_off(due[:limit], partial(run_deadline, at=at))


def draw_lots(*, at: datetime, limit: int = 200) -> int:
    """Look at the waiting lists that have a place to give or have ended. Returns how many were looked at."""
    return work_off(Waiting.objects.to_look_at(at=at)[:limit], partial(look_at_list, at=at))


def tell_of_messages(*, at: datetime, limit: int = 200) -> int:
    """Write the letters about messages that waited for their hour. Returns how many people were looked at."""
    due = Reading.objects.due(at=at).select_related("engagement", "person")
    return work_off(due[:limit], partial(tell_of_unread, at=at))


def tell_of_unread(reading: Reading, *, at: datetime) -> bool:
    try:
        messaging.tell_late(reading, at=at)
    except (RuleViolation, DatabaseError):
        logger.exception("Reader %s was told of no message and will be looked at again", reading.pk)
        return False
    return True


def look_at_list(project: Project, *, at: datetime) -> bool:
    try:
        drawing.look_at_list(project, at=at)
    except (RuleViolation, DatabaseError):
        logger.exception("The waiting list of project %s failed and will be looked at again", project.pk)
        return False
    return True


def run_deadline(deadline: Deadline, *, at: datetime) -> bool:
    """One deadline in one transaction: its rule, and the mark that it ran, which go together."""
    try:
        with transaction.atomic():
            return claim(deadline) and run(deadline, at=at)
    except (RuleViolation, DatabaseError):
        logger.exception("Deadline %s failed and will be tried again", deadline.pk)
        return False


def claim(deadline: Deadline) -> bool:
    """Whether this deadline is ours now. Another sweep that is at the same project or part keeps it.

    What it is about is locked before the deadline, as people's clicks lock them: nobody waits in a ring.
    """
    if deadline.project_id is not None:
        project = Project.objects.filter(pk=deadline.project_id)
        if project.select_for_update(skip_locked=True).first() is None:
            return False
    elif deadline.deliverable_id is not None:
        part = Deliverable.objects.filter(pk=deadline.deliverable_id)
        if part.select_for_update(skip_locked=True, of=("self",)).first() is None:
            return False
    row = Deadline.objects.pending().filter(pk=deadline.pk)
    return row.select_for_update(skip_locked=True).first() is not None


def run(deadline: Deadline, *, at: datetime) -> bool:
    kind = Deadline.Kind(deadline.kind)
    Deadline.objects.filter(pk=deadline.pk).update(done_at=at)  # first, as a rule may write the next one
    if deadline.project is not None:
        PROJECT_RULES[kind](deadline.project, at=at)
    elif deadline.deliverable is not None:
        DELIVERABLE_RULES[kind](deadline.deliverable, at=at)
    return True
