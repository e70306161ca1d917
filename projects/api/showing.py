"""Doors of what a company has open, and of the finished work that companies and students may show."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers

from accounts.api.serializers import CompanyNameSerializer
from accounts.http import ApiRequest
from accounts.models import Company, StudentProfile
from marketplace.kernel.api.doors import READING, Door, operation
from marketplace.kernel.api.lists import AFTER, newest_page, pages_of
from projects.api.serializers import ProjectSerializer
from projects.models import Engagement


class WorkSerializer(serializers.ModelSerializer[Engagement]):
    """Finished work: who for, what and when, and never what was paid."""

    title = serializers.CharField(source="project.title")
    project = serializers.CharField(source="project.public_id")
    company = CompanyNameSerializer()
    skills = serializers.CharField(source="project.skill_names")

    class Meta:
        model = Engagement
        fields = ("project", "title", "company", "skills", "finished_at")
        read_only_fields = fields


def company_of(request: ApiRequest, slug: str) -> Any:
    return get_object_or_404(Company.objects.visible_to(request.user), slug=slug)


class CompanyProjects(Door):
    open_to_all = READING

    @operation(
        "company_projects_list", gives=pages_of(ProjectSerializer, "CompanyProjectPage"), parameters=[AFTER]
    )
    def get(self, request: ApiRequest, slug: str) -> Any:
        """What a company has open, newest first."""
        opened = company_of(request, slug).projects.open().for_cards()
        return newest_page(request, opened, by="published_at")


class CompanyWork(Door):
    open_to_all = READING

    @operation("company_work_list", gives=pages_of(WorkSerializer, "CompanyWorkPage"), parameters=[AFTER])
    def get(self, request: ApiRequest, slug: str) -> Any:
        """The work that students finished for a company."""
        done = company_of(request, slug).engagements.both_may_show().for_portfolio()
        return newest_page(request, done, by="finished_at")


class PersonWork(Door):
    open_to_all = READING

    @operation("people_work_list", gives=pages_of(WorkSerializer, "PersonWorkPage"), parameters=[AFTER])
    def get(self, request: ApiRequest, public_id: str) -> Any:
        """The work that a student finished, where they show it."""
        pages = StudentProfile.objects.visible_to(request.user).select_related("user")
        profile: Any = get_object_or_404(pages, user__public_id=public_id)
        done = profile.user.engagements.both_may_show().for_portfolio()
        return newest_page(request, done if profile.shows_work else done.none(), by="finished_at")
