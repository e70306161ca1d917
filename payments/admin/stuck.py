"""Stuck money: every operation that waits, by cause, with one click to try it again, look it up or hand it over."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Exists, F, Min, OuterRef, Subquery, Sum, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from accounts.models import User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from payments import finding_fraud, ledger, stripe_gateway, unsticking
from payments.admin.looking import check_may_look, shown
from payments.models import Chargeback, FraudFinding, HandOver, Hold, Operation
from payments.models.causes import CAUSES, cause
from payments.operations import handling

FIRST, PAGE = 10, 50  # of each cause; of one cause


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("stuck/", site.admin_view(stuck), name="payments_stuck"),
        path("owed/<uuid:pk>/paid/", site.admin_view(paid_otherwise), name="payments_paid_otherwise"),
        path("stuck/<uuid:pk>/<slug:act>/", site.admin_view(handle), name="payments_handle"),
    ]


class SelectForm(forms.Form):
    """Which cause is shown whole, and after which operation the page goes on."""

    cause = forms.CharField(required=False, max_length=60)
    after = forms.UUIDField(required=False)


class PaidForm(forms.Form):
    """The bank's reference of a payment, and why no card took it."""

    reference = forms.CharField(max_length=60)
    note = forms.CharField(max_length=500)


class WhyForm(forms.Form):
    """Why the site refunds what it could not take back."""

    note = forms.CharField(max_length=500)


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), to_field_name="public_id")
    note = forms.CharField(required=False, max_length=500)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["to"].queryset = operators()  # type: ignore[attr-defined]


def operators() -> Any:
    """Who may act on money."""
    return User.objects.filter(is_staff=True, is_active=True, is_superuser=True).order_by("name", "pk")


@require_safe
def stuck(request: HttpRequest) -> HttpResponse:
    """The causes with sum and age, the oldest first; the first of each, or all of one page by page."""
    check_may_look(request)
    form = SelectForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    waiting: Any = Operation.objects.stuck(at=timezone.now())
    groups = list(
        waiting.values("cause")
        .annotate(number=Count("pk"), cents=Sum("amount_cents"), oldest=Min("since"))
        .order_by("oldest")
    )
    one = next((group["cause"] for group in groups if group["cause"] == chosen.get("cause")), "")
    rows, more = rows_of(waiting, one, chosen.get("after"))
    for group in groups:
        group["words"], group["amount"] = cause(group["cause"]), Money(group["cents"] or 0)
        group["may_try"] = group["cause"] not in handling.NEVER_AGAIN
        group["rows"] = [row for row in rows if row.cause == group["cause"]]
    context = {
        "title": "Stuck money",
        "groups": [group for group in groups if not one or group["cause"] == one],
        "one": one,
        "more": rows[-1].pk if more else None,
        "owed": owed_back(),
        "refused": refused_reversals()[:PAGE],
        "operators": operators(),
        "now": timezone.now(),
    }
    return shown(request, "stuck", context)


def rows_of(waiting: Any, one: str, after: Any) -> tuple[list[Any], bool]:
    """The oldest of each cause, or a page of one; their ids tell time. Whether there are more of the one."""
    owner = HandOver.objects.filter(operation=OuterRef("pk")).order_by("-pk")
    rows = waiting.annotate(
        owner=Subquery(owner.values("owner__name")[:1]), owner_note=Subquery(owner.values("note")[:1])
    ).select_related("hold__engagement__student", "hold__engagement__company", "payee__user")
    if one:
        rows = rows.filter(cause=one, **({"pk__gt": after} if after else {}))
        found = list(rows.order_by("pk")[: PAGE + 1])
        return found[:PAGE], len(found) > PAGE
    place = Window(RowNumber(), partition_by=F("cause"), order_by=F("pk").asc())
    return list(rows.annotate(place=place).filter(place__lte=FIRST).order_by("pk")), False


def owed_back() -> list[tuple[Hold, Money]]:
    """Refunds that a bank sent back after they were booked: owed, and no operation pays them."""
    journals = ledger.Journal.objects.filter(kind=ledger.Journal.Kind.REFUND_FAILED)
    holds = Hold.objects.filter(pk__in=journals.values("hold_id")).select_related("engagement__company")
    open_ = Operation.objects.filter(hold__in=holds, kind=Operation.Kind.REFUND).exclude(
        status__in=Operation.ENDS
    )
    under_way: dict[Any, int] = {}
    for operation in open_:
        under_way[operation.hold_id] = under_way.get(operation.hold_id, 0) + operation.amount.cents
    balances = ledger.balances_of_holds(hold.pk for hold in holds)
    owed = [(hold, balances[hold.pk].refund_payable - Money(under_way.get(hold.pk, 0))) for hold in holds]
    return [(hold, amount) for hold, amount in owed if amount]


