"""Cards that are tried out stop a company; a card of two, or one device, stops a payment until somebody looks."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.models import Company, Membership
from marketplace.kernel.models import Case, Risk
from marketplace.kernel.transactions import locked
from payments import clearing, offering, operations, releasing, tasks
from payments.models import CardSeen, FraudCheck, Hold, Operation
from payments.operations import watching
from projects import bidding
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps

NOW = timezone.now()


def an_offer_and_a_bid():
    """A hold of a company with an application beside it."""
    application = cast.an_application()
    project = application.project
    Company.objects.filter(pk=project.company_id).update(proven_at=NOW)
    engagement = offering.make_offer(application, by=project.posted_by, at=NOW)
    return engagement.holds.get(), cast.an_application(cast.another_student(), project)


def refuse(hold, number, *, at=NOW, card="one"):
    watching.note_card(hold, charge=f"ch_{number}", fingerprint=card, failed=True, at=at)


@stands_on(an_offer_and_a_bid)
class TestCardsThatAreTriedOut:
    def test_five_in_a_day_stop_the_company_until_somebody_looked(self, board):
        hold, application = board
        for number in range(4):
            refuse(hold, number, card=f"card {number}")
            refuse(hold, number, card=f"card {number}")  # told twice
        assert not FraudCheck.objects.exists()
        refuse(hold, 4)
        check, case = FraudCheck.objects.get(), Case.objects.get(kind="fraud")
        assert (check.kind, check.detail, case.risk) == ("cards", {"tries": 5, "cards": 5}, Risk.GRAVE)
        project = application.project
        project.seats = 2
        project.save(update_fields=["seats"])
        with pytest.raises(operations.BeingChecked):
            offering.make_offer(application, by=project.posted_by, at=NOW)
        clearing.clear(check, by=cast.a_moderator(), at=NOW)
        offering.make_offer(application, by=project.posted_by, at=NOW)
        refuse(hold, 5, at=NOW + timedelta(hours=1))
        assert FraudCheck.objects.count() == 1  # what was cleared counts no more

    def test_five_in_two_days_do_not(self, board):
        hold, _ = board
        for number in range(6):
            refuse(hold, number, at=NOW + timedelta(hours=9 * number))
        assert not FraudCheck.objects.exists()

    def test_what_is_fraud_stays_stopped(self, board):
        hold, application = board
        for number in range(5):
            refuse(hold, number)
        no = {"codes": ["stolen"], "note": "Five cards of five people."}
        clearing.uphold(FraudCheck.objects.get(), by=cast.a_moderator(), at=NOW, **no)
        with pytest.raises(operations.BeingChecked):
            offering.make_offer(application, by=application.project.posted_by, at=NOW)


@stands_on(an_offer_and_a_bid)
class TestWhoseTheyAre:
    def shared(self, board):
        hold, _ = board
        watching.note_card(hold, charge="ch_1", fingerprint="one", failed=False, at=NOW)
        other = cast.an_application(cast.a_student("Kim Ray"), cast.an_open_project(cast.another_employer()))
        engagement = offering.make_offer(other, by=other.project.posted_by, at=NOW)
        theirs = engagement.holds.get()
        watching.note_card(theirs, charge="ch_2", fingerprint="one", failed=False, at=NOW)
        theirs.refresh_from_db()
        return hold, theirs

    def test_a_card_of_two_companies_stops_the_payment_until_somebody_looked(self, board):
        _, theirs = self.shared(board)
        check = FraudCheck.objects.get()
        assert (check.kind, check.hold, theirs.hold_reason) == ("shared_card", theirs, "fraud_review")
        clearing.clear(check, by=cast.a_moderator(), at=NOW)
        theirs.refresh_from_db()
        assert theirs.hold_reason == ""
        assert Case.objects.get(kind="fraud").outcome == "cleared"

    def test_two_companies_of_one_owner_may_share_a_card(self, board):
        owner = board[0].engagement.offered_by
        other = cast.company_of(cast.another_employer())
        Membership.join(other, owner, role="owner", at=NOW)
        hold, theirs = board[0], other
        assert theirs in Company.objects.kin_of(hold.engagement.company)

    @pytest.mark.parametrize(
        ("ip", "agents", "is_seen"),
        [
            ("93.184.215.14", ("Firefox", "Firefox"), True),
            ("93.184.215.14", ("Firefox", "Chrome"), False),
            ("192.168.0.7", ("Firefox", "Firefox"), False),
        ],
    )
    def test_one_device_of_both_sides_is_looked_at(self, board, ip, agents, is_seen):
        hold, _ = board
        people = (hold.engagement.student, hold.engagement.offered_by)
        for person, agent in zip(people, agents, strict=True):
            session = {"session_key": agent + person.public_id, "user_agent": agent, "ip": ip}
            UserSession.objects.create(user=person, created_at=NOW, last_seen_at=NOW, **session)
        watching.look_at_devices(hold, at=NOW)
        assert FraudCheck.objects.filter(kind="shared_device").exists() == is_seen

    def test_nobody_clears_their_own(self, board):
        hold, _ = board
        moderator = cast.a_moderator()
        company = hold.engagement.company
        Membership.objects.create(user=moderator, company=company, role="manager", joined_at=NOW)
        check = watching.open_check("cards", company, at=NOW)
        with pytest.raises(clearing.OwnFraudCheck):
            clearing.clear(check, by=moderator, at=NOW)

    def test_nobody_bids_at_a_company_of_the_same_owner_or_site(self, board):
        project = board[1].project
        Company.objects.update(website="https://maple.example")
        sister = cast.an_employer("Pia", "Maple Labs")
        Company.objects.update(website="https://maple.example")
        student = cast.a_student("Own Student")
        Membership.objects.create(
            user=student, company=cast.company_of(sister), role="manager", joined_at=NOW, left_at=NOW
        )
        project.company.refresh_from_db()
        with pytest.raises(bidding.OwnCompany):
            bidding.check_may_bid(project, by=student, at=NOW)


def test_what_stripe_tells_of_cards_is_kept_and_a_stopped_payment_is_not_released(sandbox):
    application = stages.paid_for(sandbox)
    engagement = offering.make_offer(application, by=application.project.posted_by, at=NOW)
    tasks.sweep_once(at=timezone.now())
    hold = engagement.holds.get()
    with pytest.raises(ValueError, match="declined"):
        sandbox.pay(hold.checkout_session, card="4000000000000002")
    sandbox.deliver()
    tasks.sweep_once(at=timezone.now())
    assert CardSeen.objects.get().failed
    engagement = paid(sandbox, engagement)
    work = stages.accept(engagement)
    assert list(CardSeen.objects.order_by("pk").values_list("failed", flat=True)) == [True, False]
    assert CardSeen.objects.last().fingerprint
    Hold.objects.update(hold_reason=Hold.Reason.FRAUD_REVIEW)
    stages.deliver(work)
    with pytest.raises(releasing.PaymentStopped, match="being checked for fraud"):
        releasing.approve_work(work.deliverables.get(number=1), by=work.offered_by, at=timezone.now())


def paid(sandbox, engagement):
    """The same page, paid with a card that works."""
    hold = engagement.holds.get()
    sandbox.pay(hold.checkout_session)
    sandbox.deliver()
    tasks.sweep_once(at=timezone.now())
    engagement.refresh_from_db()
    return engagement


def test_what_was_approved_before_is_sent_once_the_check_is_cleared(sandbox, settings):
    """The share was promised and then stopped; whoever looks sets it free, and nobody has to push it."""
    settings.FIRST_CHARGES = settings.UNDO_MINUTES = 0
    now = timezone.now()
    engagement = stages.under_way(sandbox)
    steps.a_ready_payee(sandbox, engagement.student, at=now)
    stages.deliver(engagement, at=now)
    part = engagement.deliverables.get(number=1)
    releasing.approve_work(part, by=engagement.offered_by, at=now)
    hold = engagement.holds.get()
    with locked(hold) as hold:
        watching.open_check(FraudCheck.Kind.SHARED_DEVICE, engagement.company, hold=hold, at=now)
    transfer = Operation.objects.get(kind=Operation.Kind.TRANSFER)

    at = max(transfer.not_before, transfer.next_try_at, now)
    tasks.sweep_once(at=at)
    transfer.refresh_from_db()
    assert (transfer.status, transfer.blocked_reason) == ("blocked", "fraud_review")
    assert steps.got(sandbox, engagement.student) == 0

    clearing.clear(FraudCheck.objects.get(), by=cast.a_moderator(), at=at)
    steps.work_off(sandbox, at=at)
    transfer.refresh_from_db()
    assert transfer.status == Operation.Status.SUCCEEDED
    assert steps.got(sandbox, engagement.student) == part.share_cents


@stands_on(stages.under_way)
def test_silence_waits_for_the_check_and_approves_once_it_is_cleared(board, caplog):
    now = timezone.now()
    stages.deliver(board, at=now)
    part, hold = board.deliverables.get(number=1), board.holds.get()
    with locked(hold) as hold:
        watching.open_check(FraudCheck.Kind.SHARED_DEVICE, board.company, hold=hold, at=now)

    tasks.run_deadlines(at=part.review_ends_at)
    part.refresh_from_db()
    assert (part.status, caplog.messages) == ("submitted", [])

    clearing.clear(FraudCheck.objects.get(), by=cast.a_moderator(), at=part.review_ends_at)
    tasks.run_deadlines(at=part.review_ends_at)
    part.refresh_from_db()
    assert part.status == "auto_approved"
