"""Questions in public: who may ask, what may not be said, who answers, and who hears of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import How, Letter, Notice, Topic
from marketplace.kernel.preferences import choose
from marketplace.kernel.states import InvalidTransition
from projects import asking, checking, moderating, posting
from projects.models import PublicQuestion
from tests import cast
from tests.boards import stands_on

pytestmark = stands_on(cast.a_student_and_a_project)
Status = PublicQuestion.Status


@pytest.fixture
def student(board):
    return board[0]


@pytest.fixture
def project(board):
    return board[1]


@pytest.fixture
def question(board):
    """Where the board is one."""
    return board


def told(person, template):
    return Letter.objects.filter(to=person, template=f"projects/{template}").count()


def answer(question, text="Yes.", **given):
    return asking.answer(
        question, **{"by": question.project.posted_by, "at": timezone.now(), "text": text} | given
    )


def decline(question, **given):
    by = given.pop("by", question.project.posted_by)
    return asking.decline(question, by=by, at=timezone.now(), reason="not_public", **given)


def removed(question, by=None, **given):
    reasons = {"codes": ["private"], "note": "It names a patient."} | given
    return moderating.remove_question(question, by=by or cast.a_moderator(), at=timezone.now(), **reasons)


class TestAsking:
    @stands_on(cast.a_question)
    def test_a_student_asks_and_the_company_is_told_once_by_letter_and_notice(self, question):
        assert (question.status, question.history.count()) == (Status.WAITING, 1)
        employer = question.project.posted_by
        assert told(employer, "question_asked") == 1
        notice = Notice.objects.get(recipient=employer, key__startswith="question_asked:")
        assert (notice.topic, notice.path) == (Topic.APPLICATIONS, question.get_absolute_url())
        assert "Maya" not in notice.text + str(Letter.objects.get(template="projects/question_asked").context)

    def test_only_students_ask_and_nobody_their_own_company(self, student, project):
        with pytest.raises(asking.OnlyStudentsAsk):
            cast.a_question(cast.another_employer(), project)
        project.company.memberships.create(user=student, role="manager", joined_at=timezone.now())
        with pytest.raises(asking.OwnCompanyAsked):
            cast.a_question(cast.afresh(student), project)

    @stands_on(cast.a_question)
    @pytest.mark.parametrize("step", [posting.pause, posting.close_early])
    def test_nobody_asks_answers_or_declines_once_no_applications_are_taken(self, question, step):
        step(question.project, by=question.project.posted_by, at=timezone.now())
        for act in (lambda: cast.another_student() and answer(question), lambda: decline(question)):
            with pytest.raises(asking.NoQuestionsNow):
                act()
        with pytest.raises(asking.NoQuestionsNow):
            cast.a_question(cast.another_student(), question.project)

    def test_three_wait_at_a_time_and_one_that_is_settled_makes_room(self, student, project, settings):
        first, *_ = (cast.a_question(student, project, text=f"Question {n}?") for n in range(3))
        with pytest.raises(asking.OpenQuestionsUsed):
            cast.a_question(student, project)
        cast.a_question(cast.another_student(), project)
        answer(first)
        cast.a_question(student, project)

    def test_so_many_a_day_taken_back_or_not(self, student, project, settings):
        settings.PUBLIC_QUESTIONS_A_DAY = 2
        at = timezone.now()
        for text in ("One?", "Two?"):
            question = cast.a_question(student, project, at=at, text=text)
            asking.withdraw(question, by=student, at=at)
        with pytest.raises(asking.TooManyQuestions):
            cast.a_question(student, project, at=at + timedelta(hours=23))
        cast.a_question(student, project, at=at + timedelta(hours=25))

    @stands_on(cast.a_question)
    def test_the_same_words_wait_once(self, question):
        with pytest.raises(asking.AskedAlready):
            cast.a_question(question.asker, question.project, text=f"  {question.text} ")

    def test_the_length_is_a_number_of_the_site(self, student, project, settings):
        for text in ("   ", "x" * 501):
            with pytest.raises(asking.NotForThePublic):
                cast.a_question(student, project, text=text)
        settings.PUBLIC_QUESTION_LENGTH = 501
        assert cast.a_question(student, project, text="x" * 501).text == "x" * 501

    def test_nobody_signs_with_their_name(self, student, project):
        with pytest.raises(asking.NotForThePublic, match="Leave out “Maya Lindqvist”"):
            cast.a_question(student, project, text="When can we start? Best, maya lindqvist")


class TestWhatLeadsAway:
    @pytest.mark.parametrize(
        "text",
        [
            "Write to maya@example.org",
            "Write to maya (at) example (dot) org",
            "It is on https://maya.example",
            "See maya-lindqvist.com",
            "Call +46 70 123 45 67",
            "Ｗrite to maya＠example．org",
            "Write to ma\u200bya@exam\u200bple.org",
            "Can you text me?",
            "Could you add me on WhatsApp?",
            "What is your phone number?",
            "My Instagram shows more.",
            "I am on Telegram: @mayal",
            "Can we do it outside the platform?",
            "Would you pay me half in cash?",
            "Will I be paid by PayPal?",
        ],
    )
    def test_is_refused_in_question_and_answer(self, student, project, text):
        assert checking.leading_away(text)
        with pytest.raises(asking.NotForThePublic, match="Leave out"):
            cast.a_question(student, project, text=text)
        with pytest.raises(asking.NotForThePublic, match="Leave out"):
            answer(cast.a_question(student, project), text)

    @pytest.mark.parametrize(
        "text",
        [
            "Is the company’s Instagram account in English?",
            "Should the Telegram bot answer in two languages?",
            "Do I look at the dot plot or the signal itself?",
            "Which version of ASP.NET and socket.io do you use?",
            "Are the 2,400 rows from 2024-01-01 to 2025-12-31?",
            "How can we reach you during the work?",
            "May I use my phone to take the photographs?",
            "Is the number of interviews fixed? My number of free hours differs.",
            "Thanks.Me too, I would like to know.",
        ],
    )
    def test_takes_in_no_word_about_the_work(self, text):
        assert checking.leading_away(text) == ""


class TestAnswering:
    @stands_on(cast.a_question)
    def test_puts_both_on_the_page_and_tells_who_asked_once(self, question):
        question = answer(question)
        assert question.status == Status.ANSWERED
        assert told(question.asker, "question_answered") == 1
        assert list(PublicQuestion.objects.visible_to(AnonymousUser())) == [question]

    @stands_on(cast.a_question)
    def test_other_words_are_marked_and_kept_and_tell_nobody(self, question):
        question = answer(question, "Yes.")
        again = answer(question, "No, by video.", version=question.version)
        assert again.edited_at > again.answered_at
        assert again.history.last().reason == "The answer was: Yes."
        assert told(question.asker, "question_answered") == 1
        assert answer(again, "No, by video.").version == again.version

    @stands_on(cast.a_question)
    def test_is_for_the_company_alone(self, question):
        for person in (question.asker, cast.another_employer(), cast.a_moderator()):
            for act in (answer, decline):
                with pytest.raises(PermissionDenied):
                    act(question, by=person)

    @stands_on(cast.a_question)
    def test_an_old_page_answers_nothing(self, question):
        question = answer(question)
        with pytest.raises(StalePage):
            answer(question, "Something else.", version=1)

    def test_a_colleague_who_reads_a_daily_letter_hears_nothing_of_what_is_answered(self, student, project):
        choose(project.posted_by, {Topic.APPLICATIONS: How.DAILY}, at=timezone.now())
        answer(cast.a_question(student, project))
        notice = Notice.objects.get(recipient=project.posted_by, key__startswith="question_asked:")
        assert notice.not_after is not None
        assert notice.not_after < timezone.now()


@stands_on(cast.a_question)
class TestDeclining:
    def test_hides_it_and_tells_who_asked_why(self, question):
        question = decline(question)
        letter = Letter.objects.get(to=question.asker, template="projects/question_declined")
        assert letter.context["reason"] == "We cannot say this in public"
        assert not PublicQuestion.objects.visible_to(AnonymousUser()).exists()
        with pytest.raises(InvalidTransition):
            answer(question)

    def test_the_letter_that_nobody_was_sent_yet_goes_out_no_more(self, question):
        question = decline(question)
        letter = Letter.objects.get(to=question.project.posted_by, template="projects/question_asked")
        assert letter.dropped_at is not None


@stands_on(cast.a_question)
class TestTakingBack:
    def test_who_asked_takes_back_what_nobody_answered(self, question):
        with pytest.raises(PermissionDenied):
            asking.withdraw(question, by=question.project.posted_by, at=timezone.now())
        asking.withdraw(question, by=question.asker, at=timezone.now())
        assert not PublicQuestion.objects.visible_to(question.project.posted_by).exists()
        with pytest.raises(InvalidTransition):
            answer(question)

    def test_what_is_answered_stays(self, question):
        question = answer(question)
        with pytest.raises(InvalidTransition):
            asking.withdraw(question, by=question.asker, at=timezone.now())


@stands_on(cast.a_question)
class TestModerators:
    def test_remove_one_with_a_reason_that_both_sides_read(self, question):
        question = removed(answer(question))
        assert question.removal_reasons == ["It says something private about a person"]
        assert told(question.asker, "question_removed") == 1
        assert told(question.project.posted_by, "question_and_answer_removed") == 1
        assert not PublicQuestion.objects.visible_to(AnonymousUser()).exists()

    def test_tell_the_company_nothing_of_what_it_never_answered(self, question):
        question = removed(question)
        assert told(question.project.posted_by, "question_and_answer_removed") == 0

    @pytest.mark.parametrize("given", [{"codes": []}, {"note": " "}, {"codes": ["unclear"]}])
    def test_need_a_reason(self, question, given):
        with pytest.raises(moderating.NoReason):
            removed(question, **given)

    def test_are_no_strangers_to_nobody(self, question):
        for person in (question.asker, question.project.posted_by):
            with pytest.raises(PermissionDenied):
                removed(question, by=person)
        question.project.posted_by.is_staff = True
        question.project.posted_by.save()
        with pytest.raises(moderating.OwnProject):
            removed(question, by=question.project.posted_by)


@stands_on(cast.a_question)
class TestTheDatabase:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"text": ""}, "public_question_length"),
            ({"text": "x" * 2001}, "public_question_length"),
            ({"answer": "Yes."}, "public_question_answered_in_words"),
            ({"status": "answered"}, "public_question_answered_in_words"),
            ({"status": "declined"}, "public_question_declined_says_why"),
            ({"status": "removed"}, "public_question_removed_says_why"),
        ],
    )
    def test_keeps_what_belongs_together(self, question, changes, constraint):
        question = PublicQuestion.objects.filter(pk=question.pk)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            question.update(**changes)

    def test_an_answer_is_changed_after_it_was_given(self, question):
        question = answer(question)
        early = {"edited_at": question.answered_at - timedelta(seconds=1)}
        with pytest.raises(IntegrityError, match="edited_after"), transaction.atomic():
            PublicQuestion.objects.filter(pk=question.pk).update(**early)
