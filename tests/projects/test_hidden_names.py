"""Who applies stays hidden until the short-list: on every page, in every letter, in the words themselves."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.kernel.letters import message
from marketplace.kernel.models import Letter, Notice
from payments import offering
from projects import applying, posting, selecting
from projects.models import Application, Project
from projects.models.naming import covering
from tests import cast
from tests.boards import stands_on

NAME, SCHOOL = "Zebulon Quistgaard", "Xylander Academy"
TRACES = ("Zebulon", "Quistgaard", "Xylander", "zebulon-quistgaard")
WORDS = {
    "motivation": f"My name is {NAME} and I study at the {SCHOOL.lower()}. Write to me.",
    "answers": ["Ask for Quistgaard.", "zebulon is a small word here."],
}


def traces_in(text):
    found = [trace for trace in TRACES if trace in text]
    return found + ([NAME] if re.search(f"{NAME}|{SCHOOL}", text, re.IGNORECASE) else [])


def a_hidden_applicant():
    return cast.an_application(cast.a_student(name=NAME, school=SCHOOL), **WORDS)


pytestmark = stands_on(a_hidden_applicant)


@pytest.fixture
def application(board):
    return board


@pytest.fixture
def project(board):
    return board.project


@pytest.fixture
def employer(client, project):
    client.force_login(project.posted_by)
    return project.posted_by


def crawl(client, start="/dashboard/", most=200):
    """Every page that links lead to from `start`, as one person gets them: {address: headers and body}."""
    seen, waiting = {}, [start]
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if address in seen or address.startswith(("/static/", "/accounts/logout", "/design")):
            continue
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        seen[address] = f"{address} {dict(answer.headers)} {body.decode(errors='replace')}"
        waiting += [link.split("#")[0] for link in re.findall(r'href="(/[^"]*)"', seen[address])]
    return seen


def test_no_page_of_the_employer_says_who_it_is(client, application, employer, project):
    cast.an_application(cast.another_student(), project)
    pages = crawl(client)
    page, api = f"/projects/{project.public_id}/applicants/", f"/api/v1/projects/{project.public_id}"
    for address in (
        f"{page}?answers=open",
        f"{page}?sort=hours&state=undecided",
        f"{api}/",
        "/api/v1/projects/",
    ):
        pages |= crawl(client, address, most=1)

    telling = {address: traces_in(text) for address, text in pages.items() if traces_in(text)}

    assert telling == {}
    assert any("Applicant 1" in text for text in pages.values())
    for door in ("", "offer/", "decline/"):
        assert f"{application.get_absolute_url()}{door}" in {address.split("?")[0] for address in pages}


def test_no_letter_and_no_notice_to_the_employer_says_it(application, employer):
    now = timezone.now()
    selecting.decline(application, by=employer, at=now, reason="skills")
    other = cast.an_application(cast.a_student(name=NAME, school=SCHOOL), application.project)
    applying.withdraw(other, by=other.student, at=now)

    letters = Letter.objects.filter(to=employer)
    sent = [str(message(letter, at=now).message()) for letter in letters] + [
        notice.text + notice.path for notice in Notice.objects.filter(recipient=employer)
    ]

    assert len(sent) >= 6
    assert "Applicant 2" in " ".join(sent)
    assert [traces_in(text) for text in sent if traces_in(text)] == []


def test_no_message_about_an_act_says_it(client, application, employer):
    door = f"/applications/{application.public_id}/decline/"

    answer = client.post(door, {"version": 1, "decline_reason": "skills"}, follow=True)

    assert "Applicant 1 reads your reason" in answer.content.decode()
    assert traces_in(answer.content.decode()) == []


def test_the_short_list_shows_name_school_and_words_as_they_were_written(
    client, application, employer, project
):
    selecting.shortlist(application, by=employer, at=timezone.now())

    page = client.get(application.get_absolute_url()).content.decode()

    assert "[name]" not in page
    assert all(words in page for words in (NAME, SCHOOL, "Ask for Quistgaard."))
    assert NAME in client.get(f"/projects/{project.public_id}/applicants/").content.decode()


def test_an_offer_shows_it_too(application, employer):
    Project.objects.update(fee_cents=40_000)

    offering.make_offer(application, by=employer, at=timezone.now())

    application.refresh_from_db()
    assert application.applicant == NAME


def test_a_no_without_the_short_list_keeps_it_hidden_for_good(application, employer):
    selecting.decline(application, by=employer, at=timezone.now(), reason="skills")

    application.refresh_from_db()
    assert application.applicant == "Applicant 1"


def test_a_company_may_choose_to_see_names_from_the_start():
    project = cast.an_open_project(names_hidden=False)

    application = cast.an_application(cast.a_student(name=NAME), project)

    assert application.applicant == NAME


def test_the_student_reads_their_own_words_and_is_told(client, application, project):
    client.force_login(application.student)
    assert NAME in client.get(application.get_absolute_url()).content.decode()
    client.force_login(cast.another_student())

    assert (
        "Your name and school are hidden"
        in client.get(f"/projects/{project.public_id}/apply/").content.decode()
    )


def test_the_database_refuses_a_chosen_applicant_without_a_name(application):
    with pytest.raises(IntegrityError, match="application_chosen_by_name"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(status="shortlisted")


def test_the_choice_is_part_of_the_draft():
    project = cast.a_draft(names_hidden=False)
    assert Project.objects.get(pk=project.pk).names_hidden is False
    assert posting.start_draft(project.company, by=project.posted_by, at=timezone.now()).names_hidden is True


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("I am ANN-LEE OF BATH, from king’s college.", "I am [name], from [school]."),
        ("Ann wrote it. Annual reports, a lee shore.", "[name] wrote it. Annual reports, a lee shore."),
        ("ann@example.org and Bath's", "[name] and [name]'s"),
        ("Nothing to hide.", "Nothing to hide."),
    ],
)
def test_what_is_covered(text, covered):
    cover = covering(name="Ann-Lee of Bath", email="ann@example.org", school="King’s College")
    assert cover(text) == covered


def test_a_name_of_one_short_word_or_none_covers_what_it_can():
    assert covering(name="Bo", email="b@c.de", school="")("Bo, b@c.de") == "[name], [name]"
    assert covering(name="", email="b@c.de", school="")("Hello b@c.de") == "Hello [name]"
