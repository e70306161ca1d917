"""Making a backup while the site goes on: database and manifest of one moment, then the files that it names."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage
from django.core.management import CommandError
from django.db import connection, transaction

from marketplace.site.backups import programs
from marketplace.site.backups.manifest import DUMP, FILES, Manifest, State, digest, state_now, stored_files

UNFINISHED = ".unfinished"


def make(home: Path, *, at: datetime, keep: int = 0) -> Path:
    """The folder of the new backup in `home`, for its owner's eyes alone; of older ones `keep` stay (0: all).

    It gets its name once it is whole, so what a killed run leaves is never taken for a backup.
    Raises CommandError.
    """
    name = f"{at:%Y-%m-%dT%H-%M-%SZ}"
    folder, done = home / (name + UNFINISHED), home / name
    if folder.exists() or done.exists():
        raise CommandError(f"{done} is there already.")
    folder.mkdir(parents=True, mode=0o700)
    state, files = dump(folder / DUMP)
    digests = {path: found for storage, path in files if (found := keep_one(storage, path, folder / FILES))}
    Manifest(
        made_at=at.isoformat(),
        site=settings.SITE_URL,
        state=state,
        dump_sha256=digest_of(folder / DUMP),
        files=digests,
        gone=sorted(path for _, path in files if path not in digests),
    ).write(folder)
    os.sync()
    folder.rename(done)
    if keep:
        forget_older(home, keep)
    return done


def dump(path: Path) -> tuple[State, list[tuple[Storage, str]]]:
    """The database into `path`; its state and its files, of the very same moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        path.touch(0o600)
        what = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot}")
        programs.run("pg_dump", *what, f"--file={path}")
        return state_now(), list(stored_files())


def keep_one(storage: Storage, path: str, folder: Path) -> str:
    """The digest of the copied file; empty where it was removed meanwhile. What a file holds never changes."""
    copy = folder / path
    if not copy.resolve().is_relative_to(folder.resolve()):
        raise CommandError(f"A row names a file outside the store: {path}")
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with storage.open(path) as source, copy.open("xb") as target:
            shutil.copyfileobj(source, target)
    except FileNotFoundError:
        copy.unlink(missing_ok=True)
        return ""
    copy.chmod(0o600)
    return digest_of(copy)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return digest(file)


def forget_older(home: Path, keep: int) -> None:
    """Remove all but the newest `keep` whole backups; anything else in `home` stays."""
    whole = sorted(path.parent for path in home.glob("*Z/manifest.json"))
    for folder in whole[:-keep]:
        shutil.rmtree(folder)
