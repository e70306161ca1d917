"""Reporting something, and whom one does not want to meet."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from accounts.models import Block, Company, StudentProfile
from marketplace.kernel.errors import RuleViolation
from projects import blocking, reporting
from projects.forms.reporting import ReportForm
from projects.models import Application, Engagement, Message, Project, PublicQuestion


def subject_or_404(request: PersonRequest, kind: str, key: str) -> Any:
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


def two_sides(request: PersonRequest, subject: Any) -> tuple[Company, Any] | None:
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PersonRequest, kind: str, key: str) -> HttpResponse:
    subject = subject_or_404(request, kind, key)
    sides = two_sides(request, subject)
    form = ReportForm(request.POST if request.method == "POST" else None, may_block=sides is not None)
    if form.is_valid():
        try:
            send(request, subject, sides, form)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Thank you. A moderator looks at it; you hear what comes of it.")
            return redirect("projects:list")
    context = {"form": form, "subject": subject, "kind": kind}
    return render(request, "projects/report.html", context, status=422 if form.is_bound else 200)


def send(request: PersonRequest, subject: Any, sides: Any, form: ReportForm) -> None:
    given, now = form.cleaned_data, timezone.now()
    blocks = given.pop("block", False)
    reporting.report(subject, by=request.user, at=now, **given)
    if not blocks:
        return
    company, student = sides
    if student == request.user:
        blocking.block_company(company, by=request.user, at=now)
    else:
        blocking.block_student(company, student, by=request.user, at=now)


@login_required
@require_safe
def blocks(request: PersonRequest) -> HttpResponse:
    """Whom one does not want to meet, with a way back."""
    rows = Block.objects.standing().made_by(request.user).select_related("company", "student").order_by("-pk")
    return render(request, "projects/blocks.html", {"rows": rows[:100]})


@login_required
@require_POST
def lift(request: PersonRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(Block.objects.standing().made_by(request.user), pk=pk)
    blocking.lift(block, by=request.user, at=timezone.now())
    messages.success(request, "Lifted. You may meet again.")
    return redirect("projects:blocks")
