"""The desk's pages, as a moderator works with them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.kernel import casework
from marketplace.kernel.models import AuditEntry, Case, Letter
from projects import changes
from projects.models import Project
from tests import cast
from tests.desk.test_queue import change

pytestmark = pytest.mark.django_db
DESK = "/admin/desk/"


@pytest.fixture
def moderator(client):
    person = cast.a_moderator()
    client.force_login(person)
    return person


def case_of(row):
    return Case.objects.waiting().get(row_id=row.pk)


def decide(client, row, **answer):
    return client.post(f"{DESK}{case_of(row).public_id}/decide/", {"version": row.version} | answer)


def test_next_leads_from_case_to_case_with_one_press_each(client, moderator):
    first, second = cast.a_project_in_moderation(brief="Write to **sam@maple.example**."), cast.a_draft()
    second = cast.a_project_in_moderation()
    answer = client.post(f"{DESK}next/")
    assert answer["Location"] == f"{DESK}{case_of(first).public_id}/"
    page = client.get(answer["Location"]).content.decode()
    assert "you are on it" in page
    assert "sam@maple.example" in page
    answer = decide(client, first, answer="contact")
    assert answer["Location"] == f"{DESK}{case_of(second).public_id}/"
    assert decide(client, second, answer="yes")["Location"] == DESK
    assert Project.objects.get(pk=first.pk).rejection_codes == ["contact"]
    assert Project.objects.get(pk=second.pk).status == "open"
    assert (
        "other messengers stay out" in Letter.objects.get(template="projects/project_refused").context["note"]
    )
    assert AuditEntry.objects.filter(by=moderator).count() == 2


def test_a_no_in_ones_own_words_needs_a_reason_and_keeps_what_was_typed(client, moderator):
    project = cast.a_project_in_moderation()
    wrong = decide(client, project, note="Say who takes part.")
    assert wrong.status_code == 422
    assert b"Choose at least one reason." in wrong.content
    assert b"Say who takes part." in wrong.content
    decide(client, project, note="Say who takes part.", codes=["unclear", "too_much"])
    assert Project.objects.get(pk=project.pk).rejection_note == "Say who takes part."


def test_what_was_put_off_comes_last(client, moderator):
    first, second = cast.a_project_in_moderation(), cast.a_project_in_moderation()
    client.post(f"{DESK}next/")
    answer = client.post(f"{DESK}{case_of(first).public_id}/put-off/")
    assert answer["Location"] == f"{DESK}{case_of(second).public_id}/"
    assert case_of(first).claimed_by is None
    assert client.post(f"{DESK}{case_of(second).public_id}/put-off/")["Location"] == DESK
    assert client.post(f"{DESK}next/")["Location"] == f"{DESK}{case_of(first).public_id}/"


def test_a_page_that_changed_is_not_decided(client, moderator):
    project = cast.a_project_in_moderation()
    answer = decide(client, project, version=1, answer="yes")
    assert b"Nothing was done" in client.get(answer["Location"]).content
    assert Project.objects.get(pk=project.pk).status == "in_moderation"


def test_what_another_is_on_is_shown_so_and_not_decided(client, moderator):
    project = cast.a_project_in_moderation()
    casework.claim(case_of(project), by=cast.a_moderator("Eli Stone"))
    page = client.get(f"{DESK}{case_of(project).public_id}/").content.decode()
    assert "Eli Stone is on it" in page
    assert "Pass and open it" not in page
    decide(client, project, answer="yes")
    assert Project.objects.get(pk=project.pk).status == "in_moderation"
    assert client.post(f"{DESK}{case_of(project).public_id}/take/")["Location"] == DESK


def test_ones_own_case_is_not_there(client, moderator):
    project = cast.a_project_in_moderation()
    Case.objects.update(people=[moderator.pk])
    assert client.get(f"{DESK}{case_of(project).public_id}/").status_code == 404
    assert decide(client, project, answer="yes").status_code == 404


def test_several_are_decided_at_once_and_those_that_cannot_be_are_told(client, moderator):
    rows = [cast.a_project_in_moderation() for _ in range(3)]
    casework.claim(case_of(rows[2]), by=cast.a_moderator("Eli Stone"))
    ticked = [f"{case_of(row).public_id}.{row.version}" for row in rows]
    answer = client.post(
        f"{DESK}many/", {"case": ticked, "answer": "reason", "reason": "unclear"}, follow=True
    )
    assert b"Decided: 2." in answer.content
    assert b"Eli Stone is on this" in answer.content
    states = Project.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["rejected", "rejected", "in_moderation"]
    assert b"Tick at least one line" in client.post(f"{DESK}many/", {"answer": "yes"}, follow=True).content


def test_a_change_is_shown_side_by_side_word_by_word(client, moderator):
    edit = change(cast.an_open_project(), questions=["What did you build?"])
    page = client.get(f"{DESK}{case_of(edit).public_id}/").content.decode()
    assert "<ins>" in page
    assert "build?" in page
    left, right = changes.side_by_side("Call five people now.", "Call six people now.")
    assert [piece.text for piece in left if piece.differs] == ["five "]
    assert [piece.text for piece in right if piece.differs] == ["six "]


def test_the_keys_are_off_for_whoever_switched_them_off(client, moderator):
    case = cast.a_project_in_moderation() and Case.objects.get()
    for address in (DESK, f"{DESK}{case.public_id}/"):
        assert b"js/desk.js" in client.get(address).content
    moderator.shortcut_keys = False
    moderator.save(update_fields=["shortcut_keys"])
    for address in (DESK, f"{DESK}{case.public_id}/"):
        assert b"js/desk.js" not in client.get(address).content


def test_the_queue_has_a_constant_number_of_queries(client, moderator):
    counted = []
    client.get(DESK)  # what is kept for all requests is loaded once
    for count in (1, 6):
        for _ in range(count):
            project = cast.an_open_project()
            change(project, questions=["What did you build?"])
            cast.a_project_in_moderation()
        with CaptureQueriesContext(connection) as queries:
            client.get(DESK)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 22
