"""Keeping what staff did. A rule calls it in its own transaction: no act without its row, no row without the act."""

from datetime import datetime
from typing import Any

from django.db import models

from marketplace.kernel.models import AuditEntry


def record(
    act: str, row: models.Model, *, by: Any, at: datetime, reason: str = "", **details: Any
) -> AuditEntry:
    """Keep that `by` did `act` to `row`. `details` are what JSON can hold, without names or addresses of people."""
    return AuditEntry.objects.create(
        by=by,
        act=act,
        app=row._meta.app_label,
        noun=str(row._meta.model_name),
        row_id=str(row.pk),
        words=words_for(row)[:200],
        reason=reason.strip(),
        at=at,
        details=details,
    )


def words_for(row: models.Model) -> str:
    """What a row is called in public (`audited_as`), else its kind and its public id: never somebody's name."""
    known: str = getattr(row, "audited_as", "")
    number = getattr(row, "public_id", None) or row.pk
    return known or f"{row._meta.verbose_name} {number}"
