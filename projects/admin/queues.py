"""The moderators' queues in the administration: projects and their edits, what waits longest first, with all that
an applicant would read and two answers; and the public questions.

Each answer leaves two rows: the project's own history says who, why and when; the audit shows it beside
everything else that this person did.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from accounts.http import PersonRequest
from marketplace.templatetags.display import bothways
from projects import cases, changes, checking, moderating
from projects.forms.applying import VersionForm
from projects.forms.moderating import RefusalForm
from projects.models import Project, ProjectEdit, PublicQuestion

QUEUE, ALL = Project.Status.IN_MODERATION.value, "all"


class StandsAt(admin.SimpleListFilter):
    """Opens on what waits for a moderator."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (ALL, "All"),
            *((value, str(label)) for value, label in Project.Status.choices if value != QUEUE),
        ]

    def choices(self, changelist: Any) -> Iterator[Any]:
        shown = [("", "Waiting for a moderator"), *self.lookup_choices]
        for value, label in shown:
            query = changelist.get_query_string(
                {self.parameter_name: value} if value else {}, [self.parameter_name]
            )
            yield {"selected": (self.value() or "") == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Project]) -> QuerySet[Project]:
        wanted = self.value() or QUEUE
        return queryset if wanted == ALL else queryset.filter(status=wanted)


