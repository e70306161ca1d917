"""Promised materials: the company hands them over, the student asks for them, and the due dates wait."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.transactions import locked, relock
from payments import leaving, operations
from payments.emails import supplies
from projects import filing
from projects.models import Engagement, PromisedMaterial


class AlreadyGiven(RuleViolation):
    """Each promised material is handed over once; what was given stays as it was."""

    code = "already_given"

    def __init__(self) -> None:
        super().__init__("This is handed over already, and what was given stays as it is.")


class NothingGiven(RuleViolation):
    """Handed over means a file, a link or a note."""

    code = "nothing_given"

    def __init__(self) -> None:
        super().__init__("Add a file, a link or a note.")


class NothingMissing(RuleViolation):
    """There is nothing to ask for."""

    code = "nothing_missing"

    def __init__(self) -> None:
        super().__init__("All promised materials are there.")


class NotDueYet(RuleViolation):
    """The company still has time."""

    code = "not_due_yet"

    def __init__(self) -> None:
        super().__init__("The company still has time to hand this over. No due date runs for you meanwhile.")


class AlreadyAsked(RuleViolation):
    """The student asks once."""

    code = "already_asked"

    def __init__(self) -> None:
        super().__init__("You asked for the missing materials already.")


def give_material(
    material: PromisedMaterial,
    *,
    by: User,
    at: datetime,
    note: str = "",
    link: str = "",
    files: "Sequence[UploadedFile[Any]]" = (),
) -> PromisedMaterial:
    """Hand over what was promised; with the last of it the due dates start, from now or from the start of work.

    Raises AlreadyGiven, NothingGiven, InvalidTransition, and what `filing.kept` raises for a file.
    """
    with (
        filing.kept(files, folder="materials", at=at) as written,
        locked(material.engagement) as engagement,
    ):
        check_under_way(engagement)
        if not engagement.company.has_member(by):
            raise PermissionDenied
        material = relock(material)
        if material.given_at is not None:
            raise AlreadyGiven
        if not (note.strip() or link or files):
            raise NothingGiven
        material.note, material.link, material.given_by, material.given_at = note.strip(), link, by, at
        material.save(update_fields=["note", "link", "given_by", "given_at"])
        filing.store_given(material, written)
        is_last = not engagement.missing_materials
        if is_last:
            assert engagement.starts_at is not None
            operations.start_clocks(engagement, since=max(engagement.starts_at, at), at=at)
        supplies.material_given(material, engagement, is_last=is_last, at=at)
    return material


def ask_for_materials(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """The student asks for what is overdue, once. Raises NothingMissing, NotDueYet, AlreadyAsked."""
    with locked(engagement) as engagement:
        check_under_way(engagement)
        if by.pk != engagement.student_id:
            raise PermissionDenied
        if not engagement.missing_materials:
            raise NothingMissing
        if engagement.materials_due_at is None or at < engagement.materials_due_at:
            raise NotDueYet
        if engagement.materials_asked_at is not None:
            raise AlreadyAsked
        engagement.materials_asked_at = at
        engagement.save(update_fields=["materials_asked_at"])
        leaving.announce(engagement, at=at)
    return engagement


def tell_of_missing(engagement: Engagement, *, at: datetime) -> None:
    """The day has come: both sides are told what is missing; nothing where all is there or work is over."""
    with locked(engagement) as engagement:
        if engagement.status == Engagement.Status.ACTIVE and engagement.missing_materials:
            supplies.materials_late(engagement, at=at)


def check_under_way(engagement: Engagement) -> None:
    if engagement.status != Engagement.Status.ACTIVE:
        raise InvalidTransition("Materials are handed over only while the work is under way.")
