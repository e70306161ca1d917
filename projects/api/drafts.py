"""What a program says of a project that it writes, and what only its company reads of it."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import TermField, TermsField
from accounts.models import Company, Industry, JobRole, Skill
from projects import checking, drafts, faults
from projects.api.serializers import WholeProjectSerializer
from projects.drafts import MAX_FEE_CENTS, Draft, Part
from projects.forms.fields import CRITERION_LENGTH
from projects.forms.posting import QUESTION_LENGTH
from projects.models import PlannedDeliverable, Project
from projects.models.projects import (
    MAX_CRITERIA,
    MAX_LINKS,
    MAX_PROMISED,
    MAX_SEATS,
    MAX_SPAN_DAYS,
    MAX_START_DAYS,
)
from projects.project_templates import TEMPLATES

MOST_SKILLS = 50  # sending wants few; a document with more is a mistake
AT_MOST: Any = {"max_length": settings.MAX_DELIVERABLES}


def lines(most: int, *, longest: int = CRITERION_LENGTH) -> Any:
    """A list of short texts."""
    child = serializers.CharField(max_length=longest)
    return serializers.ListField(child=child, max_length=most, required=False)


class StartSerializer(serializers.Serializer[Any]):
    """For which company, and from which template; none is a blank draft."""

    company = TermField(Company)
    template = serializers.CharField(max_length=60, required=False)

    def validate_company(self, company: Company) -> Company:
        if not company.has_member(self.context["request"].user):
            raise serializers.ValidationError("You act for no company of this name.")
        return company

    def validate_template(self, key: str) -> Any:
        if key not in TEMPLATES:
            raise serializers.ValidationError("There is no such template.")
        return TEMPLATES[key]


class PlannedPartSerializer(serializers.ModelSerializer[PlannedDeliverable]):
    criteria = lines(MAX_CRITERIA)
    share_cents = serializers.IntegerField(
        min_value=0,
        max_value=MAX_FEE_CENTS,
        default=0,
        help_text="In cents. All shares together are the fee; 0 splits evenly what the others leave.",
    )
    due_days = serializers.IntegerField(
        min_value=0, max_value=MAX_SPAN_DAYS, default=0, help_text="Days after the start; 0 is not said yet."
    )

    class Meta:
        model = PlannedDeliverable
        fields = ("title", "criteria", "share_cents", "due_days")


class DraftSerializer(serializers.ModelSerializer[Project]):
    """Of a draft, or of a change, what is said; what is left out stays as it is."""

    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The project's as you read it. Where it is another by now, nothing is done: 409 `stale_page`.",
    )
    industry: Any = TermField(Industry, allow_null=True)
    job_role: Any = TermField(JobRole, allow_null=True)
    skills: Any = TermsField(Skill, most=MOST_SKILLS)
    fee_cents = serializers.IntegerField(
        min_value=0, max_value=MAX_FEE_CENTS, allow_null=True, help_text="In cents, for each student."
    )
    hours = serializers.IntegerField(min_value=0, max_value=999, allow_null=True)
    promised_materials = lines(MAX_PROMISED)
    material_links = lines(MAX_LINKS)
    questions = lines(settings.MAX_QUESTIONS, longest=QUESTION_LENGTH)
    deliverables = PlannedPartSerializer(many=True, **AT_MOST)

    class Meta:
        model = Project
        fields = (
            *("version", "title", "brief", "industry", "job_role", "skills", "eligibility", "is_trial"),
            *("hours", "fee_cents", "seats", "starts_within_days", "window_days", "names_hidden"),
            *("promised_materials", "material_links", "questions", "deliverables"),
        )
        extra_kwargs = {
            "title": {"allow_blank": True},
            "seats": {"min_value": 1, "max_value": min(MAX_SEATS, settings.MAX_SEATS)},
            "starts_within_days": {"min_value": 0, "max_value": MAX_START_DAYS},
            "window_days": {
                "min_value": settings.APPLICATION_WINDOW_LEAST_DAYS,
                "max_value": settings.APPLICATION_WINDOW_MOST_DAYS,
            },
        }


def merged(before: Draft, said: dict[str, Any]) -> Draft:
    """The whole draft: what was said, and the rest as it was."""
    draft: Any = {**before, **said}
    if "deliverables" in draft:
        rows = draft.pop("deliverables")
        parts = ({"title": "", "criteria": ()} | row for row in rows)
        draft["parts"] = [Part(**row | {"criteria": tuple(row["criteria"])}) for row in parts]
    return draft  # type: ignore[no-any-return]


class PriceSerializer(serializers.Serializer[Any]):
    """What one seat costs, and all of them; null while the fee is not said."""

    fee_cents = serializers.IntegerField(source="fee.cents", default=None, allow_null=True)
    platform_fee_cents = serializers.IntegerField(source="platform.cents", default=None, allow_null=True)
    total_cents = serializers.IntegerField(source="total.cents", default=None, allow_null=True)
    all_seats_cents = serializers.IntegerField(source="all_seats.cents", default=None, allow_null=True)


class FaultSerializer(serializers.Serializer[Any]):
    """What keeps a draft from being sent."""

    field = serializers.CharField()
    message = serializers.CharField()
    part = serializers.IntegerField(allow_null=True, help_text="In which deliverable.")


class FindingSerializer(serializers.Serializer[Any]):
    """What a moderator will look at."""

    code = serializers.CharField()
    message = serializers.CharField()
    where = serializers.CharField()
    excerpt = serializers.CharField()


class OwnProjectSerializer(WholeProjectSerializer):
    """What its company reads of a project."""

    rejection_reasons = serializers.ListField(child=serializers.CharField())
    price = serializers.SerializerMethodField()
    faults = serializers.SerializerMethodField(
        help_text="Of a draft: while there are any, it cannot be sent."
    )
    findings = serializers.SerializerMethodField(help_text="Of a draft: what a moderator will look at.")

    class Meta(WholeProjectSerializer.Meta):
        fields = (
            *WholeProjectSerializer.Meta.fields,
            *(
                "window_days",
                "sent_to_moderation_at",
                "rejection_reasons",
                "rejection_note",
                "price",
                "faults",
                "findings",
            ),
        )
        read_only_fields = fields

    @extend_schema_field(PriceSerializer)
    def get_price(self, project: Project) -> Any:
        return PriceSerializer(drafts.price_of(project)).data

    @extend_schema_field(FaultSerializer(many=True))
    def get_faults(self, project: Project) -> Any:
        found = faults.faults(drafts.draft_of(project)) if project.is_editable else []
        return FaultSerializer(found, many=True).data

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, project: Project) -> Any:
        found = checking.findings(project) if project.is_editable else []
        return FindingSerializer(found, many=True).data
