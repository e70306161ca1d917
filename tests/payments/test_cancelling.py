"""A project is taken off: everyone who waited hears why, offers are freed, and work under way is untouched."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from payments import cancelling, offering, operations, paying_out
from payments.models import Hold
from projects import applying, bidding, moderating, posting, tasks
from projects.models import Application, Deadline, Engagement, Project
from tests import cast, stages
from tests.boards import stands_on
from tests.payments import steps
from tests.projects.test_application_races import at_once


@pytest.fixture
def project(board):
    return board


def cancel(project, *, answers=None, **options):
    given = {"by": project.posted_by, "at": timezone.now(), "why": "money", "answers": answers or {}}
    return cancelling.cancel_project(project, **given | options)


def remove(project, **options):
    given = {
        "by": cast.a_moderator(),
        "at": timezone.now(),
        "codes": ["not_honest"],
        "note": "It is a trick.",
    }
    return cancelling.remove_project(project, **given | options)


def letters_to(person):
    return [letter.template.partition("/")[2] for letter in Letter.objects.filter(to=person).order_by("pk")]


class TestClosingEarly:
    pytestmark = stands_on(cast.an_open_project)

    def test_takes_no_more_applications_and_keeps_the_date(self, project):
        closed = posting.close_early(project, by=project.posted_by, at=timezone.now())
        assert (closed.status, closed.answer_by_at) == ("closed", project.answer_by_at)
        with pytest.raises(bidding.ApplicationsClosed):
            cast.an_application(project=closed)

    def test_is_for_the_own_company_alone(self, project):
        with pytest.raises(PermissionDenied):
            posting.close_early(project, by=cast.another_employer(), at=timezone.now())

    def test_leaves_the_date_to_do_the_rest(self, project):
        application = cast.an_application(project=project)
        posting.close_early(project, by=project.posted_by, at=timezone.now())
        tasks.run_deadlines(at=project.answer_by_at + timedelta(seconds=1))
        application.refresh_from_db()
        assert application.status == "not_answered"


class TestCancelling:
    pytestmark = stands_on(cast.an_open_project)

    def test_gives_a_reason_to_whom_one_was_given_and_names_the_rest_honestly(self, project):
        one, two = (cast.an_application(cast.a_student(), project) for _ in range(2))
        cancelled = cancel(project, answers={one.public_id: "skills"})
        one.refresh_from_db()
        two.refresh_from_db()
        assert cancelled.status == Project.Status.CANCELLED
        assert (one.status, one.decline_reason) == ("declined", "skills")
        assert (two.status, two.decline_reason) == ("not_answered", "")
        assert letters_to(one.student)[-1] == letters_to(two.student)[-1] == "application_cancelled"

    def test_says_why_in_the_letter(self, project):
        application = cast.an_application(project=project)
        cancel(project)
        letter = Letter.objects.get(to=application.student, template="projects/application_cancelled")
        assert letter.context["cause"] == "The money for it is gone"

    def test_says_why_on_the_page_of_each_application_that_it_ended(self, project, client):
        answered, silent, before = (cast.an_application(cast.a_student(), project) for _ in range(3))
        applying.withdraw(before, by=before.student, at=timezone.now())
        cancel(project, answers={answered.public_id: "cancelled"})
        for row, says in ((answered, True), (silent, True), (before, False)):
            client.force_login(row.student)
            page = client.get(row.get_absolute_url()).content.decode()
            assert ("The reason for that: The money for it is gone." in page) is says
            assert "by the date" not in page

    def test_does_not_touch_who_was_answered_before(self, project):
        application = cast.an_application(project=project)
        applying.withdraw(application, by=application.student, at=timezone.now())
        cancel(project)
        application.refresh_from_db()
        assert application.status == Application.Status.WITHDRAWN

    def test_stops_its_clocks(self, project):
        cancel(project)
        assert not Deadline.objects.pending().filter(project=project).exists()

    @pytest.mark.parametrize("made", [cast.a_draft, cast.a_project_in_moderation, cast.a_refused_project])
    def test_is_not_for_what_was_never_open(self, made):
        with pytest.raises(cancelling.NotLive):
            cancel(made())

    def test_happens_once(self, project):
        cancel(project)
        with pytest.raises(cancelling.NotLive):
            cancel(project)

    def test_is_refused_to_others_and_from_an_old_page(self, project):
        for person in (cast.another_employer(), cast.a_student(), cast.a_moderator()):
            with pytest.raises(PermissionDenied):
                cancel(project, by=person)
        with pytest.raises(StalePage):
            cancel(project, version=project.version - 1)

    def test_frees_the_place_in_the_students_budget(self, settings):
        settings.LIVE_APPLICATIONS = 1
        employer, student = cast.an_employer(), cast.a_student()
        first = cast.an_application(student, cast.an_open_project(employer))
        cancel(first.project)
        assert cast.an_application(student, cast.an_open_project(employer)).status == "submitted"


class TestRemoving:
    pytestmark = stands_on(cast.an_open_project)

    def test_voids_applications_and_tells_everyone(self, project):
        application = cast.an_application(project=project)
        removed = remove(project)
        application.refresh_from_db()
        assert (removed.status, application.status) == ("removed", "void")
        assert removed.rejection_codes == ["not_honest"]
        assert letters_to(application.student)[-1] == "application_void"
        assert letters_to(project.posted_by)[-1] == "project_removed"

    def test_needs_a_reason_and_a_note(self, project):
        for wrong in ({"codes": []}, {"note": "  "}, {"codes": ["no_such_code"]}):
            with pytest.raises(moderating.NoReason):
                remove(project, **wrong)

    def test_is_not_for_the_company_nor_a_moderator_who_belongs_to_it(self, project):
        with pytest.raises(PermissionDenied):
            remove(project, by=project.posted_by)
        project.posted_by.is_staff = True
        project.posted_by.save()
        with pytest.raises(moderating.OwnProject):
            remove(project, by=project.posted_by)

    def test_takes_it_from_everybodys_eyes_but_the_companys(self, project, client):
        remove(project)
        assert client.get(project.get_absolute_url()).status_code == 404
        client.force_login(project.posted_by)
        assert b"It is a trick." in client.get(project.get_absolute_url()).content


class TestThePages:
    pytestmark = stands_on(cast.an_open_project)

    def test_cancel_with_the_same_answer_for_everyone_but_one(self, project, client):
        one, _ = (cast.an_application(cast.a_student(), project) for _ in range(2))
        client.force_login(project.posted_by)
        address = f"/projects/{project.public_id}/cancel/"
        assert b"2 applicants wait for an answer" in client.get(address).content
        sent = {"version": Project.objects.get().version, "why": "mistake", "everyone": "cancelled"}
        answer = client.post(address, sent | {f"answer_{one.public_id}": "skills"})
        assert answer.url == "/projects/mine/"
        reasons = Application.objects.order_by("pk").values_list("decline_reason", flat=True)
        assert list(reasons) == ["skills", "cancelled"]

    def test_ask_for_the_reason_and_keep_what_was_chosen(self, project, client):
        cast.an_application(project=project)
        client.force_login(project.posted_by)
        answer = client.post(f"/projects/{project.public_id}/cancel/", {"everyone": "skills"})
        assert answer.status_code == 422
        assert b"Say why" in answer.content
        assert b'<option value="skills" selected>' in answer.content

    def test_lead_back_where_nothing_can_be_cancelled(self, client):
        project = cast.a_draft()
        client.force_login(project.posted_by)
        assert client.get(f"/projects/{project.public_id}/cancel/").url == project.get_absolute_url()

    def test_remove_for_moderators_and_for_nobody_else(self, project, client):
        address = f"/projects/{project.public_id}/remove/"
        for person in (project.posted_by, cast.a_student()):
            client.force_login(person)
            assert client.post(address, {}).status_code == 403
        client.force_login(cast.a_moderator())
        assert b"Remove \xe2\x80\x9c" in client.get(address).content
        sent = {"version": project.version, "codes": ["forbidden_work"], "note": "It is coursework."}
        answer = client.post(address, sent, follow=True)
        assert b"Removed: forbidden_work." in answer.content
        assert Project.objects.get().status == "removed"

    def test_are_not_there_for_another_company(self, project, client):
        client.force_login(cast.another_employer())
        for page in ("cancel", "close"):
            assert client.post(f"/projects/{project.public_id}/{page}/", {}).status_code == 403


class TestWithMoney:
    @stands_on(stages.offered)
    def test_a_cancelled_project_withdraws_its_offer_and_frees_the_card(self, sandbox, board):
        engagement = board
        cancel(engagement.project)
        operations.run_due(at=timezone.now())
        engagement.refresh_from_db()
        assert engagement.status == "withdrawn"
        assert engagement.application.status == Application.Status.OFFER_WITHDRAWN
        assert engagement.holds.get().status == Hold.Status.VOID
        assert steps.intent_status(engagement) == "canceled"
        assert "offer_withdrawn" in letters_to(engagement.student)
        steps.books_agree(sandbox)

    @stands_on(stages.offered)
    def test_a_removed_project_voids_the_application_with_the_offer(self, sandbox, board):
        engagement = board
        remove(engagement.project)
        engagement.refresh_from_db()
        assert engagement.application.status == Application.Status.VOID
        assert letters_to(engagement.student)[-1] == "application_void"

    @stands_on(stages.paid_for)
    def test_a_payment_page_that_is_open_is_left_and_its_applicant_answered(self, board):
        application = board
        engagement = offering.make_offer(application, by=application.project.posted_by, at=timezone.now())
        cancel(application.project, answers={application.public_id: "availability"})
        engagement.refresh_from_db()
        application.refresh_from_db()
        assert (engagement.status, application.status) == ("abandoned", "declined")

    def test_work_under_way_is_not_cancelled_and_goes_on_when_a_moderator_removes_it(self, sandbox):
        engagement = stages.under_way(sandbox, stages.paid_for(sandbox, seats=2))
        with pytest.raises(cancelling.WorkUnderWay):
            cancel(engagement.project)
        remove(engagement.project)
        engagement.refresh_from_db()
        assert engagement.status == "active"
        assert engagement.holds.get().status == Hold.Status.FUNDED


@stands_on(stages.offered)
class TestAYesAndACancellationAtOnce:
    @pytest.fixture
    def engagement(self, sandbox, board):
        paying_out.open_account(board.student, country="SE", at=timezone.now())
        return board

    def test_leave_one_of_the_two(self, engagement):
        outcomes = at_once(
            lambda: offering.accept_offer(engagement, by=engagement.student, at=timezone.now()).status,
            lambda: cancel(engagement.project).status,
        )
        engagement.refresh_from_db()
        kinds = set(engagement.holds.get().operations.values_list("kind", flat=True)) & {"capture", "void"}
        assert outcomes in (["funding", cancelling.WorkUnderWay], [InvalidTransition, "cancelled"])
        assert (engagement.status, kinds) in (("funding", {"capture"}), ("withdrawn", {"void"}))

    def test_control_without_the_lock_both_move_it(self, engagement):
        both_read = Barrier(2, timeout=20)

        def unguarded(status):
            def act():
                with transaction.atomic():
                    row = Engagement.objects.get(pk=engagement.pk)
                    both_read.wait()
                    row.become(status, by=None, at=timezone.now())
                    return row.status

            return act

        assert sorted(at_once(unguarded("funding"), unguarded("withdrawn"))) == ["funding", "withdrawn"]
