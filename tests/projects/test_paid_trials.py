"""Paid trials: shorter, of one deliverable, and else a project like every other."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from projects import editing, posting
from projects.drafts import Part, draft_of
from projects.faults import Incomplete
from projects.models import Project
from tests import cast
from tests.projects.test_posting_pages import address, typed

pytestmark = pytest.mark.django_db
CRITERIA = ("Each has forty words.", "Each names the condition.", "No sentence stands twice.")
TRIAL = {"is_trial": True, "hours": 3, "fee_cents": 7_500, "parts": [Part("Ten texts", CRITERIA, 0, 5)]}


def a_trial(**changes):
    return cast.an_open_project(**TRIAL | changes)


def send(draft):
    return posting.send_to_moderation(draft, by=draft.posted_by, at=timezone.now())


class TestPosting:
    def test_keeps_its_own_hours_and_pays_the_same_fee(self):
        project = a_trial()
        connection.check_constraints()
        assert (project.min_hours, project.max_hours) == (2, 4)
        assert (project.pay_floor_cents, project.platform_fee_cents) == (2_000, 750)

    @pytest.mark.parametrize("hours", [1, 5, 16])
    def test_takes_two_to_four_hours(self, hours):
        with pytest.raises(Incomplete, match="A paid trial takes between 2 and 4 hours"):
            a_trial(hours=hours, fee_cents=50_000)

    def test_pays_the_floor(self):
        with pytest.raises(Incomplete, match="come to"):
            a_trial(fee_cents=5_900)

    def test_has_one_deliverable(self):
        parts = [Part("One", CRITERIA, 0, 3), Part("Two", CRITERIA, 0, 5)]
        with pytest.raises(Incomplete, match="one deliverable"):
            a_trial(parts=parts)

    def test_is_never_taken_for_granted(self):
        with pytest.raises(Incomplete, match="Enter between 5 and 40 hours"):
            a_trial(is_trial=False)

    def test_is_no_more_once_the_draft_says_otherwise(self):
        draft = cast.a_draft(**TRIAL)
        whole = draft_of(draft) | {"is_trial": False, "hours": 6, "fee_cents": 15_000}
        posting.save_draft(draft, by=draft.posted_by, at=timezone.now(), **whole)
        assert send(draft).min_hours == 5

    def test_is_copied_with_the_project(self):
        project = a_trial()
        assert posting.duplicate(project, by=project.posted_by, at=timezone.now()).is_trial


class TestTheDatabase:
    def test_holds_the_hours_once_it_was_sent(self):
        project = a_trial()
        with pytest.raises(IntegrityError, match="project_hours_in_bounds"), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(hours=5, fee_cents=10_000, platform_fee_cents=1_000)

    def test_holds_the_one_deliverable(self):
        project = cast.an_open_project()
        with pytest.raises(IntegrityError, match="paid trial has one deliverable"), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(is_trial=True)
            connection.check_constraints()


class TestEditing:
    def edit(self, project, **wanted):
        whole = draft_of(project) | wanted
        return editing.edit_project(project, by=project.posted_by, at=timezone.now(), **whole)

    def test_stays_a_trial(self):
        project = a_trial()
        with pytest.raises(editing.NothingChanged):
            self.edit(project, is_trial=False)

    def test_keeps_the_hours_of_its_day(self, settings):
        project = a_trial()
        settings.TRIAL_MAX_HOURS = 8
        with pytest.raises(Incomplete, match="between 2 and 4"):
            self.edit(project, hours=6, fee_cents=20_000, parts=[Part("Ten texts", CRITERIA, 0, 5)])


class TestPages:
    def test_is_chosen_while_posting(self, client):
        draft = cast.a_draft()
        client.force_login(draft.posted_by)
        fields = typed(
            draft, is_trial="on", hours=3, fee=75, part_2_title="", part_2_criteria="", part_2_due_days=""
        )
        answer = client.post(address(draft), fields | {"summary": "1"})
        assert answer.url == address(draft, "summary")
        assert "Paid trial" in client.get(answer.url).content.decode()
        assert send(Project.objects.get()).is_trial

    def test_says_beside_the_boxes_what_a_trial_is(self, client):
        draft = cast.a_draft()
        client.force_login(draft.posted_by)
        page = client.post(address(draft), typed(draft, is_trial="on", summary="1")).content.decode()
        assert "A paid trial takes between 2 and 4 hours." in page
        assert "A paid trial has one deliverable." in page

    def test_is_shown_on_card_and_page_and_found_by_its_length(self, client):
        trial, other = a_trial(title="Ten texts about books"), cast.an_open_project(title="Six interviews")
        short, longer = (
            client.get(f"/projects/?length={kind}").content.decode() for kind in ("trial", "longer")
        )
        assert trial.title in short
        assert other.title not in short
        assert "Paid trial</span>" in short
        assert other.title in longer
        assert trial.title not in longer
        assert "Paid trial</span>" in client.get(trial.get_absolute_url()).content.decode()
        assert "Paid trial</span>" not in client.get(other.get_absolute_url()).content.decode()

    def test_is_told_by_the_api(self, client):
        trial = a_trial()
        cast.an_open_project()
        found = client.get("/api/v1/projects/?length=trial").json()["results"]
        assert [(each["public_id"], each["is_trial"]) for each in found] == [(trial.public_id, True)]

    def test_stands_in_the_terms(self):
        assert cast.an_application(project=a_trial()).snapshot_terms()["is_trial"] is True
