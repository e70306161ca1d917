"""Admins decide about money: a part is divided to the cent, and sent money is taken back only for found fraud."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, User
from marketplace.kernel.models import AuditEntry, Case, Letter
from payments import awarding, finding_fraud, ledger, operations, releasing, tasks
from payments.countersigning import NotAStranger
from payments.ledger import Code
from payments.models import Alarm, Award, FraudFinding, Hold, Operation, Release
from payments.operations import finishing
from payments.releasing import PaymentStopped
from payments.stripe_gateway import Booking, Done
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.payments.test_chargebacks import tell

DAY = timedelta(days=1)


def under_way_with_staff(sandbox):
    """Two parts of 200.00, 40.00 for the site, and three moderators."""
    return stages.under_way(sandbox), [cast.a_moderator(f"Mod {n}") for n in "ABC"]


pytestmark = stands_on(under_way_with_staff)


@pytest.fixture
def engagement(board):
    return board[0]


@pytest.fixture
def staff(board):
    return board[1]


@pytest.fixture
def hold(engagement):
    return engagement.holds.get()


def divide(engagement, cents, *, by, number=1, at=None, note="As the record shows."):
    share = engagement.deliverables.get(number=number).hold_share
    return awarding.divide(share, student_cents=cents, note=note, by=by, at=at or timezone.now())


def balances(hold):
    found = ledger.balances_of(hold.pk)
    return (
        found.held.cents,
        found.student_payable.cents,
        found.refund_payable.cents,
        found.clawback_held.cents,
    )


class TestAnAward:
    @pytest.mark.parametrize("cents", [0, 1, 9999, 13333, 20000])
    def test_divides_all_that_is_held_for_the_part_to_the_cent(self, engagement, hold, staff, cents):
        share = engagement.deliverables.get(number=1).hold_share
        seen = awarding.preview(share, student_cents=cents)
        assert seen.whole.cents == 22000
        award = divide(engagement, cents, by=staff[0])
        assert (award.status, award.student_amount, award.refund_amount) == (
            "standing",
            seen.student,
            seen.refund,
        )
        assert balances(hold) == (22000, cents, seen.refund.cents, 0)
        assert ledger.balance(Code.PLATFORM_FEE) == seen.fee

    def test_of_both_parts_leaves_nothing_whatever_is_divided(self, engagement, hold, staff):
        divide(engagement, 3333, by=staff[0])
        second = divide(engagement, 777, by=staff[0], number=2)
        awarding.sign(second, by=staff[1], at=timezone.now())
        held, student, refund, _ = balances(hold)
        assert (held, student) == (0, 3333 + 777)
        assert student + refund + ledger.balance(Code.PLATFORM_FEE).cents == 44000
        engagement.refresh_from_db()
        assert engagement.status == "completed"

    def test_above_the_limit_over_an_engagement_needs_a_second_person(self, engagement, hold, staff):
        divide(engagement, 0, by=staff[0])
        award = divide(engagement, 0, by=staff[0], number=2)
        assert (award.status, balances(hold)) == ("proposed", (22000, 0, 22000, 0))
        with pytest.raises(NotAStranger):
            awarding.sign(award, by=staff[0], at=timezone.now())
        awarding.sign(award, by=staff[1], at=timezone.now())
        assert balances(hold) == (0, 0, 44000, 0)
        assert Case.objects.get(kind="award").outcome == "signed"

    def test_that_is_not_signed_does_nothing(self, engagement, hold, staff, settings):
        settings.TWO_ADMINS_CENTS = 0
        award = divide(engagement, 100, by=staff[0])
        why = {"codes": ["not_fair"], "note": "The record does not bear it."}
        awarding.refuse_to_sign(award, by=staff[1], at=timezone.now(), **why)
        assert balances(hold) == (44000, 0, 0, 0)
        assert divide(engagement, 100, by=staff[0]).status == "proposed"

    def test_passes_alone_only_where_nobody_else_could_sign(self, engagement, staff, settings):
        settings.TWO_ADMINS_CENTS = 0
        award = divide(engagement, 100, by=staff[0])
        at = award.passes_at
        assert tasks.pass_sanctions(at=at) == 0
        User.objects.exclude(pk=staff[0].pk).update(is_staff=False)
        assert tasks.pass_sanctions(at=at) == 1
        award.refresh_from_db()
        assert award.status == "standing"
        assert Alarm.objects.filter(kind="award_with_one_signature").exists()

    def test_is_for_strangers_on_the_staff(self, engagement, staff):
        with pytest.raises(PermissionDenied):
            divide(engagement, 0, by=engagement.student)
        role = {"company": engagement.company, "role": "manager", "joined_at": timezone.now()}
        Membership.objects.create(user=staff[0], **role)
        with pytest.raises(NotAStranger):
            divide(engagement, 0, by=staff[0])

    def test_is_one_for_each_undecided_part_and_at_most_its_share(self, engagement, staff):
        with pytest.raises(awarding.MoreThanTheShare):
            divide(engagement, 20001, by=staff[0])
        divide(engagement, 0, by=staff[0])
        with pytest.raises(awarding.NothingToDivide):
            divide(engagement, 0, by=staff[0])

    def test_waits_while_a_bank_disputes_the_payment(self, engagement, hold, staff):
        tell(hold)
        with pytest.raises(PaymentStopped):
            divide(engagement, 0, by=staff[0])

    def test_tells_both_sides_and_is_kept(self, engagement, staff):
        divide(engagement, 5000, by=staff[0])
        letters = Letter.objects.filter(template="payments/part_divided")
        assert {letter.to for letter in letters} == {engagement.student, engagement.offered_by}
        assert letters.first().context["student_gets"] == {"$cents": 5000}
        assert AuditEntry.objects.get(act="award_stands").reason == "As the record shows."

    def test_the_page_shows_the_amounts_first_and_does_it_then(self, client, engagement, staff):
        client.force_login(staff[0])
        page = f"/admin/desk/award/{engagement.public_id}/1/"
        typed = {"student": "120.50", "note": "Half was usable."}
        assert client.post(page, {"student": "x"}).status_code == 422
        seen = client.post(page, typed).content.decode()
        assert ("$120.50" in seen, "$87.45" in seen, "$12.05" in seen) == (True, True, True)
        assert not Award.objects.exists()
        assert client.post(page, typed | {"student": "200.01"}).status_code == 409
        assert client.post(page, typed | {"do": "1"}).status_code == 302
        assert Award.objects.get().refund_cents == 8745


# Fraud


def sent(engagement, hold, *, at=None, number=1):
    """The release of a part whose money went out, as the book knows it."""
    at = at or timezone.now()
    stages.deliver(engagement, number=number, at=at)
    part = engagement.deliverables.get(number=number)
    release = releasing.approve_work(part, by=engagement.offered_by, at=at)
    Operation.objects.filter(pk=release.operation_id).update(status="planned")
    finishing.finish(release.operation_id, Done(id=f"tr_{number}", operation_id="", at=at), at=at)
    release.refresh_from_db()
    return release


def find(release, staff, *, at=None):
    why = {"codes": ["not_done"], "note": "Both wrote that nothing was to be done."}
    return finding_fraud.find(release, by=staff[0], at=at or timezone.now(), **why)


def stands(release, staff):
    return finding_fraud.sign(find(release, staff), by=staff[1], at=timezone.now())


def reversal_of(finding):
    return finding.operations.get(kind="reversal")


class TestAFinding:
    @pytest.fixture
    def release(self, engagement, hold):
        return sent(engagement, hold)

    def test_always_needs_two_and_then_the_student_has_five_days(self, engagement, release, staff):
        finding = find(release, staff)
        with pytest.raises(NotAStranger):
            finding_fraud.sign(finding, by=staff[0], at=timezone.now())
        finding = finding_fraud.sign(finding, by=staff[1], at=timezone.now())
        assert Letter.objects.get(template="payments/fraud_found").to == engagement.student
        tasks.run_deadlines(at=finding.moves_at - timedelta(seconds=1))
        assert not finding.operations.exists()
        tasks.run_deadlines(at=finding.moves_at)
        assert reversal_of(finding).amount_cents == 20000

    def test_takes_back_first_and_refunds_then_with_the_fee(self, hold, release, staff):
        finding = stands(release, staff)
        tasks.run_deadlines(at=finding.moves_at)
        at, booking = timezone.now(), Booking("txn_r", 20000, 0, timezone.now())
        assert not Operation.objects.filter(kind="refund").exists()
        finishing.finish(
            reversal_of(finding).pk, Done("trr_1", "", at=at, booking=booking, amount_cents=20000), at=at
        )
        assert balances(hold) == (22000, 0, 22000, 0)
        assert ledger.balance(Code.PLATFORM_FEE).cents == 0
        assert Operation.objects.get(kind="refund").amount_cents == 22000

    def test_refused_by_the_account_is_owed_and_refunded_only_by_order(
        self, engagement, hold, release, staff
    ):
        finding = stands(release, staff)
        tasks.run_deadlines(at=finding.moves_at)
        finishing.fail(reversal_of(finding).pk, "balance_insufficient", at=timezone.now())
        payee = engagement.student.payee
        assert balances(hold) == (22000, 0, 0, 20000)
        assert ledger.balance(Code.RECEIVABLE_STUDENT, payee.pk).cents == 20000
        assert Alarm.objects.filter(kind="reversal_refused").exists()
        assert not Operation.objects.filter(kind="refund").exists()
        order = {"by": staff[2], "at": timezone.now(), "note": "The site fronts it."}
        finding_fraud.order_refund(finding, **order)
        assert balances(hold) == (22000, 0, 22000, 0)
        with pytest.raises(finding_fraud.NothingToOrder):
            finding_fraud.order_refund(finding, **order)

    def test_after_a_lost_chargeback_makes_the_loss_good_and_refunds_nothing(self, hold, release, staff):
        tell(hold)
        tell(hold, "lost")
        assert ledger.balance(Code.CHARGEBACK_LOSS).cents == 22000
        finding = stands(release, staff)
        tasks.run_deadlines(at=finding.moves_at)
        done = Done("trr_1", "", at=timezone.now(), booking=Booking("txn_r", 20000, 0, timezone.now()))
        finishing.finish(reversal_of(finding).pk, done, at=timezone.now())
        assert ledger.balance(Code.CHARGEBACK_LOSS).cents == 2000
        assert not Operation.objects.filter(kind="refund").exclude(status="cancelled").exists()
        assert balances(hold) == (0, 0, 0, 0)

    def test_refused_and_lost_at_the_bank_is_kept_for_the_loss_and_cannot_be_ordered(
        self, engagement, hold, release, staff
    ):
        finding = stands(release, staff)
        tasks.run_deadlines(at=finding.moves_at)
        finishing.fail(reversal_of(finding).pk, "balance_insufficient", at=timezone.now())
        order = {"by": staff[2], "at": timezone.now(), "note": "The site fronts it."}
        tell(hold)
        with pytest.raises(finding_fraud.BankDecides):
            finding_fraud.order_refund(finding, **order)
        tell(hold, "lost")
        with pytest.raises(finding_fraud.BankDecides):
            finding_fraud.order_refund(finding, **order)
        assert balances(hold) == (0, 0, 0, 0)
        assert ledger.balance(Code.CHARGEBACK_LOSS).cents == 2000
        assert ledger.balance(Code.RECEIVABLE_STUDENT, engagement.student.payee.pk).cents == 20000

    def test_lost_at_the_bank_and_refused_then_is_kept_for_the_loss(self, hold, release, staff):
        tell(hold)
        tell(hold, "lost")
        finding = stands(release, staff)
        tasks.run_deadlines(at=finding.moves_at)
        finishing.fail(reversal_of(finding).pk, "balance_insufficient", at=timezone.now())
        assert balances(hold) == (0, 0, 0, 0)
        assert ledger.balance(Code.CHARGEBACK_LOSS).cents == 2000
        hold.refresh_from_db()
        assert hold.status == Hold.Status.SETTLED

    def test_appealed_in_time_waits_for_a_third_person(self, engagement, release, staff):
        finding = stands(release, staff)
        finding_fraud.appeal(finding, by=engagement.student, at=timezone.now(), text="It was done.")
        tasks.run_deadlines(at=finding.moves_at)
        assert not finding.operations.exists()
        for involved in staff[:2]:
            with pytest.raises(NotAStranger):
                finding_fraud.lift(finding, by=involved, at=timezone.now())
        finding_fraud.lift(finding, by=staff[2], at=timezone.now())
        finding.refresh_from_db()
        assert (finding.status, finding.operations.exists()) == ("lifted", False)

    def test_upheld_by_the_third_person_moves_at_once(self, engagement, release, staff):
        finding = stands(release, staff)
        finding_fraud.appeal(finding, by=engagement.student, at=timezone.now(), text="It was done.")
        why = {"codes": ["shown"], "note": "It is shown."}
        finding_fraud.uphold(finding, by=staff[2], at=timezone.now(), **why)
        assert reversal_of(finding).status == "planned"
        with pytest.raises(finding_fraud.NoObjectionNow):
            finding_fraud.uphold(finding, by=staff[2], at=timezone.now(), **why)

    def test_can_be_appealed_once_in_time_by_the_student_alone(self, engagement, release, staff):
        finding = stands(release, staff)
        with pytest.raises(PermissionDenied):
            finding_fraud.appeal(finding, by=engagement.offered_by, at=timezone.now(), text="No.")
        with pytest.raises(finding_fraud.NoObjectionNow):
            finding_fraud.appeal(finding, by=engagement.student, at=finding.moves_at, text="Late.")

    def test_is_possible_for_half_a_year_and_only_of_what_was_sent(self, release, staff):
        with pytest.raises(finding_fraud.NotToBeTakenBack):
            find(release, staff, at=release.sent_at + 181 * DAY)
        Release.objects.update(sent_at=None)
        with pytest.raises(finding_fraud.NotToBeTakenBack):
            find(release, staff)

    def test_that_is_not_signed_moves_nothing(self, release, staff):
        finding = find(release, staff)
        why = {"codes": ["not_shown"], "note": "It is not shown."}
        finding_fraud.refuse_to_sign(finding, by=staff[1], at=timezone.now(), **why)
        assert FraudFinding.objects.get().status == "refused"
        assert find(release, staff).status == "proposed"

    def test_the_database_knows_no_reversal_without_one(self, hold):
        with pytest.raises(IntegrityError, match="operation_reversal_has_its_finding"), transaction.atomic():
            operations.planning.plan(
                "reversal", slot="x", at=timezone.now(), hold=hold, amount_cents=1, currency="usd"
            )

    def test_the_student_reads_it_and_appeals_on_a_page(self, client, engagement, release, staff):
        finding = stands(release, staff)
        client.force_login(engagement.student)
        assert "Finding of fraud" in client.get("/accounts/decisions/").content.decode()
        page = f"/accounts/decisions/money/{finding.public_id}/"
        assert client.post(page, {}).status_code == 422
        assert client.post(page, {"text": "It was done."}).status_code == 302
        assert "waits for somebody else" in client.get("/accounts/decisions/").content.decode()

    def test_the_page_proposes_it(self, client, release, staff):
        client.force_login(staff[0])
        page = f"/admin/desk/finding/{release.public_id}/"
        assert client.post(page, {"note": "See."}).status_code == 422
        assert client.post(page, {"codes": "stolen", "note": "See."}).status_code == 302
        case = Case.objects.get(kind="finding")
        client.force_login(staff[1])
        assert "The card was stolen" in client.get(f"/admin/desk/{case.public_id}/").content.decode()


def test_the_whole_way_of_a_reversal_and_both_books(own_database, sandbox, board):
    (engagement, staff), at = board, timezone.now()
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    sandbox.seed(float_cents=5000)
    stages.deliver(engagement, at=at)
    part = engagement.deliverables.get(number=1)
    release = releasing.approve_work(part, by=engagement.offered_by, at=at)
    at = release.operation.not_before
    operations.run_due(at=at)
    release.refresh_from_db()
    finding = stands(release, staff)
    tasks.run_deadlines(at=max(at, finding.moves_at))
    at = steps.work_off(sandbox, at=max(at, finding.moves_at))
    reversal = reversal_of(finding)
    if reversal.status == "failed":  # it was paid out to the bank already
        assert ledger.balance(Code.RECEIVABLE_STUDENT, engagement.student.payee.pk).cents == 20000
    else:
        assert Operation.objects.get(kind="refund").status == "succeeded"
    assert Hold.objects.get().status == "funded"
    steps.books_agree(sandbox, own=5000)
