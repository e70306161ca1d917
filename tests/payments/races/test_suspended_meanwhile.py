"""A student is suspended while their application is answered or their offer accepted: what was decided first stands.

Each stands beside its control, which runs the same acts with their row locks taken out.
"""

import pytest
from django.utils import timezone

from payments import offering, sanctioning
from projects import selecting
from projects.models import Application
from tests import cast
from tests.boards import stands_on
from tests.payments.races.meeting import at_once

GIVEN = {"level": "suspension", "codes": ["elsewhere"], "note": "You lead people to another site."}


def suspend(student):
    moderator = cast.a_moderator()
    return lambda: sanctioning.impose(student, by=moderator, at=timezone.now(), **GIVEN).status


def moves(row):
    return list(row.history.order_by("pk").values_list("from_status", "to_status"))


@pytest.mark.usefixtures("own_database")
@stands_on(cast.an_application)
class TestAnAnswer:
    def both(self, board, **options):
        suspended = suspend(board.student)
        by, now = board.project.posted_by, timezone.now()
        return at_once(
            suspended,
            lambda: selecting.decline(board, by=by, at=now, reason="skills").status,
            points=("projects_application",),
            **options,
        )

    def test_ends_the_application_once(self, board):
        outcomes = self.both(board)
        application = Application.objects.get()
        assert outcomes[0] == "standing"
        assert moves(application) in ([("submitted", "declined")], [("submitted", "withdrawn")])

    def test_control_without_locks_it_ends_twice(self, board):
        self.both(board, locks=False)
        assert len(moves(Application.objects.get())) == 2


@pytest.mark.parametrize("stage", ["offered"])
class TestAYes:
    def both(self, scene, **options):
        engagement = scene.engagement
        suspended, now = suspend(engagement.student), timezone.now()
        return at_once(
            lambda: offering.accept_offer(engagement, by=engagement.student, at=now).status,
            suspended,
            points=("projects_engagement",),
            **options,
        )

    def test_or_the_suspension_decides_and_never_both(self, scene, settings):
        settings.TWO_ADMINS_CENTS = 10**9
        accepted, suspended = self.both(scene)
        ended = [to for _, to in moves(scene.engagement) if to in {"funding", "withdrawn"}]
        assert suspended == "standing", suspended
        assert ended == ["funding" if accepted == "funding" else "withdrawn"]
        assert scene.agrees(at=timezone.now())