class Queue(admin.ModelAdmin):
    """Nothing is typed over here: a moderator reads, then passes or refuses through the rule."""

    list_per_page = 50
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.is_moderator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_moderator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def is_moderator(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def noted(self, request: HttpRequest, row: Model, what: str) -> HttpResponse:
        messages.success(request, f"{row}: {what}")
        return redirect(f"admin:projects_{self.opts.model_name}_changelist")


@admin.register(Project)
class ProjectAdmin(Queue):
    """Projects that were sent, and all others."""

    list_display = ("title", "company", "status", "waiting_since", "answer_due", "fee_shown")
    list_display_links = ("title",)
    list_filter = (StandsAt,)
    list_select_related = ("company",)
    search_fields = ("title", "company__name", "public_id")
    ordering = ("sent_to_moderation_at", "pk")

    @admin.display(description="sent", ordering="sent_to_moderation_at")
    def waiting_since(self, project: Project) -> str:
        return bothways(project.sent_to_moderation_at)

    @admin.display(description="answer due")
    def answer_due(self, project: Project) -> str:
        waits = project.status == Project.Status.IN_MODERATION
        return bothways(cases.answer_due_at(project.sent_to_moderation_at)) if waits else ""

    @admin.display(description="fee", ordering="fee_cents")
    def fee_shown(self, project: Project) -> str:
        return f"{project.fee} for {project.hours} h" if project.fee_cents and project.hours else ""

    # One project

    def get_urls(self) -> list[URLPattern]:
        wrapped = self.admin_site.admin_view
        return [
            path("<int:pk>/pass/", wrapped(require_POST(self.pass_view)), name="projects_project_pass"),
            path("<int:pk>/refuse/", wrapped(require_POST(self.refuse_view)), name="projects_project_refuse"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not (self.is_moderator(request) and object_id.isdecimal()):
            return super().change_view(request, object_id, form_url, extra_context)
        return self.show(request, self.project_or_404(int(object_id)), RefusalForm())

    def show(
        self, request: HttpRequest, project: Project, refusal: RefusalForm, *, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": project.title,
            "project": project,
            "findings": checking.findings(project),
            "due_at": cases.answer_due_at(project.sent_to_moderation_at),
            "history": project.history.select_related("by").order_by("pk"),
            "waits": project.status == Project.Status.IN_MODERATION,
            "refusal": refusal,
        }
        return TemplateResponse(request, "admin/projects/project/moderate.html", context, status=status)

    def project_or_404(self, pk: int) -> Project:
        return get_object_or_404(Project.objects.with_all(), pk=pk)

    def pass_view(self, request: PersonRequest, pk: int) -> HttpResponse:
        project, version = self.project_or_404(pk), VersionForm(request.POST).seen
        moderating.pass_project(project, by=request.user, at=timezone.now(), version=version)
        return self.noted(request, project, "Passed: open for applications.")

    def refuse_view(self, request: PersonRequest, pk: int) -> HttpResponse:
        project, version = self.project_or_404(pk), VersionForm(request.POST).seen
        form = RefusalForm(request.POST)
        if not form.is_valid():
            return self.show(request, project, form, status=422)
        moderating.refuse_project(
            project, by=request.user, at=timezone.now(), version=version, **form.cleaned_data
        )
        reasons = [str(Project.RefusalReason(code).label) for code in form.cleaned_data["codes"]]
        return self.noted(request, project, f"Refused: {'; '.join(reasons)}.")


@admin.register(ProjectEdit)
class ProjectEditAdmin(Queue):
    """Changes of projects that are open; the old text is public until one is passed."""

    list_display = ("project", "company", "labels", "proposed_at", "answer_due")
    list_select_related = ("project__company",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProjectEdit]:
        return ProjectEdit.objects.waiting().longest_waiting_first()

    @admin.display(description="company")
    def company(self, edit: ProjectEdit) -> str:
        return str(edit.project.company)

    @admin.display(description="answer due")
    def answer_due(self, edit: ProjectEdit) -> str:
        return bothways(cases.answer_due_at(edit.proposed_at))

    def get_urls(self) -> list[URLPattern]:
        wrapped = self.admin_site.admin_view
        return [
            path("<int:pk>/pass/", wrapped(require_POST(self.pass_view)), name="projects_projectedit_pass"),
            path(
                "<int:pk>/refuse/",
                wrapped(require_POST(self.refuse_view)),
                name="projects_projectedit_refuse",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not (self.is_moderator(request) and object_id.isdecimal()):
            return super().change_view(request, object_id, form_url, extra_context)
        return self.show(request, self.edit_or_404(int(object_id)), RefusalForm())

    def edit_or_404(self, pk: int) -> ProjectEdit:
        return get_object_or_404(ProjectEdit.objects.select_related("project__company", "proposed_by"), pk=pk)

    def show(
        self, request: HttpRequest, edit: ProjectEdit, refusal: RefusalForm, *, status: int = 200
    ) -> HttpResponse:
        after = changes.unpacked(edit.proposed)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Change of “{edit.project.title}”",
            "edit": edit,
            "findings": checking.findings_in_draft(after),
            "due_at": cases.answer_due_at(edit.proposed_at),
            "applicants": edit.project.applications.count(),
            "waits": edit.status == ProjectEdit.Status.WAITING and edit.project.is_changeable,
            "refusal": refusal,
        }
        return TemplateResponse(request, "admin/projects/projectedit/moderate.html", context, status=status)

    def pass_view(self, request: PersonRequest, pk: int) -> HttpResponse:
        edit, version = self.edit_or_404(pk), VersionForm(request.POST).seen
        moderating.pass_edit(edit, by=request.user, at=timezone.now(), version=version)
        return self.noted(request, edit, "Passed: public from now on.")

    def refuse_view(self, request: PersonRequest, pk: int) -> HttpResponse:
        edit, version = self.edit_or_404(pk), VersionForm(request.POST).seen
        form = RefusalForm(request.POST)
        if not form.is_valid():
            return self.show(request, edit, form, status=422)
        moderating.refuse_edit(edit, by=request.user, at=timezone.now(), version=version, **form.cleaned_data)
        return self.noted(request, edit, f"Refused: {', '.join(form.cleaned_data['codes'])}.")


@admin.register(PublicQuestion)
class PublicQuestionAdmin(Queue):
    """What was asked in public and what was answered, to read; one is removed on a page of its own."""

    list_display = ("__str__", "project", "status", "asked_at", "answered_at")
    list_filter = ("status",)
    list_select_related = ("project",)
    search_fields = ("text", "answer", "project__title", "public_id")
    ordering = ("-asked_at", "-pk")
    fields = (
        *("project", "status", "text", "who_asked", "asked_at", "answer", "answered_at", "edited_at"),
        *("decline_reason", "removal", "removal_note", "steps"),
    )
    readonly_fields = ("who_asked", "removal", "steps")

    @admin.display(description="asked by")
    def who_asked(self, question: PublicQuestion) -> str:
        return str(question.asker)

    @admin.display(description="removed because")
    def removal(self, question: PublicQuestion) -> str:
        if question.status == PublicQuestion.Status.REMOVED:
            return "; ".join(question.removal_reasons)
        if not question.can_be_removed:
            return "–"
        address = reverse("projects:remove_question", args=[question.public_id])
        return format_html('<a href="{}">Remove this question</a>', address)

    @admin.display(description="what happened so far")
    def steps(self, question: PublicQuestion) -> str:
        moves = question.history.select_related("by").order_by("pk")
        lines = ((bothways(move.at), str(move), str(move.by or ""), move.reason) for move in moves)
        return format_html_join("", "<p>{}: {} {}. {}</p>", lines)
