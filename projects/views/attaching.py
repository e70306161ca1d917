"""Pages of an employer who puts files beside a draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from projects import attaching
from projects.forms.attaching import MaterialsForm
from projects.models import MaterialFile, Project
from projects.views.posting import own


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def materials(request: PersonRequest, public_id: str) -> HttpResponse:
    project = own(request, public_id)
    if request.method != "POST":
        return (
            page(request, project, MaterialsForm(), status=200) if project.is_editable else redirect(project)
        )
    form = MaterialsForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, project, form, status=422)
    try:
        attaching.attach(project, form.cleaned_data["files"], by=request.user, at=timezone.now())
    except RuleViolation as error:
        form.add_error("files", str(error))
        return page(request, project, form, status=409)
    messages.success(request, "The files stand beside the draft.")
    return redirect("projects:materials", public_id)


def page(request: PersonRequest, project: Project, form: MaterialsForm, *, status: int) -> HttpResponse:
    context = {"project": project, "form": form, "files": project.material_files.order_by("pk")}
    return render(request, "projects/materials.html", context, status=status)


@login_required
@require_POST
def remove_material(request: PersonRequest, public_id: str) -> HttpResponse:
    seen = MaterialFile.objects.visible_to(request.user).filter(project__isnull=False)
    file = get_object_or_404(seen.select_related("project__company"), public_id=public_id)
    assert file.project is not None
    attaching.detach(file, by=request.user)
    messages.success(request, f"“{file}” is removed.")
    return redirect("projects:materials", file.project.public_id)
