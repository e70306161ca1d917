"""The public questions on a project's page, as each person finds them, and the pages beside it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.kernel.models import AuditEntry
from projects import asking, posting
from projects.models import PublicQuestion
from tests import cast
from tests.boards import stands_on

pytestmark = stands_on(cast.a_student_and_a_project)


@pytest.fixture
def student(board):
    return board[0]


@pytest.fixture
def project(board):
    """Where the board is a question, the project that it is about."""
    return board.project if isinstance(board, PublicQuestion) else board[1]


@pytest.fixture
def question(board):
    return board


@pytest.fixture
def address(project):
    return f"/projects/{project.public_id}/questions/"


def read(client, project, query=""):
    return client.get(f"{project.get_absolute_url()}{query}").content.decode()


def answering(question, act="answer"):
    return f"/questions/{question.public_id}/{act}/"


class TestAsking:
    def test_a_student_asks_and_only_they_and_the_company_see_it(self, client, student, project, address):
        client.force_login(student)
        assert "nobody is told who asked" in read(client, project)
        answer = client.post(address, {"text": "Is there a guide?"}, follow=True)
        page = answer.content.decode()
        assert "Asked. Maple Health is told" in page
        assert "Is there a guide?" in page
        assert "Take it back" in page
        for person, sees in ((project.posted_by, True), (cast.another_student(), False)):
            client.force_login(person)
            assert ("Is there a guide?" in read(client, project)) is sees
        client.logout()
        assert "Is there a guide?" not in read(client, project)

    @pytest.mark.parametrize("text", ["Call me: 070 123 45 67 89", "x" * 501, "Maya Lindqvist asks"])
    def test_what_may_not_stand_there_is_refused_beside_the_field_and_kept(
        self, client, student, address, text
    ):
        client.force_login(student)
        answer = client.post(address, {"text": text})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert text in page
        assert 'id="id_text_error"' in page
        assert "<title>Error:" in page
        assert not PublicQuestion.objects.exists()

    def test_a_limit_that_is_reached_is_said_and_the_words_are_kept(
        self, client, student, settings, project, address
    ):
        client.force_login(student)
        settings.PUBLIC_QUESTIONS_A_DAY = 0
        answer = client.post(address, {"text": "One more?"})
        assert answer.status_code == 409
        assert "as many questions as can be asked in one day" in answer.content.decode()
        assert "One more?</textarea>" in answer.content.decode()

    def test_three_that_wait_leave_no_box(self, client, student, project):
        client.force_login(student)
        for number in range(3):
            cast.a_question(student, project, text=f"Number {number}?")
        assert "3 of your questions wait" in read(client, project)
        assert 'name="text"' not in read(client, project)

    def test_a_visitor_is_led_to_sign_up_and_an_address_alone_to_the_page(
        self, client, student, project, address
    ):
        assert f"/accounts/signup/?next={project.get_absolute_url()}" in read(client, project).replace(
            "%2F", "/"
        )
        assert client.post(address, {"text": "Why?"}).url.startswith("/accounts/signup/")
        client.force_login(student)
        assert client.get(address).url == f"{project.get_absolute_url()}#public-questions"


class TestAnswering:
    @stands_on(cast.a_question)
    def test_the_company_answers_in_place_and_everyone_reads_both_without_a_name(
        self, client, project, question
    ):
        client.force_login(project.posted_by)
        assert "1 question waits for your answer" in read(client, project)
        client.post(answering(question), {"text": "Yes, and by video.", "version": question.version})
        client.logout()
        page = read(client, project)
        assert question.text in page
        assert "Yes, and by video." in page
        assert "A student asks" in page
        assert "Maya" not in page
        assert "edited" not in page

    def test_changed_words_say_so(self, client, project):
        question = cast.an_answered_question(project=project)
        client.force_login(project.posted_by)
        client.post(answering(question), {"text": "Only by video.", "version": question.version})
        client.logout()
        page = read(client, project)
        assert "· edited <time" in page
        assert "Only by video." in page
        assert "Yes, if patients prefer it." not in page

    def test_what_is_refused_stays_in_its_own_box(self, client, project):
        question, other = (cast.a_question(cast.a_student(name), project) for name in ("Ann B", "Bo C"))
        client.force_login(project.posted_by)
        answer = client.post(
            answering(question), {"text": "Mail sam@example.org", "version": question.version}
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="answer-{question.public_id}-text_error"' in page
        assert f'id="answer-{other.public_id}-text_error"' not in page
        assert "Mail sam@example.org</textarea>" in page

    @stands_on(cast.a_question)
    def test_a_colleague_who_was_faster_is_said_and_the_words_are_kept(self, client, project, question):
        asking.answer(question, by=project.posted_by, at=timezone.now(), text="First.")
        client.force_login(project.posted_by)
        answer = client.post(answering(question), {"text": "Second.", "version": question.version})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "First." in page
        assert "Second.</textarea>" in page
        assert f'name="version" value="{question.version + 1}"' in page

    @stands_on(cast.a_question)
    def test_words_for_a_question_that_is_gone_are_kept_too(self, client, project, question):
        client.force_login(project.posted_by)
        asking.decline(question, by=project.posted_by, at=timezone.now(), reason="later")
        answer = client.post(answering(question), {"text": "Long words.", "version": question.version})
        assert answer.status_code == 409
        assert "Long words." in answer.content.decode()
        assert "The question is not here any more" in answer.content.decode()

    @stands_on(cast.a_question)
    def test_declining_tells_the_student_on_the_page(self, client, project, question):
        client.force_login(project.posted_by)
        assert client.post(answering(question, "decline"), {"version": 1}).status_code == 422
        client.post(answering(question, "decline"), {"version": 1, "reason": "not_public"})
        assert question.text not in read(client, project)
        client.force_login(question.asker)
        assert "leaves it unanswered: We cannot say this in public" in read(client, project)

    @stands_on(cast.a_question)
    def test_one_is_taken_back(self, client, project, question):
        client.force_login(question.asker)
        page = client.post(answering(question, "withdraw"), {"version": 1}, follow=True).content.decode()
        assert "Taken back." in page
        assert question.text not in page

    @stands_on(cast.a_question)
    def test_is_on_the_dashboard_while_it_waits(self, client, project, question):
        client.force_login(project.posted_by)
        assert "1 question to answer" in client.get("/dashboard/").content.decode()
        posting.pause(project, by=project.posted_by, at=timezone.now())
        assert "to answer</a>" not in client.get("/dashboard/").content.decode()
        assert question.status == "waiting"


class TestReading:
    @pytest.mark.parametrize("step", [posting.pause, posting.close_early])
    def test_a_paused_or_closed_project_shows_the_answered_ones_read_only(self, client, project, step):
        answered = cast.an_answered_question(project=project)
        waits = cast.a_question(cast.another_student(), project, text="And on Sundays?")
        step(project, by=project.posted_by, at=timezone.now())
        for person, sees_the_other in (
            (project.posted_by, True),
            (waits.asker, True),
            (answered.asker, False),
        ):
            client.force_login(person)
            page = read(client, project)
            assert answered.text in page
            assert (waits.text in page) is sees_the_other
            assert 'name="text"' not in page

    def test_an_empty_list_says_what_to_do(self, client, project):
        assert "Nobody has asked yet. What is not clear to you" in read(client, project)
        client.force_login(project.posted_by)
        assert "Nobody has asked yet. Students can ask" in read(client, project)

    def test_a_page_goes_on_where_the_last_one_ended(self, client, student, project, settings):
        settings.PUBLIC_QUESTIONS_A_DAY = 100
        for minute in range(23):
            at = timezone.now() + timedelta(minutes=minute)
            cast.an_answered_question(student, project, at=at, text=f"Number {minute} of them?")
        seen, query = [], ""
        while query is not None:
            page = read(client, project, query)
            seen += [int(number) for number in re.findall(r"Number (\d+) of them\?</p>", page)]
            older = re.search(r'href="[^"?]*(\?answered_before=[\d.]+)#', page)
            query = older and older[1]
        assert seen == list(reversed(range(23)))

    def test_the_number_of_queries_does_not_grow(self, client, student, project):
        employer = project.posted_by
        counts = []
        for more in (1, 8):
            for _ in range(more):
                cast.an_answered_question(cast.a_student(), project)
                cast.a_question(cast.a_student(), project)
            counts.append([asked(client, project, person) for person in (None, student, employer)])
        assert counts == [[5, 9, 11]] * 2


def asked(client, project, person):
    client.logout()
    if person:
        client.force_login(person)
    read(client, project)
    with CaptureQueriesContext(connection) as noted:
        read(client, project)
    return len(noted)


class TestModerators:
    def test_remove_one_and_it_stands_in_the_log(self, client, project):
        question, moderator = cast.an_answered_question(project=project), cast.a_moderator()
        client.force_login(moderator)
        assert answering(question, "remove") in read(client, project)
        reasons = {"codes": "private", "note": "It names a patient.", "version": question.version}
        back = client.post(answering(question, "remove"), reasons, follow=True).content.decode()
        assert "It says something private about a person" in back
        assert AuditEntry.objects.get(by=moderator, act="question_removed").details == {"codes": ["private"]}
        assert question.text not in read(client, project)
        client.force_login(question.asker)
        assert "It names a patient." in read(client, project)

    @stands_on(cast.a_question)
    def test_find_all_of_them_in_the_administration(self, client, project, question):
        client.force_login(cast.a_moderator())
        assert question.text in client.get("/admin/projects/publicquestion/").content.decode()
        page = client.get(f"/admin/projects/publicquestion/{question.pk}/change/").content.decode()
        assert "Remove this question" in page
