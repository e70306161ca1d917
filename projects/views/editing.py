"""Pages of a company that changes a project which is open."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation, StalePage
from projects import changes, drafts, editing, posting
from projects.forms.applying import VersionForm
from projects.forms.editing import EditForm
from projects.forms.initials import initial_of_edit
from projects.models import Project, ProjectEdit

AT_ONCE = "Changed. Everyone who waits for your answer was told."
LATER = "Sent to a moderator. Until it is passed, everyone reads the old text."


def change(request: PersonRequest, project: Project) -> HttpResponse:
    """The form of an open project, with what waits or was refused last; the door is the page of the draft."""
    edit = project.edits.latest_asked()
    asked = changes.unpacked(edit.proposed) if edit else drafts.draft_of(project)
    initial = initial_of_edit(project, asked) | {"replaces": waiting_id(edit)}
    if request.method != "POST":
        return page(request, project, EditForm(initial=initial, project=project), edit=edit)
    form = EditForm(request.POST, initial=initial, project=project)
    if "price" in request.POST or not form.check():
        return page(request, project, form, edit=edit, status=422 if form.errors else 200)
    return save(request, project, form, edit=edit)


def save(
    request: PersonRequest, project: Project, form: EditForm, *, edit: ProjectEdit | None
) -> HttpResponse:
    try:
        edit = editing.edit_project(
            project,
            by=request.user,
            at=timezone.now(),
            version=form.seen_version,
            replaces=form.replaces,
            **form.draft(),
        )
    except StalePage:
        form.see_version(project.version)
        form.see_waiting(waiting_id(edit))
        return page(request, project, form, edit=edit, status=409, conflict=True)
    except RuleViolation as error:
        return page(request, project, form, edit=edit, status=409, obstacle=error)
    messages.success(request, LATER if edit.status == ProjectEdit.Status.WAITING else AT_ONCE)
    return redirect(project)


def waiting_id(edit: ProjectEdit | None) -> str:
    return edit.public_id if edit and edit.status == ProjectEdit.Status.WAITING else ""


def page(
    request: PersonRequest,
    project: Project,
    form: EditForm,
    *,
    edit: ProjectEdit | None,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    numbers = drafts.shown_numbers(form.numbers)
    context |= {"project": project, "form": form, "edit": edit, "numbers": numbers}
    return render(request, "projects/change.html", context, status=status)


@login_required
@require_POST
def withdraw_edit(request: PersonRequest, public_id: str) -> HttpResponse:
    """The change that waits; 404 where none does."""
    seen = Project.objects.visible_to(request.user).select_related("company")
    project = get_object_or_404(seen, public_id=public_id)
    posting.check_member(project.company, request.user)
    edit = get_object_or_404(project.edits.filter(status=ProjectEdit.Status.WAITING))
    version = VersionForm(request.POST).seen
    editing.withdraw_edit(edit, by=request.user, at=timezone.now(), version=version)
    messages.success(request, "Taken back. The project stays as it is.")
    return redirect(project)
