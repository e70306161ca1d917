"""The pages on which a company changes an open project, a moderator decides, and an applicant reads what changed."""

import pytest

from projects.models import Application, Project, ProjectEdit
from tests import cast
from tests.boards import stands_on
from tests.projects.test_editing import edit
from tests.projects.test_posting_pages import address, typed


@stands_on(cast.an_open_project)
class TestThePages:
    @pytest.fixture
    def project(self, client, board):
        client.force_login(board.posted_by)
        return board

    def post(self, client, project, **wanted):
        page = client.get(address(project))
        given = typed(project, **{"version": page.context["form"]["version"].value()} | wanted)
        return client.post(address(project), given)

    def test_says_what_happens_and_shows_what_changed(self, client, project):
        self.post(client, project, title="Five talks with patients")
        page = client.get(project.get_absolute_url()).content.decode()
        assert "Five talks with patients" in page
        assert ": title</dd>" in page

    def test_shows_what_waits_and_lets_it_be_taken_back(self, client, project):
        answer = self.post(client, project, fee="450")
        assert answer.url == project.get_absolute_url()
        page = client.get(answer.url).content.decode()
        assert "Your changes wait for a moderator" in page
        assert "$400.00" in page
        assert b'value="450"' in client.get(address(project)).content
        client.post(address(project, "edit/withdraw"), {"version": ProjectEdit.objects.get().version})
        assert "wait for a moderator" not in client.get(answer.url).content.decode()

    def test_keeps_what_was_typed_when_the_rules_forbid_it(self, client, project):
        cast.an_application(project=project)
        answer = self.post(client, project, fee="350")
        assert answer.status_code == 409
        assert b"neither the fee nor the pay per hour can fall" in answer.content
        assert b'value="350"' in answer.content

    def test_an_old_page_is_shown_again_with_what_was_typed(self, client, project):
        given = typed(project, title="Mine")
        edit(project, title="Theirs")
        answer = client.post(address(project), given)
        assert answer.status_code == 409
        assert b'value="Mine"' in answer.content
        again = typed(project, title="Mine", version=answer.context["form"]["version"].value())
        client.post(address(project), again)
        assert Project.objects.get().title == "Mine"

    def test_a_colleague_does_not_replace_unseen_what_waits(self, client, project):
        given = typed(project, fee="450")
        first = edit(project, fee_cents=48_000)
        answer = client.post(address(project), given)
        assert answer.status_code == 409
        assert ProjectEdit.objects.get() == first
        again = given | {"replaces": answer.context["form"]["replaces"].value()}
        assert client.post(address(project), again).status_code == 302
        assert ProjectEdit.objects.waiting().get().proposed["fee_cents"] == 45_000

    def test_a_part_under_three_criteria_is_said_beside_its_box(self, client, project):
        answer = self.post(client, project, part_1_criteria="One.")
        assert answer.status_code == 422
        assert b'href="#id_part_1_criteria"' in answer.content

    def test_the_moderators_see_both_sides_and_decide(self, client, project):
        self.post(client, project, fee="450")
        change = ProjectEdit.objects.get()
        client.force_login(cast.a_moderator())
        at = f"/admin/projects/projectedit/{change.pk}"
        assert b"Fee for each student" in client.get("/admin/projects/projectedit/").content
        page = client.get(f"{at}/change/").content.decode()
        assert "<td>$400.00</td><td>$450.00</td>" in page
        assert client.post(f"{at}/refuse/", {"version": change.version}).status_code == 422
        client.post(f"{at}/pass/", {"version": change.version})
        assert Project.objects.get().fee_cents == 45_000

    def test_an_applicant_who_read_the_old_text_reads_the_new_one_first(self, client, project):
        student = cast.a_student()
        client.force_login(student)
        given = {f"answer_{n}": "Yes." for n in (1, 2)} | {
            "motivation": "I want to.",
            "version": project.version,
        }
        edit(project, title="Another title")
        answer = client.post(address(project, "apply"), given)
        assert answer.status_code == 409
        assert "The project changed while you wrote" in answer.content.decode()
        assert "I want to." in answer.content.decode()
        client.post(address(project, "apply"), given | {"version": Project.objects.get().version})
        assert Application.objects.get().student == student
