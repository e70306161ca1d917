"""What a company promised to hand over: given in the workroom, asked for once, and no due date runs before."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from marketplace.kernel.times import end_of_day
from payments import extending, releasing, reviewing, supplying, tasks
from payments.models import Deadline
from projects import editing, faults, filing, moderating, narrating
from projects import tasks as work_tasks
from projects.drafts import draft_of
from projects.faults import Incomplete
from projects.models import Engagement, MaterialFile, Project, PromisedMaterial, stamps
from tests import cast, stages
from tests.boards import stands_on
from tests.projects.test_posting_pages import typed

PROMISED = ["The answers of last year", "A place on our test site"]


def materials_promised(sandbox):
    """Work under way whose company has not given yet what it promised."""
    return stages.under_way(sandbox, stages.paid_for(sandbox, promised_materials=PROMISED))


pytestmark = stands_on(materials_promised)


@pytest.fixture
def engagement(board):
    return board


def give(engagement, number=1, *, at=None, by=None, **given):
    material = engagement.promised_materials.get(number=number)
    by, given = by or engagement.offered_by, given or {"note": "On the shared drive."}
    return supplying.give_material(material, by=by, at=at or timezone.now(), **given)


def give_all(engagement, *, at=None):
    for number in (1, 2):
        give(engagement, number, at=at)


def ask(engagement, *, at=None, by=None):
    at = at or engagement.materials_due_at
    return supplying.ask_for_materials(engagement, by=by or engagement.student, at=at)


def due_dates(engagement):
    return list(engagement.deliverables.order_by("number").values_list("due_at", flat=True))


def letters(template):
    return Letter.objects.filter(template=f"payments/{template}")


def chip(client, person, engagement):
    client.force_login(person)
    return client.get("/engagements/").context["rows"][0].turn


class TestBefore:
    def test_the_terms_name_what_was_promised_and_no_due_date_runs(self, engagement):
        assert engagement.terms["promised_materials"] == PROMISED
        assert [str(row) for row in engagement.promised_materials.order_by("number")] == PROMISED
        assert due_dates(engagement) == [None, None]
        assert not Deadline.objects.pending().filter(deliverable__isnull=False).exists()

    def test_the_company_has_five_days_after_the_start_and_is_told(self, engagement):
        zone = engagement.company.members_now().get().zone
        assert engagement.materials_due_at == end_of_day(engagement.starts_at, zone, days=5)
        letter = letters("materials_wanted").get()
        assert letter.to == engagement.offered_by
        assert letter.context["missing"] == PROMISED

    def test_it_is_the_companys_turn(self, client, engagement):
        mine, theirs = (chip(client, who, engagement) for who in (engagement.offered_by, engagement.student))
        assert (mine.mine, mine.until) == (True, engagement.materials_due_at)
        assert (theirs.mine, theirs.who) == (False, "Maple Health")

    def test_nothing_is_refunded_however_long_it_takes(self, engagement):
        tasks.run_deadlines(at=timezone.now() + timedelta(days=60))
        work_tasks.run_deadlines(at=timezone.now() + timedelta(days=60))
        assert set(engagement.deliverables.values_list("status", flat=True)) == {"pending"}

    def test_there_is_nothing_to_extend(self, engagement):
        part = engagement.deliverables.get(number=1)
        with pytest.raises(InvalidTransition, match="promised materials are missing"):
            extending.take_more_time(part, by=engagement.student, at=timezone.now())

    def test_work_can_be_handed_in_and_approved_but_no_changes_asked_for(self, engagement):
        stages.deliver(engagement)
        part, by = engagement.deliverables.get(number=1), engagement.offered_by
        with pytest.raises(reviewing.MaterialsMissing):
            reviewing.ask_for_changes(
                part, by=by, at=timezone.now(), failing_criteria=[1], message="Shorter."
            )
        assert releasing.approve_work(part, by=by, at=timezone.now())

    @stands_on(stages.under_way)
    def test_work_without_promises_has_its_dates_at_once(self, engagement):
        assert None not in due_dates(engagement)


class TestGiving:
    def test_the_last_one_starts_the_clocks_from_that_day(self, engagement):
        at = engagement.starts_at + timedelta(days=3)
        give(engagement, 1, at=at)
        assert due_dates(engagement) == [None, None]
        give(engagement, 2, at=at)
        zone, parts = engagement.student.zone, engagement.deliverables.order_by("number")
        assert due_dates(engagement) == [end_of_day(at, zone, days=part.due_days) for part in parts]
        assert Deadline.objects.pending().filter(kind="undelivered_ends").count() == 2

    def test_what_comes_before_the_start_moves_no_date(self, engagement):
        give_all(engagement)
        zone, parts = engagement.student.zone, engagement.deliverables.order_by("number")
        assert due_dates(engagement) == [
            end_of_day(engagement.starts_at, zone, days=part.due_days) for part in parts
        ]

    def test_a_part_that_was_handed_in_meanwhile_gets_no_date(self, engagement):
        stages.deliver(engagement)
        give_all(engagement)
        assert due_dates(engagement)[0] is None
        assert due_dates(engagement)[1] is not None

    def test_the_student_is_told_of_each(self, engagement):
        give_all(engagement)
        told = letters("material_given").order_by("pk")
        assert [letter.context["is_last"] for letter in told] == [False, True]
        assert {letter.to for letter in told} == {engagement.student}

    def test_is_done_once(self, engagement):
        give(engagement)
        with pytest.raises(supplying.AlreadyGiven):
            give(engagement, note="Another one.")

    def test_is_more_than_a_click(self, engagement):
        with pytest.raises(supplying.NothingGiven):
            give(engagement, note="  ")
        assert engagement.promised_materials.missing().count() == 2

    def test_takes_the_files_that_a_delivery_takes(self, engagement):
        with pytest.raises(filing.UnsuitableFile):
            give(engagement, files=[SimpleUploadedFile("page.html", b"<script>")])
        give(engagement, files=[SimpleUploadedFile("answers.csv", b"one,two\n")])
        assert MaterialFile.objects.get().content_type == "text/csv"

    def test_is_for_the_company_alone_and_while_work_is_under_way(self, engagement):
        with pytest.raises(PermissionDenied):
            give(engagement, by=engagement.student)
        Engagement.objects.update(status="ended")
        with pytest.raises(InvalidTransition):
            give(engagement)


class TestAsking:
    def test_is_possible_once_when_the_day_has_come(self, engagement):
        with pytest.raises(supplying.NotDueYet):
            ask(engagement, at=engagement.materials_due_at - timedelta(seconds=1))
        ask(engagement)
        assert letters("materials_asked").get().context["missing"] == PROMISED
        with pytest.raises(supplying.AlreadyAsked):
            ask(engagement)

    def test_needs_something_that_is_missing(self, engagement):
        give_all(engagement)
        with pytest.raises(supplying.NothingMissing):
            ask(engagement)

    def test_is_for_the_student_alone(self, engagement):
        with pytest.raises(PermissionDenied):
            ask(engagement, by=engagement.offered_by)

    def test_both_sides_are_told_on_the_day_and_not_twice(self, engagement):
        give(engagement, 2)
        for _ in range(2):
            tasks.run_deadlines(at=engagement.materials_due_at)
        assert letters("materials_overdue").get().context["missing"] == PROMISED[:1]
        assert letters("materials_missing").get().to == engagement.student

    def test_nobody_is_told_where_all_is_there(self, engagement):
        give_all(engagement)
        tasks.run_deadlines(at=engagement.materials_due_at)
        assert not letters("materials_overdue").exists()


class TestPages:
    def address(self, engagement, what=1):
        return f"/engagements/{engagement.public_id}/materials/{what}/"

    def test_the_company_hands_over_and_the_student_downloads(self, client, engagement):
        client.force_login(engagement.offered_by)
        assert "Hand over" in client.get(engagement.get_absolute_url()).content.decode()
        sent = {
            "files": SimpleUploadedFile("answers.csv", b"one,two\n"),
            "note": "With the odd ones left in.",
        }
        assert client.post(self.address(engagement), sent).url == engagement.get_absolute_url()
        client.force_login(engagement.student)
        page = client.get(engagement.get_absolute_url()).content.decode()
        assert "With the odd ones left in." in page
        file = client.get(f"/materials/{MaterialFile.objects.get().public_id}/")
        assert (file.getvalue(), file["Cache-Control"]) == (b"one,two\n", "private, no-store")

    def test_an_empty_form_is_sent_back(self, client, engagement):
        client.force_login(engagement.offered_by)
        answer = client.post(self.address(engagement), {"note": " "})
        assert answer.status_code == 422
        assert "Add a file, a link or a note." in answer.content.decode()

    def test_what_was_given_is_not_given_again(self, client, engagement):
        give(engagement)
        client.force_login(engagement.offered_by)
        assert client.get(self.address(engagement)).status_code == 302
        assert client.post(self.address(engagement), {"note": "Again."}).status_code == 409

    def test_the_student_asks(self, client, engagement, time_machine):
        client.force_login(engagement.student)
        assert "Ask for what is missing" not in client.get(engagement.get_absolute_url()).content.decode()
        time_machine.move_to(engagement.materials_due_at + timedelta(minutes=1))
        client.force_login(engagement.student)
        assert "Ask for what is missing" in client.get(engagement.get_absolute_url()).content.decode()
        assert client.post(self.address(engagement, "ask")).status_code == 302
        assert "You asked for it" in client.get(engagement.get_absolute_url()).content.decode()

    def test_who_may_see_a_file(self, client, engagement):
        give(engagement, files=[SimpleUploadedFile("answers.csv", b"one,two\n")])
        file = MaterialFile.objects.get()
        for person, status in stages.everybody(engagement):
            client.force_login(person)
            answer = client.get(f"/materials/{file.public_id}/")
            assert b"".join(answer) or status != 200  # read to its end, or its file stays open
            assert answer.status_code == status

    def test_an_open_workroom_learns_that_something_came(self, engagement):
        seen = Engagement.objects.filter(pk=engagement.pk)
        before = stamps.of_workroom(seen)
        give(engagement)
        between = stamps.of_workroom(seen)
        ask(engagement)
        assert len({before, between, stamps.of_workroom(seen)}) == 3

    def test_the_story_tells_it(self, engagement):
        give(engagement)
        told = {
            (event.state, event.what) for event in narrating.story_of_engagement(Engagement.objects.get())
        }
        assert ("past", "Maple Health handed over “The answers of last year”") in told
        assert ("next", "Maple Health hands over “A place on our test site”") in told

    def test_more_files_cost_no_more_queries(self, client, engagement):
        give(engagement, files=[SimpleUploadedFile("one.csv", b"1\n")])
        asked(client, engagement)  # the first time counts a session more
        few = asked(client, engagement)
        give(engagement, 2, files=[SimpleUploadedFile(f"{n}.csv", b"1\n") for n in range(3)])
        assert asked(client, engagement) == few


def asked(client, engagement):
    client.force_login(engagement.student)
    client.get("/healthz")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(engagement.get_absolute_url()).status_code == 200
    return len(queries)


@pytest.mark.django_db
def a_promise():
    return cast.an_open_project(promised_materials=PROMISED)


@stands_on(a_promise)
class TestTheProject:
    @pytest.fixture
    def project(self, board):
        return board

    def test_shows_what_is_promised_and_a_moderator_looks_at_it(self, client, project):
        page = client.get(project.get_absolute_url()).content.decode()
        assert all(words in page for words in PROMISED)
        whole = client.get(f"/api/v1/projects/{project.public_id}/").json()
        assert whole["promised_materials"] == PROMISED

    def test_promises_five_at_most(self):
        draft = draft_of(cast.a_draft()) | {"promised_materials": list("abcdef")}
        with pytest.raises(Incomplete, match="at most 5"):
            faults.check(draft)

    def test_a_changed_promise_waits_for_a_moderator(self, project):
        whole = draft_of(project) | {"promised_materials": PROMISED[:1]}
        edit = editing.edit_project(project, by=project.posted_by, at=timezone.now(), **whole)
        assert edit.status == "waiting"
        assert edit.changes[0]["label"] == "Promised materials"
        moderating.pass_edit(edit, by=cast.a_moderator(), at=timezone.now())
        assert Project.objects.get().promised_materials == PROMISED[:1]

    def test_is_typed_line_by_line(self, client):
        draft = cast.a_draft()
        client.force_login(draft.posted_by)
        fields = typed(draft, promised_materials="One thing\r\n\r\nAnother", save="1")
        client.post(f"/projects/{draft.public_id}/edit/", fields)
        assert Project.objects.get(pk=draft.pk).promised_materials == ["One thing", "Another"]


def test_a_program_hands_over_something_or_nothing_is_given(engagement, db, client):
    client.force_login(engagement.offered_by)
    address = f"/api/v1{engagement.get_absolute_url()}materials/1/"
    answer = client.post(address, {}, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"]["files"] == ["Add a file, a link or a note."]
    assert engagement.promised_materials.get(number=1).given_at is None
    given = {"note": "On the shared drive."}
    assert client.post(address, given, content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("promised_material_has_words", {"words": ""}),
        ("promised_material_given_by_somebody", {"note": "Here."}),
        ("promised_material_number_in_bounds", {"number": 6}),
    ],
)
def test_the_database_refuses_what_no_rule_would_write(engagement, rule, wrong):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        PromisedMaterial.objects.filter(number=1).update(**wrong)
