"""Pages of staff: rights for some hours, and seeing the site as somebody else."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import empowering, viewing
from accounts.forms.rights import RightForm, ViewingForm
from accounts.http import PersonRequest
from accounts.http.proving import asks_again
from accounts.http.seen_as import KEY
from accounts.models import StaffRight, User, Viewing
from marketplace.kernel.errors import RuleViolation

LAST = 20


def only_staff(request: PersonRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again(when=lambda request: request.method == "POST")
def rights(request: PersonRequest) -> HttpResponse:
    """What I have and asked for, a form for more, and what others wait for."""
    only_staff(request)
    form = RightForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and asked(request, form):
        return redirect("accounts:rights")
    at, may_answer = timezone.now(), empowering.administrators().filter(pk=request.user.pk).exists()
    context = {
        "form": form,
        "live": request.user.staff_rights.live(at=at).order_by("ends_at"),
        "mine": request.user.staff_rights.newest_first()[:LAST],
        "waiting": StaffRight.objects.waiting().select_related("person").newest_first() if may_answer else [],
        "may_view": viewing.may_see_as(request.user, at=at),
    }
    return render(request, "accounts/rights.html", context, status=422 if form.errors else 200)


def asked(request: PersonRequest, form: RightForm) -> bool:
    try:
        empowering.ask_for(request.user, at=timezone.now(), **form.cleaned_data)
    except RuleViolation as refusal:
        form.add_error("kind", str(refusal))
        return False
    messages.success(request, "Asked for. Other administrators have a letter.")
    return True


@login_required
@require_POST
@asks_again()
def answer_right(request: PersonRequest, public_id: str, answer: str) -> HttpResponse:
    """Grant, refuse, or give back one's own."""
    only_staff(request)
    rules = {"grant": empowering.grant, "refuse": empowering.refuse, "end": empowering.give_back}
    right = get_object_or_404(StaffRight, public_id=public_id)
    right = rules[answer](right, by=request.user, at=timezone.now())
    messages.success(request, f"{right}: {right.get_status_display().lower()}.")
    return redirect("accounts:rights")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again(when=lambda request: request.method == "POST")
def see_as(request: PersonRequest, public_id: str) -> HttpResponse:
    """Why, then on to their dashboard."""
    if not viewing.may_see_as(request.user, at=timezone.now()):
        raise PermissionDenied
    person = get_object_or_404(User, public_id=public_id)
    form = ViewingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        begun = viewing.begin(person, by=request.user, at=timezone.now(), **form.cleaned_data)
        request.session[KEY] = begun.pk
        return redirect("dashboard")
    context = {"form": form, "person": person}
    return render(request, "accounts/see_as.html", context, status=422 if form.errors else 200)


@require_POST
def end_viewing(request: HttpRequest) -> HttpResponse:
    """Back to oneself; asked twice it does nothing."""
    begun: Viewing | None = getattr(request, "viewing", None)
    request.session.pop(KEY, None)
    if begun is None:
        return redirect("home")
    viewing.end(begun, at=timezone.now())
    return redirect("accounts:rights")
