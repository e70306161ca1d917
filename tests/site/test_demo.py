"""The demo is made by the rules, goes on where it was interrupted, and production refuses it."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Company, Skill, StudentProfile, User
from marketplace.kernel.models import Letter, Notice
from marketplace.site import demo
from marketplace.site.demo import reading, seeding
from marketplace.site.demo.living import Past, Stopped
from marketplace.site.demo.stories import MAYA, all_stories
from payments.models import Hold, Operation, Payee, Release
from projects import checking
from projects.models import (
    Application,
    Deliverable,
    Engagement,
    Project,
    ProjectTransition,
    PublicQuestion,
    Reading,
)
from tests.payments.steps import books_agree
from tests.projects.test_second_in_line import a_board
from tests.reading import the_letter

NOW = timezone.now()
QUIET = {"verbosity": 0}


def silent(line):
    """Say nothing of the progress."""


def one_of_each(*fates):
    """The first story of each of these fates."""
    left = list(fates)

    def pick(story):
        return story.plan.fate in left and not left.remove(story.plan.fate)

    return pick


# What is there first


@pytest.mark.django_db
def test_the_first_projects_are_there_once_however_often_they_are_asked_for(client):
    assert [seeding.first(at=NOW, most=2), seeding.first(at=NOW, most=2)] == [2, 0]

    assert Project.objects.open().count() == 2
    letter = the_letter("site/demo_begins", to=User.objects.get(email=demo.ADMIN))
    assert all(word in letter for word in (demo.PASSWORD, *demo.PEOPLE))
    assert all(client.login(email=email, password=demo.PASSWORD) for email in demo.PEOPLE)
    assert User.objects.get(email=demo.EMPLOYER).is_employer
    assert User.objects.get(email=demo.STUDENT).is_student


@pytest.mark.django_db
def test_production_refuses_the_demo(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="never loaded in production"):
        call_command("seed_demo", **QUIET)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_site_with_people_of_its_own_gets_no_demo():
    User.objects.create_verified_user("somebody@example.org")

    call_command("seed_demo", **QUIET)

    assert not seeding.is_wanted()
    assert User.objects.count() == 1


# Stories without money


OPENED = {"open", "paused", "closed", "unfilled", "opened_again"}
NEVER_OPENED = {"blank", "draft", "moderation", "rejected", "discarded"}


@pytest.mark.django_db
def test_projects_reach_every_state_that_needs_no_money_and_each_once():
    seeding.begin(at=NOW)
    for _ in range(2):  # the second time adds nothing
        wanted = one_of_each(*OPENED, *NEVER_OPENED, "moderation", "moderation")
        seeding.add_rest(at=NOW, with_money=True, pick=wanted, say=silent)

    expected = {"draft": 2, "in_moderation": 3, "rejected": 1, "cancelled": 1, "paused": 1, "closed": 1}
    assert Counter(Project.objects.values_list("status", flat=True)) == {**expected, "open": 2, "unfilled": 1}
    assert Company.objects.exclude(proven_at=None).count() == 2  # by numbers that the moderator looked up
    letter = the_letter("site/demo_is_there", to=User.objects.get(email=demo.ADMIN))
    assert f"{Project.objects.count()} projects, {Application.objects.count()} applications and 0" in letter
    assert ProjectTransition.objects.opened_again().get().row.applications.count() == 0
    assert Project.objects.get(status="paused").history.count() == 3
    # What nobody answered was closed at its date, and every no has a reason.
    unfilled = Project.objects.get(status="unfilled")
    assert unfilled.applications.undecided().count() == 0
    silent_ones = unfilled.applications.filter(status="not_answered").values_list("answered_at", flat=True)
    assert set(silent_ones) <= {unfilled.answer_by_at}
    assert Application.objects.filter(status="declined").exists()
    # The moderators have something to find; nothing that they let through has.
    found = {}
    for project in Project.objects.prefetch_related("planned_deliverables"):
        found.setdefault(project.status, set()).update(one.code for one in checking.findings(project))
    assert found["in_moderation"] >= {"forbidden_work", "contact", "free_work"}
    assert found["open"] | found["paused"] | found["closed"] | found["unfilled"] == set()
    # Letters of the past are not sent, old news is read, and nothing happened after the present.
    waiting, day_ago = Letter.objects.filter(sent_at=None, dropped_at=None), NOW - timedelta(days=1)
    assert Letter.objects.filter(dropped_at=NOW).exists()
    assert set(waiting.values_list("to__email", flat=True)) <= set(demo.PEOPLE)
    assert waiting.filter(created_at__lt=day_ago).count() == 0
    assert Notice.objects.filter(read_at=None, created_at__lt=day_ago).count() == 0
    assert ProjectTransition.objects.filter(at__gt=NOW).count() == 0


def test_everybody_applies_only_where_they_may_work_like_that():
    told = all_stories(NOW)
    assert {story.plan.works for story in told if story.chosen} == {"contractor", "stipend", "payroll"}
    for story in told:
        assert all(story.plan.works in reading.may_work_as(bid.student.name) for bid in story.bids)


@pytest.mark.django_db
def test_a_reminder_that_is_due_at_once_holds_no_day_up():
    project, [applicant] = a_board(1, at=NOW)
    later = project.answer_by_at + timedelta(hours=2)  # less than the day that its reminder comes before
    Application.objects.filter(pk=applicant.pk).update(answer_by_at=later)

    Past().live([], until=later, passed=silent)

    applicant.refresh_from_db()
    assert (applicant.status, applicant.answered_at) == ("not_answered", later)


# Stories with money

FATES = ("offered", "changes", "paid", "silence", "payment_failed", "late_payee")


@pytest.fixture
def lived(sandbox):
    """A story of each of these kinds, interrupted twice on the way, and asked for once more at the end."""
    seeding.begin(at=NOW)
    for most in (25, 60, 10_000, 10_000):
        asked = count()
        with suppress(Stopped):
            seeding.live_past(
                sandbox,
                pick=one_of_each(*FATES),
                stop=lambda asked=asked, most=most: next(asked) > most,
                say=silent,
            )
    return sandbox


def test_the_past_is_lived_once_though_it_was_interrupted(lived):
    expected = {"offered": 1, "active": 1, "completed": 3, "payment_failed": 1}
    assert Counter(Engagement.objects.values_list("status", flat=True)) == expected
    paid = Engagement.objects.get(student__email=demo.STUDENT, status="completed")
    assert [row.to_status for row in paid.history.order_by("pk")] == [
        "offered",
        "funding",
        "active",
        "completed",
    ]
    assert Deliverable.objects.filter(status="changes_requested").get().submissions.count() == 1
    assert Deliverable.objects.filter(status="auto_approved").count() == 1
    # What the two sides wrote stands once, and the last of it waits to be read.
    said = {plan.title: [text for _, text in plan.said] for plan in reading.plans()}
    written = {work: list(work.messages.newest_first()) for work in Engagement.objects.all()}
    assert {str(work): [one.text for one in rows][::-1] for work, rows in written.items() if rows} == {
        str(work): said[str(work)] for work in written if said[str(work)]
    }
    assert any(written.values())
    assert {row.unread.count() for row in Reading.objects.select_related("engagement")} == {0, 1}
    # The money went through the real SDK, and every book says the same.
    books_agree(lived, own=0)
    release = Release.objects.get(share__deliverable__engagement=paid)
    assert release.decided_at < release.sent_at < NOW
    late = Payee.objects.exclude(transfers_status="active").get(user__email="ruby-thornton@demo.test")
    assert Operation.objects.get(hold__engagement__student=late.user, kind="transfer").status == "blocked"
    # The stand-in lived through the same days, and its time is ours again.
    hold = Hold.objects.get(engagement=paid)
    intent = lived.sandbox.store.get(hold.payment_intent)
    assert abs(intent["created"] - hold.authorised_at.timestamp()) < 120
    assert abs(lived.advance() - timezone.now().timestamp()) < 5


def test_what_another_version_began_stays_as_far_as_it_came_and_the_rest_is_told_anew(sandbox):
    seeding.first(at=NOW, most=3)
    asked = count()
    with suppress(Stopped):
        picked = one_of_each("silence", "paid")
        seeding.live_past(sandbox, pick=picked, stop=lambda: next(asked) > 9, say=silent)
    Letter.objects.filter(key__startswith=seeding.BEGUN).update(created_at=NOW + timedelta(minutes=1))
    StudentProfile.objects.update(may_work_as=[])  # as it was before they were asked

    assert seeding.first(at=NOW, most=3) == 0
    seeding.live_past(sandbox, say=silent)
    picked = one_of_each("open", "open", "open", "unfilled")  # the first three of which are there
    seeding.add_rest(at=NOW, with_money=True, pick=picked, say=silent)

    assert Counter(Project.objects.values_list("title", flat=True)).most_common(1)[0][1] == 1
    assert Project.objects.count() == 3 + 2 + 1
    assert not seeding.is_wanted()
    assert abs(sandbox.advance() - timezone.now().timestamp()) < 5
    books_agree(sandbox, own=0)


@pytest.mark.django_db
def test_students_ask_in_public_and_what_waits_for_the_demo_s_company_is_on_its_dashboard(client):
    seeding.begin(at=NOW)
    for _ in range(2):  # the second time adds nothing
        seeding.add_rest(at=NOW, with_money=True, pick=lambda story: bool(story.talk), say=silent)

    planned = [asked for story in all_stories(NOW) for asked in story.talk]
    questions = PublicQuestion.objects.order_by("asked_at").values_list("text", "answer")
    assert list(questions) == [
        (asked.text, asked.answer) for asked in sorted(planned, key=lambda one: one.at)
    ]
    client.force_login(User.objects.get(email=demo.EMPLOYER))
    assert "1 question to answer" in client.get("/dashboard/").content.decode()


# What it is made of


@pytest.mark.django_db
def test_every_word_of_the_data_is_known_to_the_site():
    skills = set(Skill.objects.values_list("slug", flat=True))

    for plan in reading.plans():
        assert set(plan.skills) <= skills, plan.title
        assert plan.company in reading.companies(), plan.title
        assert plan.role in reading.words()["motives"], plan.title
        assert set(plan.asks) <= set(reading.words()["questions"]), plan.title
        assert set(plan.cast) <= set(reading.students()), plan.title
    assert {plan.fate for plan in reading.plans()} >= set(reading.fates()) - {"silence_paid"}
    assert Company.objects.count() == 0  # reading makes nothing


def test_no_two_projects_are_alike_and_the_applicants_of_one_say_different_things():
    stories = all_stories(NOW)

    assert len({plan.brief for plan in reading.plans()}) == len({plan.title for plan in reading.plans()})
    for story in stories:
        said = [bid.motivation for bid in story.bids]
        assert len(set(said)) == len(said), story.plan.title
    assert len(stories) == len(reading.plans()) > 160
    assert len(next(story for story in stories if story.plan.fate == "compare").bids) == 10


def test_the_demo_student_sees_an_offer_work_to_do_again_and_money_that_came():
    casts = {story.plan.fate for story in all_stories(NOW) if story.chosen and story.chosen.name == MAYA}

    assert casts == {"offered", "changes", "paid"}
