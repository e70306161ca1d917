"""The REST API of projects: the same search, the same rules and the same sight as the pages."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import onboarding
from accounts.models import Company, Eligibility
from projects import applying
from projects.forms.searching import SearchForm
from projects.models import Application, MaterialFile, PlannedDeliverable, Project


class CompanySerializer(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields = ("name", "slug", "is_proven")
        read_only_fields = fields


class PartSerializer(serializers.ModelSerializer[PlannedDeliverable]):
    class Meta:
        model = PlannedDeliverable
        fields = ("number", "title", "criteria", "share_cents", "due_days")
        read_only_fields = fields


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """What a card shows."""

    url = serializers.CharField(source="get_absolute_url")
    company = CompanySerializer()
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
        fields = ("url", "name", "size_bytes")
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
            "brief",
            "industry",
            "job_role",
            "eligibility",
            "starts_within_days",
            "promised_materials",
            "material_links",
            "material_files",
            "questions",
            "deliverables",
        )
        read_only_fields = fields


def parameter(name: str, kind: Any, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description)


SEARCH = [
    parameter("q", OpenApiTypes.STR, "Words that the project has, in its title, skills or brief."),
    parameter("industry", OpenApiTypes.STR, "The slug of an industry."),
    parameter("role", OpenApiTypes.STR, "The slug of a kind of work."),
    parameter("hours_min", OpenApiTypes.INT, "At least so many hours."),
    parameter("hours_max", OpenApiTypes.INT, "At most so many hours."),
    parameter("pay_min", OpenApiTypes.STR, "At least so much an hour, such as 25 or 25.50."),
    parameter("eligibility", OpenApiTypes.STR, "How the student works: contractor, stipend or payroll."),
    parameter("length", OpenApiTypes.STR, "trial for paid trials, longer for all others."),
    parameter("after", OpenApiTypes.STR, "Where the page before ended; `next` holds the whole address."),
]
PAGE = inline_serializer(
    "ProjectPage",
    {
        "count": serializers.IntegerField(help_text="Counted to 1,001 at most."),
        "next": serializers.CharField(allow_null=True),
        "results": ProjectSerializer(many=True),
    },
)


class ProjectList(APIView):
    """Open projects, newest first; in a search those first that have the words in title or skills."""

    @extend_schema(operation_id="projects_list", parameters=SEARCH, responses=PAGE)
    def get(self, request: Request) -> Response:
        form = SearchForm(request.query_params)
        if not form.is_valid():
            raise ValidationError(
                {name: [str(error) for error in errors] for name, errors in form.errors.items()}
            )
        page = form.page()
        following = request.build_absolute_uri(form.query(end=page.end)) if page.end else None
        results = ProjectSerializer(page.projects, many=True).data
        return Response({"count": page.total, "next": following, "results": results})


class ProjectDetail(APIView):
    """One project, for whoever may see its page."""

    @extend_schema(operation_id="projects_retrieve", responses=WholeProjectSerializer)
    def get(self, request: Request, public_id: str) -> Response:
        projects = Project.objects.visible_to(request.user).with_all()
        project = get_object_or_404(projects, public_id=public_id)
        return Response(WholeProjectSerializer(project).data)


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """What an applicant writes, and where it stands."""

    url = serializers.CharField(source="get_absolute_url", read_only=True)
    project: "serializers.SlugRelatedField[Project]" = serializers.SlugRelatedField(
        slug_field="public_id", read_only=True
    )

    may_work_as = serializers.ListField(
        child=serializers.ChoiceField(Eligibility.choices),
        required=False,
        write_only=True,
        help_text="How you may work. Kept in your profile, shown to nobody; needed once, before the first application.",
    )

    class Meta:
        model = Application
        fields = (
            *("public_id", "url", "project", "status", "submitted_at", "motivation", "answers"),
            "may_work_as",
        )
        read_only_fields = ("public_id", "status", "submitted_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        questions = self.context["project"].questions
        if len(attrs.get("answers", [])) != len(questions):
            raise ValidationError({"answers": ["Answer each question of the project, in their order."]})
        return attrs


class ProjectApplications(APIView):
    """Apply for a project."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="projects_apply", request=ApplicationSerializer, responses={201: ApplicationSerializer}
    )
    def post(self, request: Request, public_id: str) -> Response:
        assert request.user.is_authenticated
        project = get_object_or_404(Project.objects.visible_to(request.user), public_id=public_id)
        given = ApplicationSerializer(data=request.data, context={"project": project})
        given.is_valid(raise_exception=True)
        told = given.validated_data.pop("may_work_as", None)
        if told is not None and request.user.is_student:
            onboarding.tell_eligibility(request.user.student_profile, may_work_as=told)
        application = applying.apply(project, by=request.user, at=timezone.now(), **given.validated_data)
        return Response(ApplicationSerializer(application).data, status=201)
