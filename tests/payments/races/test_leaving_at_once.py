"""A student leaves in the moment in which what was missing is handed over, beside a control without locks."""

from datetime import timedelta

import pytest

from payments import leaving, ledger, supplying
from projects.models import Engagement, PromisedMaterial
from tests import cast, stages
from tests.payments.races.meeting import at_once, is_decided


@pytest.fixture
def engagement(own_database, sandbox):
    project = cast.an_open_project(promised_materials=["A table"])
    engagement = stages.under_way(sandbox, cast.an_application(cast.a_student(), project))
    engagement.refresh_from_db()
    supplying.ask_for_materials(engagement, by=engagement.student, at=engagement.materials_due_at)
    return engagement


def both(engagement, **given):
    at, by = engagement.materials_due_at + timedelta(hours=48), engagement.application.project.posted_by

    def leave():
        row = Engagement.objects.get(pk=engagement.pk)
        return leaving.leave(row, by=cast.afresh(engagement.student), at=at)

    def give():
        row = PromisedMaterial.objects.get(engagement=engagement)
        return supplying.give_material(row, by=cast.afresh(by), at=at, note="Here it is.")

    return at_once(leave, give, **given)


def test_either_the_student_left_or_the_work_goes_on(engagement):
    assert is_decided(both(engagement))
    left = Engagement.objects.get().status == "ended"
    assert PromisedMaterial.objects.filter(given_at=None).exists() == left
    assert (ledger.balances_of(engagement.holds.get().pk).held.cents == 0) == left


def test_control_without_the_lock_both_happen(engagement):
    both(engagement, locks=False)
    assert Engagement.objects.get().status == "ended"
    assert not PromisedMaterial.objects.filter(given_at=None).exists()
