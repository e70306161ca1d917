"""What the doors of reports and blocks share: the thing meant, its two sides, and telling of it."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.http import ApiRequest, PersonRequest
from accounts.models import Block, Company, StudentProfile
from projects import blocking, reporting
from projects.models import Application, Engagement, Message, Project, PublicQuestion, Report

Asker = PersonRequest | ApiRequest


def subject_or_404(request: Asker, kind: str, key: str) -> Any:
    """What is reported, where this person may see it."""
    user = request.user
    if kind == "company":
        return get_object_or_404(Company.objects.visible_to(user), slug=key)
    if kind == "person":
        profiles = StudentProfile.objects.visible_to(user).select_related("user")
        return get_object_or_404(profiles, user__public_id=key).user
    rows: dict[str, Any] = {
        "project": Project.objects.select_related("company"),
        "application": Application.objects.select_related("project__company", "student"),
        "engagement": Engagement.objects.select_related("company", "student"),
        "message": Message.objects.select_related("engagement__company", "engagement__student"),
        "question": PublicQuestion.objects.select_related("project__company", "asker"),
    }
    if kind not in rows:
        raise Http404
    return get_object_or_404(rows[kind].visible_to(user), public_id=key)


def two_sides(request: Asker, subject: Any) -> tuple[Company, Any] | None:
    """The company and the student who could meet no more: one of them is the person who asks."""
    companies, _ = reporting.concerned(subject)
    company = Company.objects.filter(pk__in=companies).first()
    mine = request.user.company_ids
    if request.user.is_student and company is not None and company.pk not in mine:
        return company, request.user
    work = subject.engagement if isinstance(subject, Message) else subject
    if isinstance(work, Application | Engagement) and company is not None and company.pk in mine:
        return company, work.student
    return None


def tell(
    request: Asker, subject: Any, sides: Any, *, at: datetime, block: bool = False, **given: Any
) -> Report:
    """Report it and, where that is wanted, block the other side; where either is refused, neither happens."""
    with transaction.atomic():
        report = reporting.report(subject, by=request.user, at=at, **given)
        if block:
            stand_between(request, sides, at=at)
    return report


def stand_between(request: Asker, sides: Any, *, at: datetime) -> Block:
    """Block the other of two sides, one of which is this person; who is neither is refused."""
    if sides is None:
        raise PermissionDenied
    company, student = sides
    if student == request.user:
        return blocking.block_company(company, by=request.user, at=at)
    return blocking.block_student(company, student, by=request.user, at=at)
