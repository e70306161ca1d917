"""What the dates of projects and deliverables do without anyone asking, found by a sweep over rows."""

import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task
from django.db import DatabaseError, transaction
from django.utils import timezone

from marketplace.kernel.errors import RuleViolation
from projects import closing, delivering
from projects.models import Deadline, Project

logger = logging.getLogger(__name__)

Rule = Callable[[Deadline, datetime], object]
RULES: dict[str, Rule] = {
    Deadline.Kind.CLOSE_APPLICATIONS: lambda row, at: closing.close_applications(row.project, at=at),
    Deadline.Kind.ANSWER_REMINDER: lambda row, at: closing.remind_to_answer(row.project, at=at),
    Deadline.Kind.ANSWER_BY: lambda row, at: closing.close_unanswered(row.project, at=at),
    Deadline.Kind.WORK_DUE_REMINDER: lambda row, at: delivering.remind_of_due_work(row.deliverable, at=at),
}


@shared_task(name="projects.sweep")
def sweep() -> None:
    """Every 15 s."""
    run_deadlines(at=timezone.now())


def run_deadlines(*, at: datetime, limit: int = 200) -> int:
    """Run what is due, oldest first; one that fails is logged and waits for the next sweep.

    Returns how many were run.
    """
    due = Deadline.objects.due(at=at).select_related("project", "deliverable__engagement")
    return sum(run_deadline(deadline, at=at) for deadline in due[:limit])


def run_deadline(deadline: Deadline, *, at: datetime) -> bool:
    """One deadline in one transaction: its rule, and the mark that it ran, which go together."""
    try:
        with transaction.atomic():
            return claim(deadline) and run(deadline, at=at)
    except (RuleViolation, DatabaseError):
        logger.exception("Deadline %s failed and will be tried again", deadline.pk)
        return False


def claim(deadline: Deadline) -> bool:
    """Whether this deadline is ours now. Another sweep that is at the same project keeps it.

    The project is locked before the deadline, as people's clicks lock them, so that nobody waits in a ring.
    """
    if deadline.project_id is not None:
        project = Project.objects.filter(pk=deadline.project_id)
        if not project.select_for_update(skip_locked=True).exists():
            return False
    row = Deadline.objects.pending().filter(pk=deadline.pk)
    return row.select_for_update(skip_locked=True).exists()


def run(deadline: Deadline, *, at: datetime) -> bool:
    RULES[deadline.kind](deadline, at)
    Deadline.objects.filter(pk=deadline.pk).update(done_at=at)
    return True
