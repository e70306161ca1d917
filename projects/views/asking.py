"""Doors of public questions: asked and answered on the project's page, declined and removed on pages of their own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation, StalePage
from projects import asking, moderating
from projects.forms.applying import VersionForm
from projects.forms.asking import AnswerForm, DeclineQuestionForm, QuestionForm, QuestionRemovalForm
from projects.models import PublicQuestion
from projects.views.browsing import show, shown
from projects.views.talking import QUESTIONS


def question_or_404(request: PersonRequest, public_id: str) -> PublicQuestion:
    seen = PublicQuestion.objects.visible_to(request.user).select_related("project__company", "asker")
    return get_object_or_404(seen, public_id=public_id)


def of_company(request: PersonRequest, public_id: str) -> PublicQuestion:
    """One that this person may answer; 404 where not seen, 403 where only seen."""
    question = question_or_404(request, public_id)
    if not question.project.company.has_member(request.user):
        raise PermissionDenied
    return question


@login_required(login_url="account_signup")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: PersonRequest, public_id: str) -> HttpResponse:
    """Sent from the project's page, which comes back with what was typed where something is wrong."""
    project = shown(request, public_id)
    if request.method != "POST":
        return redirect(f"{project.get_absolute_url()}{QUESTIONS}")
    form = QuestionForm(request.POST, by=request.user)
    if not form.is_valid():
        return show(request, project, asked=form, status=422)
    try:
        asking.ask(project, by=request.user, at=timezone.now(), text=form.cleaned_data["text"])
    except RuleViolation as error:
        form.add_error(None, str(error))
        return show(request, project, asked=form, status=409)
    messages.success(request, f"Asked. {project.company} is told, and you hear when there is an answer.")
    return redirect(f"{project.get_absolute_url()}{QUESTIONS}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: PersonRequest, public_id: str) -> HttpResponse:
    """Sent from the project's page: the answer, or other words for one that stands."""
    question = of_company(request, public_id)
    if request.method != "POST":
        return redirect(question)
    form = AnswerForm(request.POST, by=request.user, question=question)
    if form.is_valid():
        try:
            return answered(request, question, form.cleaned_data["text"])
        except StalePage as error:
            form.add_error(None, f"{error} What you wrote is kept.")
        except RuleViolation as error:
            form.add_error(None, str(error))
    status = 409 if form.non_field_errors() else 422
    return show(request, shown(request, question.project.public_id), answered=(question, form), status=status)


def answered(request: PersonRequest, question: PublicQuestion, text: str) -> HttpResponse:
    version = VersionForm(request.POST).seen
    asking.answer(question, by=request.user, at=timezone.now(), text=text, version=version)
    stood = question.status == PublicQuestion.Status.ANSWERED
    messages.success(
        request, "Changed." if stood else "Answered. Everyone can read it, and the student is told."
    )
    return redirect(question)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: PersonRequest, public_id: str) -> HttpResponse:
    """Leave it unanswered, with a reason that the student reads."""
    question = of_company(request, public_id)
    form = DeclineQuestionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        version, reason = VersionForm(request.POST).seen, form.cleaned_data["reason"]
        asking.decline(question, by=request.user, at=timezone.now(), reason=reason, version=version)
        messages.success(
            request, "Left unanswered. The student reads your reason; nobody else sees the question."
        )
        return redirect(f"{question.project.get_absolute_url()}{QUESTIONS}")
    context = {"question": question, "form": form}
    return render(request, "projects/decline_question.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def withdraw(request: PersonRequest, public_id: str) -> HttpResponse:
    question = question_or_404(request, public_id)
    version = VersionForm(request.POST).seen
    asking.withdraw(question, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "Taken back. Nobody sees it any more.")
    return redirect(f"{question.project.get_absolute_url()}{QUESTIONS}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: PersonRequest, public_id: str) -> HttpResponse:
    """A moderator takes a question off, with its answer."""
    question = question_or_404(request, public_id)
    if not request.user.is_staff:
        raise PermissionDenied
    form = QuestionRemovalForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        version = VersionForm(request.POST).seen
        moderating.remove_question(
            question, by=request.user, at=timezone.now(), version=version, **form.cleaned_data
        )
        what = f"Removed: {', '.join(form.cleaned_data['codes'])}."
        messages.success(request, f"“{question}”: {what}")
        return redirect("admin:projects_publicquestion_change", question.pk)
    context = {"question": question, "form": form}
    return render(request, "projects/remove_question.html", context, status=422 if form.is_bound else 200)
