"""A backup is whole or none, and what is restored from it is proven to be the same."""

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone
from psycopg import sql

from accounts.models import User
from marketplace.site.backups import making, manifest, programs, restoring
from marketplace.site.local.servers import OWNER
from payments import ledger
from payments.ledger import Code
from payments.ledger.guards import guard_differences
from payments.sandbox.control import Control
from projects.models import SubmissionFile
from tests import embedded, stages
from tests.databases import WORKER, working_in
from tests.payments import staging

WORK = b"question,answer\n1,yes\n"


@pytest.fixture(scope="module")
def handed_in(django_db_blocker, tmp_path_factory):
    """Work under way, paid for, with a file handed in: the database and the store."""

    def build(sandbox: Control):
        engagement = stages.under_way(sandbox)
        stages.deliver(engagement, files=[SimpleUploadedFile("answers.csv", WORK)])

    with (
        django_db_blocker.unblock(),
        staging.staged("saved", build, tmp_path_factory.mktemp("saved")) as stage,
    ):
        yield stage


@pytest.fixture
def site(handed_in, tmp_path):
    """A copy of it in use."""
    with staging.copied(handed_in, tmp_path):
        yield


@pytest.fixture(scope="module")
def saved(handed_in, django_db_blocker, tmp_path_factory):
    """A backup of it, made once."""
    with django_db_blocker.unblock(), working_in(handed_in.database):
        folder = making.make(tmp_path_factory.mktemp("backups"), at=timezone.now())
        connections.close_all()
    return folder


@pytest.fixture
def backup(saved, tmp_path):
    """A copy of that backup, to be spoilt."""
    return shutil.copytree(saved, tmp_path / "backup")


@pytest.fixture
def empty(django_test_environment, django_db_blocker, settings, tmp_path):
    """An empty database and an empty store in use, as on a new machine."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "store"},
        }
    }
    name = f"empty_{WORKER}"
    with django_db_blocker.unblock(), empty_database(name), working_in(name):
        yield


@contextmanager
def empty_database(name):
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}")
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(os.environ[embedded.ADMIN_URL], autocommit=True) as admin:
        admin.execute(drop)
        admin.execute(create.format(sql.Identifier(name), sql.Identifier(OWNER)))
        try:
            yield
        finally:
            admin.execute(drop)


def refused(folder):
    with pytest.raises(CommandError) as error:
        restoring.restore(folder)
    return str(error.value)


def cut_short(*_):
    raise KeyboardInterrupt


def rewritten(folder, **changes):
    path = folder / manifest.FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return folder


class TestRestoring:
    def test_brings_rows_books_and_files_back_onto_an_empty_database(self, backup, empty):
        restoring.restore(backup)
        assert User.objects.filter(name="Maya Lindqvist").exists()
        assert ledger.trial_balance().sums["usd", Code.STRIPE_BALANCE] > 0
        assert (ledger.verify(), guard_differences()) == ([], [])
        with SubmissionFile.objects.get().file.open() as file:
            assert file.read() == WORK

    def test_never_writes_over_what_is_there(self, backup, site):
        assert "is not empty" in refused(backup)

    def test_begins_again_after_it_was_cut_short(self, backup, empty, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(programs, "run", cut_short)
            with pytest.raises(KeyboardInterrupt):
                restoring.restore(backup)
        assert default_storage.exists(next(iter(manifest.Manifest.read(backup).files)))
        restoring.restore(backup)
        assert SubmissionFile.objects.count() == 1

    @pytest.mark.parametrize("part", [manifest.DUMP, "file"])
    def test_refuses_what_was_changed_since(self, backup, empty, part):
        files = [path for path in (backup / manifest.FILES).rglob("*") if path.is_file()]
        spoilt = files[0] if part == "file" else backup / part
        spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"!")
        assert "is not what the backup wrote" in refused(backup)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert cursor.fetchone() == (0,)

    def test_refuses_a_backup_of_a_newer_release(self, backup, empty):
        state = json.loads((backup / manifest.FILE).read_text())["state"]
        state["migrations"].append("projects.9999_of_tomorrow")
        assert "newer release" in refused(rewritten(backup, state=state))

    def test_refuses_what_is_no_backup(self, tmp_path, empty):
        assert "holds no backup" in refused(tmp_path)

    @pytest.mark.parametrize(("part", "words"), [("rows", "accounts_user has"), ("books", "the books say")])
    def test_says_when_what_came_back_is_not_what_was_saved(self, backup, empty, part, words):
        state = json.loads((backup / manifest.FILE).read_text())["state"]
        name = "accounts_user" if part == "rows" else next(iter(state["books"]))
        state[part][name] += 1
        assert words in refused(rewritten(backup, state=state))


class TestMaking:
    def test_is_of_one_moment_though_the_site_goes_on(self, site, tmp_path, monkeypatch):
        """Somebody signs up after the moment and before the dump."""
        dump = programs.run

        def meanwhile(*arguments):
            url = os.environ["DATABASE_URL"]
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("UPDATE accounts_user SET name = 'Changed'")
                other.execute("DELETE FROM kernel_notice")
            dump(*arguments)

        monkeypatch.setattr(programs, "run", meanwhile)
        folder = making.make(tmp_path / "backups", at=timezone.now())
        monkeypatch.undo()
        assert manifest.Manifest.read(folder).state.rows["kernel_notice"] > 0
        name = f"moment_{WORKER}"
        with empty_database(name), working_in(name):
            restoring.restore(folder)
            assert not User.objects.filter(name="Changed").exists()

    def test_keeps_it_from_others(self, saved):
        assert saved.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o077 for path in saved.rglob("*") if path.is_file()} <= {0, 0o044}
        assert (saved / manifest.DUMP).stat().st_mode & 0o777 == 0o600

    def test_one_that_was_cut_short_is_none(self, site, tmp_path, monkeypatch):
        monkeypatch.setattr(programs, "run", cut_short)
        with pytest.raises(KeyboardInterrupt):
            making.make(tmp_path, at=timezone.now())
        assert not list(tmp_path.glob("*Z"))
        assert list(tmp_path.glob("*Z.unfinished"))

    def test_a_file_that_is_gone_is_named(self, site, tmp_path):
        path = SubmissionFile.objects.get().file.name
        kept, away = Path(default_storage.path(path)), tmp_path / "away"
        shutil.move(kept, away)
        folder = making.make(tmp_path / "backups", at=timezone.now())
        shutil.move(away, kept)
        assert manifest.Manifest.read(folder).gone == [path]

    def test_older_ones_go_when_so_many_are_kept(self, tmp_path):
        for day in ("01", "02", "03"):
            folder = tmp_path / f"2026-01-{day}T00-00-00Z"
            folder.mkdir()
            (folder / manifest.FILE).write_text("{}")
        (tmp_path / "2026-01-04T00-00-00Z.unfinished").mkdir()
        making.forget_older(tmp_path, keep=2)
        assert sorted(path.name[8:10] for path in tmp_path.iterdir()) == ["02", "03", "04"]


def test_the_drill_proves_it_on_a_server_of_its_own(site, capsys):
    call_command("drill")
    told = capsys.readouterr().out
    assert "the books equal" in told
    assert "restored and compared in" in told
