"""Doors of a company that compares applicants and answers them."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import AFTER, as_page, checked, pages_of
from projects import applying, reopening, selecting
from projects.api.applications import ApplicantSerializer, ApplicationSerializer, BidSerializer
from projects.api.applying import bid_on, seen_by
from projects.api.serializers import VersionSerializer
from projects.forms.selecting import MOST_AT_ONCE, NOTE_LENGTH, REASONS, STATES, ApplicantsForm
from projects.models import Application, Project
from projects.selecting import No

PAGE = 50
SOME: Any = {"allow_empty": False, "max_length": MOST_AT_ONCE}
NARROWED = [
    OpenApiParameter("state", str, enum=list(STATES), description="Only those in such a state."),
    OpenApiParameter("skill", str, description="The slug of a skill of the project that they have."),
    OpenApiParameter("hours", int, description="With at least so many hours a week."),
    OpenApiParameter(
        "sort", str, enum=["newest", "oldest", "hours"], description="Without it the short-list comes first."
    ),
    AFTER,
]


def received(request: ApiRequest, public_id: str) -> Application:
    """An application that this person's company answers; 404 where not seen, 403 where only seen."""
    application = get_object_or_404(seen_by(request), public_id=public_id)
    if not application.project.company.has_member(request.user):
        raise PermissionDenied
    return application


def chosen_for(request: ApiRequest, public_id: str, *, may_look: bool = False) -> Project:
    seen = Project.objects.visible_to(request.user).select_related("company")
    project = get_object_or_404(seen, public_id=public_id)
    if not (project.company.has_member(request.user) or (may_look and request.user.is_staff)):
        raise PermissionDenied
    return project


class ProjectApplications(Door):
    scope = "apply"

    @operation("applicants_list", gives=pages_of(ApplicantSerializer, "ApplicantPage"), parameters=NARROWED)
    def get(self, request: ApiRequest, public_id: str) -> Any:
        """All who applied for a project of your company."""
        project = chosen_for(request, public_id, may_look=True)
        form: ApplicantsForm = checked(ApplicantsForm(request.query_params, project=project))
        rows = form.chosen(project.applications.all())
        rows = rows.select_related("project__company", "student__student_profile")
        listed = form.page(rows.prefetch_related("student__student_profile__skills"), size=PAGE)
        return as_page(request, listed["rows"], listed["older"])

    @operation("projects_apply", takes=BidSerializer, gives=ApplicationSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Application:
        """Apply for a project, once."""
        project, words = bid_on(request, public_id, given)
        return applying.apply(project, **words)


def step(name: str, rule: Callable[..., Application], says: str) -> type[Door]:
    """The door of a rule that answers one applicant."""

    class Step(Door):
        scope = "select"

        @operation(name, takes=VersionSerializer, gives=ApplicationSerializer, description=says)
        def post(self, request: ApiRequest, public_id: str, given: Given) -> Application:
            application, said = received(request, public_id), given()
            rule(application, by=request.user, at=timezone.now(), **said)
            return received(request, public_id)

    return Step


Shortlist = step(
    "applicants_shortlist", selecting.shortlist, "Put an applicant on the short-list; they are told."
)
KeepSecond = step(
    "applicants_keep_second", selecting.keep_second, "Keep an applicant in case an open offer ends."
)
AskAgain = step(
    "applicants_ask_again", reopening.ask_again, "Ask who had a no whether they still want the free seat."
)


class DeclineSerializer(VersionSerializer):
    """A no with its reason; the student reads both."""

    reason = serializers.ChoiceField(REASONS)
    note = serializers.CharField(max_length=NOTE_LENGTH, allow_blank=True, default="")


class Decline(Door):
    scope = "select"

    @operation("applicants_decline", takes=DeclineSerializer, gives=ApplicationSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Application:
        """Say no, with a reason that the student reads."""
        application, said = received(request, public_id), given()
        selecting.decline(application, by=request.user, at=timezone.now(), **said)
        return received(request, public_id)


class NoSerializer(serializers.Serializer[Any]):
    public_id = serializers.SlugField(max_length=12)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = serializers.ChoiceField(REASONS)
    note = serializers.CharField(max_length=NOTE_LENGTH, allow_blank=True, default="")


class NoesSerializer(serializers.Serializer[Any]):
    noes = NoSerializer(many=True, **SOME)


class ToldSerializer(serializers.Serializer[Any]):
    """The public ids of who was told, and of who changed meanwhile and was told nothing."""

    told = serializers.ListField(child=serializers.CharField())
    left = serializers.ListField(child=serializers.CharField())


class DeclineMany(Door):
    scope = "select"

    @operation("applicants_decline_many", takes=NoesSerializer, gives=ToldSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Any:
        """Say no to several at once, each with a reason."""
        project = chosen_for(request, public_id)
        noes = [No(**no) for no in given()["noes"]]
        told, left = selecting.decline_many(project, by=request.user, at=timezone.now(), noes=noes)
        return {"told": [row.public_id for row in told], "left": [row.public_id for row in left]}
