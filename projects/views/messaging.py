"""The door of messages: sent from the workroom, which comes back with what was typed where something is wrong."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from marketplace.kernel.errors import RuleViolation
from projects import messaging
from projects.forms.messaging import MessageForm
from projects.views.correspondence import MESSAGES
from projects.views.working import seen, show


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: PersonRequest, public_id: str) -> HttpResponse:
    engagement = seen(request, public_id)
    if request.method != "POST":
        return redirect(f"{engagement.get_absolute_url()}{MESSAGES}")
    side = messaging.side_of(engagement, request.user)
    other = engagement.company if side == messaging.Side.STUDENT else engagement.student
    form = MessageForm(request.POST, other=other)
    if not form.is_valid():
        return show(request, engagement, form=form, status=422)
    try:
        messaging.send(engagement, by=request.user, at=timezone.now(), **form.words)
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return show(request, engagement, form=form, status=409)
    messages.success(request, f"Sent. {other} is told.")
    return redirect(f"{engagement.get_absolute_url()}{MESSAGES}")
