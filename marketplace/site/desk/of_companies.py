"""Registry numbers of companies on the desk."""

from typing import Any

from accounts import proving
from accounts.models import CompanyProof
from marketplace.site.desk.kinds import Kind, No, by_number

Reason = CompanyProof.RefusalReason
NOES = {
    Reason.NOT_FOUND.value: No(
        str(Reason.NOT_FOUND.label), "The registry that you named knows no such number. Look at it once more."
    ),
    Reason.OTHER_COMPANY.value: No(
        str(Reason.OTHER_COMPANY.label),
        "The number is of a company with another name. If yours has two, write to us from its own domain.",
    ),
    Reason.ENDED.value: No(str(Reason.ENDED.label), "The registry says that this company has ended."),
    Reason.UNREADABLE.value: No(
        str(Reason.UNREADABLE.label), "Name the registry and its country so that we find it."
    ),
}


def read(proof: CompanyProof) -> dict[str, Any]:
    company = proof.company
    return {
        "proof": proof,
        "company": company,
        "others": company.proofs.exclude(pk=proof.pk).order_by("pk"),
        "members": company.memberships.active().select_related("user").order_by("joined_at", "pk"),
        "projects": company.projects.count(),
    }


COMPANY = Kind(
    waiting=lambda ids: by_number(
        CompanyProof.objects.waiting().select_related("company__industry", "asked_by").filter(pk__in=ids)
    ),
    template="admin/desk/company.html",
    context=read,
    yes=proving.confirm_number,
    yes_label="The number is theirs",
    yes_means="They are a proven company from then on: no limit on what they reserve.",
    no=proving.refuse_number,
    no_label="Not accepted",
    noes=NOES,
    in_batch=False,
)
