"""Doors by which an owner shows that a company is who it says."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts import proving
from accounts.http import ApiRequest
from accounts.models import Company, CompanyProof
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import as_page, pages_of

Way = CompanyProof.Way


class ProofSerializer(serializers.ModelSerializer[CompanyProof]):
    """One way, and how far it is. Of a site, `token` has to stand in the file at `address`."""

    address = serializers.SerializerMethodField()

    class Meta:
        model = CompanyProof
        fields = (
            *("public_id", "way", "status", "domain", "token", "address", "registry", "number"),
            *("asked_at", "looked_at", "found", "decided_at"),
        )
        read_only_fields = fields

    def get_address(self, proof: CompanyProof) -> str:
        return proof.address if proof.way == Way.SITE else ""


class BeginSerializer(serializers.ModelSerializer[CompanyProof]):
    """The way to go; the registry and the number in it where that is the way."""

    class Meta:
        model = CompanyProof
        fields = ("way", "registry", "number")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in ("registry", "number") if not attrs.get(name)]
        if attrs["way"] == Way.REGISTRY and missing:
            raise serializers.ValidationError({name: ["This field is required."] for name in missing})
        return attrs


def owned(request: ApiRequest, slug: str) -> Company:
    company: Company = get_object_or_404(Company.objects.visible_to(request.user), slug=slug)
    if not company.is_owned_by(request.user):
        raise PermissionDenied
    return company


class Proofs(Door):
    scope = "account"

    @operation("proofs_list", gives=pages_of(ProofSerializer, "ProofPage"))
    def get(self, request: ApiRequest, slug: str) -> Any:
        """What shows who a company of yours is, for an owner; all on one page."""
        return as_page(request, owned(request, slug).proofs.order_by("pk"), "")

    @operation("proofs_begin", takes=BeginSerializer, gives=ProofSerializer, status=201)
    def post(self, request: ApiRequest, slug: str, given: Given) -> CompanyProof:
        """Show the e-mail domain at once, get the text for the site, or name a number that a moderator looks up."""
        company, said = owned(request, slug), given()
        by, at = request.user, timezone.now()
        if said["way"] == Way.MAIL:
            return proving.prove_by_mail(company, by=by, at=at)
        if said["way"] == Way.SITE:
            return proving.begin_site(company, by=by, at=at)
        return proving.tell_number(company, by=by, at=at, registry=said["registry"], number=said["number"])


class LookAtSite(Door):
    scope = "account"

    @operation("proofs_look", gives=ProofSerializer)
    def post(self, request: ApiRequest, slug: str, public_id: str) -> CompanyProof:
        """The file is on the site: have us look. What was found stands in the proof some moments later."""
        sites = owned(request, slug).proofs.filter(way=Way.SITE).select_related("company")
        proof = get_object_or_404(sites, public_id=public_id)
        return proving.ask_to_look(proof, by=request.user, at=timezone.now())
