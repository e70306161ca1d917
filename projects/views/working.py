"""Pages of work under way: the list of engagements, the workroom, its private files."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import PersonRequest
from marketplace.kernel.http import followed
from projects import narrating
from projects.forms.listing import FromForm
from projects.models import (
    Deliverable,
    Engagement,
    MaterialFile,
    PromisedMaterial,
    Submission,
    SubmissionFile,
)
from projects.views import following

# Nothing that was uploaded may run, load or be framed under our address.
LOCKED_DOWN = "default-src 'none'; frame-ancestors 'none'; sandbox"


@login_required
@require_safe
def engagements(request: PersonRequest) -> HttpResponse:
    """What is under way on either side, my turn first."""
    mine = Engagement.objects.visible_to(request.user).by_turn(request.user)
    listed = FromForm(request.GET).page(mine.select_related("company", "student"))
    for engagement in listed["rows"]:
        engagement.role = engagement.role_of(request.user)
    return render(request, "projects/engagements.html", listed)


@login_required
@require_safe
@followed(following.workroom)
def engagement(request: PersonRequest, public_id: str) -> HttpResponse:
    """The workroom: what waits for whom, the money, the parts with all that was handed in, the terms."""
    at, seen = timezone.now(), Engagement.objects.visible_to(request.user).by_turn(request.user)
    engagement = get_object_or_404(with_everything(seen), public_id=public_id)
    context = {
        "engagement": engagement,
        "role": engagement.role_of(request.user),
        "at": at,
        "parts": [part_of_page(part, at=at) for part in engagement.deliverables.all()],
        "hold": next(iter(engagement.holds.all()), None),
        "events": narrating.story_of_engagement(engagement),
    }
    return render(request, "projects/engagement.html", context)


def with_everything(engagements: Any) -> Any:
    """All that the workroom shows, in a number of queries that does not depend on how much there is."""
    versions = Submission.objects.order_by("-number").select_related("review").prefetch_related("files")
    parts = Deliverable.objects.order_by("number").select_related("hold_share", "engagement")
    return engagements.select_related("company", "student", "project", "application").prefetch_related(
        Prefetch("deliverables", parts),
        Prefetch("deliverables__submissions", versions),
        "deliverables__history",
        "deliverables__money_deadlines",
        Prefetch("promised_materials", PromisedMaterial.objects.order_by("number")),
        "promised_materials__files",
        "history",
        "holds__shares__releases__operation",
        "holds__shares__refund__operation",
    )


def part_of_page(part: Deliverable, *, at: Any) -> dict[str, Any]:
    """A deliverable with its release or refund, where there is one that stands, and whether it is late."""
    share = getattr(part, "hold_share", None)
    releases = share.releases.all() if share else []
    release = next((release for release in releases if release.undone_at is None), None)
    part.can_be_undone = release is not None and release.can_be_undone(at=at)  # type: ignore[attr-defined]
    awaited = part.status == Deliverable.Status.PENDING and part.due_at is not None
    return {
        "deliverable": part,
        "release": release,
        "refund": getattr(share, "refund", None),
        "refund_at": narrating.refund_of(part),
        "is_late": awaited and part.due_at < at,
        "submissions": part.submissions.all(),
    }


@login_required
@require_safe
def file(request: PersonRequest, public_id: str) -> FileResponse:
    """A private file, always as a download under the name its author gave it."""
    return handed_out(get_object_or_404(SubmissionFile.objects.visible_to(request.user), public_id=public_id))


@require_safe
def material(request: HttpRequest, public_id: str) -> FileResponse:
    """The same for what a company handed over, and for what stands beside its project, which needs no account."""
    return handed_out(get_object_or_404(MaterialFile.objects.visible_to(request.user), public_id=public_id))


def handed_out(found: SubmissionFile | MaterialFile) -> FileResponse:
    response = FileResponse(
        found.file.open(), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["Content-Security-Policy"] = LOCKED_DOWN
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
