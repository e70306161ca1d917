"""Pages of work under way: the list of engagements, the workroom, its private files."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import PersonRequest
from marketplace.kernel.http import followed
from projects import narrating
from projects.forms.listing import FromForm
from projects.forms.messaging import MessageForm
from projects.http import handed_out, part_of_page, with_everything
from projects.models import (
    Engagement,
    MaterialFile,
    SubmissionFile,
)
from projects.models.messages import with_unread
from projects.views import correspondence, following


@login_required
@require_safe
def engagements(request: PersonRequest) -> HttpResponse:
    """What is under way on either side, my turn first."""
    mine = with_unread(Engagement.objects.visible_to(request.user).by_turn(request.user), request.user)
    listed = FromForm(request.GET).page(mine.select_related("company", "student"))
    for engagement in listed["rows"]:
        engagement.role = engagement.role_of(request.user)
    return render(request, "projects/engagements.html", listed)


@login_required
@require_safe
@followed(following.workroom)
def engagement(request: PersonRequest, public_id: str) -> HttpResponse:
    """The workroom: what waits for whom, the money, the parts with all that was handed in, messages, the terms."""
    return show(request, seen(request, public_id))


def seen(request: PersonRequest, public_id: str) -> Engagement:
    mine = Engagement.objects.visible_to(request.user).by_turn(request.user)
    found: Engagement = get_object_or_404(
        with_everything(with_unread(mine, request.user)), public_id=public_id
    )
    return found


def show(
    request: PersonRequest, engagement: Engagement, *, form: MessageForm | None = None, status: int = 200
) -> HttpResponse:
    at, role = timezone.now(), engagement.role_of(request.user)
    context = {
        "engagement": engagement,
        "role": role,
        "at": at,
        "parts": [part_of_page(part, at=at) for part in engagement.deliverables.all()],
        **payments_of(engagement),
        "events": narrating.story_of_engagement(engagement),
        **correspondence.of_page(request, engagement, role=role, form=form),
    }
    return render(request, "projects/engagement.html", context, status=status)


def payments_of(engagement: Engagement) -> dict[str, Any]:
    """The payment of the offer, the one that a bank took back, if any, and more work that waits for somebody."""
    holds = sorted(engagement.holds.all(), key=lambda hold: hold.number)
    stopped = [hold for hold in holds if hold.hold_reason == "bank_dispute"]
    return {
        "hold": next(iter([*stopped, *holds]), None),
        "more": next((more for more in engagement.more_work.all() if more.is_open), None),
        "may_propose": engagement.status == Engagement.Status.ACTIVE and not engagement.missing_materials,
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
