"""Several noes at once: a reason each, each told once, and what changed meanwhile is left alone."""

from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.models import Letter
from payments import offering
from projects import applying, closing, selecting
from projects.models import Application, Project
from projects.selecting import No
from tests import cast
from tests.boards import stands_on
from tests.projects.test_application_races import at_once


def no(application, reason="skills", note="", version=1):
    return No(application.public_id, version, reason, note)


def letters(application):
    return Letter.objects.filter(template="projects/application_declined", to=application.student)


def three_applicants():
    project = cast.an_open_project()
    return project, [cast.an_application(cast.a_student(), project) for _ in range(3)]


pytestmark = stands_on(three_applicants)


class TestTheRule:
    def decline(self, board, *noes, at=None):
        project, _ = board
        return selecting.decline_many(project, by=project.posted_by, at=at or timezone.now(), noes=noes)

    def test_each_reads_their_own_reason_once(self, board):
        first, second, third = board[1]

        told, left = self.decline(board, no(first), no(second, "availability", "Your exams come first."))

        assert ([row.pk for row in told], left) == ([first.pk, second.pk], [])
        assert [row.decline_reason for row in told] == ["skills", "availability"]
        assert "Your exams come first." in str(letters(second).get().context)
        assert [letters(row).count() for row in (first, second, third)] == [1, 1, 0]

    def test_what_changed_meanwhile_is_left_and_named(self, board):
        now, project = timezone.now(), board[0]
        withdrawn, kept, same = board[1]
        applying.withdraw(withdrawn, by=withdrawn.student, at=now)
        selecting.shortlist(kept, by=project.posted_by, at=now)

        told, left = self.decline(board, *(no(row) for row in board[1]))

        assert [row.pk for row in told] == [same.pk]
        assert {row.pk: row.status for row in left} == {withdrawn.pk: "withdrawn", kept.pk: "shortlisted"}

    def test_a_second_click_tells_nobody_again(self, board):
        noes = [no(row) for row in board[1]]
        self.decline(board, *noes)

        assert self.decline(board, *noes)[0] == []
        assert [letters(row).count() for row in board[1]] == [1, 1, 1]

    def test_nobody_is_told_after_the_date(self, board):
        told, left = self.decline(board, no(board[1][0]), at=board[0].answer_by_at.replace(year=2100))
        assert (told, len(left)) == ([], 1)

    def test_an_applicant_whose_offer_is_being_paid_is_left(self, board):
        Project.objects.update(fee_cents=40_000)
        chosen, other = board[1][:2]
        offering.make_offer(chosen, by=board[0].posted_by, at=timezone.now())

        told, left = self.decline(board, no(chosen, version=2), no(other))

        assert ([row.pk for row in told], [row.pk for row in left]) == ([other.pk], [chosen.pk])

    def test_applicants_of_another_project_are_none_of_this_page(self, board):
        stranger = cast.an_application()
        assert self.decline(board, no(stranger)) == ([], [])

    @pytest.mark.parametrize("who", [cast.a_moderator, cast.another_employer, cast.another_student])
    def test_only_the_company_says_no(self, board, who):
        with pytest.raises(PermissionDenied):
            selecting.decline_many(board[0], by=who(), at=timezone.now(), noes=[no(board[1][0])])


