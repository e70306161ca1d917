"""Fraud checks on the desk."""

from typing import Any

from accounts.models import User
from marketplace.site.desk.kinds import Kind, No, by_number, whom
from payments import clearing
from payments.models import CardSeen, FraudCheck

Reason = FraudCheck.Reason
NOES = {code: No(str(label), f"{label}.") for code, label in Reason.choices}


def read(check: FraudCheck) -> dict[str, Any]:
    cards = CardSeen.objects.of_company(check.company).select_related("hold__engagement").order_by("-pk")
    sharers = User.objects.filter(public_id__in=check.detail.get("sharing", ())).order_by("pk")
    members = check.company.members_now().filter(pk__in=sharers)
    return {
        "members": members,
        "check": check,
        "cards": cards[:20],
        "sharers": sharers,
        "whom": whom([check.company_id], [person.pk for person in (check.person, *sharers) if person]),
    }


FRAUD = Kind(
    waiting=lambda ids: by_number(
        FraudCheck.objects.waiting().select_related("company", "hold__engagement__student").filter(pk__in=ids)
    ),
    template="admin/desk/fraud.html",
    context=read,
    yes=clearing.clear,
    yes_label="All right, let it go on",
    yes_means="What was stopped goes on at once.",
    no=clearing.uphold,
    no_label="It is fraud",
    noes=NOES,
    in_batch=False,
)
