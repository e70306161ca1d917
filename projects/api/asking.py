"""Doors of public questions."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import READING, Door, Given, operation
from marketplace.kernel.api.lists import AFTER, newest_page, pages_of
from projects import asking
from projects.api.serializers import VersionSerializer
from projects.models import Project, PublicQuestion
from projects.models.questions import LONGEST


class QuestionSerializer(serializers.ModelSerializer[PublicQuestion]):
    """A question and its answer. Nobody learns who asked."""

    project = serializers.CharField(source="project.public_id")
    decline_reason = serializers.CharField(source="get_decline_reason_display")

    class Meta:
        model = PublicQuestion
        fields = (
            *("public_id", "version", "project", "status", "text", "answer", "asked_at", "answered_at"),
            *("edited_at", "decline_reason"),
        )
        read_only_fields = fields


class AskSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=settings.PUBLIC_QUESTION_LENGTH)


class AnswerSerializer(VersionSerializer):
    text = serializers.CharField(max_length=LONGEST)


class LeaveSerializer(VersionSerializer):
    """Why a question stays without an answer; the student reads it."""

    reason = serializers.ChoiceField(PublicQuestion.DeclineReason.choices)


def question_or_404(request: ApiRequest, public_id: str) -> PublicQuestion:
    seen = PublicQuestion.objects.visible_to(request.user).select_related("project__company", "asker")
    return get_object_or_404(seen, public_id=public_id)


def of_company(request: ApiRequest, public_id: str) -> PublicQuestion:
    """One that this person may answer; 404 where not seen, 403 where only seen."""
    question = question_or_404(request, public_id)
    if not question.project.company.has_member(request.user):
        raise PermissionDenied
    return question


class Questions(Door):
    open_to_all = READING
    scope = "apply"

    @operation("questions_list", gives=pages_of(QuestionSerializer, "QuestionPage"), parameters=[AFTER])
    def get(self, request: ApiRequest, public_id: str) -> Any:
        """The questions about a project that you may see: what is answered, your own, what your company was asked."""
        project = get_object_or_404(Project.objects.visible_to(request.user), public_id=public_id)
        seen = PublicQuestion.objects.visible_to(request.user).filter(project=project)
        return newest_page(request, seen.select_related("project"), by="asked_at")

    @operation("questions_ask", takes=AskSerializer, gives=QuestionSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> PublicQuestion:
        """Ask in public. The company sees it; everybody reads it once it is answered."""
        project = get_object_or_404(Project.objects.visible_to(request.user), public_id=public_id)
        return asking.ask(project, by=request.user, at=timezone.now(), **given())


class OneQuestion(Door):
    open_to_all = READING
    scope = "apply"

    @operation("questions_retrieve", gives=QuestionSerializer)
    def get(self, request: ApiRequest, public_id: str) -> PublicQuestion:
        """One question."""
        return question_or_404(request, public_id)

    @operation("questions_withdraw")
    def delete(self, request: ApiRequest, public_id: str) -> None:
        """Take your question back while it has no answer."""
        asking.withdraw(question_or_404(request, public_id), by=request.user, at=timezone.now())


class Answer(Door):
    scope = "post"

    @operation("questions_answer", takes=AnswerSerializer, gives=QuestionSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> PublicQuestion:
        """Answer a question about a project of your company, or put the answer in other words."""
        question = of_company(request, public_id)
        return asking.answer(question, by=request.user, at=timezone.now(), **given())


class LeaveUnanswered(Door):
    scope = "post"

    @operation("questions_decline", takes=LeaveSerializer, gives=QuestionSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> PublicQuestion:
        """Leave a question without an answer, with a reason that the student reads."""
        question = of_company(request, public_id)
        return asking.decline(question, by=request.user, at=timezone.now(), **given())
