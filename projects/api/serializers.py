"""What the API says of projects; the shape of each field is the model's."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import CompanyNameSerializer
from projects.models import MaterialFile, PlannedDeliverable, Project


class PartSerializer(serializers.ModelSerializer[PlannedDeliverable]):
    class Meta:
        model = PlannedDeliverable
        fields = ("number", "title", "criteria", "share_cents", "due_days")
        read_only_fields = fields


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """What a card shows."""

    url = serializers.CharField(source="get_absolute_url")
    company = CompanyNameSerializer()
    skills = serializers.SerializerMethodField()
    pay_per_hour_cents = serializers.IntegerField(source="pay_per_hour.cents")
    seats_left = serializers.IntegerField(help_text="Seats without an engagement or an open offer.")

    class Meta:
        model = Project
        fields: tuple[str, ...] = (
            "public_id",
            "url",
            "title",
            "status",
            "company",
            "skills",
            "is_trial",
            "hours",
            "fee_cents",
            "pay_per_hour_cents",
            "currency",
            "seats",
            "seats_left",
            "span_days",
            "published_at",
            "applications_close_at",
            "answer_by_at",
        )
        read_only_fields = fields

    def get_skills(self, project: Project) -> list[str]:
        return project.skill_names.split(", ") if project.skill_names else []


class MaterialFileSerializer(serializers.ModelSerializer[MaterialFile]):
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = MaterialFile
        fields = ("public_id", "url", "name", "size_bytes")
        read_only_fields = fields


class WholeProjectSerializer(ProjectSerializer):
    """All that an applicant reads."""

    industry: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    job_role: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    deliverables = PartSerializer(source="parts", many=True)
    material_files = MaterialFileSerializer(many=True)

    class Meta(ProjectSerializer.Meta):
        fields = (
            *ProjectSerializer.Meta.fields,
            "version",
            "brief",
            "industry",
            "job_role",
            "eligibility",
            "starts_within_days",
            "names_hidden",
            "promised_materials",
            "material_links",
            "material_files",
            "questions",
            "deliverables",
        )
        read_only_fields = fields


class VersionSerializer(serializers.Serializer[Any]):
    """What was seen, so that nothing is decided about something that has changed since."""

    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        allow_null=True,
        default=None,
        help_text="The version that you read. Where it is another by now, nothing is done: 409 `stale_page`.",
    )
