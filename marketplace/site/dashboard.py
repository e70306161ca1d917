"""What waits for me: everything under way on either side, sorted by time left, and the newest notices."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import PersonRequest
from marketplace.kernel.http import followed
from marketplace.kernel.models import Notice
from projects.models import Application, Engagement, Project
from projects.models.messages import with_unread
from projects.models.turns import not_over

SHOWN = 8


def newest_notice(user: Any) -> str:
    """Whatever the other side or the clock does is told by a notice."""
    return str(
        Notice.objects.visible_to(user).order_by("-created_at", "-pk").values_list("pk", flat=True).first()
    )


@login_required
@require_safe
@followed(newest_notice)
def dashboard(request: PersonRequest) -> HttpResponse:
    user = request.user
    engagements = with_unread(Engagement.objects.visible_to(user).by_turn(user), user)
    engagements = engagements.select_related("company", "student")
    context = {
        "engagements": [with_role(row, user) for row in not_over(engagements)[:SHOWN]],
        "applications": [],
        "projects": [],
        "notices": list(Notice.objects.visible_to(user).newest_first()[:SHOWN]),
    }
    if user.is_student:
        applications = Application.objects.of(user).by_turn().select_related("project__company")
        context["applications"] = list(not_over(applications)[:SHOWN])
    if user.is_employer:
        waiting = Count("applications", filter=Q(applications__status=Application.Status.SUBMITTED))
        projects = Project.objects.managed_by(user).filter(status__in=UNDER_WAY).annotate(waiting=waiting)
        projects = projects.with_public_questions().order_by("answer_by_at", "pk")
        context["projects"] = list(projects[:SHOWN])
    return render(request, "site/dashboard.html", context)


UNDER_WAY = [
    Project.Status.DRAFT,
    Project.Status.REJECTED,
    Project.Status.IN_MODERATION,
    Project.Status.OPEN,
    Project.Status.PAUSED,
    Project.Status.CLOSED,
]


def with_role(engagement: Engagement, user: object) -> Engagement:
    engagement.role = engagement.role_of(user)  # type: ignore[attr-defined]
    return engagement
