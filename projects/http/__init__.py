"""What the doors of work share: the workroom with everything in it, and files as downloads."""

from typing import Any

from django.db.models import Prefetch
from django.http import FileResponse

from projects import narrating
from projects.models import Deliverable, MaterialFile, PromisedMaterial, Submission, SubmissionFile

# Nothing that was uploaded may run, load or be framed under our address.
LOCKED_DOWN = "default-src 'none'; frame-ancestors 'none'; sandbox"


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
        "more_work__history",
        "more_work__hold",
        "more_work__payment_requests",
        "more_work__deliverable",
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


def handed_out(found: SubmissionFile | MaterialFile) -> FileResponse:
    response = FileResponse(
        found.file.open(), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["Content-Security-Policy"] = LOCKED_DOWN
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
