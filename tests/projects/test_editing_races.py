"""An edit beside a first application and beside the end of the window: each has a control without the lock."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace.kernel.errors import StalePage
from marketplace.kernel.models import Letter
from marketplace.kernel.states import InvalidTransition
from projects import changes, closing, editing
from projects.drafts import draft_of
from projects.faults import NotEditable
from projects.models import Application, Project, ProjectEdit
from tests import cast
from tests.projects.test_application_races import at_once, bid
from tests.projects.test_editing import IN_FORCE, edit, passed


@pytest.mark.usefixtures("own_database")
class TestAtTheSameMoment:
    def test_a_lower_fee_and_a_first_application_leave_one_of_the_two(self):
        project, student, moderator = cast.an_open_project(), cast.a_student(), cast.a_moderator()
        change = edit(project, fee_cents=36_000)

        outcomes = at_once(lambda: passed(change, by=moderator).status, bid(student, project))

        assert outcomes in ([IN_FORCE, "submitted"], [changes.PayNeverFalls, "submitted"])
        decided_at, applied_at = ProjectEdit.objects.get().decided_at, Application.objects.get().submitted_at
        if decided_at is not None:  # then the fee had fallen before anybody applied for the higher one
            letters = Letter.objects.filter(template="projects/project_edited")
            assert Project.objects.get().fee_cents == 36_000
            assert not letters.exists()
        else:
            assert Project.objects.get().fee_cents == 40_000
            assert applied_at is not None

    def test_control_without_the_lock_the_fee_falls_under_somebody_who_applied(self):
        """The same check and the same writing, with the check before the application and the writing after."""
        project, student, moderator = cast.an_open_project(), cast.a_student(), cast.a_moderator()
        change = edit(project, fee_cents=36_000)
        checked, applied = Barrier(2, timeout=20), Barrier(2, timeout=20)

        def unguarded():
            with transaction.atomic():
                row = Project.objects.get(pk=project.pk)
                changes.check_promises(row, draft_of(row), changes.unpacked(change.proposed))
                checked.wait()
                applied.wait()
                changes.put_in_force(change, row, by=moderator, at=timezone.now())
                return change.status

        def applying_meanwhile():
            checked.wait()
            outcome = bid(student, project)()
            applied.wait()
            return outcome

        assert at_once(unguarded, applying_meanwhile) == [IN_FORCE, "submitted"]
        assert Letter.objects.filter(template="projects/project_edited").exists()
        assert Project.objects.get().fee_cents == 36_000

    def test_two_edits_of_one_page_are_one(self):
        project = cast.an_open_project()

        outcomes = at_once(
            *(
                lambda title=title: edit(project, version=project.version, title=title).status
                for title in ("One", "Two")
            )
        )

        assert sorted(outcomes, key=str) == [StalePage, IN_FORCE]
        assert ProjectEdit.objects.count() == 1

    def test_a_pass_and_taking_it_back_leave_one_of_the_two_and_one_letter_at_most(self):
        application, moderator = cast.an_application(), cast.a_moderator()
        change = edit(application.project, fee_cents=44_000)
        by = application.project.posted_by

        outcomes = at_once(
            lambda: passed(change, by=moderator).status,
            lambda: editing.withdraw_edit(change, by=by, at=timezone.now()).status,
        )

        assert outcomes in ([IN_FORCE, InvalidTransition], [InvalidTransition, "withdrawn"])
        assert change.history.count() == 1
        told = Letter.objects.filter(template="projects/project_edited").count()
        assert told == (outcomes[0] == IN_FORCE)

    def test_an_edit_and_the_close_come_one_after_the_other(self):
        project = cast.an_open_project()
        end = project.applications_close_at

        outcome, _ = at_once(
            lambda: edit(project, title="Late").status,
            lambda: closing.close_applications(project, at=end),
        )

        project.refresh_from_db()
        assert project.status == "closed"
        assert (project.title == "Late") == (outcome == IN_FORCE)
        assert outcome in (IN_FORCE, NotEditable)

    def test_control_without_the_lock_a_closed_project_is_opened_by_its_edit(self):
        """Whoever read it open and writes all of it back undoes the close."""
        project = cast.an_open_project()
        end, read, closed = project.applications_close_at, Barrier(2, timeout=20), Barrier(2, timeout=20)

        def unguarded():
            with transaction.atomic():
                row = Project.objects.get(pk=project.pk)
                read.wait()
                closed.wait()
                row.title = "Late"
                row.save()
                return row.status

        def close():
            read.wait()
            closing.close_applications(project, at=end + timedelta(seconds=1))
            closed.wait()

        at_once(unguarded, close)
        project.refresh_from_db()
        assert (project.status, project.title) == ("open", "Late")
