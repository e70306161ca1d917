"""A bank that refuses the charge: the employer may pay again, and no reservation stays on the card, whoever dies."""

import signal
from datetime import timedelta

import pytest

from payments import offering, operations, stripe_gateway, tasks
from payments.models import Alarm, Deadline, Hold, Operation
from payments.operations import planning
from projects.models import Engagement
from tests.forks import FORKS
from tests.payments import staging, steps
from tests.payments.kill import processes
from tests.payments.operations.offers import CAPTURE
from tests.reading import the_letter
from tests.sandboxed import FILE, standing_in


class TestARefusedCard:
    def test_leaves_no_reservation_beside_the_new_page(self, offer):
        refused = offer.refuse()
        assert (offer.hold.status, offer.hold.payment_intent) == ("capture_failed", None)
        steps.hear(offer.sandbox, at=offer.at)  # late news of it are no second payment
        assert not Alarm.objects.exists()
        operations.run_due(at=offer.at)
        assert stripe_gateway.intent(refused).status == "canceled"
        offer.open_page()
        offer.hear()
        assert not Alarm.objects.exists()

    def test_of_before_this_was_so_is_given_back_when_it_is_heard_of(self, offer, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(planning, "plan_void_of_refused", lambda *_, **__: None)
            refused = offer.refuse()
        offer.open_page()
        offer.hear()
        assert stripe_gateway.intent(refused).status == "canceled"
        assert offer.hold.status == "checkout_open"

    def test_of_nobody_who_pays_again_leaves_nothing_to_close(self, offer):
        offer.accept_refused()
        offer.at = Deadline.objects.get(kind="capture_retry_ends").due_at
        offering.give_up_payment(offer.engagement, at=offer.at)
        offer.work_off()
        assert Operation.objects.filter(kind="void").count() == 1
        assert not Alarm.objects.exists()
        assert offer.everything_went_back()

    def test_late_news_of_its_reservation_do_not_close_the_new_page(self, offer):
        at = offer.at
        offer.accept_refused()
        letter = the_letter("payments/payment_is_late", to=offer.made.student, at=at)
        assert "the bank of Maple Health refused the charge" in letter
        assert "ends in 2 days" in letter
        assert "Do not start before" in letter
        page = offer.open_page()
        offer.hear()

        assert (offer.hold.status, offer.hold.checkout_session) == ("checkout_open", page)
        offer.sandbox.pay(page)
        offer.hear()
        assert offer.engagement.status == Engagement.Status.ACTIVE

    def test_late_news_after_the_end_ring_for_nobody(self, offer):
        offer.accept_refused()
        offer.open_page()
        offer.at = Deadline.objects.get(kind="capture_retry_ends").due_at
        offering.give_up_payment(offer.engagement, at=offer.at)
        offer.work_off()
        offer.hear()

        assert (offer.hold.status, offer.engagement.status) == ("void", "payment_failed")
        assert not Alarm.objects.filter(kind__in=["void_failed", "second_payment"]).exists()
        assert offer.everything_went_back()


def run_alone(books, at, knows):
    """A worker of its own, with the stand-in's file; before this was so, none of them gave the reservation back."""
    with standing_in(books), pytest.MonkeyPatch.context() as patch:
        if not knows:
            patch.setattr(planning, "plan_void_of_refused", lambda *_, **__: None)
        operations.run_due(at=at)


class TestKilledWhenTheBankRefuses:
    """The reservation is off the card as soon as a fresh worker comes; the control leaves it there for a week."""

    @pytest.mark.parametrize(
        ("point", "knows", "left"),
        [
            ("before_failed", True, "canceled"),
            ("failed", True, "canceled"),
            ("failed", False, "requires_capture"),
        ],
    )
    def test_a_fresh_worker_gives_it_back(self, offered, tmp_path, point, knows, left):
        at, books = offered.about, str(tmp_path / FILE)
        with staging.copied(offered, tmp_path) as database:
            with standing_in(books) as sandbox:
                steps.accept(Engagement.objects.get(), at=at)
                sandbox.break_("402", **CAPTURE)
            worker = FORKS.Process(
                target=processes.begin, args=(run_alone, database, "", point, books, at, knows), daemon=True
            )
            worker.start()
            worker.join(60)
            assert worker.exitcode == -signal.SIGKILL
            hold = Hold.objects.get()
            assert hold.status == ("capturing" if point == "before_failed" else "capture_failed")

            refused = Operation.objects.get(kind="capture").params["intent"]
            with standing_in(books) as sandbox:
                steps.pass_time(sandbox, 1)
                later = at + timedelta(hours=1)
                for _ in range(3):
                    tasks.sweep_once(at=later)
                assert stripe_gateway.intent(refused).status == left
