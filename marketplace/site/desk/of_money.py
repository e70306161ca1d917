"""Awards and findings of fraud on the desk: what waits for a second signature, and the appeal."""

from typing import Any

from marketplace.site.desk.kinds import Kind, No, by_number
from payments import awarding, finding_fraud
from payments.models import Award, FraudFinding

NOT_SIGNED = {
    "not_fair": No("It is not fair", "The record does not bear this division."),
    "not_shown": No("It is not shown", "What happened is not shown well enough."),
}
KEPT = {
    "shown": No("It is shown", "What happened is shown, and the appeal does not change it."),
    "nothing_new": No("The appeal says nothing new", "Your appeal says nothing that was not known."),
}
OF_SHARE = (
    "share__deliverable",
    "share__hold__engagement__company",
    "share__hold__engagement__student",
    "by",
)
OF_RELEASE = tuple(f"release__{name}" for name in OF_SHARE[:3])


def awards(**which: Any) -> Any:
    return by_number(Award.objects.select_related(*OF_SHARE).filter(**which))


def findings(**which: Any) -> Any:
    return by_number(FraudFinding.objects.select_related(*OF_RELEASE, "by", "signed_by").filter(**which))


AWARD = Kind(
    waiting=lambda ids: awards(pk__in=ids, status=Award.Status.PROPOSED),
    template="admin/desk/award_case.html",
    context=lambda award: {"award": award},
    yes=awarding.sign,
    yes_label="Sign it",
    yes_means="The money is divided at once.",
    no=awarding.refuse_to_sign,
    no_label="Do not sign",
    noes=NOT_SIGNED,
    in_batch=False,
)
FINDING = Kind(
    waiting=lambda ids: findings(pk__in=ids, status=FraudFinding.Status.PROPOSED),
    template="admin/desk/finding_case.html",
    context=lambda finding: {"finding": finding},
    yes=finding_fraud.sign,
    yes_label="Sign it",
    yes_means="The student is told and may appeal; after that the money is taken back.",
    no=finding_fraud.refuse_to_sign,
    no_label="Do not sign",
    noes=NOT_SIGNED,
    in_batch=False,
)
OBJECTION = Kind(
    waiting=lambda ids: findings(pk__in=ids, status=FraudFinding.Status.STANDING, appeal_decided_at=None),
    template="admin/desk/finding_case.html",
    context=lambda finding: {"finding": finding},
    yes=finding_fraud.lift,
    yes_label="Lift it",
    yes_means="Nothing is taken back.",
    no=finding_fraud.uphold,
    no_label="Keep it",
    noes=KEPT,
    in_batch=False,
)
