"""The pages of posting: what is typed is kept, what it costs is said by the server, and the way to the moderator."""

from itertools import cycle

import pytest
from django.utils import timezone

from accounts.models import Skill
from projects import posting
from projects.drafts import draft_of
from projects.models import Project
from projects.project_templates import TEMPLATES
from tests import cast

pytestmark = pytest.mark.django_db

ODD_VALUES = (
    {"hours": "99999999999"},
    {"seats": "6"},
    {"seats": "-1"},
    {"window_days": "22"},
    {"starts_within_days": "8"},
    {"part_1_due_days": "29"},
    {"industry": "999999"},
    {"skills": ["x"]},
    {"title": "x" * 101},
    {"brief": "x" * 6001},
    {"part_1_criteria": "\n".join("abcdefgh")},
    {"part_1_criteria": "x" * 201},
    {"question_1": "x" * 201},
    {"title": "a\x00b"},
    {"part_1_criteria": "a\x00b"},
    {"fee": "3\x00"},
    {"version": "x"},
)


@pytest.fixture
def employer(client):
    employer = cast.an_employer()
    client.force_login(employer)
    return employer


def typed(project, **changes):
    """What the form would send for this draft, with changes."""
    draft = draft_of(project)
    fields = {
        "version": project.version,
        "title": draft["title"],
        "brief": draft["brief"],
        "industry": draft["industry"].pk if draft["industry"] else "",
        "job_role": draft["job_role"].pk if draft["job_role"] else "",
        "skills": [skill.pk for skill in draft["skills"]],
        "hours": draft["hours"] or "",
        "fee": (draft["fee_cents"] or 0) // 100 or "",
        "seats": draft["seats"],
        "starts_within_days": draft["starts_within_days"],
        "window_days": draft["window_days"],
    }
    if draft["names_hidden"]:
        fields["names_hidden"] = "on"
    for number, text in enumerate(draft["questions"], 1):
        fields[f"question_{number}"] = text
    for number, part in enumerate(draft["parts"], 1):
        fields[f"part_{number}_title"] = part.title
        fields[f"part_{number}_criteria"] = "\r\n".join(part.criteria)
        fields[f"part_{number}_due_days"] = part.due_days
    return fields | changes


def address(project, page="edit"):
    return f"/projects/{project.public_id}/{page}/"


class TestStarting:
    def test_offers_every_template_and_a_blank_page(self, client, employer):
        page = client.get("/projects/new/").content.decode()
        assert page.count("Use this template") == len(TEMPLATES)
        assert "Start blank" in page

    def test_from_a_template_leads_to_the_draft(self, client, employer):
        chosen = {"company": cast.company_of(employer).pk, "template": "survey-report"}
        answer = client.post("/projects/new/", chosen)
        project = Project.objects.get()
        assert answer.url == address(project)
        assert project.template_key == "survey-report"

    def test_blank(self, client, employer):
        client.post("/projects/new/", {"company": cast.company_of(employer).pk, "template": ""})
        assert Project.objects.get().title == ""

    def test_is_not_possible_for_another_company(self, client, employer):
        other = cast.company_of(cast.another_employer())
        assert client.post("/projects/new/", {"company": other.pk}).status_code == 422
        assert not Project.objects.exists()

    def test_asks_a_student_for_their_company_first(self, client):
        client.force_login(cast.a_student())
        assert client.get("/projects/new/").url == "/accounts/welcome/company/"


