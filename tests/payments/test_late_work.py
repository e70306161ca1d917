"""A part that nobody hands in: reminders, grace, an announcement, then its share goes back, once and exactly."""

from datetime import timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.utils import timezone

from marketplace.kernel import telling
from marketplace.kernel.models import Letter
from marketplace.kernel.money import Money
from payments import ledger, receipting, refunding, releasing, reviewing, tasks
from payments.ledger import Code
from payments.models import Deadline, Hold, Operation, Refund
from payments.models.bars import bar_of
from projects import tasks as work
from projects.drafts import Part
from projects.models import Deliverable, Engagement
from tests import stages
from tests.boards import stands_on
from tests.payments.steps import a_ready_payee, books_agree, got, work_off

CRITERIA = ["It can be opened.", "It is complete.", "It names its sources."]
DAY = timedelta(days=1)
FLOAT = 100_000


def of_parts(sandbox, *shares):
    """Work under way in parts with these shares, due one after another."""
    parts = [Part(f"Part {n}", CRITERIA, share, 5 * n) for n, share in enumerate(shares, start=1)]
    return stages.under_way(sandbox, stages.paid_for(sandbox, fee_cents=sum(shares), parts=parts))


def three_parts(sandbox):
    return of_parts(sandbox, 10000, 20000, 10001)


pytestmark = stands_on(three_parts)


@pytest.fixture
def stripe(sandbox):
    """The stand-in's control, where Stripe is asked."""
    return sandbox


@pytest.fixture
def engagement(board):
    return board


def part(engagement, number=1):
    return Deliverable.objects.select_related("engagement__student").get(engagement=engagement, number=number)


def live_through(start, end, *, step=DAY / 2):
    """Let the sweeps run twice a day from one moment to another."""
    at = start
    while at <= end:
        work.run_deadlines(at=at)
        tasks.run_deadlines(at=at)
        at += step


def told(*templates):
    """When letters of these kinds about the first part were written."""
    letters = Letter.objects.filter(template__in=templates, context__deliverable="Part 1")
    return list(letters.order_by("created_at").values_list("created_at", flat=True))


class TestReminders:
    def test_come_three_days_and_one_before_then_on_the_day_and_one_after(self, engagement):
        due = part(engagement).due_at
        for days in (-3, -1, 0, 1):
            work.run_deadlines(at=due + days * DAY - timedelta(seconds=1))
            before = told("projects/work_due", "projects/work_overdue")
            work.run_deadlines(at=due + days * DAY)
            work.run_deadlines(at=due + days * DAY)
            assert len(told("projects/work_due", "projects/work_overdue")) == len(before) + 1

        assert told("projects/work_due") == [due - 3 * DAY, due - DAY]
        assert told("projects/work_overdue") == [due, due + DAY]

    def test_after_a_standstill_one_comes_not_three(self, engagement):
        due = part(engagement).due_at

        work.run_deadlines(at=due + timedelta(hours=5))

        about_part = Letter.objects.filter(context__deliverable="Part 1", template__startswith="projects/")
        assert [letter.template for letter in about_part] == ["projects/work_overdue"]

    def test_for_a_later_version_there_is_none_once_it_was_due(self, engagement):
        stages.deliver(engagement)
        asked = {"by": engagement.offered_by, "at": timezone.now(), "failing_criteria": [1], "message": "No."}
        reviewing.ask_for_changes(part(engagement), **asked)
        due = part(engagement).due_at

        live_through(due - 4 * DAY, due + 2 * DAY)

        about_part = Letter.objects.filter(context__deliverable="Part 1", template__startswith="projects/")
        assert {letter.template for letter in about_part} == {"projects/work_due"}


