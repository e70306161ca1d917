"""Doors through which projects are found and begun: the list with its search, one project, the templates."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import READING, Door, Given, operation
from marketplace.kernel.api.lists import AFTER, as_page, checked, pages_of
from projects import posting
from projects.api.drafts import OwnProjectSerializer, StartSerializer
from projects.api.posting import own
from projects.api.serializers import ProjectSerializer, WholeProjectSerializer
from projects.forms.listing import FromForm
from projects.forms.searching import SearchForm
from projects.models import Project
from projects.project_templates import TEMPLATES, ProjectTemplate, fitting

# As a form sends it: an empty value asks for nothing.
NUMBER_OR_NOTHING = {"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 0}]}


def parameter(name: str, kind: Any, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description)


SEARCH = [
    parameter("q", OpenApiTypes.STR, "Words that the project has, in its title, skills or brief."),
    parameter("industry", OpenApiTypes.STR, "The slug of an industry."),
    parameter("role", OpenApiTypes.STR, "The slug of a kind of work."),
    parameter("hours_min", NUMBER_OR_NOTHING, "At least so many hours."),
    parameter("hours_max", NUMBER_OR_NOTHING, "At most so many hours."),
    parameter("pay_min", OpenApiTypes.STR, "At least so much an hour, such as 25 or 25.50."),
    parameter("eligibility", OpenApiTypes.STR, "How the student works: contractor, stipend or payroll."),
    parameter("length", OpenApiTypes.STR, "trial for paid trials, longer for all others."),
    AFTER,
]
COUNT = serializers.IntegerField(help_text="Counted to 1,001 at most.")


class Projects(Door):
    open_to_all = READING
    scope = "post"

    @operation(
        "projects_list", gives=pages_of(ProjectSerializer, "ProjectPage", count=COUNT), parameters=SEARCH
    )
    def get(self, request: ApiRequest) -> Any:
        """Open projects, newest first; in a search those first that have the words in title or skills."""
        form: SearchForm = checked(SearchForm(request.query_params))
        page = form.page()
        older = form.query(end=page.end) if page.end else ""
        return {"count": page.total, **as_page(request, page.projects, older)}

    @operation("projects_start", takes=StartSerializer, gives=OwnProjectSerializer, status=201)
    def post(self, request: ApiRequest, given: Given) -> Project:
        """Begin a draft for a company of yours, blank or from a template."""
        project = posting.start_draft(by=request.user, at=timezone.now(), **given())
        return own(request, project.public_id)


class OneProject(Door):
    open_to_all = READING

    @operation("projects_retrieve", gives=WholeProjectSerializer)
    def get(self, request: ApiRequest, public_id: str) -> Project:
        """One project, for whoever may see its page."""
        return get_object_or_404(Project.objects.visible_to(request.user).with_all(), public_id=public_id)


class MyProjects(Door):
    @operation("my_projects_list", gives=pages_of(ProjectSerializer, "MyProjectPage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """The projects of your companies, your own turn first; a draft that was given up is gone."""
        kept = Project.objects.managed_by(request.user).exclude(status="cancelled", published_at=None)
        form: FromForm = checked(FromForm(request.query_params))
        listed = form.page(kept.by_turn().for_cards())
        return as_page(request, listed["rows"], listed["older"])


class TemplatePartSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    due_days = serializers.IntegerField()
    criteria = serializers.ListField(child=serializers.CharField())


class TemplateSerializer(serializers.Serializer[ProjectTemplate]):
    """A project to start from."""

    key = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    industry = serializers.CharField()
    job_role = serializers.CharField()
    skills = serializers.ListField(child=serializers.CharField())
    hours = serializers.IntegerField()
    fee_cents = serializers.IntegerField()
    brief = serializers.CharField()
    questions = serializers.ListField(child=serializers.CharField())
    deliverables = TemplatePartSerializer(many=True)


class Templates(Door):
    open_to_all = READING

    @operation("templates_list", gives=pages_of(TemplateSerializer, "TemplatePage"))
    def get(self, request: ApiRequest) -> Any:
        """Every template; all stand on one page."""
        return as_page(request, fitting(), "")


class OneTemplate(Door):
    open_to_all = READING

    @operation("templates_retrieve", gives=TemplateSerializer)
    def get(self, request: ApiRequest, key: str) -> ProjectTemplate:
        """One template."""
        if key not in TEMPLATES:
            raise Http404
        return TEMPLATES[key]
