"""The gallery of templates: each one can be posted as it stands, is found in the address, and read before."""

import pytest
from django.utils import timezone

from accounts.models import Industry, JobRole, Skill
from projects import checking, posting
from projects.drafts import draft_of
from projects.faults import faults
from projects.models import Project
from projects.project_templates import TEMPLATES, fitting
from tests import cast

pytestmark = pytest.mark.django_db
KEYS = sorted(TEMPLATES)


class TestTheTemplates:
    def test_are_two_dozen_over_a_dozen_industries(self):
        assert len(TEMPLATES) >= 24
        assert len({template.industry for template in TEMPLATES.values()}) >= 12

    def test_name_only_what_the_closed_lists_know(self):
        for model, named in (
            (Industry, {template.industry for template in TEMPLATES.values()}),
            (JobRole, {template.job_role for template in TEMPLATES.values()}),
            (Skill, {skill for template in TEMPLATES.values() for skill in template.skills}),
        ):
            assert named <= set(model.objects.values_list("slug", flat=True))

    def test_could_be_sent_as_they_stand_and_nothing_in_them_stands_out(self):
        employer, at = cast.an_employer(), timezone.now()
        for key in KEYS:
            project = cast.a_draft(employer, template=key, at=at)
            assert faults(draft_of(project)) == [], key
            assert checking.findings(project) == [], key
            sent = posting.send_to_moderation(project, by=employer, at=at)
            assert sent.status == Project.Status.IN_MODERATION, key

    def test_ask_for_something_checkable_each_in_its_own_words(self):
        criteria = [
            criterion
            for template in TEMPLATES.values()
            for part in template.deliverables
            for criterion in part.criteria
        ]
        assert len(set(criteria)) == len(criteria)
        assert all(criterion.endswith(".") and len(criterion) > 20 for criterion in criteria)


class TestFinding:
    def test_by_industry(self):
        found = fitting(industry="education")
        assert {template.industry for template in found} == {"education"}

    def test_by_words_all_of_which_stand_in_it(self):
        assert [template.key for template in fitting("Heat PUMP rebates")] == ["rebate-comparison"]
        assert fitting("heat pump violin") == []

    def test_by_a_skill(self):
        assert all("sql" in template.skills for template in fitting("sql"))
        assert len(fitting("sql")) >= 2


class TestThePage:
    def test_shows_all_to_anyone(self, client):
        page = client.get("/projects/templates/").content.decode()
        for key in KEYS:
            assert f"/projects/templates/{key}/" in page

    def test_is_narrowed_by_its_address(self, client):
        page = client.get("/projects/templates/?industry=education&q=lesson").content.decode()
        assert "lesson-kit" in page
        assert "course-evaluation" not in page
        assert "spare-parts" not in page

    def test_overlooks_what_is_wrong_in_the_address(self, client):
        for odd in ("?industry=nowhere", "?q=" + "x" * 101, "?industry=education&industry=x"):
            assert client.get(f"/projects/templates/{odd}").status_code == 200

    def test_says_when_nothing_fits(self, client):
        assert b"No template fits all of this" in client.get("/projects/templates/?q=violin").content

    def test_answers_htmx_with_the_results_alone_and_their_address(self, client):
        answer = client.get("/projects/templates/?q=lesson&x=1", headers={"HX-Request": "true"})
        assert b"<html" not in answer.content
        assert answer["HX-Push-Url"] == "/projects/templates/?q=lesson"
        assert "HX-Request" in answer["Vary"]

    def test_takes_as_many_queries_for_one_template_as_for_all(self, client, django_assert_num_queries):
        client.get("/projects/templates/")
        for query in ("", "?q=lesson"):
            with django_assert_num_queries(0):
                client.get(f"/projects/templates/{query}")


class TestOneTemplate:
    def test_is_read_whole_with_its_price(self, client):
        page = client.get("/projects/templates/patient-interviews/").content.decode()
        for text in (
            "Interview guide and plan",
            "fits into 30 minutes",
            "$440.00",
            "$200.00",
            "Interviewing",
        ):
            assert text in page
        assert "Sign up and post it" in page

    def test_that_is_not_known_is_not_there(self, client):
        assert client.get("/projects/templates/no-such-one/").status_code == 404

    def test_offers_a_student_to_add_their_company_and_brings_them_back(self, client):
        client.force_login(cast.a_student())
        page = client.get("/projects/templates/lesson-kit/").content.decode()
        assert "/accounts/welcome/company/?next=/projects/templates/lesson-kit/" in page
        client.get("/accounts/welcome/company/?next=/projects/templates/lesson-kit/")
        company = {
            "name": "Lantern",
            "industry": Industry.objects.first().pk,
            "country": "IE",
            "about": "Books.",
        }
        answer = client.post("/accounts/welcome/company/", company)
        assert answer.url == "/projects/templates/lesson-kit/"


class TestPostingInThreeClicks:
    def test_use_look_and_send(self, client):
        employer = cast.an_employer()
        client.force_login(employer)
        chosen = {"company": cast.company_of(employer).pk, "template": "lesson-kit", "as_it_stands": "1"}
        summary = client.post("/projects/new/", chosen).url
        project = Project.objects.get()
        assert summary == f"/projects/{project.public_id}/summary/"
        assert b"Send for checking" in client.get(summary).content
        client.post(f"/projects/{project.public_id}/send/", {"version": project.version})
        assert Project.objects.get().status == Project.Status.IN_MODERATION
