"""Statuses that move only along declared arrows, each move with its history row."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from marketplace.kernel.errors import RuleViolation, StalePage
from marketplace.kernel.statements import prepared


class InvalidTransition(RuleViolation):
    """The row is in a state from which this step does not lead on."""

    code = "invalid_transition"


class NotLocked(Exception):
    """Rows were changed by somebody else although they should be locked: a mistake in the caller."""


class StateMachine(models.Model):
    """A row whose `status` moves only along `transitions`, and whose `version` counts the moves.

    Each subclass has a `Transition` subclass whose foreign key `row` has `related_name="history"`.
    """

    transitions: ClassVar[Mapping[str, frozenset[str]]]
    noun: ClassVar[str]
    status: Any
    history: Any
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def can_become(self, status: str) -> bool:
        return status in self.transitions.get(self.status, frozenset())

    def become(
        self, status: str, *, by: models.Model | None, at: datetime, reason: str = "", **changes: Any
    ) -> None:
        """Move to `status`, set `changes`, write the history row. Call it on a locked row.

        Raises InvalidTransition where no arrow leads there.
        """
        self.expect_arrow(status)
        before = self.status
        self.status = status
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        changed: list[str] = ["status", "version", *changes]
        self.save(update_fields=changed)
        self.history.create(by=by, from_status=before, to_status=status, reason=reason, at=at)

    def expect_arrow(self, status: str) -> None:
        """Raise InvalidTransition where no arrow leads to `status`."""
        if not self.can_become(status):
            now, then = self.get_status_display().lower(), self.label_of(status)  # type: ignore[attr-defined]
            raise InvalidTransition(f"This {self.noun} is {now}; it can no longer become {then}.")

    def expect_version(self, version: int | None) -> None:
        """Raise StalePage where the page the person acted on showed an older version of this row."""
        if version is not None and version != self.version:
            raise StalePage

    def label_of(self, status: str) -> str:
        field: Any = self._meta.get_field("status")
        return str(dict(field.flatchoices).get(status, status)).lower()


def become_all(
    model: type[StateMachine],
    pks: Sequence[int],
    *,
    was: str,
    status: str,
    by: models.Model | None,
    at: datetime,
    reason: str = "",
    **changes: Any,
) -> None:
    """`StateMachine.become` for many rows that are all in the state `was`, in one statement. Call it on locked rows.

    Raises InvalidTransition where no arrow leads there, NotLocked where one of them was moved meanwhile.
    """
    row: Any = model
    row(status=was).expect_arrow(status)
    meta: Any = model._meta
    sets = "".join(f", {meta.get_field(name).column} = %s" for name in changes)
    history = meta.get_field("history").related_model._meta.db_table
    # Names of ours alone are written into it.
    sql = f"""
        WITH moved AS (
            UPDATE {meta.db_table} SET status = %s, version = version + 1{sets}
            WHERE id = ANY(%s::bigint[]) AND status = %s RETURNING id
        )
        INSERT INTO {history} (row_id, by_id, from_status, to_status, reason, at)
        SELECT id, %s::bigint, %s::text, %s::text, %s::text, %s::timestamptz FROM moved"""  # noqa: S608
    after = [by and by.pk, was, status, reason, at]
    with prepared() as cursor:
        cursor.execute(sql, [status, *changes.values(), list(pks), was, *after])
        moved = cursor.rowcount
    if moved != len(pks):
        raise NotLocked(f"Of {len(pks)} only {moved} were {was}.")


class Transition(models.Model):
    """One move of a state machine: who, from, to, why, when. Rows are only ever added."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="who"
    )
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.word_for(self.from_status)} → {self.word_for(self.to_status)}"

    def word_for(self, status: str) -> str:
        """What people call a state of the row; no query."""
        row: Any = self._meta.get_field("row").related_model
        return str(dict(row._meta.get_field("status").flatchoices).get(status, status))
