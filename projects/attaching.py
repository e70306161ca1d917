"""Public materials: the files that a company puts beside its draft, for everybody who sees the project."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked
from projects import faults, filing
from projects.models import MaterialFile, Project
from projects.models.projects import MAX_MATERIAL_FILES


class TooManyFiles(RuleViolation):
    """A project has only so many files beside it."""

    code = "too_many_files"

    def __init__(self) -> None:
        super().__init__(f"At most {MAX_MATERIAL_FILES} files can stand beside a project. Remove one first.")


def attach(project: Project, files: "Sequence[UploadedFile[Any]]", *, by: User, at: datetime) -> Project:
    """Add files to a draft; once it was sent they stay as they are, since a moderator looked at them.

    Raises NotEditable, TooManyFiles, and what `filing.kept` raises for a file.
    """
    with filing.kept(files, folder="materials", at=at) as written, locked(project) as project:
        check(project, by)
        if project.material_files.count() + len(files) > MAX_MATERIAL_FILES:
            raise TooManyFiles
        filing.store_public(project, written)
    return project


def detach(file: MaterialFile, *, by: User) -> None:
    """Take a file away from a draft, with its bytes. Raises NotEditable."""
    assert file.project is not None
    with locked(file.project) as project:
        check(project, by)
        storage, path = file.file.storage, str(file.file.name)
        project.material_files.filter(pk=file.pk).delete()
        transaction.on_commit(lambda: storage.delete(path))


def check(project: Project, person: User) -> None:
    if not project.company.has_member(person):
        raise PermissionDenied
    if not project.is_editable:
        raise faults.NotEditable(project)
