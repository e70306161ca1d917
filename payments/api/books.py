"""Doors of what the book says: sums of each side, every cent of an engagement, statements and receipts.

Amounts are whole cents of the site's currency. The same rules write the pages.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers

from accounts.http import ApiRequest
from accounts.models import Company
from marketplace.kernel.api.doors import Door, operation
from payments import accounting
from payments.api.serializers import EventSerializer
from payments.http import engagement_or_404, engagement_with_money, year_or_404


class FigureSerializer(serializers.Serializer[Any]):
    """One sum; `name` stays, `label` is for people."""

    name = serializers.CharField()
    label: Any = serializers.CharField()
    amount_cents = serializers.IntegerField(source="amount.cents")


class SideSerializer(serializers.Serializer[Any]):
    """`figures` add up to `whole`; what is `beside` counts in neither."""

    side = serializers.CharField(source="name", help_text="`student` or `employer`.")
    figures = FigureSerializer(source="totals.figures", many=True)
    whole = FigureSerializer(source="totals.whole")
    beside = FigureSerializer(source="totals.beside", many=True)


class SummarySerializer(serializers.Serializer[Any]):
    sides = SideSerializer(many=True)


class Summary(Door):
    @operation("money_summary", gives=SummarySerializer)
    def get(self, request: ApiRequest) -> Any:
        """What is held, on its way, sent and given back, on each side that you are on."""
        sides = accounting.sides_of(request.user, at=timezone.now())
        return {"sides": [side for side in sides if side.totals is not None]}


class StandingSerializer(serializers.Serializer[Any]):
    """What came in, and whose it is: `charged` is the sum of all others. One move's change, or all of them."""

    charged_cents = serializers.IntegerField(source="charged.cents")
    held_cents = serializers.IntegerField(source="held.cents")
    student_cents = serializers.IntegerField(source="student.cents")
    platform_fee_cents = serializers.IntegerField(source="fee.cents")
    given_back_cents = serializers.IntegerField(source="back.cents")
    kept_by_bank_cents = serializers.IntegerField(source="bank.cents")
    borne_by_platform_cents = serializers.IntegerField(source="borne.cents")


class MoveOfBookSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    what = serializers.CharField()
    about = serializers.CharField(help_text="The part of the work, where it is of one.")
    change = StandingSerializer()
    receipt = serializers.IntegerField(allow_null=True, help_text="The number of your receipt of it.")


class TroubleSerializer(serializers.Serializer[Any]):
    """What stands in the way, and how much waits for it."""

    title = serializers.CharField()
    words = serializers.CharField()
    amount_cents = serializers.IntegerField(source="amount.cents")


class JourneySerializer(serializers.Serializer[Any]):
    standing = StandingSerializer()
    moves = MoveOfBookSerializer(many=True)
    troubles = TroubleSerializer(many=True)
    coming = EventSerializer(many=True)


class EngagementMoney(Door):
    @operation("engagement_money", gives=JourneySerializer)
    def get(self, request: ApiRequest, public_id: str) -> Any:
        """Every cent of one engagement, move by move, what stands in its way and what comes next."""
        engagement = get_object_or_404(engagement_with_money(request), public_id=public_id)
        role = engagement.role_of(request.user)
        return accounting.journey_of(engagement, role=role, at=timezone.now())


class LineSerializer(serializers.Serializer[Any]):
    """One line: words in the order of `columns`, cents (or null) in that of `money_columns`."""

    at = serializers.DateTimeField()
    words = serializers.ListField(child=serializers.CharField())
    cents = serializers.ListField(child=serializers.IntegerField(allow_null=True))


class PaperSerializer(serializers.Serializer[Any]):
    """A receipt or a statement; `totals` are the sums of the money columns, in their order."""

    title = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    money_columns = serializers.ListField(child=serializers.CharField())
    lines = LineSerializer(many=True)
    totals = serializers.ListField(child=serializers.IntegerField())
    balances = serializers.DictField(child=serializers.IntegerField(), help_text="In cents.")
    notes = serializers.ListField(child=serializers.CharField())


def written(paper: accounting.Paper) -> dict[str, Any]:
    lines = [
        {
            "at": line.at,
            "words": list(line.words),
            "cents": [None if amount is None else amount.cents for amount in line.amounts],
        }
        for line in paper.lines
    ]
    return {
        "title": paper.title,
        "columns": list(paper.columns),
        "money_columns": list(paper.money_columns),
        "lines": lines,
        "totals": [amount.cents for amount in paper.totals],
        "balances": {name: amount.cents for name, amount in paper.balances},
        "notes": paper.notes,
    }


class Earned(Door):
    @operation("money_earned", gives=PaperSerializer)
    def get(self, request: ApiRequest, year: int) -> Any:
        """What was sent to you as a student in a year of the site's books."""
        if not request.user.is_student:
            raise Http404
        return written(accounting.earned(request.user, year_or_404(year), at=timezone.now()))


class Paid(Door):
    @operation("money_paid", gives=PaperSerializer)
    def get(self, request: ApiRequest, slug: str, year: int) -> Any:
        """What a company that you act for paid in a year of the site's books."""
        company = get_object_or_404(Company.objects.of(request.user), slug=slug)
        return written(accounting.paid(company, year_or_404(year), at=timezone.now()))


class MoveReceipt(Door):
    @operation("engagement_receipt", gives=PaperSerializer)
    def get(self, request: ApiRequest, public_id: str, number: int) -> Any:
        """The receipt of one move that is about your side."""
        engagement = engagement_or_404(request, public_id)
        role = engagement.role_of(request.user)
        paper = accounting.receipt_of(engagement, number, role=role, at=timezone.now())
        if paper is None:
            raise Http404
        return written(paper)
