"""What comes by letter: the choice by topic, and the one click that stops a kind of letter."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.forms.letters import LetterChoicesForm
from accounts.http import PersonRequest
from accounts.models import User
from marketplace.kernel import preferences
from marketplace.kernel.models import Topic


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_letters(request: PersonRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = LetterChoicesForm(sent, initial=preferences.chosen_by(request.user))
    if form.is_valid():
        preferences.choose(request.user, form.choices(), at=timezone.now())
        messages.success(request, "Your choice is saved.")
        return redirect("accounts:letters")
    return render(request, "accounts/letters.html", {"form": form}, status=422 if form.errors else 200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_letters(request: HttpRequest, token: str) -> HttpResponse:
    """One click (RFC 8058): a mail reader posts here without log-in; a person sees a button first.

    The signature stands for the person, so no cookie is looked at and none could be abused.
    """
    try:
        public_id, topic = preferences.read_token(token)
    except BadSignature:
        raise Http404 from None
    if request.method == "POST":
        person = get_object_or_404(User, public_id=public_id)
        preferences.stop(person, topic, at=timezone.now())
    label = Topic(topic).label if topic else ""
    context = {"topic": label, "is_done": request.method == "POST"}
    return render(request, "accounts/stop_letters.html", context)
