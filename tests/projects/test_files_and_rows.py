"""The bytes of a file and the row that names it: in this order, whatever is killed or refused in between."""

import os
import time
from datetime import timedelta

import psycopg
import pytest
from django.apps import apps
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.utils import timezone

from marketplace.site import files
from projects import attaching, filing
from projects.models import MaterialFile, Project
from projects.models.projects import MAX_MATERIAL_FILES
from tests import cast
from tests.forks import FORKS

A_FILE = b"step,days\nread,2\n"
SECONDS = 60


def given(number=1):
    return [SimpleUploadedFile(f"plan-{n}.csv", A_FILE) for n in range(number)]


def stored():
    return {path for paths in files.files_below("materials") for path in paths}


def stored_in(folder):
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}


@pytest.fixture
def own_folder(settings, tmp_path):
    """Or the sweep takes the files of other tests, which no row of this one's database names."""
    settings.STORAGES = settings.STORAGES | {"default": stored_in(tmp_path)}


def attach_elsewhere(database, folder, pk):
    """What a web server does, in a process of its own."""
    connection.settings_dict["NAME"] = database
    site.STORAGES = site.STORAGES | {"default": stored_in(folder)}
    draft = Project.objects.get(pk=pk)
    attaching.attach(draft, given(), by=draft.posted_by, at=timezone.now())


def test_a_process_that_is_killed_before_its_row_leaves_bytes_that_a_sweep_takes(
    own_database, own_folder, tmp_path
):
    """Killed for real, while it waits for the lock of the draft: the bytes are there, and nothing is locked yet."""
    draft, before = cast.a_draft(), stored()
    by = draft.posted_by
    child = FORKS.Process(target=attach_elsewhere, args=(own_database, str(tmp_path), draft.pk))
    with psycopg.connect(os.environ["DATABASE_URL"]) as holding:
        holding.execute("SELECT 1 FROM projects_project WHERE id = %s FOR UPDATE", [draft.pk])
        child.start()
        end = time.monotonic() + SECONDS
        while not (left := stored() - before) and time.monotonic() < end:
            time.sleep(0.01)
        child.kill()
        child.join(SECONDS)
    assert len(left) == 1
    assert not MaterialFile.objects.exists()
    attaching.attach(Project.objects.get(pk=draft.pk), given(), by=by, at=timezone.now())
    files.sweep(at=timezone.now() + timedelta(hours=23))
    assert left < stored()
    files.sweep(at=timezone.now() + timedelta(hours=25))
    assert not left & stored()
    with MaterialFile.objects.get().file.open() as kept:
        assert kept.read() == A_FILE


def test_what_the_rules_refuse_leaves_nothing(db):
    draft = cast.a_draft()
    before = stored()
    with pytest.raises(attaching.TooManyFiles):
        attaching.attach(draft, given(MAX_MATERIAL_FILES + 1), by=draft.posted_by, at=timezone.now())
    assert stored() == before


def test_no_store_is_asked_within_a_transaction(own_database):
    for keep in (
        filing.kept(given(), folder="materials", at=timezone.now()),
        filing.copied([], at=timezone.now()),
    ):
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), keep:
            pass


def test_every_folder_that_a_row_can_name_is_swept():
    kept = {
        field.upload_to.partition("/")[0]
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    }
    assert kept == set(files.FOLDERS)
