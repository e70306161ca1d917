"""Doors of the workroom: materials, work handed in, changes asked for, approval."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from accounts.api.fields import LinkField
from accounts.http import ApiRequest
from marketplace.kernel.api.documents import DocumentParser
from marketplace.kernel.api.doors import Door, Given, operation
from payments import extending, leaving, releasing, reviewing, supplying
from payments.api.engagements import workroom
from payments.api.serializers import ReleaseSerializer, WorkroomSerializer
from payments.http import deliverable_or_404, engagement_or_404, only_company, only_student
from payments.models import Release
from projects.api.serializers import VersionSerializer
from projects.models import Engagement, PromisedMaterial, Review, Submission
from projects.models.projects import MAX_CRITERIA
from projects.models.submissions import MAX_FILES

FILES: Any = {"max_length": MAX_FILES, "required": False, "default": list}
PARSERS = (DocumentParser, MultiPartParser)  # files need the second


def files() -> Any:
    return serializers.ListField(child=serializers.FileField(max_length=150), **FILES)


class GivenMaterialSerializer(serializers.ModelSerializer[PromisedMaterial]):
    files = files()
    link = LinkField()

    class Meta:
        model = PromisedMaterial
        fields = ("files", "link", "note")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("files") or attrs.get("link") or attrs.get("note")):
            raise serializers.ValidationError({"files": ["Add a file, a link or a note."]})
        return attrs


class GiveMaterial(Door):
    scope = "work"
    parser_classes = PARSERS

    @operation("materials_give", takes=GivenMaterialSerializer, gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> Engagement:
        """Hand over what your company promised; the student is told."""
        mine = PromisedMaterial.objects.visible_to(request.user).select_related("engagement__company")
        material = get_object_or_404(mine, engagement__public_id=public_id, number=number)
        only_company(material.engagement.company, request)
        supplying.give_material(material, by=request.user, at=timezone.now(), **given())
        return workroom(request, public_id)


class AskForMaterials(Door):
    scope = "work"

    @operation("materials_ask_for")
    def post(self, request: ApiRequest, public_id: str) -> None:
        """Ask, once, for promised materials that are overdue; the company gets a letter now."""
        engagement = engagement_or_404(request, public_id)
        only_student(engagement, request)
        supplying.ask_for_materials(engagement, by=request.user, at=timezone.now())


class LeavingSerializer(serializers.Serializer[Any]):
    pay_cents = serializers.IntegerField(
        min_value=1,
        max_value=10**9,
        required=False,
        help_text="What you expect to get; compared, never used.",
    )


class Leave(Door):
    scope = "work"

    @operation("engagements_leave", takes=LeavingSerializer, gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Engagement:
        """End work whose promised materials stay away, with a part of the fee, 48 h after you asked for them."""
        engagement = engagement_or_404(request, public_id)
        only_student(engagement, request)
        leaving.leave(engagement, by=request.user, at=timezone.now(), **given())
        return workroom(request, public_id)


class DeliverySerializer(serializers.ModelSerializer[Submission]):
    """One version of the work, with an answer to each criterion, in their order."""

    files = files()
    link = LinkField()
    criteria_answers = serializers.ListField(
        child=serializers.CharField(max_length=500), max_length=MAX_CRITERIA
    )

    class Meta:
        model = Submission
        fields = ("text", "link", "files", "criteria_answers")


class Submissions(Door):
    scope = "work"
    parser_classes = PARSERS

    @operation("work_submit", takes=DeliverySerializer, gives=WorkroomSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> Engagement:
        """Hand in a version of a part; the review window starts."""
        deliverable = deliverable_or_404(request, public_id, number)
        only_student(deliverable.engagement, request)
        reviewing.submit_work(deliverable, by=request.user, at=timezone.now(), **given())
        return workroom(request, public_id)


class MoreTimeSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(
        max_length=500, allow_blank=True, default="", help_text="You owe nobody one."
    )


class MoreTime(Door):
    scope = "work"

    @operation("work_take_more_time", takes=MoreTimeSerializer, gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> Engagement:
        """Move your own date once; the company is told."""
        deliverable = deliverable_or_404(request, public_id, number)
        only_student(deliverable.engagement, request)
        extending.take_more_time(deliverable, by=request.user, at=timezone.now(), **given())
        return workroom(request, public_id)


class ChangesSerializer(VersionSerializer):
    """Which criteria are not met yet, by number, and what should change."""

    failing_criteria = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_CRITERIA),
        allow_empty=False,
        max_length=MAX_CRITERIA,
    )
    message = serializers.CharField(max_length=Review._meta.get_field("message").max_length)


class AskForChanges(Door):
    scope = "work"

    @operation("work_ask_for_changes", takes=ChangesSerializer, gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> Engagement:
        """Say what is missing; the student has a new date."""
        deliverable = deliverable_or_404(request, public_id, number)
        only_company(deliverable.engagement.company, request)
        reviewing.ask_for_changes(deliverable, by=request.user, at=timezone.now(), **given())
        return workroom(request, public_id)


class Approve(Door):
    scope = "pay"

    @operation("work_approve", takes=VersionSerializer, gives=ReleaseSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> Release:
        """Approve a part: its share goes to the student. For a short while it can be undone."""
        deliverable = deliverable_or_404(request, public_id, number)
        return releasing.approve_work(deliverable, by=request.user, at=timezone.now(), **given())


class UndoApproval(Door):
    scope = "pay"

    @operation("work_undo_approval", gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int) -> Engagement:
        """Take the approval back while it can be undone; the review goes on with its old end."""
        deliverable = deliverable_or_404(request, public_id, number)
        releasing.undo_approval(deliverable, by=request.user, at=timezone.now())
        return workroom(request, public_id)
