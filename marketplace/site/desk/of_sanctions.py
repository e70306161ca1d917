"""Second signatures and appeals on the desk."""

from typing import Any

from accounts.models import Sanction
from marketplace.site.desk.kinds import Kind, No, by_number
from payments import appealing, sanctioning

NOT_SIGNED = {
    "too_hard": No("It is too hard", "A milder step is enough."),
    "not_shown": No("It is not shown", "What happened is not shown well enough."),
}
KEPT = {
    "shown": No("It is shown", "What happened is shown, and the decision fits it."),
    "nothing_new": No("The appeal says nothing new", "Your appeal says nothing that was not known."),
}


def read(sanction: Sanction) -> dict[str, Any]:
    earlier = Sanction.objects.against(sanction.person, sanction.company).exclude(pk=sanction.pk)
    return {"sanction": sanction, "earlier": earlier.order_by("-pk")[:10]}


def rows(**which: Any) -> Any:
    found = Sanction.objects.select_related("person", "company", "by", "appealed_by").filter(**which)
    return by_number(found)


SECOND = Kind(
    waiting=lambda ids: rows(pk__in=ids, status=Sanction.Status.PROPOSED),
    template="admin/desk/sanction_case.html",
    context=read,
    yes=sanctioning.sign,
    yes_label="Sign it",
    yes_means="It is done at once.",
    no=sanctioning.refuse_to_sign,
    no_label="Do not sign",
    noes=NOT_SIGNED,
    in_batch=False,
)
APPEAL = Kind(
    waiting=lambda ids: rows(pk__in=ids, status=Sanction.Status.STANDING, appeal_decided_at=None),
    template="admin/desk/sanction_case.html",
    context=read,
    yes=appealing.lift,
    yes_label="Lift it",
    yes_means="They may begin something new at once.",
    no=appealing.keep,
    no_label="Keep it",
    noes=KEPT,
    in_batch=False,
)
