"""Blocking: a student and a company meet no more. The other side is not told, and work under way goes on."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Block, Company, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from projects import emails
from projects.models import Application, Project


class AnswerFirst(RuleViolation):
    """Every no has a reason: who waits for an answer is answered before they are blocked."""

    code = "answer_before_blocking"

    def __init__(self) -> None:
        super().__init__(
            "An application of theirs waits for your answer. Decline it with a reason, then block them."
        )


def block_company(company: Company, *, by: User, at: datetime) -> Block:
    """A student wants to meet a company no more: applications that wait there are taken back.

    Project, application, company: locked as an offer locks them, so that neither waits for the other in a ring.
    """
    if not by.is_student:
        raise PermissionDenied
    with transaction.atomic():
        mine = Application.objects.undecided().filter(student=by, project__company=company)
        projects = Project.objects.filter(pk__in=mine.values("project"))
        list(projects.select_for_update(of=("self",)).order_by("pk"))
        for application in mine.select_for_update(of=("self",)).order_by("pk"):
            application.become(Application.Status.WITHDRAWN, by=by, at=at, answered_at=at)
            emails.application_withdrawn(application, at=at)
        return stand(relock(company), by, side=Block.Side.STUDENT, by=by, at=at)


def block_student(company: Company, student: User, *, by: User, at: datetime) -> Block:
    """A company wants to meet a student no more. Raises AnswerFirst."""
    if not company.has_member(by):
        raise PermissionDenied
    with locked(company) as company:
        if Application.objects.undecided().filter(student=student, project__company=company).exists():
            raise AnswerFirst
        return stand(company, student, side=Block.Side.COMPANY, by=by, at=at)


def stand(company: Company, student: User, *, side: str, by: User, at: datetime) -> Block:
    known = {"student": student, "company": company, "side": side, "lifted_at": None}
    block, _ = Block.objects.get_or_create(**known, defaults={"by": by, "at": at})
    return block


def lift(block: Block, *, by: User, at: datetime) -> Block:
    """Meet again."""
    if not Block.objects.made_by(by).filter(pk=block.pk).exists():
        raise PermissionDenied
    with locked(block) as block:
        block.lifted_at = block.lifted_at or at
        block.save(update_fields=["lifted_at"])
    return block
