"""Promised materials, given and asked for by two at once, beside controls that show what the lock is for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel.models import Letter
from payments import supplying
from projects.models import Engagement, PromisedMaterial
from tests import cast, stages
from tests.payments.races.meeting import at_once


@pytest.fixture
def engagement(own_database, sandbox):
    project = cast.an_open_project(promised_materials=["A table", "A place"])
    return stages.under_way(sandbox, cast.an_application(cast.a_student(), project))


def told(outcomes):
    return sorted(type(one).__name__ if isinstance(one, Exception) else one for one in outcomes)


def giving(engagement, **given):
    material, by = engagement.promised_materials.first(), engagement.application.project.posted_by

    def give(note):
        def act():
            row = PromisedMaterial.objects.get(pk=material.pk)
            supplying.give_material(row, by=cast.afresh(by), at=timezone.now(), note=note)
            return "given"

        return act

    return told(at_once(give("One."), give("Two."), **given))


def asking(engagement, **given):
    at = engagement.materials_due_at + timedelta(hours=1)

    def ask():
        row = Engagement.objects.get(pk=engagement.pk)
        supplying.ask_for_materials(row, by=cast.afresh(engagement.student), at=at)
        return "asked"

    return told(at_once(ask, ask, **given))


class TestOneMaterial:
    def test_is_given_once(self, engagement):
        assert giving(engagement) == ["AlreadyGiven", "given"]
        assert Letter.objects.filter(template="payments/material_given").count() == 1

    def test_control_without_the_lock_what_was_given_is_written_over(self, engagement):
        assert giving(engagement, locks=False) == ["given", "given"]


class TestTheStudent:
    def test_asks_once(self, engagement):
        engagement.refresh_from_db()
        assert asking(engagement) == ["AlreadyAsked", "asked"]

    def test_control_without_the_lock_both_clicks_ask(self, engagement):
        engagement.refresh_from_db()
        assert asking(engagement, locks=False) == ["asked", "asked"]