def refused_reversals() -> Any:
    """What accounts had too little for after a finding of fraud: a person says whether the site refunds it."""
    given = Operation.objects.filter(kind=Operation.Kind.REFUND, slot=OuterRef("slot"), hold=OuterRef("hold"))
    taken = Chargeback.objects.filter(hold=OuterRef("hold"), status__in=Chargeback.TAKEN)
    rows = Operation.objects.filter(
        kind=Operation.Kind.REVERSAL,
        status=Operation.Status.FAILED,
        fraud_finding__in=FraudFinding.objects.filter(status=FraudFinding.Status.STANDING),
    )
    people = ("hold__engagement__student", "hold__engagement__company")
    return rows.filter(~Exists(given), ~Exists(taken)).select_related(*people).order_by("pk")


@require_POST
def handle(request: PersonRequest, pk: Any, act: str) -> HttpResponse:
    """One act on one operation; what the rules refuse is said on the list."""
    check_may_look(request)
    if act not in ACTS:
        raise Http404
    operation = get_object_or_404(Operation.objects.select_related("hold__engagement"), pk=pk)
    try:
        messages.success(request, f"{operation.get_kind_display()}: {ACTS[act](request, operation)}")
    except RuleViolation as refused:
        messages.error(request, str(refused))
    except stripe_gateway.StripeFailed as failure:
        messages.error(request, f"Stripe did not answer: {failure}")
    back = request.POST.get("cause", "")
    here = redirect("admin:payments_stuck")
    if back in CAUSES:
        here["Location"] += f"?cause={back}"
    return here


def try_again(request: PersonRequest, operation: Operation) -> str:
    at = timezone.now()
    operation = handling.try_again(operation, by=request.user, at=at)
    return handling.tried(operation, at=at)


def look(request: PersonRequest, operation: Operation) -> str:
    return handling.look_now(operation, by=request.user, at=timezone.now())


def hand_over(request: PersonRequest, operation: Operation) -> str:
    form = HandOverForm(request.POST)
    if not form.is_valid():
        raise ChooseSomebody
    to, note = form.cleaned_data["to"], form.cleaned_data["note"]
    handling.hand_over(operation, to=to, note=note, by=request.user, at=timezone.now())
    return f"{to} looks after it now."


def new_account(request: PersonRequest, operation: Operation) -> str:
    note = "Sent to the new account, after a look found nothing at the old one."
    anew = unsticking.pay_new_account(operation, by=request.user, at=timezone.now(), note=note)
    return f"{anew.amount} goes to the new account."


def refund(request: PersonRequest, operation: Operation) -> str:
    handling.check_operator(request.user)
    form, finding = WhyForm(request.POST), operation.fraud_finding
    if not form.is_valid():
        raise SayWhy
    if finding is None:
        raise finding_fraud.NothingToOrder
    back = finding_fraud.order_refund(
        finding, by=request.user, at=timezone.now(), note=form.cleaned_data["note"]
    )
    return f"{back.amount} goes back to the card, and the student still owes {operation.amount}."


@require_POST
def paid_otherwise(request: PersonRequest, pk: Any) -> HttpResponse:
    """A refund that came back was paid from our bank account: the debt is gone, and kept is by whom and where."""
    check_may_look(request)
    hold, form = get_object_or_404(Hold.objects.select_related("engagement"), pk=pk), PaidForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say under which reference the bank has it, and why it was paid that way.")
        return redirect("admin:payments_stuck")
    try:
        paid = unsticking.paid_otherwise(hold, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{hold.engagement}: {paid} paid back from our bank.")
    except RuleViolation as refused:
        messages.error(request, str(refused))
    return redirect("admin:payments_stuck")


class ChooseSomebody(RuleViolation):
    """Nobody was chosen who may act on money."""

    code = "choose_somebody"

    def __init__(self) -> None:
        super().__init__("Choose who looks after it, and keep the note under 500 characters.")


class SayWhy(RuleViolation):
    """A refund out of the site's own money needs a reason, which the audit keeps."""

    code = "say_why"

    def __init__(self) -> None:
        super().__init__("Say in at most 500 characters why the site refunds it.")


ACTS = {
    "try": try_again,
    "look": look,
    "hand-over": hand_over,
    "new-account": new_account,
    "refund": refund,
}
