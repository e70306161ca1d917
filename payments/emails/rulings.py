"""Letters about what admins decide: a part divided, and a finding of fraud with its appeal."""

from datetime import datetime

from marketplace.kernel.models import Topic
from marketplace.kernel.money import Money
from payments.emails import to_company, to_student
from payments.models import Award, FraudFinding
from projects.models import Deliverable

APPEAL = "Read it, or appeal"


def part_divided(award: Award, deliverable: Deliverable, *, at: datetime) -> None:
    """Both sides hear both amounts and the reason."""
    engagement = award.engagement
    words = {
        "deliverable": deliverable.title,
        "student_gets": Money(award.student_cents),
        "back": Money(award.refund_cents),
        "reason": award.note,
    }
    key = f"award:{award.pk}"
    to_student("part_divided", engagement, key=key, at=at, topic=Topic.MONEY, **words)
    to_company("part_divided", engagement, key=key, at=at, topic=Topic.MONEY, **words)


def fraud_found(finding: FraudFinding, *, at: datetime) -> None:
    to_student(
        "fraud_found",
        finding.engagement,
        key=f"finding:{finding.pk}",
        at=at,
        topic=Topic.MONEY,
        amount=finding.amount,
        until=finding.moves_at,
        reasons=finding.reasons,
        note=finding.note,
        action=APPEAL,
        path="/accounts/decisions/",
    )


def finding_lifted(finding: FraudFinding, *, at: datetime) -> None:
    key = f"finding:{finding.pk}:lifted"
    to_student("finding_lifted", finding.engagement, key=key, at=at, topic=Topic.MONEY, amount=finding.amount)


def finding_upheld(finding: FraudFinding, *, note: str, at: datetime) -> None:
    key, sums = f"finding:{finding.pk}:upheld", {"amount": finding.amount, "note": note}
    to_student("finding_upheld", finding.engagement, key=key, at=at, topic=Topic.MONEY, **sums)
