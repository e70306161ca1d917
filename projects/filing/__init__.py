"""Private files: their bytes lie under names that nobody can guess, written before the row that names them."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import unheard
from projects.filing.kinds import MEGABYTE, TYPES, check, clean_name, ending_of
from projects.models import MaterialFile, Project, PromisedMaterial, Submission, SubmissionFile

__all__ = ["MEGABYTE", "check", "clean_name"]

Columns = dict[str, Any]  # what a row says of its file


def store_of_files() -> Storage:
    """Disk or bucket, the same for every file."""
    return SubmissionFile._meta.get_field("file").storage


class UnsuitableFile(RuleViolation):
    """A file that may not be handed in: too large, of a kind not accepted, or not what its name says."""

    code = "unsuitable_file"


@contextmanager
def kept(files: Sequence["UploadedFile[Any]"], *, folder: str, at: datetime) -> Iterator[list[Columns]]:
    """Write the bytes, then let the rule's transaction write the rows that name them. Raises UnsuitableFile.

    A store may be a network away, so this stands around the transaction, never in it: RuntimeError. What the rule
    refuses is deleted again; what a killed process leaves lies under a name that nobody knows until
    `site.sweep_files` finds that no row has it.
    """
    not_in_a_transaction()
    try:
        check(files)
    except ValidationError as error:
        raise UnsuitableFile(" ".join(error.messages)) from error
    written: list[Columns] = []
    try:
        for file in files:
            written.append(keep_one(file, path=path_in(folder, at=at)))
        yield written
    except (RuleViolation, PermissionDenied):  # before the commit, for certain
        throw_away(written)
        raise


@contextmanager
def copied(files: Iterable[MaterialFile], *, at: datetime) -> Iterator[list[Columns]]:
    """The same with bytes that are there: each copy has its own, so that one alone can be removed.

    A file that is taken away meanwhile is not copied.
    """
    not_in_a_transaction()
    written: list[Columns] = []
    try:
        for file in files:
            with suppress(FileNotFoundError):
                written.append(copy_one(file, path=path_in("materials", at=at)))
        yield written
    except (RuleViolation, PermissionDenied):
        throw_away(written)
        raise


def not_in_a_transaction() -> None:
    """But for the demo, which tells each story in one, with files on the disk of the machine that it runs on."""
    if not unheard.get():
        with transaction.atomic(durable=True):
            pass


def throw_away(written: Iterable[Columns]) -> None:
    for columns in written:
        store_of_files().delete(columns["file"])


def store(submission: Submission, written: Iterable[Columns]) -> list[SubmissionFile]:
    """The rows of what a submission brings."""
    return SubmissionFile.objects.bulk_create(
        SubmissionFile(submission=submission, **columns) for columns in written
    )


def store_given(promise: PromisedMaterial, written: Iterable[Columns]) -> None:
    """The rows of what was promised and is handed over."""
    MaterialFile.objects.bulk_create(MaterialFile(promise=promise, **columns) for columns in written)


def store_public(project: Project, written: Iterable[Columns]) -> None:
    """The rows of files that everybody who sees the project may download."""
    MaterialFile.objects.bulk_create(MaterialFile(project=project, **columns) for columns in written)


def path_in(folder: str, *, at: datetime) -> str:
    return f"{folder}/{at:%Y/%m}/{secrets.token_hex(16)}"


def copy_one(file: MaterialFile, *, path: str) -> Columns:
    with file.file.open() as content:
        path = store_of_files().save(path, content)
    return {name: getattr(file, name) for name in ("name", "content_type", "size_bytes", "sha256")} | {
        "file": path
    }


def keep_one(file: "UploadedFile[Any]", *, path: str) -> Columns:
    name = clean_name(file.name or "")
    return {
        "file": store_of_files().save(path, file),
        "name": name,
        "content_type": TYPES[ending_of(name)],
        "size_bytes": file.size or 0,
        "sha256": digest(file),
    }


def digest(file: "UploadedFile[Any]") -> str:
    sha256 = hashlib.sha256()
    for chunk in file.chunks():
        sha256.update(chunk)
    return sha256.hexdigest()