class TestWriting:
    def test_an_unfinished_draft_is_saved(self, client, employer):
        project = cast.a_draft(employer, template=None)
        answer = client.post(address(project), typed(project, title="Half a thought", save="1"))
        assert answer.url == address(project)
        assert Project.objects.get().title == "Half a thought"
        assert b"Saved" in client.get(answer.url).content

    def test_all_of_it_comes_back_as_typed(self, client, employer):
        project = cast.a_draft(employer)
        fields = typed(project, fee="412.50", part_1_share="100", question_3="Why?", save="1")
        client.post(address(project), fields)
        saved = draft_of(Project.objects.get())
        assert saved["fee_cents"] == 41_250
        assert [part.share_cents for part in saved["parts"]] == [10_000, 0]
        assert saved["questions"][2] == "Why?"
        assert b'value="412.50"' in client.get(address(project)).content

    def test_an_amount_is_read_as_people_write_it(self, client, employer):
        project = cast.a_draft(employer)
        for fee in ("300", "300.00", " 300,0 ", "300.0"):
            Project.objects.update(fee_cents=None)
            page = client.get(address(project))
            version = page.context["form"]["version"].value()
            client.post(address(project), typed(project, fee=fee, version=version, save="1"))
            assert Project.objects.get().fee_cents == 30_000, fee

    def test_what_is_no_amount_is_said_beside_the_box_and_kept(self, client, employer):
        project = cast.a_draft(employer)
        for fee in ("-1", "3e5", "300.001", "99999999", "three", "100001", "٣٠٠x"):
            answer = client.post(address(project), typed(project, fee=fee, title="Kept", save="1"))
            assert answer.status_code == 422, fee
            page = answer.content.decode()
            assert 'href="#id_fee"' in page
            assert f'value="{fee}"' in page
            assert 'value="Kept"' in page

    def test_odd_values_never_reach_the_database(self, client, employer):
        project = cast.a_draft(employer)
        for wrong, button in zip(ODD_VALUES, cycle(("save", "summary", "price")), strict=False):
            answer = client.post(address(project), typed(project, **wrong, **{button: "1"}))
            assert answer.status_code == 422, (wrong, button)

    def test_no_box_among_the_skills_stands_for_none(self, client, employer):
        page = client.get(address(cast.a_draft(employer))).content.decode()
        assert page.count('type="checkbox" name="skills"') == Skill.objects.count()

    def test_an_emptied_number_keeps_its_value(self, client, employer):
        project = cast.a_draft(employer)
        client.post(address(project), typed(project, seats="", window_days="", save="1"))
        assert Project.objects.get().window_days == project.window_days

    def test_the_summary_asks_for_all_that_is_missing(self, client, employer):
        project = cast.a_draft(employer)
        fields = typed(project, title="", hours="41", part_2_criteria="One.", fee="", skills=[], summary="1")
        answer = client.post(address(project), fields)
        assert answer.status_code == 422
        page = answer.content.decode()
        for box in ("id_title", "id_hours", "id_part_2_criteria", "id_fee", "id_skills_0"):
            assert f'href="#{box}"' in page

    def test_a_part_that_was_left_out_in_the_middle_keeps_the_numbers_of_its_boxes(self, client, employer):
        project = cast.a_draft(employer)
        empty = {f"part_2_{name}": "" for name in ("title", "criteria", "due_days")}
        third = {"part_3_title": "The rest", "part_3_criteria": "One.", "part_3_due_days": "20"}
        page = client.post(address(project), typed(project, **empty, **third, summary="1")).content.decode()
        assert 'href="#id_part_3_criteria"' in page

    def test_a_fee_under_the_floor_names_what_it_comes_to(self, client, employer):
        project = cast.a_draft(employer)
        answer = client.post(address(project), typed(project, hours="10", fee="199.99", summary="1"))
        assert "10 hours at no less than $20.00 an hour come to $200.00" in answer.content.decode()

    def test_the_price_is_shown_without_saving(self, client, employer):
        project = cast.a_draft(employer)
        fields = typed(project, fee="300.05", hours="12", seats="2", title="Not yet saved", price="1")
        page = client.post(address(project), fields).content.decode()
        for figure in ("$300.05", "$25.00", "$30.01", "$330.06", "$660.12"):
            assert f">{figure}</output>" in page
        assert "Not yet saved" in page
        assert Project.objects.get().title == project.title

    def test_a_price_of_the_client_is_not_believed(self, client, employer):
        project = cast.a_draft(employer)
        client.post(
            address(project), typed(project, platform_fee_cents="1", total="1", currency="eur", summary="1")
        )
        client.post(
            address(project, "send"), {"version": Project.objects.get().version, "platform_fee_cents": "1"}
        )
        sent = Project.objects.get()
        assert (sent.platform_fee_cents, sent.currency) == (4_000, "usd")

    def test_a_change_in_between_keeps_what_was_typed_and_lets_decide(self, client, employer):
        project = cast.a_draft(employer)
        posting.save_draft(project, by=employer, at=timezone.now(), **draft_of(project) | {"title": "Theirs"})
        answer = client.post(address(project), typed(project, title="Mine", save="1"))
        assert answer.status_code == 409
        assert b'value="Mine"' in answer.content
        assert Project.objects.get().title == "Theirs"
        again = answer.context["form"]["version"].value()
        client.post(address(project), typed(project, title="Mine", version=again, save="1"))
        assert Project.objects.get().title == "Mine"

    def test_the_form_shows_the_figures_before_anything_is_typed(self, client, employer):
        page = client.get(address(cast.a_draft(employer))).content.decode()
        assert 'data-sum="total">$440.00</output>' in page
        assert 'data-percent="10" data-minimum="500"' in page