class TestTheRefund:
    def ends(self, engagement, number=1):
        return Deadline.objects.get(
            kind=Deadline.Kind.UNDELIVERED_ENDS, deliverable=part(engagement, number)
        ).due_at

    def test_comes_ten_days_after_the_due_date_at_the_end_of_the_students_day(self, engagement):
        local = self.ends(engagement).astimezone(ZoneInfo("Europe/Stockholm"))

        assert local.date() == (part(engagement).due_at + 10 * DAY).astimezone(local.tzinfo).date()
        assert (local.hour, local.minute, local.second) == (23, 59, 59)

    def test_is_the_share_with_its_part_of_the_fee_and_the_books_agree(self, engagement, stripe):
        ends = self.ends(engagement)

        live_through(part(engagement).due_at, ends - timedelta(seconds=1))
        assert not Refund.objects.exists()
        tasks.run_deadlines(at=ends)
        tasks.run_deadlines(at=ends)
        work_off(stripe, at=ends)

        refund, hold = Refund.objects.get(), Hold.objects.get()
        assert (refund.student_cents, refund.platform_fee_cents) == (10000, 4000 * 10000 // 40001)
        assert ledger.balance(Code.HELD, hold.pk) == hold.gross - refund.amount
        assert ledger.balance(Code.REFUND_PAYABLE, hold.pk) == Money(0)
        assert refund.operation.status == Operation.Status.SUCCEEDED
        assert part(engagement).status == Deliverable.Status.ENDED
        books_agree(stripe)

    def test_was_announced_to_both_sides_and_again_a_day_before(self, engagement):
        due, ends = part(engagement).due_at, self.ends(engagement)

        live_through(due + DAY, ends - DAY / 2, step=DAY / 4)

        for template in ("payments/work_is_late", "payments/work_not_delivered"):
            letters = Letter.objects.filter(template=template, context__deliverable="Part 1")
            days = [(ends - letter.created_at).days for letter in letters.order_by("created_at")]
            assert days in ([6, 0], [7, 1], [7, 0], [6, 1]), (template, days)

    def test_is_told_to_both_sides_once_it_is_decided(self, engagement):
        due, ends = part(engagement).due_at, self.ends(engagement)
        tasks.run_deadlines(at=due + 3 * DAY)
        told = Letter.objects.filter(template__in=["payments/part_ended", "payments/share_refunded"])

        tasks.run_deadlines(at=ends)
        assert not told.exists()
        for _ in range(2):
            telling.tell_due(at=ends)

        assert {letter.to for letter in told} == {engagement.student, engagement.offered_by}
        assert set(told.values_list("created_at", flat=True)) == {ends}

    def test_any_order_of_releases_and_refunds_uses_up_the_whole_payment(self, engagement, stripe):
        payee_at = timezone.now()
        a_ready_payee(stripe, engagement.student, at=payee_at)
        stages.deliver(engagement)
        releasing.approve_work(part(engagement, 1), by=engagement.offered_by, at=payee_at)
        ends = self.ends(engagement, 2)
        tasks.run_deadlines(at=part(engagement, 2).due_at + 3 * DAY)
        stages.deliver(engagement, number=3, at=ends - DAY)
        tasks.run_deadlines(at=ends)
        releasing.approve_work(part(engagement, 3), by=engagement.offered_by, at=ends)
        work_off(stripe, at=ends + 9 * DAY)

        engagement.refresh_from_db()
        assert Hold.objects.get().status == Hold.Status.SETTLED
        assert engagement.status == Engagement.Status.COMPLETED
        assert got(stripe, engagement.student) == 10000 + 10001
        refund = Refund.objects.get()
        assert ledger.balance(Code.PLATFORM_FEE) + Money(refund.platform_fee_cents) == Money(4000)
        books_agree(stripe)

    def test_of_every_part_ends_the_engagement_and_returns_everything(self, engagement, stripe):
        last = self.ends(engagement, 3)
        stripe.seed(float_cents=FLOAT)  # Stripe keeps its fee on the payment, so a full refund needs more

        live_through(part(engagement).due_at, last)
        work_off(stripe, at=last)

        engagement.refresh_from_db()
        assert engagement.status == Engagement.Status.ENDED
        assert sum(refund.amount.cents for refund in Refund.objects.all()) == engagement.total_price.cents
        assert Hold.objects.get().status == Hold.Status.SETTLED
        books_agree(stripe, own=FLOAT)

    def test_comes_for_parts_that_were_under_way_before_there_were_these_clocks(self, engagement):
        clocks = Deadline.objects.filter(deliverable__engagement=engagement)
        before = set(clocks.values_list("kind", "deliverable", "due_at"))
        clocks.delete()

        import_module("payments.migrations.0007_clocks_of_parts_under_way").start_clocks(apps, None)

        assert set(clocks.values_list("kind", "deliverable", "due_at")) == before

    def test_never_comes_once_anything_was_handed_in(self, engagement):
        stages.deliver(engagement)
        late = [Deadline.Kind.GRACE_ENDS, Deadline.Kind.UNDELIVERED_REMINDER, Deadline.Kind.UNDELIVERED_ENDS]
        assert not Deadline.objects.pending().filter(deliverable=part(engagement), kind__in=late).exists()
        asked = {"by": engagement.offered_by, "at": timezone.now(), "failing_criteria": [1], "message": "No."}
        reviewing.ask_for_changes(part(engagement), **asked)
        far = part(engagement).due_at + 60 * DAY

        tasks.run_deadlines(at=far)

        assert not Refund.objects.filter(share__deliverable=part(engagement)).exists()
        assert refunding.refund_undelivered(part(engagement), at=far) is None

    def test_waits_for_its_announcement_after_a_standstill(self, engagement):
        woken = self.ends(engagement) + DAY

        tasks.run_deadlines(at=woken)
        assert not Refund.objects.exists()
        tasks.run_deadlines(at=woken + 3 * DAY - timedelta(seconds=1))
        assert not Refund.objects.exists()
        tasks.run_deadlines(at=woken + 3 * DAY)

        assert Refund.objects.filter(share__deliverable=part(engagement)).count() == 1
        letter = Letter.objects.get(template="payments/work_is_late", context__deliverable="Part 1")
        assert letter.not_after == woken + 3 * DAY

    def test_waits_while_a_person_has_stopped_the_payment(self, engagement):
        due, ends = part(engagement).due_at, self.ends(engagement)
        Hold.objects.update(hold_reason=Hold.Reason.ADMIN)

        tasks.run_deadlines(at=due + 3 * DAY)
        tasks.run_deadlines(at=ends)
        assert not Refund.objects.exists()
        Hold.objects.update(hold_reason="")
        tasks.run_deadlines(at=ends + DAY)

        assert Refund.objects.filter(share__deliverable=part(engagement)).count() == 1

    def test_shows_on_the_bar_in_the_receipt_and_in_the_workroom(self, engagement, stripe, client):
        due, ends = part(engagement).due_at, self.ends(engagement)
        tasks.run_deadlines(at=due + 3 * DAY)
        tasks.run_deadlines(at=ends)
        refund = Refund.objects.get()

        held, *_, back = bar_of(engagement)[1:]
        assert (held["label"], held["amount"]) == ("Held", engagement.total_price - refund.amount)
        assert (back["label"], back["amount"]) == ("On its way back to the card", refund.amount)
        work_off(stripe, at=ends)
        assert bar_of(engagement)[-1]["label"] == "Given back to the card"
        receipt = receipting.receipt_for(Hold.objects.get())
        for n, total in enumerate(receipt.totals):
            assert sum(row.amounts[n].cents for row in receipt.rows) == total.cents
        assert receipt.totals[0] == engagement.total_price - refund.amount
        for person in (engagement.student, engagement.offered_by):
            client.force_login(person)
            page = client.get(engagement.get_absolute_url()).content.decode()
            assert f'<span class="money">{refund.amount}</span>, the share and its part' in page
