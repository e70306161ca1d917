"""Doors of a student who applies, waits, and hears."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts import onboarding
from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import AFTER, as_page, checked, newest_page, pages_of
from projects import applying, reopening
from projects.api.applications import ApplicationSerializer, BidSerializer, WaitingSerializer
from projects.api.serializers import VersionSerializer
from projects.forms.listing import FromForm
from projects.models import Application, Project, Waiting


def seen_by(request: ApiRequest) -> QuerySet[Application]:
    seen = Application.objects.visible_to(request.user)
    return seen.select_related("project__company", "student__student_profile")


def bid_on(request: ApiRequest, public_id: str, given: Given) -> tuple[Project, dict[str, Any]]:
    """The project, and what was written for it; how one may work is kept first."""
    seen = Project.objects.visible_to(request.user).select_related("company")
    project = get_object_or_404(seen, public_id=public_id)
    words = given(project=project)
    told = words.pop("may_work_as", None)
    if told is not None and request.user.is_student:
        onboarding.tell_eligibility(request.user.student_profile, may_work_as=told)
    return project, words | {"by": request.user, "at": timezone.now()}


class Waitings(Door):
    scope = "apply"

    @operation("waiting_join", takes=BidSerializer, gives=WaitingSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Waiting:
        """Wait for a place with a project whose places for applications are taken. It uses no budget."""
        project, words = bid_on(request, public_id, given)
        return applying.wait(project, **words)


class MyWaitings(Door):
    @operation("waiting_list", gives=pages_of(WaitingSerializer, "WaitingPage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """The projects with which you wait for a place."""
        mine = Waiting.objects.of(request.user).select_related("project__company")
        return newest_page(request, mine, by="joined_at")


class OneWaiting(Door):
    scope = "apply"

    @operation("waiting_leave")
    def delete(self, request: ApiRequest, public_id: str) -> None:
        """Wait for it no longer."""
        waiting = get_object_or_404(Waiting.objects.of(request.user), public_id=public_id)
        applying.leave_list(waiting, by=request.user)


class MyApplications(Door):
    @operation(
        "applications_list", gives=pages_of(ApplicationSerializer, "ApplicationPage"), parameters=[AFTER]
    )
    def get(self, request: ApiRequest) -> Any:
        """Where you stand: offers first, then what waits for an answer, by time left."""
        mine = Application.objects.of(request.user).by_turn().select_related("project__company", "student")
        listed = checked(FromForm(request.query_params)).page(mine)
        return as_page(request, listed["rows"], listed["older"])


class OneApplication(Door):
    @operation("applications_retrieve", gives=ApplicationSerializer)
    def get(self, request: ApiRequest, public_id: str) -> Application:
        """One application, for its student and for whoever answers it."""
        return get_object_or_404(seen_by(request), public_id=public_id)


def step(name: str, rule: Callable[..., Application], says: str) -> type[Door]:
    """The door of a rule that moves one's own application a step on."""

    class Step(Door):
        scope = "apply"

        @operation(name, takes=VersionSerializer, gives=ApplicationSerializer, description=says)
        def post(self, request: ApiRequest, public_id: str, given: Given) -> Application:
            application = get_object_or_404(seen_by(request), public_id=public_id)
            rule(application, by=request.user, at=timezone.now(), **given())
            return get_object_or_404(seen_by(request), public_id=public_id)

    return Step


Withdraw = step("applications_withdraw", applying.withdraw, "Take your application back for good.")
Agree = step("applications_agree", reopening.agree, "Asked again after a no: yes.")
Refuse = step("applications_refuse", reopening.refuse, "Asked again after a no: no, thank you.")
