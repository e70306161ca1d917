"""What I was told: the list of notices, newest first, each leading to the page it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from marketplace.kernel import notices as news
from marketplace.kernel.models import Notice, NoticeQuerySet

PAGE = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BeforeForm(forms.Form):
    """`?before=1764115199000000.42`: the moment in microseconds and the key of the last notice seen."""

    before = forms.RegexField(regex=r"^\d{1,17}\.\d{1,18}$", required=False)

    @property
    def spot(self) -> str:
        return str(self.cleaned_data["before"]) if self.is_valid() else ""

    def cut(self, notices: NoticeQuerySet) -> NoticeQuerySet:
        if not self.spot:
            return notices
        micros, pk = (int(part) for part in self.spot.split("."))
        at = EPOCH + timedelta(microseconds=micros)
        return notices.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk), created_at__lte=at)


def spot_of(notice: Notice) -> str:
    return f"{(notice.created_at - EPOCH) // timedelta(microseconds=1)}.{notice.pk}"


@login_required
@require_safe
def notices(request: PersonRequest) -> HttpResponse:
    form = BeforeForm(request.GET)
    found = list(form.cut(Notice.objects.visible_to(request.user)).newest_first()[: PAGE + 1])
    context: dict[str, Any] = {
        "rows": found[:PAGE],
        "older": f"?before={spot_of(found[PAGE - 1])}" if len(found) > PAGE else "",
        "newer": "?" if form.spot else "",
        "has_unread": Notice.objects.visible_to(request.user).unread().exists(),
    }
    return render(request, "site/notices.html", context)


@login_required
@require_safe
def notice(request: PersonRequest, pk: int) -> HttpResponse:
    """On to the page that a notice is about; it counts as read from now on."""
    found = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    news.mark_read(request.user, at=timezone.now(), notice=found)
    return redirect(found.path)


@login_required
@require_POST
def read_notices(request: PersonRequest) -> HttpResponse:
    news.mark_read(request.user, at=timezone.now())
    return redirect("notices")
