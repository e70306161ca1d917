"""The end of an account: asked for, taken back within days by one click, or carried out by a sweep."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, transaction

from accounts import emails
from accounts.models import Deletion, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Letter
from marketplace.kernel.transactions import locked, relock
from marketplace.site.privacy import erasing
from marketplace.site.privacy.obstacles import is_looked_at, obstacles_of
from projects import applying
from projects.models import Application, Waiting

logger = logging.getLogger(__name__)
A_DAY = timedelta(days=1)
LIVE = (Application.Status.SUBMITTED, Application.Status.SHORTLISTED)


class CannotBeDeleted(RuleViolation):
    """Somebody else counts on this person."""

    code = "cannot_be_deleted"

    def __init__(self, obstacles: list[str]) -> None:
        super().__init__(" ".join(obstacles))


def ask_for_deletion(user: User, *, at: datetime) -> Deletion:
    """Begin the days after which the person is deleted; asked twice, the first counts. Raises CannotBeDeleted.

    From now on nobody sees their page, and their bids are withdrawn: no company should wait for them.
    """
    with locked(user) as user:
        waiting = user.deletions.open().first()
        if waiting is not None:
            return waiting
        if obstacles := obstacles_of(user):
            raise CannotBeDeleted(obstacles)
        user.leaves_at = at + timedelta(days=settings.DELETION_DAYS)
        user.save(update_fields=["leaves_at"])
        deletion = Deletion.objects.create(user=user, asked_at=at, due_at=user.leaves_at)
        emails.deletion_asked(deletion, at=at)
    withdraw_bids(user, at=at)
    return deletion


def withdraw_bids(user: User, *, at: datetime) -> None:
    """Each in a transaction of its own, as the student would; whatever is left the sweep takes back.

    One that was answered meanwhile, or fails, stops none of the others.
    """
    for application in Application.objects.filter(student=user, status__in=LIVE).select_related("project"):
        tried(partial(applying.withdraw, application, by=user, at=at), application)
    for waiting in Waiting.objects.filter(student=user).select_related("project"):
        tried(partial(applying.leave_list, waiting, by=user), waiting)


def tried(act: Callable[[], object], row: Application | Waiting) -> None:
    try:
        act()
    except (RuleViolation, DatabaseError):
        logger.exception("%s %s was not taken back", row._meta.verbose_name, row.pk)


def keep_account(user: User, *, at: datetime) -> None:
    """Take it back. Too late once it was carried out; without a wish to leave it does nothing."""
    with locked(user) as user:
        for deletion in user.deletions.open():
            deletion.cancelled_at = at
            deletion.save(update_fields=["cancelled_at"])
            emails.deletion_cancelled(deletion, at=at)
        user.leaves_at = None
        user.save(update_fields=["leaves_at"])


def carry_out_due(*, at: datetime) -> int:
    """Delete everybody whose days are over; cut off in between, a person is deleted wholly or not at all.

    One that fails is logged and waits for the next sweep, and the rest go on.
    """
    done = 0
    for deletion in Deletion.objects.due(at=at).select_related("user")[:50]:
        try:
            done += carry_out(deletion, at=at)
        except (RuleViolation, DatabaseError):
            logger.exception("Deletion %s failed and will be tried again", deletion.pk)
    # The goodbye went to an address of somebody who is no more known here.
    Letter.objects.filter(template="accounts/deleted").exclude(sent_at=None, dropped_at=None).delete()
    return done


def carry_out(deletion: Deletion, *, at: datetime) -> int:
    """1 when the person is deleted, 0 when something stands in the way, which is looked at again a day later."""
    withdraw_bids(deletion.user, at=at)
    with transaction.atomic():
        user, deletion = relock(deletion.user), relock(deletion)
        if deletion.done_at is not None or deletion.cancelled_at is not None:
            return 0
        if obstacles_of(user) or is_looked_at(user):
            put_off(deletion, at=at)
            return 0
        goodbye: Callable[[], None] = emails.deleted(user, key=f"deleted:{deletion.pk}", at=at)
        erasing.erase(user, at=at)
        goodbye()
        deletion.done_at = at
        deletion.save(update_fields=["done_at"])
    return 1


def put_off(deletion: Deletion, *, at: datetime) -> None:
    """They hear of it the first time."""
    if not deletion.put_off:
        emails.deletion_put_off(deletion, at=at)
    deletion.put_off += 1
    deletion.due_at = at + A_DAY
    deletion.save(update_fields=["put_off", "due_at"])
