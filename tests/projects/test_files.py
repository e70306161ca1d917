"""Private files: what may come in, under which name it is kept, and how it goes out."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from projects import filing
from projects.models import SubmissionFile
from projects.models.submissions import MAX_FILE_BYTES, MAX_FILES
from tests import stages
from tests.boards import stands_on

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(32) + b"IEND\xaeB`\x82"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(60) + b"PE\x00\x00" + bytes(64)
ELF = b"\x7fELF\x02\x01\x01" + bytes(64)


def archive(*names, stored=False, **first):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name, content in first.items():
            packed.writestr(zipfile.ZipInfo(name), content)
        for name in names:
            packed.writestr(name, "x")
    return held.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
ODT = archive("content.xml", mimetype="application/vnd.oasis.opendocument.text")


def upload(name, content):
    return SimpleUploadedFile(name, content, content_type="text/html")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("figures.png", PNG),
        ("photo.JPG", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(32)),
        ("moving.gif", b"GIF89a" + bytes(32)),
        ("picture.webp", b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(32)),
        ("report.pdf", PDF),
        ("report.docx", DOCX),
        ("numbers.xlsx", XLSX),
        ("slides.pptx", archive("[Content_Types].xml", "ppt/presentation.xml")),
        ("text.odt", ODT),
        ("all.zip", archive("a.html", "b.exe")),
        ("notes.txt", "Grüße, 你好".encode()),
        ("notes.md", b"# Findings\n\n- one\n"),
        ("table.csv", "name;größe\n".encode("latin-1")),
        ("data.json", b'{"a": 1}'),
        ("talk.mp3", b"ID3\x03\x00\x00\x00" + bytes(32)),
        ("talk.wav", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(32)),
        ("film.mp4", b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"),
    ],
)
def test_what_people_hand_in_is_taken(name, content):
    filing.check([upload(name, content)])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", HTML),
        ("drawing.svg", SVG),
        ("program.exe", EXE),
        ("script.js", b"alert(1)"),
        ("macros.docm", DOCX),
        ("no ending", PDF),
        ("report.pdf.exe", PDF),
        ("report.pdf", HTML),
        ("report.pdf", EXE),
        ("report.pdf", PNG),
        ("report.pdf", b"\n" * 2000 + PDF),
        ("picture.png", SVG),
        ("picture.png", PDF),
        ("picture.jpg", ELF),
        ("picture.gif", HTML + b"GIF89a"),
        ("report.docx", archive("a.txt")),
        ("report.docx", XLSX),
        ("report.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("report.docx", EXE + DOCX),
        ("text.odt", DOCX),
        ("text.odt", archive("content.xml", mimetype="application/vnd.oasis.opendocument.presentation")),
        ("all.zip", PNG + archive("a.txt")),
        ("all.zip", b"PK\x03\x04 and nothing more"),
        ("notes.txt", EXE),
        ("notes.txt", b"a\x00b"),
        ("table.csv", ELF),
        ("film.mp4", PDF),
        ("empty.txt", b""),
        ("", PDF),
    ],
)
def test_what_is_not_what_its_name_says_is_refused_with_its_name(name, content):
    file = upload("placeholder.pdf", content)
    file._name = name

    with pytest.raises(ValidationError) as refused:
        filing.check([file])

    assert len(refused.value.messages) == 1


def test_every_wrong_file_is_named_at_once():
    files = [upload("a.pdf", HTML), upload("b.pdf", PDF), upload("c.exe", EXE)]

    with pytest.raises(ValidationError) as refused:
        filing.check(files)

    assert [message.split("”")[0] for message in refused.value.messages] == ["“a.pdf", "“c.exe"]


def test_the_size_and_the_number_have_an_end():
    large = upload("large.txt", b"x")
    large.size = MAX_FILE_BYTES + 1
    with pytest.raises(ValidationError, match="at most 25 MB"):
        filing.check([large])

    with pytest.raises(ValidationError, match="At most 10 files"):
        filing.check([upload(f"{n}.txt", b"x") for n in range(MAX_FILES + 1)])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\work\\report.pdf", "report.pdf"),
        ("a\x00b.txt", "ab.txt"),
        ("line\r\nbreak.txt", "linebreak.txt"),
        ("photo\u202egnp.txt", "photognp.txt"),
        ("  two   words .txt", "two words .txt"),
        ("größe.txt", "größe.txt"),
        ("x" * 400 + ".txt", "x" * 146 + ".txt"),
        (".txt", "file.txt"),
    ],
)
def test_a_name_is_only_a_name(given, kept):
    assert filing.clean_name(given) == kept


@stands_on(stages.under_way)
class TestKept:
    @pytest.fixture
    def engagement(self, board):
        return board

    @pytest.fixture
    def file(self, engagement):
        submission = stages.deliver(engagement, files=[upload("Grüße & “Ziele”.pdf", PDF)])
        return submission.files.get()

    def test_under_a_random_name_with_our_own_type_and_a_sum(self, file, settings):
        path = Path(file.file.path)
        assert path.is_relative_to(settings.DATA_DIR / "files" / "submissions")
        assert (path.suffix, len(path.name)) == ("", 32)
        assert path.read_bytes() == PDF
        assert path.stat().st_mode & 0o777 == 0o600
        assert (file.name, file.content_type, file.size_bytes) == (
            "Grüße & “Ziele”.pdf",
            "application/pdf",
            len(PDF),
        )
        assert file.sha256 == hashlib.sha256(PDF).hexdigest()

    def test_goes_out_as_a_download_that_can_do_nothing(self, client, file, engagement):
        client.force_login(engagement.student)

        answer = client.get(f"/files/{file.public_id}/")

        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"] == (
            "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe%20%26%20%E2%80%9CZiele%E2%80%9D.pdf"
        )
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Type"] == "application/pdf"

    def test_only_the_two_sides_and_a_moderator_reach_it(self, client, file, engagement):
        address = f"/files/{file.public_id}/"
        assert client.get(address).status_code == 302
        for person, status in stages.everybody(engagement):
            client.force_login(person)
            answer = client.get(address)
            assert b"".join(answer) or status != 200
            assert answer.status_code == status, person

    def test_a_name_on_disk_opens_nothing(self, client, file, engagement):
        client.force_login(engagement.student)

        for address in (
            f"/files/{file.file.name}/",
            f"/{file.file.name}",
            "/files/../secret/",
            "/files/%2e%2e/",
        ):
            assert client.get(address).status_code == 404, address

    def test_a_refused_file_leaves_no_version_behind(self, engagement):
        with pytest.raises(filing.UnsuitableFile, match="is not what its ending says"):
            stages.deliver(engagement, files=[upload("good.pdf", PDF), upload("bad.pdf", HTML)])

        assert not SubmissionFile.objects.exists()
        assert engagement.deliverables.get(number=1).submissions.count() == 0
