"""Doors of companies: founding one, its page, who acts for it, and invitations."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.forms import model_to_dict
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts import inviting, onboarding, staffing
from accounts.api.doors import HasProvedIt, ProvenDoor
from accounts.api.serializers import (
    CompanyNameSerializer,
    CompanySerializer,
    InvitationSerializer,
    MemberSerializer,
    RoleSerializer,
)
from accounts.http import ApiRequest
from accounts.models import Company, Invitation, Membership
from accounts.models.invitations import read_token
from marketplace.kernel.api.doors import READING, Door, Given, operation
from marketplace.kernel.api.lists import as_page, pages_of

CHANGED = ("name", "website", "about", "country")


class Companies(Door):
    scope = "account"

    @operation("companies_found", takes=CompanySerializer, gives=CompanySerializer, status=201)
    def post(self, request: ApiRequest, given: Given) -> Company:
        """Bring a company onto the site; you own it."""
        return onboarding.found_company(request.user, at=timezone.now(), **given())


class OneCompany(Door):
    open_to_all = READING
    scope = "account"

    @operation("companies_retrieve", gives=CompanySerializer)
    def get(self, request: ApiRequest, slug: str) -> Company:
        """What everybody may see of a company."""
        found: Company = get_object_or_404(seen(request).select_related("industry"), slug=slug)
        return found

    @operation("companies_update", takes=CompanySerializer, gives=CompanySerializer)
    def patch(self, request: ApiRequest, slug: str, given: Given) -> Company:
        """Change what your company tells of itself; what was proven stays."""
        found = get_object_or_404(seen(request), slug=slug)
        if not found.is_owned_by(request.user):
            raise PermissionDenied
        said = model_to_dict(found, CHANGED) | {"industry": found.industry} | given(in_parts=True)
        return onboarding.edit_company(found, by=request.user, **said)


def seen(request: ApiRequest) -> Any:
    return Company.objects.visible_to(request.user)


def seen_from_inside(request: ApiRequest, slug: str) -> Company:
    """A company of one's own, or any for a moderator; 404 where not seen, 403 where only seen."""
    company: Company = get_object_or_404(seen(request), slug=slug)
    if not (company.has_member(request.user) or request.user.is_staff):
        raise PermissionDenied
    return company


class Members(Door):
    @operation("members_list", gives=pages_of(MemberSerializer, "MemberPage"))
    def get(self, request: ApiRequest, slug: str) -> Any:
        """Who acts for a company of yours; all of them on one page."""
        members = seen_from_inside(request, slug).memberships.active().select_related("user")
        return as_page(request, members.order_by("joined_at", "pk"), "")


class OneMember(ProvenDoor):
    scope = "account"

    @operation("members_change_role", takes=MemberSerializer, gives=MemberSerializer)
    def patch(self, request: ApiRequest, slug: str, pk: int, given: Given) -> Membership:
        """Make somebody a manager or an owner."""
        membership, said = self.member(request, slug, pk), given()
        return staffing.change_role(membership, by=request.user, at=timezone.now(), role=said["role"])

    @operation("members_remove")
    def delete(self, request: ApiRequest, slug: str, pk: int) -> None:
        """Somebody acts for the company no longer."""
        staffing.remove(self.member(request, slug, pk), by=request.user, at=timezone.now())

    def member(self, request: ApiRequest, slug: str, pk: int) -> Membership:
        company = seen_from_inside(request, slug)
        return get_object_or_404(company.memberships.select_related("user", "company"), pk=pk)


class Leave(Door):
    scope = "account"

    @operation("members_leave")
    def post(self, request: ApiRequest, slug: str) -> None:
        """You act for the company no longer."""
        staffing.leave(seen_from_inside(request, slug), by=request.user, at=timezone.now())


class Invitations(Door):
    scope = "account"

    @operation("invitations_list", gives=pages_of(InvitationSerializer, "InvitationPage"))
    def get(self, request: ApiRequest, slug: str) -> Any:
        """Those that wait, for an owner; all on one page."""
        company = seen_from_inside(request, slug)
        if not company.is_owned_by(request.user):
            raise PermissionDenied
        return as_page(request, company.invitations.waiting().newest_first(), "")

    @operation("invitations_send", takes=InvitationSerializer, gives=InvitationSerializer, status=201)
    def post(self, request: ApiRequest, slug: str, given: Given) -> Invitation:
        """Invite a colleague by letter. A key invites managers alone: an owner is made by who proved who they are."""
        company, said = seen_from_inside(request, slug), given()
        company.check_owner(request.user)
        if said["role"] == Membership.Role.OWNER and not HasProvedIt().has_permission(request, self):
            self.permission_denied(request, message=HasProvedIt.message, code=HasProvedIt.code)
        return inviting.invite(company, by=request.user, at=timezone.now(), **said)


class OneInvitation(Door):
    scope = "account"

    @operation("invitations_send_again", gives=InvitationSerializer)
    def post(self, request: ApiRequest, slug: str, public_id: str) -> Invitation:
        """A new letter; the one before leads nowhere."""
        return inviting.send_again(sent(request, slug, public_id), by=request.user, at=timezone.now())

    @operation("invitations_take_back")
    def delete(self, request: ApiRequest, slug: str, public_id: str) -> None:
        """The letter leads nowhere from now on."""
        inviting.take_back(sent(request, slug, public_id), by=request.user, at=timezone.now())


def sent(request: ApiRequest, slug: str, public_id: str) -> Invitation:
    company = seen_from_inside(request, slug)
    return get_object_or_404(company.invitations.select_related("company"), public_id=public_id)


class InvitedSerializer(serializers.ModelSerializer[Invitation]):
    """What the letter is about."""

    company = CompanyNameSerializer()
    invited_by = serializers.CharField(source="invited_by.name")

    class Meta:
        model = Invitation
        fields = ("company", "email", "role", "status", "invited_by", "expires_at")
        read_only_fields = fields


class Invited(Door):
    """Whoever has the letter may read what it is about; only its addressee can accept."""

    open_to_all = READING
    scope = "account"

    @operation("invitations_retrieve", gives=InvitedSerializer)
    def get(self, request: ApiRequest, token: str) -> Invitation:
        """An invitation, by the token in its letter."""
        return by_token(token)[0]

    @operation("invitations_accept", gives=RoleSerializer)
    def post(self, request: ApiRequest, token: str) -> Membership:
        """Join the company."""
        invitation, letter = by_token(token)
        return inviting.accept(invitation, by=request.user, at=timezone.now(), letter=letter)


def by_token(token: str) -> tuple[Invitation, int]:
    try:
        public_id, letter = read_token(token)
    except BadSignature:
        raise Http404 from None
    found = Invitation.objects.select_related("company", "invited_by")
    return get_object_or_404(found, public_id=public_id), letter
