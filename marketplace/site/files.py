"""Bytes that no row names: what a process left that was killed between writing them and its transaction."""

import logging
import posixpath
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models

logger = logging.getLogger(__name__)
FOLDERS = ("exports", "materials", "submissions")  # the site's own; whatever else lies there is left alone
A_DAY = timedelta(days=1)  # longer than any rule takes from the bytes to the row
AT_ONCE = 500


def sweep(*, at: datetime) -> int:
    """Delete what is older than a day and named nowhere. Returns how many files that were."""
    gone = 0
    for folder in FOLDERS:
        for paths in files_below(folder):
            for path in sorted(paths - named(paths)):
                if written_before(path, at - A_DAY):
                    default_storage.delete(path)
                    logger.info("Deleted %s, which no row names", path)
                    gone += 1
    return gone


def files_below(folder: str) -> Iterator[set[str]]:
    """Their paths, some hundred at a time; a folder that is not there holds none."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    paths = [posixpath.join(folder, name) for name in files if name]
    for start in range(0, len(paths), AT_ONCE):
        yield set(paths[start : start + AT_ONCE])
    for name in folders:
        yield from files_below(posixpath.join(folder, name))


def named(paths: set[str]) -> set[str]:
    """Those that a row of any table has."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                rows = model._default_manager.filter(**{f"{field.name}__in": paths})
                found.update(rows.values_list(field.name, flat=True))
    return found


def written_before(path: str, moment: datetime) -> bool:
    """False where it was deleted meanwhile."""
    try:
        return default_storage.get_modified_time(path) < moment
    except FileNotFoundError:
        return False
