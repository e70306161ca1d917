"""The second signature: somebody else, who belongs to nothing that it is about, agrees or does not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import Company, User
from marketplace.kernel import auditing, casework
from marketplace.kernel import countersigning as outside
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case, Risk, SecondSignature
from marketplace.kernel.times import end_of_business_day
from marketplace.kernel.transactions import locked
from payments.operations.finishing import ring

UTC_ZONE = ZoneInfo(str(UTC))
PROPOSED = "proposed"

Subjects = Sequence[Any]  # people and companies that it is about


class NotAStranger(RuleViolation):
    """Nobody decides about themselves, their own company, or an appeal against their own decision."""

    code = "not_a_stranger"

    def __init__(self) -> None:
        super().__init__("You belong to it, or decided it before. Somebody else of the staff has to decide.")


def check_stranger(person: User, subjects: Subjects, *, at: datetime) -> None:
    """Raises NotAStranger, PermissionDenied."""
    if not (person.is_staff and person.is_active):
        raise PermissionDenied
    companies = [subject.pk for subject in subjects if isinstance(subject, Company)]
    people = [subject.pk for subject in subjects if isinstance(subject, User)]
    if person.pk in people or person.memberships.lately(at=at).filter(company__in=companies).exists():
        raise NotAStranger


def check_second(
    row: Any,
    person: User,
    subjects: Subjects,
    *,
    before: Sequence[int | None],
    at: datetime,
    version: int | None,
) -> None:
    """Whether `person` may sign or judge `row`; `before` had a hand in it. Raises NotAStranger, StalePage."""
    check_stranger(person, subjects, at=at)
    if person.pk in before:
        raise NotAStranger
    row.expect_version(version)


def put(
    kind: Case.Kind,
    row: Any,
    subjects: Subjects,
    *,
    before: Sequence[int | None],
    signs: Sequence[str],
    at: datetime,
) -> None:
    """Let it wait for somebody else; whoever it is about, or decided before, does not see it."""
    casework.put(
        kind,
        row,
        words=str(row),
        at=at,
        due_at=end_of_business_day(at, UTC_ZONE, days=settings.MODERATION_BUSINESS_DAYS),
        weight=casework.Weight(Risk.HIGH, signs),
        company_ids=[subject.pk for subject in subjects if isinstance(subject, Company)],
        people=[
            *(pk for pk in before if pk is not None),
            *(subject.pk for subject in subjects if isinstance(subject, User)),
        ],
    )


def ask_for_second(
    kind: Case.Kind,
    row: Any,
    subjects: Subjects,
    *,
    act: str,
    lines: Sequence[str],
    signs: Sequence[str] = (),
    at: datetime,
) -> None:
    """PRODUCT.md: two admins; where there is one, the person named at set-up, who reads `lines`, else it passes
    after three business days with an alarm."""
    row.passes_at = end_of_business_day(at, UTC_ZONE, days=settings.ONE_ADMIN_BUSINESS_DAYS)
    row.save(update_fields=["passes_at"])
    put(kind, row, subjects, before=[row.by_id], signs=signs, at=at)
    outside.ask(kind, row, by=row.by, at=at, words=str(row), lines=lines)
    auditing.record(act, row, by=row.by, at=at, reason=row.note, cents=row.cents)


def refuse(
    kind: Case.Kind, row: Any, *, status: str, by: User, at: datetime, codes: Sequence[str], note: str
) -> None:
    """Nothing is done. The row is locked, and `by` was checked."""
    casework.settle(kind, row, by=by, at=at, outcome="refused")
    row.become(status, by=by, at=at, reason=note, passes_at=None)
    auditing.record("signature_refused", row, by=by, at=at, reason=note, codes=list(codes))


def refuse_outside(asked: SecondSignature, *, of: type[Any], at: datetime, reason: str) -> None:
    """The person named at set-up does not sign: nothing is done. Raises SignatureIsOver, InvalidTransition."""
    with locked(of.objects.get(pk=asked.row_id)) as row:
        outside.take(asked, row, answer=outside.Answer.REFUSED, reason=reason, at=at)
        casework.drop(Case.Kind(asked.kind), row, at=at, outcome="refused")
        row.become("refused", by=None, at=at, reason=reason, passes_at=None)


def passes_alone(
    kind: Case.Kind,
    row: Any,
    *,
    alarm: str,
    at: datetime,
    asked: SecondSignature | None = None,
    reason: str = "",
) -> bool:
    """Signed by the person named at set-up in their letter `asked`; or three business days are over and nobody else
    could have signed. Somebody is rung for in any case. Raises SignatureIsOver.
    """
    if asked is not None:
        outside.take(asked, row, answer=outside.Answer.SIGNED, reason=reason, at=at)
        casework.drop(kind, row, at=at, outcome="signed")
        return True
    if row.status != PROPOSED or row.passes_at is None or at < row.passes_at:
        return False
    ring(alarm, row.public_id, str(row), at=at)
    if outside.others_may_sign(row.by) or outside.waits(kind, row, by=row.by, at=at):
        return False
    casework.drop(kind, row, at=at, outcome="passed_alone")
    return True
