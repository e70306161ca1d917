"""Doors of findings of fraud about money that a student got, and of the appeal."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import AFTER, newest_page, pages_of
from payments import finding_fraud
from payments.api.decisions import AppealSerializer
from payments.http import found_of_me
from payments.models import FraudFinding


class FraudFindingSerializer(serializers.ModelSerializer[FraudFinding]):
    """What was found, why, and until when it can be appealed (`moves_at`: the money is taken back then)."""

    engagement = serializers.CharField(source="engagement.public_id")
    reasons: Any = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = FraudFinding
        fields = (
            *("public_id", "status", "engagement", "cents", "reasons", "note", "at", "moves_at"),
            *("appeal", "appealed_at", "appeal_decided_at"),
        )
        read_only_fields = fields


class Findings(Door):
    @operation("findings_list", gives=pages_of(FraudFindingSerializer, "FindingPage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """Findings of fraud about money that was sent to you."""
        return newest_page(request, found_of_me(request), by="at")


class OneFinding(Door):
    scope = "account"

    @operation("findings_appeal", takes=AppealSerializer, gives=FraudFindingSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> FraudFinding:
        """Ask for another person's decision, once; nothing is taken back before."""
        finding = get_object_or_404(found_of_me(request), public_id=public_id)
        return finding_fraud.appeal(finding, by=request.user, at=timezone.now(), **given())
