"""Every seat is taken: one click tells all who still wait, with the one reason that is true."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter
from projects import applying, selecting
from projects.models import Application, Project
from tests import cast
from tests.boards import stands_on

NOW = timezone.now()


def a_filled_project():
    """One whose seat is taken, and four who applied for it: one has a no, one took it back, two still wait."""
    project = cast.an_open_project()
    waits, kept, declined, withdrawn = (cast.an_application(cast.a_student(), project) for _ in range(4))
    kept = selecting.shortlist(kept, by=project.posted_by, at=NOW)
    selecting.decline(declined, by=project.posted_by, at=NOW, reason="skills")
    applying.withdraw(withdrawn, by=withdrawn.student, at=NOW)
    for status in ("closed", "filled"):
        project.become(status, by=None, at=NOW, reason="All seats are taken.")
    return project, [waits, kept]


pytestmark = stands_on(a_filled_project)


def letters():
    return Letter.objects.filter(
        template="projects/application_declined", context__reason="All seats were filled"
    )


class TestTheRule:
    def close(self, project, *, by=None, at=NOW, version=None):
        return selecting.close_the_rest(project, by=by or project.posted_by, at=at, version=version)

    def test_tells_whoever_has_no_answer_and_nobody_else(self, board):
        project, rest = board

        told = self.close(project)

        assert told == rest
        assert {row.status for row in told} == {"declined"}
        assert set(letters().values_list("to", flat=True)) == {row.student_id for row in rest}

    def test_a_second_click_tells_nobody_again(self, board):
        self.close(board[0])
        assert self.close(board[0]) == []
        assert letters().count() == 2

    def test_not_while_a_seat_is_free(self, board):
        project, _ = board
        project.become("closed", by=None, at=NOW, reason="A seat is free again.")
        with pytest.raises(selecting.SeatsNotTaken):
            self.close(project)
        assert not letters().exists()

    def test_not_as_a_page_shows_it_that_is_old(self, board):
        project, _ = board
        with pytest.raises(StalePage):
            self.close(project, version=project.version - 1)

    def test_whose_date_has_passed_is_left_to_it(self, board):
        project, (waits, kept) = board
        Application.objects.filter(pk=waits.pk).update(answer_by_at=NOW - timedelta(seconds=1))
        assert self.close(project) == [kept]

    @pytest.mark.parametrize("who", [cast.a_moderator, cast.another_employer, cast.another_student])
    def test_only_the_company_says_no(self, board, who):
        with pytest.raises(PermissionDenied):
            self.close(board[0], by=who())


class TestThePage:
    BUTTON = "Close the rest kindly, tell 2"

    @pytest.fixture
    def board(self, board, client):
        project, rest = board
        client.force_login(project.posted_by)
        return project, rest

    def test_says_how_many_are_told_and_what_they_read(self, client, board):
        page = client.get(f"{board[0].get_absolute_url()}applicants/").content.decode()
        assert self.BUTTON in page
        assert "Each of the 2 letters gives this reason: “All seats were filled.”" in page
        assert "Give the rest a reason each (2)" in page

    def test_offers_nothing_that_is_refused_now(self, client, board):
        project, (waits, _) = board
        for address in (f"{project.get_absolute_url()}applicants/", waits.get_absolute_url()):
            page = client.get(address).content.decode()
            assert "Decline" in page
            for act in (f"{waits.get_absolute_url()}offer/", f"{waits.get_absolute_url()}shortlist/"):
                assert act not in page

    def test_one_click_is_enough(self, client, board):
        address = f"{board[0].get_absolute_url()}applicants/"
        click = {"version": board[0].version}
        page = client.post(f"{address}close/", click, follow=True).content.decode()
        assert "Closed 2. Each of them reads that all seats were filled." in page
        assert self.BUTTON not in page
        page = client.post(f"{address}close/", click, follow=True).content.decode()
        assert "Nobody waits for an answer any more." in page

    def test_is_not_there_while_a_seat_is_free(self, client, board):
        Project.objects.update(status="closed")
        address = f"{board[0].get_absolute_url()}applicants/"
        assert self.BUTTON not in client.get(address).content.decode()
        assert client.post(f"{address}close/").status_code == 409
