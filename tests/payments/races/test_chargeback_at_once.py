"""The student hands a part in while the bank's last word arrives, beside a control without locks."""

import pytest
from django.utils import timezone

from payments import ledger, operations
from payments.ledger import Code
from payments.models import Hold
from payments.stripe_gateway import Booking, DisputeFacts
from projects.models import Submission
from tests import cast, stages
from tests.payments.races.meeting import at_once, is_decided


@pytest.fixture
def engagement(own_database, sandbox):
    return stages.under_way(sandbox, cast.an_application())


def both(engagement, **given):
    at, hold = timezone.now(), engagement.holds.get()
    taken = [Booking("txn_1", -hold.gross_cents, 1500, at)]
    lost = DisputeFacts("du_1", hold.charge, "lost", "fraudulent", hold.gross_cents, None, at, taken)

    def hand_in():
        return stages.deliver(engagement, at=at)

    def lose():
        row = Hold.objects.select_related("engagement").get(pk=hold.pk)
        return operations.record_dispute(row, lost, at=at)

    return at_once(hand_in, lose, **given)


def test_what_was_handed_in_first_is_paid_by_the_platform_and_nothing_else(engagement):
    both(engagement)
    part = engagement.deliverables.get(number=1)
    handed_in = Submission.objects.exists()
    assert part.status == ("submitted" if handed_in else "ended")
    assert ledger.balances_of(engagement.holds.get().pk).held.cents == (22000 if handed_in else 0)
    assert ledger.balance(Code.CHARGEBACK_LOSS).cents == (22000 if handed_in else 0)


def test_control_without_the_lock_work_is_handed_in_for_money_that_is_gone(engagement):
    assert not is_decided(both(engagement, locks=False))
    assert Submission.objects.exists()
    assert ledger.balances_of(engagement.holds.get().pk).held.cents == 0
