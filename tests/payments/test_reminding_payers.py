"""Who pays by a link hears once more before it ends, and that there is nothing to pay any more."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail as post
from django.utils import timezone

from marketplace.kernel import letters, mail
from marketplace.kernel.models import Letter
from payments import asking_to_pay, cancelling, funding, offering, tasks
from payments.models import Deadline, Hold
from projects.models import Application, Engagement
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.races.meeting import at_once

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BOOKS = "books@maple.example"


pytestmark = stands_on(stages.paid_for)


@pytest.fixture
def request_(sandbox, board):
    """A request whose letter went out."""
    request = asked(board)
    mail.deliver_waiting(at=timezone.now())
    return request


def asked(application, *, at=None):
    by, at = application.project.posted_by, at or timezone.now()
    given = {"email": BOOKS, "po_number": "PO 4711", "note": "For the booking page."}
    return asking_to_pay.ask_to_pay(application, by=by, at=at, **given)


def told(template):
    return list(Letter.objects.filter(template=f"payments/{template}", address=BOOKS))


def pay(request, sandbox, *, at):
    hold = asking_to_pay.open_page(request, at=at)
    tasks.sweep_once(at=at)
    hold.refresh_from_db()
    sandbox.pay(hold.checkout_session)
    funding.confirm_payment(hold, at=at)


class TestReminder:
    def test_goes_out_once_a_day_before_the_link_ends(self, request_):
        tasks.run_deadlines(at=request_.ends_at - DAY - HOUR)
        assert not told("payer_reminder")

        for at in (request_.ends_at - DAY, request_.ends_at - HOUR):
            tasks.run_deadlines(at=at)

        (letter,) = told("payer_reminder")
        assert letter.not_after == request_.ends_at
        text = letters.message(letter, at=request_.ends_at - DAY).body
        assert "purchase order PO 4711" in " ".join(text.split())
        assert f"See it and pay:\n{settings.SITE_URL}{request_.get_absolute_url()}" in text
        assert str(request_.engagement.student) not in text

    def test_a_rule_that_runs_twice_writes_one(self, request_):
        for _ in range(2):
            asking_to_pay.remind_payer(request_.engagement, at=request_.ends_at - HOUR)
        assert len(told("payer_reminder")) == 1

    def test_who_paid_is_not_reminded(self, request_, sandbox):
        pay(request_, sandbox, at=timezone.now())

        assert not Deadline.objects.pending().filter(kind="payer_reminder").exists()
        asking_to_pay.remind_payer(request_.engagement, at=request_.ends_at - HOUR)
        assert not told("payer_reminder")

    def test_one_that_waits_goes_out_no_more_once_somebody_paid(self, request_, sandbox):
        tasks.run_deadlines(at=request_.ends_at - DAY)

        pay(request_, sandbox, at=timezone.now())

        assert told("payer_reminder")[0].dropped_at is not None

    def test_nor_after_it_was_taken_back_or_left(self, request_):
        by = request_.engagement.offered_by
        asking_to_pay.take_back(request_, by=by, at=timezone.now())
        tasks.run_deadlines(at=request_.ends_at - HOUR)
        assert not told("payer_reminder")

    def test_a_late_one_is_dropped(self, request_):
        """After a standstill: neither written when the link has ended, nor sent."""
        tasks.run_deadlines(at=request_.ends_at - HOUR)
        mail.deliver_waiting(at=request_.ends_at + HOUR)
        assert told("payer_reminder")[0].dropped_at == request_.ends_at + HOUR

    def test_is_not_even_written_when_the_link_has_ended(self, request_):
        tasks.run_deadlines(at=request_.ends_at)
        assert not told("payer_reminder")
        assert Engagement.objects.get().status == "abandoned"

    def test_who_is_asked_on_the_last_day_is_not_asked_twice(self, sandbox, board):
        application, now = board, timezone.now()
        Application.objects.update(answer_by_at=now + 20 * HOUR)
        application.refresh_from_db()
        asked(application, at=now)
        assert not Deadline.objects.filter(kind="payer_reminder").exists()

    def test_the_turn_of_the_company_ends_with_the_link_and_not_with_the_reminder(self, request_):
        by = cast.afresh(request_.engagement.offered_by)
        row = Engagement.objects.select_related("company", "student").with_turn(by).get()
        assert (row.turn.mine, row.turn.until) == (True, request_.ends_at)


class TestTakenBack:
    def test_says_that_there_is_nothing_to_pay_once(self, request_):
        by, now = request_.engagement.offered_by, timezone.now()
        asking_to_pay.take_back(request_, by=by, at=now)
        with pytest.raises(asking_to_pay.RequestIsOver):
            asking_to_pay.take_back(request_, by=by, at=now)

        (letter,) = told("request_taken_back")
        assert "no card was charged" in " ".join(letters.message(letter, at=now).body.split())
        mail.deliver_waiting(at=now)
        assert [sent.to for sent in post.outbox if "nothing to pay" in sent.subject] == [[BOOKS]]

    def test_who_was_never_reached_hears_nothing(self, sandbox, board):
        request = asked(board)
        asking_to_pay.take_back(request, by=request.engagement.offered_by, at=timezone.now())
        assert not told("request_taken_back")
        assert told("asked_to_pay")[0].dropped_at is not None

    def test_so_it_is_where_the_project_is_cancelled(self, request_):
        project, now = request_.engagement.project, timezone.now()
        cancelling.cancel_project(project, by=project.posted_by, at=now, why="mistake", answers={})
        assert len(told("request_taken_back")) == 1

    def test_an_end_by_itself_is_no_news_since_the_letter_named_it(self, request_):
        tasks.run_deadlines(at=request_.ends_at)
        assert not told("request_taken_back")

    def test_a_company_that_leaves_its_own_page_writes_to_nobody(self, sandbox, board):
        application, now = board, timezone.now()
        offering.make_offer(application, by=application.project.posted_by, at=now)
        project = application.project
        cancelling.cancel_project(project, by=project.posted_by, at=now, why="mistake", answers={})
        assert not Letter.objects.exclude(address="").exists()

    def test_a_late_one_is_dropped(self, request_):
        asking_to_pay.take_back(request_, by=request_.engagement.offered_by, at=timezone.now())
        mail.deliver_waiting(at=request_.ends_at + HOUR)
        assert told("request_taken_back")[0].dropped_at == request_.ends_at + HOUR


@pytest.mark.parametrize("locks", [True, False], ids=["guarded", "control"])
def test_no_reminder_waits_for_a_request_that_is_taken_back_at_the_same_moment(request_, locks):
    """Without the lock the reminder is written after the letters that wait were let go."""
    engagement, at = request_.engagement, request_.ends_at - DAY

    def remind():
        return asking_to_pay.remind_payer(Engagement.objects.get(pk=engagement.pk), at=at)

    def take_back():
        return asking_to_pay.take_back(request_, by=engagement.offered_by, at=at)

    at_once(remind, take_back, points=('INSERT INTO "kernel_letter"',), locks=locks)

    waiting = [letter for letter in told("payer_reminder") if letter.dropped_at is None]
    assert Hold.objects.get().status == "void"
    assert len(waiting) == (0 if locks else 1)
