"""One answer, or the same to many cases, through the rule of each kind."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from marketplace.kernel import casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case
from marketplace.site.desk.all_kinds import KINDS
from marketplace.site.desk.kinds import still_waiting


class NothingToDecide(RuleViolation):
    """The thing changed so that nothing waits any more."""

    code = "nothing_to_decide"

    def __init__(self) -> None:
        super().__init__("This needs no decision any more. Nothing was done.")


class NotInBatch(RuleViolation):
    """What is decided about a person or with money is read one by one."""

    code = "not_in_batch"

    def __init__(self, case: Case) -> None:
        super().__init__(f"{case.get_kind_display()} is decided one at a time.")


def companies_of(person: Any, *, at: datetime) -> set[int]:
    """The companies whose cases this person never handles: their own, today and within 12 months."""
    return set(person.memberships.lately(at=at).values_list("company_id", flat=True))


def row_of(case: Case) -> Any:
    """The row that waits. Raises NothingToDecide, and then the case is out of the queue too."""
    found = still_waiting([case], KINDS)
    if case.closed_at is None and found:
        return found[0][1]
    raise NothingToDecide


def take_next(*, by: Any, at: datetime, kinds: Sequence[str] = (), but: Sequence[int] = ()) -> Case | None:
    """The most urgent case that still waits, now this person's; what is moot goes out of the queue on the way."""
    companies = companies_of(by, at=at)
    while case := casework.claim_next(by=by, at=at, companies=companies, kinds=kinds or list(KINDS), but=but):
        if still_waiting([case], KINDS):
            return case
        casework.close(case, by=None, at=at, outcome="moot")
    return None


def decide(
    case: Case,
    *,
    by: Any,
    at: datetime,
    version: int | None,
    codes: Sequence[str] | None = None,
    note: str = "",
) -> Any:
    """Yes where there are no `codes`, else no with these; without a `note` the canned words of the codes go out."""
    kind, row = KINDS[case.kind], row_of(case)
    if codes is None:
        return kind.yes(row, by=by, at=at, version=version)
    words = note.strip() or " ".join(kind.noes[code].words for code in codes if code in kind.noes)
    return kind.no(row, by=by, at=at, version=version, codes=list(codes), note=words)


def decide_many(
    chosen: Iterable[tuple[Case, int | None]], *, by: Any, at: datetime, codes: Sequence[str] | None
) -> tuple[int, list[str]]:
    """How many were decided, and of the others in words why not. Each is a decision and a transaction of its own."""
    done, not_done = 0, []
    for case, version in chosen:
        try:
            if not KINDS[case.kind].in_batch:
                raise NotInBatch(case)
            casework.claim(case, by=by)
            decide(case, by=by, at=at, version=version, codes=codes)
            done += 1
        except RuleViolation as refusal:
            casework.give_back(case, by=by)
            not_done.append(f"{case.words}: {refusal}")
    return done, not_done
