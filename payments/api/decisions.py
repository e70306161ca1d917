"""Doors of what moderators decided about a person and their companies, and of the appeal."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.api.serializers import CompanyNameSerializer
from accounts.http import ApiRequest
from accounts.models import Sanction
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import AFTER, newest_page, pages_of
from payments import appealing
from payments.http import against_me


class DecisionSerializer(serializers.ModelSerializer[Sanction]):
    """A warning, limit or suspension, why, and what became of an appeal; `company` is null where it is about you."""

    company = CompanyNameSerializer(allow_null=True)
    reasons: Any = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Sanction
        fields = (
            *("public_id", "level", "status", "company", "reasons", "note", "at", "ends_at"),
            *("appeal", "appealed_at", "appeal_decided_at"),
        )
        read_only_fields = fields


class AppealSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000, help_text="Why it is wrong. Somebody else reads it.")


class Decisions(Door):
    @operation("decisions_list", gives=pages_of(DecisionSerializer, "DecisionPage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """What moderators decided about you and your companies."""
        return newest_page(request, against_me(request), by="at")


class OneDecision(Door):
    scope = "account"

    @operation("decisions_retrieve", gives=DecisionSerializer)
    def get(self, request: ApiRequest, public_id: str) -> Sanction:
        """One decision."""
        return get_object_or_404(against_me(request), public_id=public_id)

    @operation("decisions_appeal", takes=AppealSerializer, gives=DecisionSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Sanction:
        """Ask for another person's decision, once."""
        sanction = get_object_or_404(against_me(request), public_id=public_id)
        return appealing.appeal(sanction, by=request.user, at=timezone.now(), **given())
