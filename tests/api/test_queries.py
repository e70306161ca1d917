"""What a list of the API asks of the database does not depend on how many rows it shows."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Company, Membership
from payments import offering, sanctioning
from projects import blocking
from tests import cast
from tests.api.conftest import Program, a_key

pytestmark = pytest.mark.django_db
WARNED = {"level": "warning", "codes": ["other"], "note": "Please read the rules."}
AFTERWARDS = 3  # of everything once more


class Board:
    """An employer with projects, applicants, questions, offers and colleagues, and a student in all of them."""

    def __init__(self):
        self.employer, self.moderator, self.student = cast.an_employer(), cast.a_moderator(), cast.a_student()
        self.company = cast.company_of(self.employer)
        Company.objects.update(proven_at=self.company.created_at)
        self.crowded = self.a_project()
        self.more()

    def a_project(self):
        return cast.an_open_project(self.employer, moderator=self.moderator)

    def more(self):
        """One more of everything."""
        project = self.a_project()
        application = cast.an_application(self.student, project)
        cast.an_application(cast.another_student(), self.crowded)
        other = cast.company_of(cast.another_employer())
        blocking.block_company(other, by=self.student, at=application.submitted_at)
        sanctioning.impose(self.student, by=self.moderator, at=application.submitted_at, **WARNED)
        cast.an_answered_question(self.student, self.crowded, text=f"Is it {project.public_id}?")
        offering.make_offer(application, by=self.employer, at=application.submitted_at)
        Membership.join(self.company, cast.a_person("Kim Ray"), role="manager", at=application.submitted_at)


def test_lists(monkeypatch):
    """On one board, as it takes long to build: first every list, then page by page."""
    board = Board()
    every_list(board)
    page_by_page(board, monkeypatch)


def every_list(board):
    company, project = board.company.slug, board.crowded.public_id
    student, employer = (Program(a_key(cast.afresh(person))[1]) for person in (board.student, board.employer))
    lists = {
        "projects/": student,
        "applications/": student,
        "me/notices/": student,
        "me/decisions/": student,
        "me/blocks/": student,
        f"projects/{project}/questions/": student,
        f"companies/{company}/projects/": student,
        f"companies/{company}/work/": student,
        "projects/mine/": employer,
        f"projects/{project}/applications/": employer,
        "engagements/": employer,
        "money/": employer,
        f"companies/{company}/people/": employer,
        f"companies/{company}/invitations/": employer,
    }
    few = {path: asked(partial(program.get, path)) for path, program in lists.items()}
    for _ in range(AFTERWARDS):
        board.more()
    many = {path: asked(partial(program.get, path)) for path, program in lists.items()}
    rows = {path: len(program.get(path).json()["results"]) for path, program in lists.items()}
    assert many == few
    assert {path for path, count in rows.items() if count < 4} == {
        f"companies/{company}/work/",
        f"companies/{company}/invitations/",
    }


def asked(ask):
    ask()
    with CaptureQueriesContext(connection) as queries:
        assert ask().status_code == 200
    return len(queries)


def page_by_page(board, monkeypatch):
    """The next page begins where the last one ended."""
    for name in (
        "marketplace.kernel.api.lists.PAGE",
        "projects.discovering.PAGE",
        "projects.forms.listing.PAGE",
    ):
        monkeypatch.setattr(name, 2)
    student = Program(a_key(cast.afresh(board.student), name="Pages")[1])
    for path in ("me/notices/", f"companies/{board.company.slug}/projects/"):
        seen, address = [], path
        while address:
            page = student.get(address).json()
            seen += [str(row) for row in page["results"]]
            address = page["next"]
            assert len(page["results"]) <= 2
        assert len(seen) == len(set(seen)) > 2


@pytest.mark.parametrize("path", ["me/notices/", "applications/", "engagements/", "projects/", "money/"])
def test_a_place_that_is_none_is_named_as_a_fault(program, path):
    answer = program(cast.a_student(), "read").get(
        f"{path}?{'before' if path == 'money/' else 'after'}=nonsense"
    )
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["before" if path == "money/" else "after"]
