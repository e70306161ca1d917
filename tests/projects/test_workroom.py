"""The list of work and the workroom, on either side, at every stage."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Company
from marketplace.kernel.models import Letter
from payments import offering, releasing, reviewing
from payments import tasks as money_tasks
from projects import narrating, tasks
from projects.models import Deadline, Deliverable, Engagement, Submission
from tests import cast, stages
from tests.boards import stands_on

pytestmark = stands_on(stages.under_way)
SUNK = "<script>alert(1)</script>"


def text(response):
    return response.content.decode()


def told(engagement):
    fresh = Engagement.objects.get(pk=engagement.pk)
    return [(event.state, event.what) for event in narrating.story_of_engagement(fresh)]


@pytest.fixture
def engagement(board):
    return board


@pytest.fixture
def employer(engagement):
    return engagement.offered_by


class TestTheList:
    def row(self, client, person):
        client.force_login(person)
        return client.get("/engagements/").context["rows"][0]

    @stands_on(stages.offered)
    def test_an_offer_is_the_students_turn(self, client, engagement):
        mine = self.row(client, engagement.student).turn
        theirs = self.row(client, engagement.offered_by).turn

        assert (mine.mine, mine.until) == (True, engagement.offer_expires_at)
        assert (theirs.mine, theirs.who) == (False, "Maya Lindqvist")

    @stands_on(stages.paid_for)
    def test_an_offer_that_is_being_paid_is_the_employers_turn_and_not_the_students_sight(
        self, client, board
    ):
        engagement = offering.make_offer(board, by=board.project.posted_by, at=timezone.now())

        assert self.row(client, engagement.offered_by).turn.mine
        client.force_login(engagement.student)
        assert client.get("/engagements/").context["rows"] == []
        assert client.get(engagement.get_absolute_url()).status_code == 404

    def test_work_goes_back_and_forth(self, client, engagement, employer):
        parts = {part.number: part for part in engagement.deliverables.all()}
        turn = self.row(client, engagement.student).turn
        assert (turn.mine, turn.until) == (True, parts[1].due_at)

        for number in parts:
            stages.deliver(engagement, number=number)
        first_end = engagement.deliverables.get(number=1).review_ends_at
        turn = self.row(client, engagement.student).turn
        assert (turn.mine, turn.who, turn.until) == (False, "Maple Health", first_end)
        assert self.row(client, employer).turn.mine

        now = timezone.now()
        reviewing.ask_for_changes(parts[1], by=employer, at=now, failing_criteria=[1], message="Shorter.")
        assert self.row(client, engagement.student).turn.mine
        for number in (2, 3)[: len(parts) - 1]:
            releasing.approve_work(parts[number], by=employer, at=now)
        assert not self.row(client, employer).turn.mine

    @stands_on(stages.offered)
    def test_what_waits_for_me_comes_first(self, client, board, sandbox):
        employer, now = board.offered_by, timezone.now()
        made = {"over": board}
        for name in ("theirs", "mine"):
            application = cast.an_application(cast.a_student(name=name), cast.an_open_project(employer))
            made[name] = offering.make_offer(application, by=employer, at=now)
        stages.paid(sandbox, made["theirs"], at=now)
        offering.withdraw_offer(made["over"], by=employer, at=now)
        client.force_login(employer)

        rows = client.get("/engagements/").context["rows"]

        assert [row.pk for row in rows] == [made[name].pk for name in ("mine", "theirs", "over")]
        assert [bool(row.turn and row.turn.mine) for row in rows] == [True, False, False]
        assert rows[2].turn is None

    def test_the_number_of_queries_does_not_grow(self, client, django_assert_num_queries):
        employer = cast.an_employer()
        Company.objects.update(proven_at=timezone.now())
        client.force_login(employer)
        client.get("/engagements/")
        for made in range(1, 4):
            project = cast.an_open_project(employer)
            application = cast.an_application(cast.a_student(), project)
            offering.make_offer(application, by=employer, at=timezone.now())
            with django_assert_num_queries(3):
                assert len(client.get("/engagements/").context["rows"]) == made

    def test_an_empty_list_says_why(self, client):
        for person in (cast.a_student(), cast.an_employer()):
            client.force_login(person)
            assert "No work under way" in text(client.get("/engagements/"))


class TestTheRoom:
    def test_who_enters(self, client, engagement):
        address = engagement.get_absolute_url()
        assert client.get(address).status_code == 302
        for person, status in stages.everybody(engagement):
            client.force_login(person)
            assert client.get(address).status_code == status, person

    def test_each_side_is_offered_its_own_act(self, client, engagement, employer):
        address = engagement.get_absolute_url()
        doors = {
            "deliver": f"{address}deliverables/1/deliver/",
            "approve": f"{address}deliverables/1/approve/",
            "changes": f"{address}deliverables/1/changes/",
        }

        def offered_to(person):
            client.force_login(person)
            page = text(client.get(address))
            return {name for name, door in doors.items() if f'"{door}"' in page}

        assert offered_to(engagement.student) == {"deliver"}
        assert offered_to(employer) == set()
        stages.deliver(engagement)
        assert offered_to(engagement.student) == set()
        assert offered_to(employer) == {"approve", "changes"}
        assert offered_to(cast.a_moderator()) == set()

    def test_what_was_handed_in_is_shown_and_never_runs(self, client, engagement, employer):
        words = f"**Done.** {SUNK} ![x](http://evil.test/x.png) [ok](https://example.org) [no](javascript:alert(1))"
        stages.deliver(engagement, text=words, link="https://example.org/prototype")
        client.force_login(employer)

        page = text(client.get(engagement.get_absolute_url()))

        assert "<strong>Done.</strong>" in page
        assert SUNK not in page
        assert "<img" not in page.split('id="parts"')[1]
        assert 'href="javascript' not in page
        assert 'href="https://example.org" rel="noopener nofollow ugc"' in page
        assert 'href="https://example.org/prototype"' in page

    def test_versions_stand_beside_each_other_with_what_was_asked(self, client, engagement, employer):
        stages.deliver(engagement, text="The first try.")
        reviewing.ask_for_changes(
            engagement.deliverables.get(number=1),
            by=employer,
            at=timezone.now(),
            failing_criteria=[2],
            message="Please add the consent text.",
        )
        stages.deliver(engagement, text="The second try.")
        client.force_login(engagement.student)

        page = text(client.get(engagement.get_absolute_url()))

        assert page.index("The second try.") < page.index("The first try.")
        assert "Criterion 2 is not met yet" in page
        assert "Please add the consent text." in page

    def test_the_terms_are_those_of_the_offer(self, client, engagement):
        type(engagement.project).objects.update(title="Another title", brief="Another brief")
        client.force_login(engagement.student)

        page = text(client.get(engagement.get_absolute_url()))

        assert engagement.terms["title"] in page
        assert "Another brief" not in page
        assert engagement.terms["rights"] in page
        assert engagement.student.name not in str(engagement.terms)

    def test_a_number_that_changes_later_changes_no_agreement(self, client, engagement, employer, settings):
        settings.UNDO_MINUTES, settings.REVIEW_DAYS, settings.REVISION_ROUNDS = 1, 1, 0
        client.force_login(employer)
        stages.deliver(engagement)
        part = engagement.deliverables.get(number=1)

        assert part.review_ends_at > timezone.now() + timedelta(days=6)
        page = text(client.get(engagement.get_absolute_url()))
        assert "for 30 minutes" in page
        assert "Ask for changes" in page
        release = releasing.approve_work(part, by=employer, at=timezone.now())
        assert release.undo_until > timezone.now() + timedelta(minutes=29)

    def test_cancelling_is_offered_until_something_was_handed_in(self, client, engagement):
        client.force_login(engagement.student)
        assert "Cancel before the start" in text(client.get(engagement.get_absolute_url()))

        stages.deliver(engagement)

        assert "Cancel before the start" not in text(client.get(engagement.get_absolute_url()))

    def test_money_that_waits_for_an_account_says_so_to_both(self, client, sandbox, engagement, employer):
        stages.deliver(engagement)
        releasing.approve_work(engagement.deliverables.get(number=1), by=employer, at=timezone.now())
        money_tasks.sweep_once(at=timezone.now() + timedelta(days=8))
        address = engagement.get_absolute_url()

        client.force_login(engagement.student)
        assert "as soon as you have set up being paid" in text(client.get(address))
        client.force_login(employer)
        assert "as soon as Maya Lindqvist has set up being paid" in text(client.get(address))
        assert (narrating.NEXT, "$200.00 leaves once the student has set up being paid") in told(engagement)

    def test_of_one_moment_the_story_tells_the_cause_first(self, engagement):
        what = [what for state, what in told(engagement) if state == narrating.PAST]

        told_in = ["Accepted", "$440.00 charged and held", "Work can start"]
        assert [words for words in what if words in told_in] == told_in

    def test_the_undo_is_there_while_its_time_lasts(self, client, engagement, employer, time_machine):
        stages.deliver(engagement)
        releasing.approve_work(engagement.deliverables.get(number=1), by=employer, at=timezone.now())
        door = f'"{engagement.get_absolute_url()}deliverables/1/undo/"'
        client.force_login(employer)
        assert door in text(client.get(engagement.get_absolute_url()))

        time_machine.move_to(timezone.now() + timedelta(minutes=31))

        assert door not in text(client.get(engagement.get_absolute_url()))

    def test_the_number_of_queries_does_not_depend_on_what_happened(
        self, client, engagement, employer, django_assert_max_num_queries
    ):
        client.force_login(employer)
        client.get(engagement.get_absolute_url())
        with django_assert_max_num_queries(30) as before:
            client.get(engagement.get_absolute_url())
        parts = engagement.deliverables.count()
        for number in range(1, parts + 1):
            stages.deliver(engagement, number=number)
        with django_assert_max_num_queries(30) as once:
            client.get(engagement.get_absolute_url())
        for part in engagement.deliverables.all():
            reviewing.ask_for_changes(
                part, by=employer, at=timezone.now(), failing_criteria=[1], message="More."
            )
            stages.deliver(engagement, number=part.number)
        with django_assert_max_num_queries(30) as twice:
            client.get(engagement.get_absolute_url())

        assert len(once) == len(twice)
        assert len(once) <= len(before) + 2

    @pytest.mark.parametrize("address", ["/engagements/xxxxxxxxxx/", "/files/xxxxxxxxxx/"])
    def test_what_is_not_there_is_not_found(self, client, address):
        client.force_login(cast.a_student())

        assert client.get(address).status_code == 404


class TestTheStory:
    @stands_on(stages.offered)
    def test_an_offer_says_what_comes_and_what_happens_by_itself(self, engagement):
        story = told(engagement)

        assert ("past", "Offer made, the amount is reserved on the card") in story
        assert ("next", "Maya Lindqvist accepts or declines") in story
        assert ("auto", "Without an answer the offer ends and the card is let go") in story
        assert [state for state, _ in story] == sorted((s for s, _ in story), key=lambda s: s != "past")

    def test_work_from_held_to_promised(self, engagement, employer):
        part = engagement.deliverables.get(number=1)
        assert ("past", f"{engagement.total_price} charged and held") in told(engagement)
        assert ("next", f"{part} is due") in told(engagement)

        stages.deliver(engagement)
        assert ("past", f"{part}: delivered") in told(engagement)
        assert ("auto", f"Without an answer {part} is approved") in told(engagement)

        now = timezone.now()
        releasing.approve_work(part, by=employer, at=now)
        assert ("auto", f"{part.share} leaves for the student") in told(engagement)

        releasing.undo_approval(part, by=employer, at=now)
        story = told(engagement)
        assert ("past", f"{part}: approval taken back") in story
        assert ("auto", f"{part.share} leaves for the student") not in story

    def test_every_status_has_its_words(self):
        assert set(narrating.ENGAGEMENT_WORDS) == set(Engagement.Status) - {Engagement.Status.AUTHORISING}
        assert set(narrating.DELIVERABLE_WORDS) == set(Deliverable.Status) - {Deliverable.Status.PENDING}
        assert set(narrating.APPLICATION_WORDS) == {
            status for reached in narrating.Application.transitions.values() for status in reached
        }


class TestTheReminderOfDueWork:
    def due(self, engagement):
        return Deadline.objects.filter(
            kind=Deadline.Kind.WORK_DUE_REMINDER, deliverable__engagement=engagement
        ).earliest("due_at")

    def letters(self):
        return Letter.objects.filter(template="projects/work_due")

    def test_goes_to_the_student_once(self, engagement):
        deadline = self.due(engagement)

        tasks.run_deadlines(at=deadline.due_at)
        tasks.run_deadlines(at=deadline.due_at)

        assert self.letters().get().to == engagement.student

    def test_not_for_what_was_handed_in(self, engagement):
        deadline = self.due(engagement)
        stages.deliver(engagement, number=deadline.deliverable.number)

        tasks.run_deadlines(at=deadline.due_at)

        assert not self.letters().exists()
        assert Submission.objects.count() == 1
