"""Doors of engagements: the list, the workroom, and the steps of an offer."""

from contextlib import suppress
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from marketplace.kernel.api.lists import AFTER, as_page, checked, pages_of
from payments import funding, offering, operations, refunding, stripe_gateway
from payments.api.serializers import EngagementSerializer, WorkroomSerializer
from payments.forms import CountryForm
from payments.http import (
    accept,
    application_of_company,
    engagement_or_404,
    only_sides,
    only_student,
    paid_by_me,
    payment_address,
)
from projects.api.applications import may_work_as
from projects.api.serializers import VersionSerializer
from projects.forms.listing import FromForm
from projects.http import with_everything
from projects.models import Engagement


def workroom(request: ApiRequest, public_id: str) -> Engagement:
    seen = Engagement.objects.visible_to(request.user).by_turn(request.user)
    return get_object_or_404(with_everything(seen), public_id=public_id)  # type: ignore[no-any-return]


class Engagements(Door):
    @operation("engagements_list", gives=pages_of(EngagementSerializer, "EngagementPage"), parameters=[AFTER])
    def get(self, request: ApiRequest) -> Any:
        """What is under way on either side, your turn first."""
        mine = Engagement.objects.visible_to(request.user).by_turn(request.user)
        rows = mine.select_related("company", "student", "project__company")
        listed = checked(FromForm(request.query_params)).page(rows)
        return as_page(request, listed["rows"], listed["older"])


class OneEngagement(Door):
    @operation("engagements_retrieve", gives=WorkroomSerializer)
    def get(self, request: ApiRequest, public_id: str) -> Engagement:
        """The workroom."""
        return workroom(request, public_id)


class PaymentSerializer(serializers.Serializer[Any]):
    """Where a person reserves their card, in a browser; null while it is being opened: ask `pay` again."""

    engagement = serializers.CharField()
    payment_url = serializers.CharField(allow_null=True)


class MakeOffer(Door):
    scope = "pay"

    @operation("offers_make", takes=VersionSerializer, gives=PaymentSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Any:
        """Choose an applicant. The offer goes out when the card is reserved at the address you are given."""
        application, said = application_of_company(request, public_id), given()
        engagement = offering.make_offer(application, by=request.user, at=timezone.now(), **said)
        address = payment_address(engagement.holds.get(number=1), at=timezone.now())
        return {"engagement": engagement.public_id, "payment_url": address}


class Pay(Door):
    scope = "pay"

    @operation("offers_pay", gives=PaymentSerializer)
    def post(self, request: ApiRequest, public_id: str) -> Any:
        """Back to the payment page that was left, or to a new one after a refused card."""
        hold = paid_by_me(request, public_id)
        hold = funding.retry_payment(hold.engagement, by=request.user, at=timezone.now())
        return {"engagement": public_id, "payment_url": payment_address(hold, at=timezone.now())}


class Confirm(Door):
    scope = "pay"
    keeps = False

    @operation("offers_confirm", gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str) -> Engagement:
        """Look whether the card is reserved by now; without it we hear of it by ourselves, a little later."""
        hold = paid_by_me(request, public_id)
        with suppress(stripe_gateway.StripeFailed):  # nothing is lost: the state says that it is waited for
            funding.confirm_payment(hold, at=timezone.now())
        return workroom(request, public_id)


class AcceptSerializer(VersionSerializer):
    country = serializers.CharField(
        max_length=2,
        required=False,
        help_text="Where your bank account is, ISO 3166 of two letters. Needed once, before the first offer.",
    )
    may_work_as = may_work_as()


class Accept(Door):
    scope = "pay"

    @operation("offers_accept", takes=AcceptSerializer, gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Engagement:
        """Accept an offer: the card is charged, the money held, and the work can start."""
        engagement = engagement_or_404(request, public_id)
        only_student(engagement, request)
        answers = given()
        version, form = answers.pop("version"), CountryForm.asked_of(request.user)
        if form is None:
            answers.pop("country", None)  # an account is there, wherever it is
        elif "country" not in answers:
            raise serializers.ValidationError({"country": ["Say in which country your bank account is."]})
        accept(engagement, by=request.user, at=timezone.now(), version=version, answers=answers)
        return workroom(request, public_id)


class Decline(Door):
    scope = "pay"

    @operation("offers_decline")
    def post(self, request: ApiRequest, public_id: str) -> None:
        """Decline an offer; the reservation on the card is given back."""
        offering.decline_offer(engagement_or_404(request, public_id), by=request.user, at=timezone.now())


class Withdraw(Door):
    scope = "pay"

    @operation("offers_withdraw")
    def post(self, request: ApiRequest, public_id: str) -> None:
        """Withdraw an offer of your company before it is accepted."""
        offering.withdraw_offer(engagement_or_404(request, public_id), by=request.user, at=timezone.now())


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, help_text="The other side reads it.")


class Cancel(Door):
    scope = "pay"

    @operation("engagements_cancel", takes=ReasonSerializer, gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Engagement:
        """End an engagement before anything was handed in; all of the money goes back to the card."""
        engagement = engagement_or_404(request, public_id)
        only_sides(engagement, request)
        at = timezone.now()
        refunds = refunding.cancel_before_start(engagement, by=request.user, at=at, **given())
        for refund in refunds:
            operations.run_now(refund, at=at)
        return workroom(request, public_id)
