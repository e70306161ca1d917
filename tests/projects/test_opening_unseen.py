"""A proven company that finished a project without trouble opens the next at once; one in ten is looked at."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Company
from marketplace.kernel.models import Case, Letter
from payments import cancelling, offering
from projects import moderating
from projects.models import Engagement
from tests import cast
from tests.boards import stands_on


def a_proven_company():
    """Its employer, and the one project that was finished."""
    application, now = cast.an_application(), timezone.now()
    employer = application.project.posted_by
    Company.objects.filter(pk=application.project.company_id).update(proven_at=now)
    engagement = offering.make_offer(application, by=employer, at=now)
    dates = {"offered_at": now - timedelta(days=9), "offer_expires_at": now, "starts_at": now}
    done = Engagement.objects.filter(pk=engagement.pk)
    done.update(status="completed", finished_at=now, **dates)
    return employer, engagement


pytestmark = stands_on(a_proven_company)


def send(employer, **changes):
    return cast.a_project_in_moderation(employer, **changes)


class TestOpeningUnseen:
    def test_it_opens_at_once_and_says_why(self, board, settings):
        settings.SAMPLE_ONE_IN = 10**9
        project = send(board[0])
        assert project.status == "open"
        assert project.applications_close_at > timezone.now()
        step = project.history.order_by("pk").last()
        assert (step.by, "proven" in step.reason) == (None, True)
        assert Letter.objects.filter(template="projects/project_opened").count() == 1
        assert not Case.objects.waiting().exists()

    def test_one_in_so_many_is_looked_at_and_kept_or_removed(self, board, settings):
        settings.SAMPLE_ONE_IN = 1
        kept, removed = send(board[0]), send(board[0])
        assert {case.kind for case in Case.objects.waiting()} == {"sample"}
        moderator, now = cast.a_moderator(), timezone.now()
        moderating.keep_sample(kept, by=moderator, at=now)
        reasons = {"codes": ["not_honest"], "note": "Nobody works at this address."}
        cancelling.remove_project(removed, by=moderator, at=now, **reasons)
        assert sorted(Case.objects.filter(kind="sample").values_list("outcome", flat=True)) == [
            "kept",
            "removed",
        ]
        assert send(board[0]).status == "in_moderation"  # after a removal a person looks again

    def test_about_one_in_ten_is_drawn(self, board):
        for _ in range(30):
            send(board[0])
        assert 0 < Case.objects.filter(kind="sample").count() < 15

    @pytest.mark.parametrize("brief", ["Write to sam@maple.example first.", "Forward parcels for us."])
    def test_what_the_checks_find_waits(self, board, brief):
        assert send(board[0], brief=brief).status == "in_moderation"

    def test_without_proof_it_waits(self, board):
        Company.objects.update(proven_at=None)
        assert send(board[0]).status == "in_moderation"

    def test_without_a_finished_project_it_waits(self, board):
        Engagement.objects.update(status="ended")
        assert send(board[0]).status == "in_moderation"

    def test_one_that_ended_in_a_dispute_does_not_count(self, board):
        employer, engagement = board
        part = engagement.deliverables.first()
        part.history.create(from_status="submitted", to_status="disputed", at=timezone.now())
        assert send(employer).status == "in_moderation"
