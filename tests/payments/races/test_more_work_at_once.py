"""More work proposed, agreed on, paid and ended at once: one is done, the other hears a sentence.

Each stands beside its control, which runs the same acts with their row locks taken out.
"""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from payments import adding_work, funding, ledger, paying_for_work, refunding, releasing
from payments.models import Hold, MoreWork, Operation
from projects.models import Engagement
from tests import stages
from tests.boards import stands_on
from tests.deep import spread
from tests.payments.adding import agreed, page, propose
from tests.payments.races.meeting import at_once, is_decided

pytestmark = [stands_on(stages.under_way), pytest.mark.usefixtures("sandbox")]
guarded = pytest.mark.parametrize("locks", [True, False], ids=["guarded", "control"])


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def agree(more):
    return lambda: adding_work.agree(fresh(more), by=more.engagement.student, at=timezone.now())


def decline(more):
    return lambda: adding_work.decline(fresh(more), by=more.engagement.student, at=timezone.now())


def withdraw(more):
    return lambda: adding_work.withdraw(fresh(more), by=more.proposed_by, at=timezone.now())


def lapse(more):
    return lambda: adding_work.lapse(fresh(more.engagement), at=more.pay_by_at or more.answer_by_at)


def cancel(more):
    engagement, said = more.engagement, {"at": timezone.now(), "reason": "I am ill."}
    return lambda: refunding.cancel_before_start(fresh(engagement), by=engagement.student, **said)


def paid_page(board, sandbox):
    """What was agreed on, with its card reserved at Stripe, of which nobody knows here."""
    more = agreed(board)
    hold = page(board, more)
    sandbox.pay(hold.checkout_session)
    return fresh(more), hold


def kinds(hold):
    return set(hold.operations.exclude(kind=Operation.Kind.CHECKOUT).values_list("kind", flat=True))


@guarded
def test_one_of_two_proposals_is_made(board, locks):
    """The control is stopped by the database alone, and so by no sentence."""
    outcomes = at_once(lambda: propose(board), lambda: propose(board), locks=locks)
    assert is_decided(outcomes) == locks, outcomes
    assert locks or any(isinstance(one, IntegrityError) for one in outcomes)
    assert MoreWork.objects.count() == 1


@guarded
def test_two_clicks_on_pay_lead_to_one_page(board, locks):
    more = agreed(board)

    def pay():
        return paying_for_work.open_payment(fresh(more), by=board.offered_by, at=timezone.now())

    outcomes = at_once(pay, pay, locks=locks)
    assert all(isinstance(one, Hold) for one in outcomes) == locks, outcomes
    assert Hold.objects.get(number=2).operations.count() == 1


@guarded
@pytest.mark.parametrize("other", spread([withdraw, decline, lapse], over=1))
def test_a_proposal_is_answered_or_ends_once(board, other, locks):
    more = propose(board)
    at_once(agree(more), other(more), locks=locks)
    assert more.history.filter(from_status="proposed").count() == (1 if locks else 2)


@guarded
@pytest.mark.parametrize("end", spread([cancel, withdraw, lapse], over=1))
def test_a_card_is_charged_or_what_it_pays_for_ends(board, sandbox, end, locks):
    """Never both: in the control it ends while its card is about to be charged, and the database breaks the tie."""
    more, hold = paid_page(board, sandbox)

    def charge():
        return funding.confirm_payment(fresh(hold), at=timezone.now())

    points = ("", 'INSERT INTO "payments_operation"')
    outcomes = at_once(charge, end(more), points=points, locks=locks)
    broke = [isinstance(one, IntegrityError) for one in outcomes]
    more, hold = fresh(more), fresh(hold)
    is_whole = (more.is_open, kinds(hold)) in [(True, {"capture"}), (False, {"void"})]
    assert (is_whole and not any(broke)) == locks, (outcomes, more.status, kinds(hold))
    cancelled = Engagement.objects.get().status == "cancelled"
    assert not (locks and cancelled and more.is_open)
    assert ledger.balances_of(hold.pk).held.cents == 0


def last_part(board):
    """All but the last part is approved, and that is handed in."""
    for number in (1, 2):
        stages.deliver(board, number=number, at=timezone.now())
    releasing.approve_work(board.deliverables.get(number=1), by=board.offered_by, at=timezone.now())
    part = board.deliverables.get(number=2)
    return lambda: releasing.approve_work(part, by=board.offered_by, at=timezone.now())


@guarded
def test_work_is_over_or_more_of_it_is_proposed(board, locks):
    approve = last_part(board)
    at_once(approve, lambda: propose(board), locks=locks)
    over = Engagement.objects.get().status == "completed"
    assert over != (MoreWork.objects.open().exists() and locks)


@guarded
def test_the_last_approval_beside_a_withdrawal_ends_the_work(board, locks):
    """In the control each sees what the other ends as still open, and the work is never over."""
    approve = last_part(board)
    at_once(approve, withdraw(propose(board)), points=("", "kernel_"), locks=locks)
    assert MoreWork.objects.get().status == "withdrawn"
    assert Engagement.objects.get().status == ("completed" if locks else "active")
