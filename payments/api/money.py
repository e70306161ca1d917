"""Doors of money: what is held, where every cent of an engagement is, and being paid."""

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.api.doors import ProvenDoor
from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import PAGE, as_page, checked, pages_of
from payments import operations, paying_out, receipting, stripe_gateway
from payments.api.serializers import HoldSerializer
from payments.forms import OlderForm
from payments.models import Hold, Payee


class MoneyRowSerializer(HoldSerializer):
    """A payment in the list, newest first."""

    engagement = serializers.CharField(source="engagement.public_id")
    title = serializers.CharField(source="engagement.terms.title")

    class Meta(HoldSerializer.Meta):
        fields = (*HoldSerializer.Meta.fields, "engagement", "title", "created_at")
        read_only_fields = fields


class Holds(Door):
    @operation(
        "holds_list",
        gives=pages_of(MoneyRowSerializer, "HoldPage"),
        parameters=[OpenApiParameter("before", OpenApiTypes.STR, description="Where the page before ended.")],
    )
    def get(self, request: ApiRequest) -> Any:
        """The payments of your engagements."""
        form: OlderForm = checked(OlderForm(request.query_params))
        holds = form.page(Hold.objects.visible_to(request.user).select_related("engagement"), PAGE)
        older = f"?before={holds[PAGE - 1].pk}" if len(holds) > PAGE else ""
        return as_page(request, holds[:PAGE], older)


class AmountsSerializer(serializers.Serializer[Any]):
    """What the employer pays, and of it the student's and the platform's part."""

    employer_cents = serializers.IntegerField()
    student_cents = serializers.IntegerField()
    platform_cents = serializers.IntegerField()


class ReceiptRowSerializer(AmountsSerializer):
    label: Any = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


class MoveSerializer(serializers.Serializer[Any]):
    """One entry of the book, in words."""

    what = serializers.CharField()
    amount_cents = serializers.IntegerField(source="amount.cents")
    at = serializers.DateTimeField()


class ReceiptSerializer(MoneyRowSerializer):
    rows = ReceiptRowSerializer(many=True)
    totals = AmountsSerializer()
    moves = MoveSerializer(many=True)

    class Meta(MoneyRowSerializer.Meta):
        fields = (*MoneyRowSerializer.Meta.fields, "rows", "totals", "moves")
        read_only_fields = fields


def amounts(three: Any) -> dict[str, int]:
    names = ("employer_cents", "student_cents", "platform_cents")
    return {name: amount.cents for name, amount in zip(names, three, strict=True)}


class Receipt(Door):
    @operation("holds_retrieve", gives=ReceiptSerializer)
    def get(self, request: ApiRequest, public_id: str) -> Hold:
        """Where every cent of one payment is: by deliverable, and move by move from the book."""
        seen: Any = Hold.objects.visible_to(request.user).select_related("engagement")
        hold: Any = get_object_or_404(seen, public_id=public_id)
        receipt = receipting.receipt_for(hold)
        hold.rows = [
            {"label": row.label, "at": row.at, "note": row.note, **amounts(row.amounts)}
            for row in receipt.rows
        ]
        hold.totals, hold.moves = amounts(receipt.totals), receipting.moves_of(hold)
        return hold  # type: ignore[no-any-return]


class PayeeSerializer(serializers.ModelSerializer[Payee]):
    """Whether and where money can be sent to you; your bank details are at Stripe alone."""

    class Meta:
        model = Payee
        fields = ("country", "transfers_status", "is_ready", "requirements", "ready_at")
        read_only_fields = fields


class SetUpSerializer(serializers.Serializer[Any]):
    """Open it in a browser soon: it works once, for a few minutes."""

    setup_url = serializers.CharField()


class CountrySerializer(serializers.Serializer[Any]):
    country = serializers.CharField(
        max_length=2, required=False, help_text="ISO 3166, two letters; needed the first time."
    )


class MyPayee(ProvenDoor):
    """The address that leads to Stripe is a key to the account, so it is kept nowhere."""

    scope = "pay"
    keeps = False
    may_lack = True

    @operation("payee_retrieve", gives=PayeeSerializer)
    def get(self, request: ApiRequest) -> Payee:
        """Where you stand; 404 where you have not begun."""
        mine = get_object_or_404(Payee.objects.visible_to(request.user))
        try:
            return mine if mine.is_ready else paying_out.refresh_payee(mine, at=timezone.now())
        except stripe_gateway.StripeFailed:
            return mine  # as it was known last

    @operation("payee_set_up", takes=CountrySerializer, gives=SetUpSerializer)
    def post(self, request: ApiRequest, given: Given) -> Any:
        """Open your account at Stripe, or go on with it."""
        mine, said = Payee.objects.visible_to(request.user).first(), given()
        if mine is None and "country" not in said:
            raise serializers.ValidationError({"country": ["Say in which country your bank account is."]})
        if mine is None:
            mine = paying_out.open_account(request.user, country=said["country"], at=timezone.now())
        operations.run_open(payee=mine, at=timezone.now())
        back, again = (reverse(f"payments:{name}") for name in ("payee", "resume_payee"))
        try:
            address = paying_out.setup_address(
                mine, return_url=settings.SITE_URL + back, refresh_url=settings.SITE_URL + again
            )
        except stripe_gateway.StripeFailed:
            raise paying_out.AccountNotReady from None
        return {"setup_url": address}