class TestThePage:
    @pytest.fixture
    def door(self, client, board):
        client.force_login(board[0].posted_by)
        return f"/projects/{board[0].public_id}/applicants/decline/"

    def given(self, *applications, **typed):
        boxes = {f"version_{row.public_id}": row.version for row in applications}
        boxes |= {f"reason_{row.public_id}": "same" for row in applications}
        return {"chosen": [row.public_id for row in applications], "decline_reason": "skills"} | boxes | typed

    def test_shows_the_marked_and_says_what_will_happen(self, client, board, door):
        first, second, _ = board[1]

        page = client.get(door, {"chosen": [first.public_id, second.public_id, "no-such", "x' or 1=1"]})

        assert [row.pk for row in page.context["form"].applications] == [first.pk, second.pk]
        text = page.content.decode()
        assert "2 students are told at once" in text
        assert "It cannot be taken back" in text

    def test_one_click_leads_there_for_all_the_rest(self, client, board, door):
        selecting.decline(board[1][0], by=board[0].posted_by, at=timezone.now(), reason="skills")
        table = client.get(f"/projects/{board[0].public_id}/applicants/").content.decode()

        assert f"{door}?rest=1" in table
        assert len(client.get(f"{door}?rest=1").context["form"].applications) == 2

    def test_one_click_more_tells_everybody(self, client, board, door):
        first, second, third = board[1]
        typed = {f"reason_{second.public_id}": "answers", f"note_{third.public_id}": "Do try again."}

        answer = client.post(door, self.given(*board[1], **typed), follow=True)

        rows = {row.pk: (row.decline_reason, row.decline_note) for row in Application.objects.all()}
        assert rows == {
            first.pk: ("skills", ""),
            second.pk: ("answers", ""),
            third.pk: ("skills", "Do try again."),
        }
        assert "Declined 3." in answer.content.decode()

    def test_no_reason_for_somebody_is_an_error_and_keeps_what_was_typed(self, client, board, door):
        first, second, _ = board[1]
        typed = {
            "decline_reason": "",
            f"reason_{first.public_id}": "skills",
            f"note_{first.public_id}": "Kept.",
        }

        answer = client.post(door, self.given(first, second, **typed))

        assert answer.status_code == 422
        assert "choose one for all, or one for each" in answer.content.decode()
        assert "Kept." in answer.content.decode()
        assert not Application.objects.filter(status="declined").exists()

    def test_each_with_a_reason_of_their_own_needs_none_for_all(self, client, board, door):
        first = board[1][0]
        client.post(door, self.given(first, decline_reason="", **{f"reason_{first.public_id}": "filled"}))
        assert Application.objects.get(pk=first.pk).decline_reason == "filled"

    def test_who_changed_since_the_page_was_shown_is_named_and_left(self, client, board, door):
        first, second, _ = board[1]
        given = self.given(first, second)
        selecting.shortlist(first, by=board[0].posted_by, at=timezone.now())

        page = client.post(door, given, follow=True).content.decode()

        assert "Declined 1." in page
        assert "changed meanwhile (now: short-listed)" in page

    def test_nobody_marked_is_said(self, client, door):
        assert "Nobody to decline" in client.get(door).content.decode()
        assert client.post(door, {"decline_reason": "skills"}).status_code == 422

    @pytest.mark.parametrize("who", [cast.a_moderator, cast.another_employer, cast.another_student])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_not_for_others(self, client, board, door, who, method):
        client.force_login(who())
        assert getattr(client, method)(door, {"rest": "1"}).status_code == 403

    def test_the_number_of_queries_does_not_grow_with_the_applicants(
        self, client, board, door, django_assert_num_queries
    ):
        client.get(door)
        with django_assert_num_queries(4):
            client.get(f"{door}?rest=1")
        cast.an_application(cast.a_student(), board[0])
        with django_assert_num_queries(4):
            client.get(f"{door}?rest=1")


@pytest.mark.usefixtures("own_database")
class TestAWithdrawalAtTheSameMoment:
    def acts(self, board):
        project, applications = board
        first, now = applications[0], timezone.now()
        noes = [no(row) for row in applications]
        return (
            first,
            lambda: len(selecting.decline_many(project, by=project.posted_by, at=now, noes=noes)[0]),
            lambda: applying.withdraw(first, by=first.student, at=now, version=1).status,
        )

    def test_leaves_one_of_the_two_and_the_others_are_told(self, board):
        first, decline, withdraw = self.acts(board)

        told, _ = at_once(decline, withdraw)

        first.refresh_from_db()
        assert (first.status, told) in {("withdrawn", 2), ("declined", 3)}
        assert first.history.count() == 1
        assert letters(first).count() == (first.status == "declined")

    def test_control_without_the_lock_the_student_withdraws_and_is_declined(self, board):
        project, applications = board
        now, both_read = timezone.now(), Barrier(2, timeout=20)

        def unguarded(status, by, **changes):
            def act():
                with transaction.atomic():
                    row = Application.objects.get(pk=applications[0].pk)
                    both_read.wait()
                    row.become(status, by=by, at=now, **changes)
                    return row.status

            return act

        at_once(
            unguarded("declined", project.posted_by, decline_reason="skills"),
            unguarded("withdrawn", applications[0].student),
        )

        assert applications[0].history.count() == 2

    def test_and_a_sweep_at_the_date_never_both_count(self, board):
        project, applications = board
        end, noes = project.answer_by_at, [no(row) for row in applications]

        at_once(
            lambda: len(selecting.decline_many(project, by=project.posted_by, at=end, noes=noes)[0]),
            lambda: closing.close_unanswered(project, at=end),
        )

        assert {row.history.count() for row in applications} == {1}