class TestSummary:
    def test_shows_what_applicants_read_and_what_it_costs(self, client, employer):
        project = cast.a_draft(employer, seats=2)
        page = client.get(address(project, "summary")).content.decode()
        for text in ("$440.00", "$880.00", "$200.00", "Send for checking", "<strong>five patients</strong>"):
            assert text in page

    def test_of_an_unfinished_draft_says_what_lacks_and_offers_no_sending(self, client, employer):
        project = cast.a_draft(employer, title="")
        page = client.get(address(project, "summary")).content.decode()
        assert f"{address(project)}#id_title" in page
        assert "Send for checking" not in page
        answer = client.post(address(project, "send"), {"version": project.version})
        assert answer.url == address(project, "summary")

    def test_says_kindly_what_a_moderator_would_find(self, client, employer):
        project = cast.a_draft(employer, brief="Write to sam@maple.example, please.")
        page = client.get(address(project, "summary")).content.decode()
        assert "What a moderator will look at first" in page
        assert "In the brief: “sam@maple.example”" in page

    def test_sending_leads_to_the_project_that_waits(self, client, employer):
        project = cast.a_draft(employer)
        answer = client.post(address(project, "send"), {"version": project.version}, follow=True)
        assert b"A moderator looks at it and answers by" in answer.content
        assert client.get(address(project)).url == project.get_absolute_url()
        assert client.post(address(project), typed(project, title="Late", save="1")).status_code == 409

    def test_sending_twice_is_told(self, client, employer):
        project = cast.a_project_in_moderation(employer)
        assert client.post(address(project, "send"), {"version": project.version}).status_code == 409


class TestOnesOwnProjects:
    def test_come_with_what_waits_first(self, client, employer):
        opened = cast.an_open_project(employer, title="Open one")
        cast.a_draft(employer, title="Draft one")
        gone = cast.a_draft(employer, title="Gone one")
        posting.discard(gone, by=employer, at=timezone.now())
        page = client.get("/projects/mine/").content.decode()
        assert page.index("Draft one") < page.index(opened.title)
        assert "Gone one" not in page
        assert "Your turn" in page
        assert "Waiting for applicants" in page

    def test_are_empty_kindly(self, client, employer):
        assert b"No projects yet" in client.get("/projects/mine/").content
        client.force_login(cast.a_student())
        assert b"You act for no company yet" in client.get("/projects/mine/").content

    def test_are_paused_resumed_and_given_up_from_the_page(self, client, employer):
        project = cast.an_open_project(employer)
        client.post(address(project, "pause"), {"version": project.version})
        paused = Project.objects.get()
        assert paused.status == Project.Status.PAUSED
        client.post(address(project, "resume"), {"version": paused.version})
        assert Project.objects.get().status == Project.Status.OPEN
        draft = cast.a_draft(employer)
        client.post(address(draft, "discard"), {"version": draft.version})
        assert Project.objects.get(pk=draft.pk).status == Project.Status.CANCELLED
