"""kill -9 between the rules behind one click on accept: each is whole or has not happened, and the next click goes on.

They are the answer about how the student may work, the account at Stripe, and the yes with its charge: three
transactions one after the other, since the first two stay true whatever becomes of the offer.
"""

import signal

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import StudentProfile
from marketplace.kernel.states import InvalidTransition
from payments import http, paying_out, tasks
from payments.forms import AcceptForm
from payments.models import Operation, Payee
from projects.models import Engagement
from tests import cast, stages
from tests.boards import stands_on
from tests.forks import FORKS
from tests.payments import steps
from tests.payments.kill import processes
from tests.payments.kill.conftest import SECONDS

pytestmark = stands_on(stages.offered)
NO_STRIPE = "http://127.0.0.1:9"  # nobody dies after a call
ANSWERS = {"may_work_as": ["contractor"], "country": "SE"}


def click(engagement, *, dies_at, answers):
    given = (connection.settings_dict["NAME"], NO_STRIPE, dies_at, engagement.pk, answers)
    process = FORKS.Process(target=processes.begin, args=(processes.accept, *given))
    process.start()
    process.join(SECONDS)
    return process.exitcode


def asked(engagement):
    """The questions that the page still has."""
    form = AcceptForm.asked_of(cast.afresh(engagement.student))
    return set(form.fields) if form else set()


def click_again(engagement):
    answers = {name: ANSWERS[name] for name in asked(engagement)}
    given = {"by": cast.afresh(engagement.student), "at": timezone.now(), "version": None}
    return http.accept(Engagement.objects.get(), **given, answers=answers)


def kinds():
    kinds = Operation.objects.exclude(kind=Operation.Kind.CHECKOUT).order_by("kind")
    return list(kinds.values_list("kind", flat=True))


def works_out(engagement, sandbox):
    """In the end the card was charged once, one account was opened, and the work began."""
    for _ in range(2):
        tasks.sweep_once(at=timezone.now())
    assert Engagement.objects.get().status == "active"
    assert kinds() == ["account", "capture"]
    assert Payee.objects.get().stripe_account
    steps.books_agree(sandbox)


@pytest.mark.parametrize(
    ("dies_at", "opened", "left"), [("decided", False, {"country"}), ("decision_committed", True, set())]
)
def test_beside_the_account_nothing_of_the_offer_has_happened(board, sandbox, dies_at, opened, left):
    StudentProfile.objects.update(may_work_as=[])
    assert asked(board) == set(ANSWERS)
    assert click(board, dies_at=dies_at, answers=ANSWERS) == -signal.SIGKILL
    assert asked(board) == left  # what was answered is not asked again
    assert Payee.objects.exists() == opened
    assert (Engagement.objects.get().status, "capture" in kinds()) == ("offered", False)
    click_again(board)
    works_out(board, sandbox)


@pytest.mark.parametrize(("dies_at", "accepted"), [("decided", False), ("decision_committed", True)])
def test_the_yes_and_its_charge_are_one(board, sandbox, dies_at, accepted):
    paying_out.open_account(board.student, country="SE", at=timezone.now())
    assert click(board, dies_at=dies_at, answers={}) == -signal.SIGKILL
    assert (Engagement.objects.get().status == "funding") == accepted
    assert ("capture" in kinds()) == accepted
    if accepted:
        with pytest.raises(InvalidTransition):
            click_again(board)
    else:
        click_again(board)
    works_out(board, sandbox)
