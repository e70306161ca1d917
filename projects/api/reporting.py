"""Doors by which anybody tells the moderators of something, and keeps others away."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.api.serializers import CompanyNameSerializer
from accounts.http import ApiRequest
from accounts.models import Block
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import AFTER, newest_page, pages_of
from projects import blocking
from projects.http.reporting import stand_between, subject_or_404, tell, two_sides
from projects.models import Report
from projects.models.reports import SUBJECTS


class ReportSerializer(serializers.ModelSerializer[Report]):
    """What is wrong. With `block`, the two sides meet no more; where that is refused, nothing is reported."""

    block = serializers.BooleanField(default=False, write_only=True)

    class Meta:
        model = Report
        fields = ("public_id", "status", "reason", "text", "block", "made_at")
        read_only_fields = ("public_id", "status", "made_at")


class Reports(Door):
    scope = "account"

    @operation("reports_send", takes=ReportSerializer, gives=ReportSerializer, status=201)
    def post(self, request: ApiRequest, kind: str, key: str, given: Given) -> Report:
        """Report a project, application, engagement or question by its public id, a company by its slug, a
        person by theirs."""
        subject, said = subject_or_404(request, kind, key), given()
        return tell(request, subject, two_sides(request, subject), at=timezone.now(), **said)


class BlockSerializer(serializers.ModelSerializer[Block]):
    """Two who meet no more, and whose wish it is."""

    company = CompanyNameSerializer()
    student = serializers.CharField(source="student.name")

    class Meta:
        model = Block
        fields = ("id", "side", "company", "student", "at")
        read_only_fields = fields


class MeetingSerializer(serializers.Serializer[Any]):
    """Something that the other side made: a student names anything of a company, a company what a student sent it."""

    kind = serializers.ChoiceField([(kind, kind) for kind in SUBJECTS])
    key = serializers.CharField(max_length=100)


class Blocks(Door):
    scope = "account"
    may_lack = True

    @operation("blocks_list", gives=pages_of(BlockSerializer, "BlockPage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """Whom you, or a company of yours, do not want to meet."""
        mine = Block.objects.standing().made_by(request.user).select_related("company", "student")
        return newest_page(request, mine, by="at")

    @operation("blocks_make", takes=MeetingSerializer, gives=BlockSerializer, status=201)
    def post(self, request: ApiRequest, given: Given) -> Block:
        """Meet the other side of this no more. They are not told."""
        said = given()
        sides = two_sides(request, subject_or_404(request, said["kind"], said["key"]))
        return stand_between(request, sides, at=timezone.now())


class OneBlock(Door):
    scope = "account"

    @operation("blocks_lift")
    def delete(self, request: ApiRequest, pk: int) -> None:
        """Meet again."""
        block = get_object_or_404(Block.objects.standing().made_by(request.user), pk=pk)
        blocking.lift(block, by=request.user, at=timezone.now())
