"""A copy of everything about one person, as one ZIP: asked for, made by a worker, fetched, and gone after days."""

import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts import emails
from accounts.models import DataExport, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.transactions import after_commit, locked
from marketplace.site.privacy.tables import TABLES, Table
from projects.models import MaterialFile, SubmissionFile

A_DAY = timedelta(days=1)
CHUNK = 64 * 1024
README = """\
Everything that {site} knows about {email}, as of {at:%Y-%m-%d %H:%M} UTC.

Each .json file is a list of rows. Moments are in UTC, amounts in hundredths of the currency, and people other
than you stand in them by their public id alone. `files/` holds what you uploaded.

"""


class ExportUnderWay(RuleViolation):
    """One copy at a time."""

    code = "export_under_way"

    def __init__(self) -> None:
        super().__init__("A copy of your data is being made already. You hear when it is there.")


class TooManyExports(RuleViolation):
    """Making one is work, and nothing much changes within hours."""

    code = "too_many_exports"

    def __init__(self) -> None:
        super().__init__(
            f"{settings.EXPORTS_A_DAY} copies of your data were made within a day. Ask for the next one tomorrow."
        )


def ask_for_export(user: User, *, at: datetime) -> DataExport:
    """Have a copy made. Raises ExportUnderWay or TooManyExports."""
    with locked(user) as user:
        asked = DataExport.objects.of(user)
        if asked.open().exists():
            raise ExportUnderWay
        if asked.filter(asked_at__gt=at - A_DAY).count() >= settings.EXPORTS_A_DAY:
            raise TooManyExports
        export = DataExport.objects.create(user=user, asked_at=at, parts=len(TABLES) + 1)
        after_commit("site.make_exports")
    return export


def make_waiting(*, at: datetime) -> int:
    """Make what was asked for, each under a lease of its own, so that one that was cut off is made anew."""
    made = 0
    while (export := claim()) is not None:
        if export.attempts > DataExport.TRIES:
            DataExport.objects.filter(pk=export.pk).update(failed_at=at, lease_until=None)
            emails.export_failed(export, at=at)
        else:
            make(export)
            made += 1
    return made


def claim() -> DataExport | None:
    with transaction.atomic():
        waiting = DataExport.objects.waiting().order_by("asked_at", "pk").select_related("user")
        export = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if export is not None:
            export.attempts += 1
            row = DataExport.objects.filter(pk=export.pk)
            row.update(lease_until=Now() + DataExport.LEASE, attempts=F("attempts") + 1)
    return export


def make(export: DataExport) -> None:
    """Write the ZIP beside the row, then say in the row where it is. Cut off before that, it is made anew."""
    with tempfile.TemporaryFile() as written:
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, _ in enumerate(fill(archive, export.user), start=1):
                DataExport.objects.filter(pk=export.pk).update(parts_made=number)
        size = written.tell()
        written.seek(0)
        path = default_storage.save(f"exports/{new_public_id()}{new_public_id()}", File(written))
    at = timezone.now()  # making it takes a while, and its days count from when it is there
    with locked(export) as export:
        if export.made_at is not None:  # another worker was faster, after our lease had ended
            default_storage.delete(path)
            return
        export.file.name, export.size_bytes, export.made_at = path, size, at
        export.expires_at, export.lease_until = at + timedelta(days=settings.EXPORT_DAYS), None
        export.save()
        emails.export_ready(export, at=at)


def fill(archive: zipfile.ZipFile, user: User) -> Iterator[None]:
    """One part after the other; the files come last."""
    about = README.format(site=settings.SITE_NAME, email=user.email, at=timezone.now())
    archive.writestr("README.txt", about + "\n".join(f"{file_of(one)}: {one.about}" for one in TABLES) + "\n")
    for table in TABLES:
        with archive.open(file_of(table), "w") as out:
            write_rows(out, table.rows(user))
        yield
    for path, kept in files_of(user):
        with archive.open(path, "w", force_zip64=True) as out, kept.file.open() as content:
            while chunk := content.read(CHUNK):
                out.write(chunk)
    yield


def file_of(table: Table) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", table.label).lower().replace(".", "/") + ".json"


def write_rows(out: IO[bytes], rows: Iterable[dict[str, Any]]) -> None:
    """A JSON list, one row a line, without holding it all."""
    out.write(b"[")
    for number, row in enumerate(rows):
        text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        out.write((",\n" if number else "\n").encode() + text.encode())
    out.write(b"\n]\n")


def files_of(user: User) -> Iterator[tuple[str, Any]]:
    """What the person uploaded, each under a path of its own."""
    for label in ("projects.SubmissionFile", "projects.MaterialFile"):
        table = next(one for one in TABLES if one.label == label)
        file: SubmissionFile | MaterialFile
        for file in table.of(user).iterator():
            yield f"files/{file.public_id}/{safe(file.name)}", file


def safe(name: str) -> str:
    """Without what a program that unpacks could take for a folder."""
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", name).strip(". ") or "file"


def let_go(*, at: datetime) -> int:
    """Delete the copies whose days are over; the rows stay, to count by."""
    gone = 0
    for export in DataExport.objects.outdated(at=at):
        default_storage.delete(str(export.file.name))
        gone += DataExport.objects.filter(pk=export.pk).update(file="")
    return gone
