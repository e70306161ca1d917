"""Who acts for a company: its members, invitations to it, and the page on which one is accepted."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import inviting, staffing
from accounts.forms.staff import InvitationForm, RoleForm
from accounts.http import PersonRequest
from accounts.http.proving import asks_again
from accounts.models import Company, Invitation, Membership
from accounts.models.invitations import read_token
from marketplace.kernel.errors import RuleViolation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again(when=lambda request: "owner" in request.POST.getlist("role"))
def people(request: PersonRequest, slug: str) -> HttpResponse:
    """The members, and for an owner the letters that wait and a form for one more."""
    company = seen_from_inside(request, slug)
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not company.is_owned_by(request.user):
        raise PermissionDenied
    if form.is_valid() and invited(request, company, form):
        return redirect("accounts:company_people", company.slug)
    context = {"company": company, "form": form, **staff_of(company, request)}
    return render(request, "accounts/company_people.html", context, status=422 if form.errors else 200)


def invited(request: PersonRequest, company: Company, form: InvitationForm) -> bool:
    """Whether the letter is on its way; a no of the rules stands beside the box."""
    try:
        inviting.invite(company, by=request.user, at=timezone.now(), **form.cleaned_data)
    except RuleViolation as refusal:
        form.add_error("email", str(refusal))
        return False
    messages.success(request, f"A letter to {form.cleaned_data['email']} is on its way.")
    return True


def staff_of(company: Company, request: PersonRequest) -> dict[str, Any]:
    at = timezone.now()
    # Everybody on one page: a company has few members, and each letter that waits is one of few a day.
    members = list(company.memberships.active().select_related("user").order_by("joined_at", "pk"))
    waiting = company.invitations.waiting().select_related("invited_by").newest_first()
    mine = next((row for row in members if row.user_id == request.user.pk), None)
    is_owner = mine is not None and mine.role == Membership.Role.OWNER
    invitations = [(row, row.is_open(at=at)) for row in waiting] if is_owner else []
    return {"members": members, "mine": mine, "is_owner": is_owner, "invitations": invitations}


def seen_from_inside(request: PersonRequest, slug: str) -> Company:
    """A company of one's own, or any for a moderator; 404 where not seen, 403 where only seen."""
    company = get_object_or_404(Company.objects.visible_to(request.user), slug=slug)
    if not (company.has_member(request.user) or request.user.is_staff):
        raise PermissionDenied
    return company


@login_required
@require_POST
@asks_again()
def change_role(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    membership, form = member(request, slug, pk), RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    changed = staffing.change_role(membership, by=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"{changed.user} is {changed.get_role_display().lower()} now.")
    return redirect("accounts:company_people", slug)


@login_required
@require_POST
@asks_again()
def remove_member(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    membership = member(request, slug, pk)
    staffing.remove(membership, by=request.user, at=timezone.now())
    messages.success(request, f"{membership.user} does not act for {membership.company} any more.")
    mine = membership.user_id == request.user.pk
    return redirect("accounts:settings") if mine else redirect("accounts:company_people", slug)


def member(request: PersonRequest, slug: str, pk: int) -> Membership:
    company = seen_from_inside(request, slug)
    return get_object_or_404(company.memberships.select_related("user", "company"), pk=pk)


@login_required
@require_POST
def leave(request: PersonRequest, slug: str) -> HttpResponse:
    company = seen_from_inside(request, slug)
    staffing.leave(company, by=request.user, at=timezone.now())
    messages.success(request, f"You do not act for {company} any more.")
    return redirect("accounts:settings")


@login_required
@require_POST
def send_again(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    invitation = inviting.send_again(sent(request, slug, public_id), by=request.user, at=timezone.now())
    messages.success(request, f"A new letter to {invitation.email} is on its way; the one before is void.")
    return redirect("accounts:company_people", slug)


@login_required
@require_POST
def take_back(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    invitation = inviting.take_back(sent(request, slug, public_id), by=request.user, at=timezone.now())
    messages.success(request, f"The invitation of {invitation.email} is taken back.")
    return redirect("accounts:company_people", slug)


def sent(request: PersonRequest, slug: str, public_id: str) -> Invitation:
    company = seen_from_inside(request, slug)
    return get_object_or_404(company.invitations.select_related("company"), public_id=public_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the letter leads to. Whoever has the letter may read it; only its addressee can accept."""
    try:
        public_id, letter = read_token(token)
    except BadSignature:
        raise Http404 from None
    found = get_object_or_404(Invitation.objects.select_related("company", "invited_by"), public_id=public_id)
    if request.method == "POST":
        return join(request, found, letter)
    is_open = letter == found.letters and found.is_open(at=timezone.now())
    context = {"invitation": found, "is_open": is_open}
    return render(request, "accounts/invitation.html", context, status=200 if is_open else 410)


def join(request: HttpRequest, invitation: Invitation, letter: int) -> HttpResponse:
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    membership = inviting.accept(invitation, by=user, at=timezone.now(), letter=letter)
    messages.success(
        request, f"You act for {membership.company} now, as {membership.get_role_display().lower()}."
    )
    if not user.name:
        return redirect("accounts:profile")
    return redirect("accounts:company_people", membership.company.slug)
