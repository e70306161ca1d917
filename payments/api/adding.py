"""Doors for more work in an engagement: propose, agree, decline, withdraw, pay."""

from contextlib import suppress
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from payments import adding_work, funding, paying_for_work, stripe_gateway
from payments.api.engagements import PaymentSerializer, workroom
from payments.api.serializers import WorkroomSerializer
from payments.http import engagement_or_404, more_work_or_404, only_company, only_student, payment_address
from payments.models import MoreWork
from projects.api.serializers import VersionSerializer
from projects.models import Engagement
from projects.models.projects import MAX_CRITERIA


class ProposalSerializer(serializers.ModelSerializer[MoreWork]):
    """One more part of the work; what it costs in all is computed from its fee.

    What is often part of a swindle is refused with `words_noticed`; sent `flagged`, a moderator looks at it.
    """

    criteria = serializers.ListField(child=serializers.CharField(max_length=200), max_length=MAX_CRITERIA)
    fee_cents = serializers.IntegerField(min_value=1, max_value=10**9)
    hours = serializers.IntegerField(min_value=1, max_value=1000)
    due_days = serializers.IntegerField(min_value=1, max_value=1000)
    flagged = serializers.BooleanField(default=False, help_text="Send it knowingly, as it is.")

    class Meta:
        model = MoreWork
        fields = ("title", "brief", "criteria", "fee_cents", "hours", "due_days", "flagged")


class Propose(Door):
    scope = "pay"

    @operation("more_work_propose", takes=ProposalSerializer, gives=WorkroomSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Engagement:
        """Propose one more part of work under way; nothing is charged before the student has agreed."""
        engagement = engagement_or_404(request, public_id)
        only_company(engagement.company, request)
        said = given()
        flagged = said.pop("flagged")
        terms = adding_work.Terms(**said)
        adding_work.propose(engagement, terms, by=request.user, at=timezone.now(), flagged=flagged)
        return workroom(request, public_id)


class Agree(Door):
    scope = "work"

    @operation("more_work_agree", takes=VersionSerializer, gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> Engagement:
        """Agree to more work; it starts once the employer has paid and the money is held."""
        more = more_work_or_404(request, public_id, number)
        only_student(more.engagement, request)
        adding_work.agree(more, by=request.user, at=timezone.now(), **given())
        return workroom(request, public_id)


class Decline(Door):
    scope = "work"

    @operation("more_work_decline", takes=VersionSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> None:
        """Decline more work; the work under way goes on as it is."""
        more = more_work_or_404(request, public_id, number)
        only_student(more.engagement, request)
        adding_work.decline(more, by=request.user, at=timezone.now(), **given())


class Withdraw(Door):
    scope = "pay"

    @operation("more_work_withdraw")
    def post(self, request: ApiRequest, public_id: str, number: int) -> None:
        """Take a proposal of your company back before it is paid."""
        more = more_work_or_404(request, public_id, number)
        only_company(more.engagement.company, request)
        adding_work.withdraw(more, by=request.user, at=timezone.now())


class Pay(Door):
    scope = "pay"

    @operation("more_work_pay", gives=PaymentSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int) -> Any:
        """The payment page of what was agreed on: the one that is open, else a new one."""
        more = more_work_or_404(request, public_id, number)
        only_company(more.engagement.company, request)
        hold = paying_for_work.open_payment(more, by=request.user, at=timezone.now())
        return {"engagement": public_id, "payment_url": payment_address(hold, at=timezone.now())}


class Confirm(Door):
    scope = "pay"
    keeps = False

    @operation("more_work_confirm", gives=WorkroomSerializer)
    def post(self, request: ApiRequest, public_id: str, number: int) -> Engagement:
        """Look whether it is paid by now; without it we hear of it by ourselves, a little later."""
        more = more_work_or_404(request, public_id, number)
        only_company(more.engagement.company, request)
        if more.hold is not None:
            with suppress(stripe_gateway.StripeFailed):  # the state says that it is waited for
                funding.confirm_payment(more.hold, at=timezone.now())
        return workroom(request, public_id)
