"""Two people who put a file beside a project at once, beside a control that shows what the lock is for."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from projects import attaching, filing, posting
from projects.models import Project
from projects.models.projects import MAX_MATERIAL_FILES
from tests import cast
from tests.payments.races.meeting import at_once


@pytest.fixture
def draft(own_database, settings, tmp_path):
    """With room for one more file."""
    settings.MEDIA_ROOT = tmp_path
    draft = cast.a_draft(cast.an_employer())
    attach(draft, MAX_MATERIAL_FILES - 1)
    return draft


def attach(draft, number=1):
    files = [SimpleUploadedFile(f"figures-{n}.csv", b"one,two\n") for n in range(number)]
    project = Project.objects.get(pk=draft.pk)
    attaching.attach(project, files, by=cast.afresh(draft.posted_by), at=timezone.now())
    return "attached"


def test_a_copy_leaves_out_what_is_taken_away_meanwhile(draft):
    """Bytes are copied before anything is locked: what goes in between is as if it had gone before."""
    gone, by = draft.material_files.order_by("pk")[0], cast.afresh(draft.posted_by)
    files = list(draft.material_files.order_by("pk"))
    attaching.detach(gone, by=by)
    with filing.copied(files, at=timezone.now()) as written:
        assert [columns["name"] for columns in written] == [file.name for file in files[1:]]
    made = posting.duplicate(Project.objects.get(pk=draft.pk), by=by, at=timezone.now())
    assert all(row.file.storage.exists(row.file.name) for row in made.material_files.all())


def at_the_same_time(draft, **given):
    outcomes = at_once(lambda: attach(draft), lambda: attach(draft), **given)
    return sorted(type(one).__name__ if isinstance(one, Exception) else one for one in outcomes)


def test_the_last_file_is_one_of_two(draft):
    assert at_the_same_time(draft) == ["TooManyFiles", "attached"]
    assert draft.material_files.count() == MAX_MATERIAL_FILES


def test_control_without_the_lock_there_is_one_too_many(draft):
    assert at_the_same_time(draft, locks=False) == ["attached", "attached"]
    assert draft.material_files.count() == MAX_MATERIAL_FILES + 1
