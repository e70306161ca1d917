"""A copy of everything about oneself: complete, about nobody else, made once, fetched by one person for some days."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import DataExport, User
from marketplace.kernel import letters
from marketplace.kernel.models import Letter
from marketplace.site.privacy import exporting
from marketplace.site.privacy.excused import NOT_ABOUT_A_PERSON
from marketplace.site.privacy.tables import TABLES
from tests import cast


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }


@pytest.fixture
def maya(db):
    return cast.a_student()


def made_for(person, *, at=None):
    export = exporting.ask_for_export(person, at=at or timezone.now())
    exporting.make_waiting(at=timezone.now())
    export.refresh_from_db()
    return export


def opened(export):
    with export.file.open() as content:
        archive = zipfile.ZipFile(BytesIO(content.read()))
    return {name: archive.read(name) for name in archive.namelist()}


class TestTables:
    def test_each_table_of_the_site_is_in_the_copy_or_says_why_not(self):
        named = [table.label for table in TABLES]
        known = {model._meta.label for model in apps.get_models()}
        assert len(named) == len(set(named))
        assert known - set(named) - set(NOT_ABOUT_A_PERSON) == set()
        assert (set(named) | set(NOT_ABOUT_A_PERSON)) - known == set()
        assert not set(named) & set(NOT_ABOUT_A_PERSON)
        assert all(NOT_ABOUT_A_PERSON.values())

    def test_no_table_with_a_link_to_a_person_is_excused(self):
        excused = [apps.get_model(label) for label in NOT_ABOUT_A_PERSON]
        linked = [m._meta.label for m in excused for f in m._meta.concrete_fields if f.related_model is User]
        assert linked == []

    def test_no_secret_is_in_it(self):
        columns = {f"{table.label}.{name}" for table in TABLES for name in table.columns()}
        secret = ("password", "session_key", "token", "secret", "hash", "lease_", ".data")
        found = [c for c in columns if any(word in c for word in secret)]
        assert [c for c in found if not c.endswith(".sha256")] == []


def test_the_copy_holds_what_one_told_and_nothing_of_others(maya):
    employer = cast.an_employer()
    application = cast.an_application(maya, cast.an_open_project(employer))
    cast.an_application(cast.another_student(), application.project)
    found = opened(made_for(maya))
    assert {name for name in found if name.endswith(".json")} == {exporting.file_of(one) for one in TABLES}
    mine = json.loads(found["projects/application.json"])
    assert [(row["public_id"], row["motivation"]) for row in mine] == [
        (application.public_id, application.motivation)
    ]
    profile = json.loads(found["accounts/student_profile.json"])[0]
    assert (profile["school"], profile["skills_chosen"]) == ("Lund University", ["Interviewing", "SQL"])
    assert json.loads(found["accounts/user.json"])[0]["email"] == maya.email
    everything = b"".join(found.values()).decode()
    assert maya.email in everything
    for stranger in ("Jonas Weber", employer.email, "argon2"):
        assert stranger not in everything
    assert "Your applications" in found["README.txt"].decode()


def test_one_at_a_time_and_few_a_day(maya, settings):
    at = timezone.now()
    exporting.ask_for_export(maya, at=at)
    with pytest.raises(exporting.ExportUnderWay):
        exporting.ask_for_export(maya, at=at)
    exporting.make_waiting(at=at)
    made_for(maya, at=at)
    with pytest.raises(exporting.TooManyExports):
        exporting.ask_for_export(maya, at=at)
    exporting.ask_for_export(maya, at=at + timedelta(days=1, seconds=1))


def test_it_is_told_once_by_letter_and_made_anew_after_a_crash(maya, monkeypatch):
    export = exporting.ask_for_export(maya, at=timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr(exporting, "files_of", lambda user: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            exporting.make_waiting(at=timezone.now())
    assert exporting.make_waiting(at=timezone.now()) == 0  # the lease still stands
    DataExport.objects.update(lease_until=None)
    assert exporting.make_waiting(at=timezone.now()) == 1
    export.refresh_from_db()
    assert export.parts_made == export.parts == len(TABLES) + 1
    letter = Letter.objects.get(to=maya, template="accounts/export_ready")
    assert "/accounts/data/" in letters.message(letter, at=timezone.now()).body


def test_who_cannot_be_served_is_told(maya):
    exporting.ask_for_export(maya, at=timezone.now())
    DataExport.objects.update(attempts=DataExport.TRIES)
    assert exporting.make_waiting(at=timezone.now()) == 0
    assert DataExport.objects.get().failed_at
    assert Letter.objects.filter(to=maya, template="accounts/export_failed").exists()
    exporting.ask_for_export(maya, at=timezone.now())  # and may ask again


class TestThePage:
    def test_it_is_asked_for_and_fetched_there(self, maya, client):
        client.force_login(maya)
        assert client.post("/accounts/data/copy/").url == "/accounts/data/"
        assert 'max="' in client.get("/accounts/data/").content.decode()
        exporting.make_waiting(at=timezone.now())
        address = f"/accounts/data/copy/{DataExport.objects.get().public_id}/"
        assert address in client.get("/accounts/data/").content.decode()
        answer = client.get(address)
        assert "attachment" in answer["Content-Disposition"]
        assert answer["Cache-Control"] == "private, no-store"
        assert zipfile.ZipFile(BytesIO(answer.getvalue())).testzip() is None

    def test_nobody_else_fetches_it(self, maya, client):
        export = made_for(maya)
        for stranger in (cast.another_student(), cast.a_moderator()):
            client.force_login(stranger)
            assert client.get(f"/accounts/data/copy/{export.public_id}/").status_code == 404

    def test_it_is_gone_after_its_days(self, maya, client, settings):
        export = made_for(maya)
        later = export.expires_at + timedelta(seconds=1)
        assert exporting.let_go(at=export.expires_at - timedelta(seconds=1)) == 0
        assert exporting.let_go(at=later) == 1
        assert not default_storage.exists(export.file.name)
        client.force_login(maya)
        assert client.get(f"/accounts/data/copy/{export.public_id}/").status_code == 404
        assert exporting.let_go(at=later) == 0
