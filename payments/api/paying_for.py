"""Doors for an offer, or more work, that a colleague pays, and for taking a whole project back."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from marketplace.kernel.api.doors import Door, Given, operation
from payments import asking_to_pay, cancelling
from payments.http import (
    application_of_company,
    asked_for_work_or_404,
    engagement_or_404,
    looked_again,
    more_work_or_404,
    only_company,
    payment_address,
    project_or_404,
    request_or_404,
)
from payments.models import PaymentRequest
from projects.api.drafts import OwnProjectSerializer
from projects.api.posting import own
from projects.api.serializers import VersionSerializer
from projects.models import Application, Project


class AskToPaySerializer(VersionSerializer, serializers.ModelSerializer[PaymentRequest]):
    class Meta:
        model = PaymentRequest
        fields = ("version", "email", "po_number", "note")


class PaymentRequestSerializer(serializers.ModelSerializer[PaymentRequest]):
    """Who was asked to pay. The address to pay at stands in their letter alone."""

    engagement = serializers.CharField(source="work.public_id")
    more_work = serializers.IntegerField(
        source="more_work.number", default=None, allow_null=True, help_text="Its number; null for an offer."
    )

    class Meta:
        model = PaymentRequest
        fields = ("engagement", "more_work", "email", "po_number", "note", "created_at", "ends_at")
        read_only_fields = fields


class AskColleague(Door):
    scope = "pay"

    @operation("offers_ask_to_pay", takes=AskToPaySerializer, gives=PaymentRequestSerializer, status=201)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> PaymentRequest:
        """Choose an applicant, and ask somebody without an account to reserve their card."""
        application, said = application_of_company(request, public_id), given()
        return asking_to_pay.ask_to_pay(application, by=request.user, at=timezone.now(), **said)


class TakeBackRequest(Door):
    scope = "pay"

    @operation("offers_take_back_request")
    def post(self, request: ApiRequest, public_id: str) -> None:
        """Take the request to pay back; the seat is free again."""
        engagement = engagement_or_404(request, public_id)
        asked = get_object_or_404(PaymentRequest.objects.visible_to(request.user), engagement=engagement)
        asking_to_pay.take_back(asked, by=request.user, at=timezone.now())


class AskToPayForWorkSerializer(serializers.ModelSerializer[PaymentRequest]):
    class Meta:
        model = PaymentRequest
        fields = ("email", "po_number", "note")


class AskColleagueForWork(Door):
    scope = "pay"

    @operation(
        "more_work_ask_to_pay", takes=AskToPayForWorkSerializer, gives=PaymentRequestSerializer, status=201
    )
    def post(self, request: ApiRequest, public_id: str, number: int, given: Given) -> PaymentRequest:
        """Ask somebody without an account to pay for what was agreed on."""
        more = more_work_or_404(request, public_id, number)
        only_company(more.engagement.company, request)
        return asking_to_pay.ask_to_pay_for_work(more, by=request.user, at=timezone.now(), **given())


class TakeBackRequestForWork(Door):
    scope = "pay"

    @operation("more_work_take_back_request")
    def post(self, request: ApiRequest, public_id: str, number: int) -> None:
        """Take the request back: pay for it yourself, or ask somebody else."""
        asked = asked_for_work_or_404(request, public_id, number)
        asking_to_pay.take_back(asked, by=request.user, at=timezone.now())


class ToPaySerializer(serializers.Serializer[Any]):
    """What is asked of whoever has the letter."""

    company = serializers.CharField(source="work.company.name")
    title = serializers.CharField()
    amount_cents = serializers.IntegerField(source="amount.cents")
    currency = serializers.CharField(source="work.currency")
    po_number = serializers.CharField()
    note = serializers.CharField()
    ends_at = serializers.DateTimeField()
    is_payable = serializers.SerializerMethodField()

    def get_is_payable(self, asked: PaymentRequest) -> bool:
        return asked.is_payable(asked.hold, at=timezone.now())


class PayersPageSerializer(serializers.Serializer[Any]):
    payment_url = serializers.CharField(
        allow_null=True, help_text="Null while it is being opened: ask again."
    )


class PayFor(Door):
    """The letter's token stands for the person; no account is needed, and no cookie is looked at."""

    open_to_all = ("GET", "HEAD", "POST")
    scope = "pay"
    keeps = False

    @operation("payers_retrieve", gives=ToPaySerializer)
    def get(self, request: ApiRequest, token: str) -> PaymentRequest:
        """What is to be paid, for whom and until when."""
        return request_or_404(token)

    @operation("payers_pay", gives=PayersPageSerializer)
    def post(self, request: ApiRequest, token: str) -> Any:
        """To a payment page that is open or new."""
        asked = request_or_404(token)
        looked_again(asked, at=timezone.now())
        hold = asking_to_pay.open_page(asked, at=timezone.now())
        return {"payment_url": payment_address(hold, at=timezone.now())}


class CancelProjectSerializer(VersionSerializer):
    """Why, and an answer by public id for everyone who waits; whoever has none counts as not answered."""

    why = serializers.ChoiceField(Project.CancelReason.choices)
    answers = serializers.DictField(
        child=serializers.ChoiceField(Application.DeclineReason.choices), default=dict
    )


class CancelProject(Door):
    scope = "post"

    @operation("projects_cancel", takes=CancelProjectSerializer, gives=OwnProjectSerializer)
    def post(self, request: ApiRequest, public_id: str, given: Given) -> Project:
        """Take a live project back; open offers end, and everyone who waited is told."""
        project = project_or_404(request, public_id)
        only_company(project.company, request)
        cancelling.cancel_project(project, by=request.user, at=timezone.now(), **given())
        return own(request, public_id)
