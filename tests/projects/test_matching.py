"""How a student may work and how a project is paid: asked in private, and the same for page, API and offer."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import onboarding
from accounts.models import StudentProfile
from projects import bidding, changes, editing, matching, moderating
from projects.drafts import draft_of
from projects.models import Application, Project, ProjectEdit
from tests import cast
from tests.boards import stands_on
from tests.projects.test_application_pages import typed


def a_project_on_the_payroll():
    return cast.an_open_project(eligibility="payroll")


pytestmark = stands_on(a_project_on_the_payroll)


@pytest.fixture
def project(board):
    return board


def a_student(client, *may):
    student = cast.a_student(may_work_as=may)
    client.force_login(student)
    return student


def address(project):
    return f"/projects/{project.public_id}/apply/"


def told(student):
    return StudentProfile.objects.get(user=student).may_work_as


class TestTheRule:
    def test_a_match_applies(self, project):
        assert cast.an_application(cast.a_student(may_work_as=["stipend", "payroll"]), project)

    def test_another_way_of_working_does_not(self, project):
        with pytest.raises(matching.NotEligible, match="on the company’s payroll"):
            cast.an_application(cast.a_student(), project)

    def test_not_knowing_yet_does_not(self, project):
        with pytest.raises(matching.EligibilityUnknown, match="international office"):
            cast.an_application(cast.a_student(may_work_as=[]), project)

    def test_other_obstacles_come_first(self, project):
        with pytest.raises(bidding.NotAStudent):
            cast.an_application(cast.another_employer(), project)

    def test_the_answer_of_the_moment_counts(self, project):
        student = cast.a_student(may_work_as=["payroll"])
        assert student.student_profile.may_work_as == ["payroll"]  # remembered on the object
        onboarding.tell_eligibility(StudentProfile.objects.get(user=student), may_work_as=[])
        with pytest.raises(matching.EligibilityUnknown):
            cast.an_application(student, project)

    def test_the_terms_say_it(self, project):
        terms = cast.an_application(cast.a_student(may_work_as=["payroll"]), project).snapshot_terms()
        assert (terms["eligibility"], terms["eligibility_kind"]) == ("Employer’s payroll", "payroll")


class TestThePage:
    def test_asks_once_before_the_first_application(self, client, project):
        student = a_student(client)
        assert "How may you work?" in client.get(address(project)).content.decode()
        client.post(address(project), typed(project, may_work_as=["payroll", "contractor"]))
        assert Application.objects.get().student == student
        assert told(student) == ["contractor", "payroll"]
        other = cast.an_open_project(eligibility="payroll")
        assert "How may you work?" not in client.get(address(other)).content.decode()

    @pytest.mark.parametrize(
        ("ticked", "words"), [(["contractor"], "not among the ways"), (["unknown"], "not said yet")]
    )
    def test_refuses_beside_the_question_and_lets_it_be_answered_anew(self, client, project, ticked, words):
        student = a_student(client)
        answer = client.post(address(project), typed(project, motivation="Kept words.", may_work_as=ticked))
        page = answer.content.decode()
        assert answer.status_code == 409
        assert words in page
        assert "Kept words." in page
        assert told(student) == [kind for kind in ticked if kind != "unknown"]
        again = typed(project, may_work_as=["payroll"])
        assert client.post(address(project), again).status_code == 302

    def test_needs_an_answer_and_only_one_that_makes_sense(self, client, project):
        student = a_student(client)
        nothing = client.post(address(project), typed(project))
        both = client.post(address(project), typed(project, may_work_as=["payroll", "unknown"]))
        assert (nothing.status_code, both.status_code) == (422, 422)
        assert "Tick how you may work" in nothing.content.decode()
        assert "Tick either" in both.content.decode()
        assert told(student) == []

    def test_says_above_the_form_what_does_not_match_and_leads_to_the_answer(self, client, project):
        a_student(client, "contractor")
        page = client.get(address(project)).content.decode()
        assert "not among the ways" in page
        assert "/accounts/profile/student/" in page
        assert "<textarea" not in page
        assert client.post(address(project), typed(project)).status_code == 409

    def test_the_profile_keeps_the_answer(self, client, project):
        student = a_student(client)
        sent = {"school": "Lund", "country": "SE", "hours_a_week": 9, "may_work_as": ["stipend"]}
        client.post("/accounts/profile/student/", sent)
        assert told(student) == ["stipend"]
        assert "Sponsor stipend" in client.get("/accounts/settings/").content.decode()


class TestTheApi:
    def bid(self, client, project, **words):
        given = {"motivation": "Yes.", "answers": ["Yes."] * len(project.questions)} | words
        where = f"/api/v1/projects/{project.public_id}/applications/"
        return client.post(where, given, content_type="application/json")

    def test_refuses_by_the_same_rule(self, client, project):
        a_student(client, "contractor")
        answer = self.bid(client, project)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_eligible")

    def test_takes_the_answer_along(self, client, project):
        student = a_student(client)
        assert self.bid(client, project).json()["code"] == "eligibility_unknown"
        answer = self.bid(client, project, may_work_as=["payroll"])
        assert answer.status_code == 201
        assert "may_work_as" not in answer.json()
        assert told(student) == ["payroll"]

    def test_knows_only_three_ways(self, client, project):
        a_student(client)
        assert self.bid(client, project, may_work_as=["cash"]).status_code == 400


class TestPosting:
    def test_a_new_project_is_for_contractors(self):
        assert cast.a_draft().eligibility == "contractor"

    def test_is_found_by_it(self, client, project):
        cast.an_open_project()
        page = client.get("/projects/?eligibility=payroll").content.decode()
        assert "1 open project that fits" in page
        assert client.get("/api/v1/projects/?eligibility=payroll").json()["count"] == 1
        assert "Employer’s payroll" in client.get(project.get_absolute_url()).content.decode()

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("contractor", "on your own account"),
            ("stipend", "a sponsor gives"),
            ("payroll", "payroll, as its"),
        ],
    )
    def test_the_page_says_that_no_tax_is_taken_off(self, client, kind, words):
        project = cast.an_open_project(eligibility=kind)
        page = client.get(project.get_absolute_url()).content.decode()
        assert words in page
        assert "No tax is taken off the fee" in page


class TestChanging:
    def edit(self, project, **wanted):
        whole = draft_of(project) | wanted
        return editing.edit_project(project, by=project.posted_by, at=timezone.now(), **whole)

    def test_waits_for_a_moderator(self, project):
        edit = self.edit(project, eligibility="stipend")
        assert edit.status == ProjectEdit.Status.WAITING
        assert "Employer’s payroll" in edit.changes[0]["before"]
        moderating.pass_edit(edit, by=cast.a_moderator(), at=timezone.now())
        assert Project.objects.get().eligibility == "stipend"

    def test_is_refused_once_somebody_applied(self, project):
        cast.an_application(cast.a_student(may_work_as=["payroll"]), project)
        with pytest.raises(changes.EligibilityStays):
            self.edit(project, eligibility="stipend")

    def test_is_not_passed_once_somebody_applied(self, project):
        edit = self.edit(project, eligibility="stipend")
        cast.an_application(cast.a_student(may_work_as=["payroll"]), project)
        with pytest.raises(changes.EligibilityStays):
            moderating.pass_edit(edit, by=cast.a_moderator(), at=timezone.now())


def test_the_database_knows_three_ways(project):
    cast.a_student()
    with pytest.raises(IntegrityError, match="project_eligibility_known"), transaction.atomic():
        Project.objects.update(eligibility="cash")
    with pytest.raises(IntegrityError, match="student_may_work_as_known"), transaction.atomic():
        StudentProfile.objects.update(may_work_as=["cash"])
