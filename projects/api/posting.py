"""Doors of a company that posts: write the draft, send, pause, close and reopen; change what is open."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from projects import changes, drafts, editing, opening, posting
from projects.api.drafts import DraftSerializer, OwnProjectSerializer, merged
from projects.api.serializers import VersionSerializer
from projects.models import Project, ProjectEdit


def own(request: ApiRequest, public_id: str) -> Project:
    """A project of one's company; 404 where one may not see it, 403 where one only sees it."""
    project = get_object_or_404(Project.objects.visible_to(request.user).with_all(), public_id=public_id)
    posting.check_member(project.company, request.user)
    return project


class DraftOfProject(Door):
    scope = "post"

    @operation("drafts_retrieve", gives=OwnProjectSerializer)
    def get(self, request: ApiRequest, public_id: str) -> Project:
        """A project of your company, with its price and what keeps it from being sent."""
        return own(request, public_id)

    @operation("drafts_update", takes=DraftSerializer, gives=OwnProjectSerializer)
    def patch(self, request: ApiRequest, public_id: str, given: Given) -> Project:
        """Write a draft, whole or in parts, finished or not. A project that is open takes changes instead."""
        project, said = own(request, public_id), given(in_parts=True)
        version, before = said.pop("version", None), drafts.draft_of(project)
        at, draft = timezone.now(), merged(before, said)
        posting.save_draft(project, by=request.user, at=at, version=version, **draft)
        return own(request, public_id)

    @operation("drafts_discard")
    def delete(self, request: ApiRequest, public_id: str) -> None:
        """Give up a project that was never open."""
        posting.discard(own(request, public_id), by=request.user, at=timezone.now())


def step(name: str, rule: Callable[..., Project], says: str) -> type[Door]:
    """The door of a rule that moves one's own project a step on."""

    class Step(Door):
        scope = "post"

        @operation(name, takes=VersionSerializer, gives=OwnProjectSerializer, description=says)
        def post(self, request: ApiRequest, public_id: str, given: Given) -> Project:
            project, said = own(request, public_id), given()
            rule(project, by=request.user, at=timezone.now(), **said)
            return own(request, public_id)

    return Step


Send = step("projects_send", posting.send_to_moderation, "Hand a finished draft to the moderators.")
Pause = step("projects_pause", posting.pause, "Take no more applications for now; no date moves.")
Resume = step("projects_resume", posting.resume, "Take applications again.")
Close = step(
    "projects_close", posting.close_early, "Take no more applications; everyone still hears by the date."
)


class Duplicate(Door):
    scope = "post"

    @operation("projects_duplicate", gives=OwnProjectSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str) -> Project:
        """A new draft that says what this project says, whatever became of it."""
        copy = posting.duplicate(own(request, public_id), by=request.user, at=timezone.now())
        return own(request, copy.public_id)


class WindowSerializer(VersionSerializer):
    window_days = serializers.IntegerField(
        min_value=settings.APPLICATION_WINDOW_LEAST_DAYS,
        max_value=settings.APPLICATION_WINDOW_MOST_DAYS,
        help_text="For how many days it takes applications.",
    )


class OpenAgain(Door):
    scope = "post"

    @operation("projects_open_again", takes=WindowSerializer, gives=OwnProjectSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Project:
        """Take new applications for seats that are free; no date of those who applied before moves."""
        project, said = own(request, public_id), given()
        opening.open_again(project, by=request.user, at=timezone.now(), **said)
        return own(request, public_id)


# Changes of a project that is open


class ChangeSerializer(serializers.Serializer[Any]):
    """One thing that differs, in words."""

    field = serializers.CharField()
    label: Any = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class EditSerializer(serializers.ModelSerializer[ProjectEdit]):
    """What a company wants to change; `in_force` at once, or waiting for a moderator."""

    changes = ChangeSerializer(many=True)
    rejection_reasons = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ProjectEdit
        fields = (
            *("public_id", "version", "status", "changes", "proposed_at", "decided_at"),
            *("rejection_reasons", "rejection_note"),
        )
        read_only_fields = fields


class Changes(Door):
    scope = "post"

    @operation("changes_retrieve", gives=EditSerializer)
    def get(self, request: ApiRequest, public_id: str) -> ProjectEdit:
        """The change that waits or was refused last; 404 where there is none."""
        latest = own(request, public_id).edits.latest_asked()
        return latest or get_object_or_404(ProjectEdit.objects.none())

    @operation("changes_propose", takes=DraftSerializer, gives=EditSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> ProjectEdit:
        """Change an open project. What touches pay, hours, criteria, questions or links waits for a moderator."""
        project, said = own(request, public_id), given(in_parts=True)
        waiting = project.edits.filter(status=ProjectEdit.Status.WAITING).first()
        before = changes.unpacked(waiting.proposed) if waiting else drafts.draft_of(project)
        return editing.edit_project(
            project,
            by=request.user,
            at=timezone.now(),
            version=said.pop("version", None),
            replaces=waiting.public_id if waiting else "",
            **merged(drafts.with_even_shares(before), said),
        )

    @operation("changes_withdraw")
    def delete(self, request: ApiRequest, public_id: str) -> None:
        """Take back the change that waits."""
        waiting = own(request, public_id).edits.filter(status=ProjectEdit.Status.WAITING)
        editing.withdraw_edit(get_object_or_404(waiting), by=request.user, at=timezone.now())
