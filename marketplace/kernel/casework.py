"""Putting something into the moderators' queue, being on it alone, and taking it out."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from marketplace.kernel import countersigning
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case, Risk


class ClaimedByAnother(RuleViolation):
    """Somebody else is deciding this just now."""

    code = "claimed_by_another"

    def __init__(self, case: Case) -> None:
        super().__init__(f"{case.claimed_by} is on this just now. Take another, or come back in a while.")


class CaseIsClosed(RuleViolation):
    """It was decided, or it is moot."""

    code = "case_is_closed"

    def __init__(self) -> None:
        super().__init__("This was decided or taken back meanwhile. There is nothing left to do.")


class Weight(NamedTuple):
    """How grave a case is, and the signs that say so."""

    risk: Risk = Risk.NORMAL
    signs: Sequence[str] = ()


USUAL = Weight()


def put(
    kind: Case.Kind,
    row: models.Model,
    *,
    words: str,
    due_at: datetime,
    at: datetime,
    weight: Weight = USUAL,
    company_ids: Iterable[int] = (),
    people: Iterable[int] = (),
) -> Case:
    """Let `row` wait for a moderator, once. What waits already only becomes graver, never later."""
    signs, concerned = sorted(set(weight.signs)), sorted(set(people))
    case, is_new = Case.objects.select_for_update(of=("self",)).get_or_create(
        kind=kind,
        row_id=row.pk,
        closed_at=None,
        defaults={
            "words": words[:200],
            "risk": weight.risk,
            "signs": signs,
            "company_ids": sorted(set(company_ids)),
            "people": concerned,
            "due_at": due_at,
            "opened_at": at,
        },
    )
    if not is_new:
        case.words, case.risk, case.due_at = (
            words[:200],
            max(case.risk, weight.risk),
            min(case.due_at, due_at),
        )
        case.signs, case.people = sorted({*case.signs, *signs}), sorted({*case.people, *concerned})
        case.save(update_fields=["words", "risk", "due_at", "signs", "people"])
    return case


def settle(kind: Case.Kind, row: models.Model, *, by: Any, at: datetime, outcome: str) -> None:
    """A moderator decided about `row`: it waits no longer. Call it in the rule that decides.

    Raises ClaimedByAnother, so that what one moderator reads is not decided by another meanwhile.
    """
    case = Case.objects.waiting().of(kind, row).select_for_update(of=("self",)).first()
    if case is None:
        return
    if not Case.objects.free_for(by).filter(pk=case.pk).exists():
        raise ClaimedByAnother(case)
    close(case, by=by, at=at, outcome=outcome)


def drop(kind: Case.Kind, row: models.Model, *, at: datetime, outcome: str = "moot") -> None:
    """`row` needs no decision any more, whoever is on it."""
    case = Case.objects.waiting().of(kind, row).select_for_update(of=("self",)).first()
    if case is not None:
        close(case, by=None, at=at, outcome=outcome)


def close(case: Case, *, by: Any, at: datetime, outcome: str) -> None:
    """A letter that asks somebody outside to sign it leads to nothing any more."""
    countersigning.drop(case.kind, case.row_id, at=at)
    case.closed_at, case.closed_by, case.outcome = at, by, outcome
    case.claimed_by = case.claimed_until = None
    case.save(update_fields=["closed_at", "closed_by", "outcome", "claimed_by", "claimed_until"])


def claim(case: Case, *, by: Any) -> Case:
    """Be on it alone for `Case.LEASE`, or longer. Raises ClaimedByAnother, CaseIsClosed.

    One UPDATE decides: of two who click at once, the second waits for the first and then finds it taken.
    """
    is_free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lte=Now())
    found = Case.objects.waiting().filter(is_free, pk=case.pk)
    if not found.update(claimed_by=by, claimed_until=Now() + Case.LEASE):
        case = Case.objects.select_related("claimed_by").get(pk=case.pk)
        raise ClaimedByAnother(case) if case.closed_at is None else CaseIsClosed
    return Case.objects.get(pk=case.pk)


def claim_next(
    *,
    by: Any,
    at: datetime,
    companies: Collection[int],
    kinds: Collection[str] = (),
    but: Collection[int] = (),
) -> Case | None:
    """Take the most urgent case that is nobody's; `but` are those that were just put off.

    SKIP LOCKED: two who ask in the same moment get two cases, and neither waits.
    """
    with transaction.atomic():
        waiting = Case.objects.waiting().for_moderator(by, companies).free_for(by).exclude(pk__in=but)
        if kinds:
            waiting = waiting.filter(kind__in=kinds)
        urgent = waiting.most_urgent_first(at=at).select_for_update(skip_locked=True, of=("self",))
        case = urgent.first()
        if case is not None:
            Case.objects.filter(pk=case.pk).update(claimed_by=by, claimed_until=Now() + Case.LEASE)
        return case


def give_back(case: Case, *, by: Any) -> None:
    """Be on it no longer; others see it again."""
    Case.objects.filter(pk=case.pk, claimed_by=by).update(claimed_by=None, claimed_until=None)
