"""What the API says of an engagement, its work and its money; nothing of money is ever taken from outside."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import LinkField
from accounts.api.serializers import CompanyNameSerializer
from payments.models import Hold, MoreWork, Release
from projects import narrating
from projects.api.applications import ProjectNameSerializer
from projects.http import part_of_page
from projects.models import Deliverable, Engagement, PromisedMaterial, Review, Submission, SubmissionFile


class TurnSerializer(serializers.Serializer[Any]):
    """Whose move it is; `until` where something happens by itself then."""

    mine = serializers.BooleanField()
    who = serializers.CharField(allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)


class EngagementSerializer(serializers.ModelSerializer[Engagement]):
    """One seat taken, as a list shows it."""

    url = serializers.CharField(source="get_absolute_url")
    project = ProjectNameSerializer()
    company = CompanyNameSerializer()
    student = serializers.CharField(source="student.name")
    role = serializers.SerializerMethodField(help_text="`student`, `employer` or `moderator`: your side.")
    total_cents = serializers.IntegerField(source="total_price.cents")
    turn = TurnSerializer(allow_null=True)

    class Meta:
        model = Engagement
        fields: tuple[str, ...] = (
            *("public_id", "url", "version", "status", "role", "project", "company", "student", "seat"),
            *("currency", "fee_cents", "platform_fee_cents", "total_cents", "hours", "turn"),
            *("offered_at", "offer_expires_at", "accepted_at", "starts_at", "materials_due_at"),
            *("materials_asked_at", "finished_at"),
        )
        read_only_fields = fields

    def get_role(self, engagement: Engagement) -> str:
        return engagement.role_of(self.context["request"].user)


class FileSerializer(serializers.ModelSerializer[SubmissionFile]):
    class Meta:
        model = SubmissionFile
        fields = ("public_id", "name", "size_bytes", "sha256")
        read_only_fields = fields


class ReviewSerializer(serializers.ModelSerializer[Review]):
    class Meta:
        model = Review
        fields = ("failing_criteria", "message", "at")
        read_only_fields = fields


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """One version of the work; it never changes."""

    link = LinkField()
    files = FileSerializer(many=True)
    review = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = ("number", "text", "link", "criteria_answers", "submitted_at", "files", "review")
        read_only_fields = fields

    @extend_schema_field(ReviewSerializer(allow_null=True))
    def get_review(self, submission: Submission) -> Any:
        review = getattr(submission, "review", None)
        return None if review is None else ReviewSerializer(review).data


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """What the student is promised for one deliverable."""

    class Meta:
        model = Release
        fields = ("public_id", "student_cents", "platform_fee_cents", "decided_at", "undo_until", "sent_at")
        read_only_fields = fields


class DeliverableSerializer(serializers.ModelSerializer[Deliverable]):
    """A part of the work with all that was handed in for it, the newest first."""

    submissions = SubmissionSerializer(many=True)
    release = serializers.SerializerMethodField()
    can_be_undone = serializers.SerializerMethodField()

    class Meta:
        model = Deliverable
        fields = (
            *("number", "version", "title", "criteria", "share_cents", "status", "rounds_used", "due_at"),
            *("submitted_at", "review_ends_at", "approved_at", "extended_at", "submissions", "release"),
            "can_be_undone",
        )
        read_only_fields = fields

    @extend_schema_field(ReleaseSerializer(allow_null=True))
    def get_release(self, part: Deliverable) -> Any:
        release = part_of_page(part, at=timezone.now())["release"]
        return None if release is None else ReleaseSerializer(release).data

    def get_can_be_undone(self, part: Deliverable) -> bool:
        part_of_page(part, at=timezone.now())
        return bool(part.can_be_undone)  # type: ignore[attr-defined]


class PromisedSerializer(serializers.ModelSerializer[PromisedMaterial]):
    """What the company promised to hand over, and what it handed over."""

    link = LinkField()
    files = serializers.SerializerMethodField()

    class Meta:
        model = PromisedMaterial
        fields = ("number", "words", "note", "link", "given_at", "files")
        read_only_fields = fields

    @extend_schema_field(FileSerializer(many=True))
    def get_files(self, material: PromisedMaterial) -> Any:
        files: Any = material.files.all()
        return FileSerializer(files, many=True).data


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """The payment of an engagement, by the id of its receipt."""

    class Meta:
        model = Hold
        fields: tuple[str, ...] = (
            *("public_id", "status", "currency", "student_fee_cents", "platform_fee_cents", "gross_cents"),
            *("authorised_at", "funded_at", "number"),
        )
        read_only_fields = fields


class MoreWorkSerializer(serializers.ModelSerializer[MoreWork]):
    """A further part that was proposed: once it is `started` it is among the deliverables, on its own payment."""

    total_cents = serializers.IntegerField(source="total_price.cents")
    deliverable = serializers.IntegerField(source="deliverable.number", default=None, allow_null=True)
    payment = serializers.CharField(source="hold.public_id", default=None, allow_null=True)

    class Meta:
        model = MoreWork
        fields = (
            *("number", "version", "status", "title", "brief", "criteria", "hours", "due_days"),
            *("fee_cents", "platform_fee_cents", "total_cents", "created_at", "answer_by_at", "agreed_at"),
            *("pay_by_at", "deliverable", "payment"),
        )
        read_only_fields = fields


class EventSerializer(serializers.Serializer[Any]):
    """One point of the story: `past`, `next`, `auto` (happens by itself) or `trouble`."""

    state = serializers.CharField()
    what = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


def payments_of(engagement: Engagement) -> list[Any]:
    holds: Any = engagement.holds.all()  # prefetched
    return sorted(holds, key=lambda hold: hold.number)


class WorkroomSerializer(EngagementSerializer):
    """Everything of one engagement: its terms, its work, its money, and what happens next."""

    application = serializers.CharField(source="application.public_id")
    deliverables = DeliverableSerializer(many=True)
    promised_materials = PromisedSerializer(many=True)
    hold = serializers.SerializerMethodField(help_text="The payment of what was agreed on at the offer.")
    holds = serializers.SerializerMethodField(help_text="All payments, those for more work among them.")
    more_work = MoreWorkSerializer(many=True)
    story = serializers.SerializerMethodField()
    terms = serializers.DictField(help_text="What both sides agreed to at the offer; it never changes.")

    class Meta(EngagementSerializer.Meta):
        fields = (
            *EngagementSerializer.Meta.fields,
            *("application", "terms", "deliverables", "promised_materials", "hold", "holds"),
            *("more_work", "story"),
        )
        read_only_fields = fields

    @extend_schema_field(HoldSerializer(allow_null=True))
    def get_hold(self, engagement: Engagement) -> Any:
        hold = next(iter(payments_of(engagement)), None)
        return None if hold is None else HoldSerializer(hold).data

    @extend_schema_field(HoldSerializer(many=True))
    def get_holds(self, engagement: Engagement) -> Any:
        return HoldSerializer(payments_of(engagement), many=True).data

    @extend_schema_field(EventSerializer(many=True))
    def get_story(self, engagement: Engagement) -> Any:
        return EventSerializer(narrating.story_of_engagement(engagement), many=True).data
