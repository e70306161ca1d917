"""Files that are two things at once, archives that burst, and names that lie: refused, or harmless where they go."""

import io
import struct
import zipfile

import pytest
from django.core.exceptions import ValidationError

from projects import filing
from projects.filing import kinds
from tests.projects.test_files import DOCX, HTML, ODT, PDF, PNG, SVG, archive, upload

ZIP = archive("a.txt")
GIF = b"GIF89a\x40\x01\xf0\x00" + bytes(32)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(32)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(32)
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"
FAR = bytes(kinds.ENDS)
PHP = b"<?php system($_GET['c']); ?>"


def named(value):
    """A test's name may not hold what differs from second to second, as the bytes of an archive do."""
    return "content" if isinstance(value, bytes) else None


def is_taken(name, content):
    file = upload("placeholder.pdf", content)
    file._name = name
    try:
        filing.check([file])
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pdf-then-html.pdf", PDF + HTML),
        ("html-then-pdf.pdf", HTML + PDF),
        ("html-within.pdf", b"%PDF-1.7\n" + HTML + FAR + PDF),
        ("html-in-its-last-lines.pdf", b"%PDF-1.7\n" + HTML + b"\n%%EOF\n"),
        ("pdf-then-zip.pdf", PDF + ZIP),
        ("zip-within-the-last-lines.pdf", PDF + ZIP + b"%%EOF\n"),
        ("pdf-of-javascript-alone.pdf", b"%PDF-1.7\n" + b"alert(1)"),
        ("zip-then-pdf.pdf", ZIP + PDF),
        ("png-then-zip.png", PNG + ZIP),
        ("png-then-rar.png", PNG + b"Rar!\x1a\x07\x01\x00" + bytes(64)),
        ("png-then-php.png", PNG + PHP),
        ("png-then-words.png", PNG + b"hidden"),
        ("jpeg-then-zip.jpg", JPEG + ZIP),
        ("jpeg-with-php.jpg", JPEG[:20] + PHP + FAR + JPEG[20:]),
        ("jpeg-then-php.jpg", JPEG + FAR + PHP),
        ("jpeg-then-svg.jpg", JPEG + SVG),
        ("gif-and-javascript.gif", b"GIF89a/*" + bytes(32) + b"*/=1;alert(1)"),
        ("gif-and-javascript.gif", b"GIF89a=1;alert(1);/*" + bytes(32) + b"*/"),
        ("gif-and-javascript.gif", b"GIF87a(1);function GIF87a(){alert(1)}//" + bytes(8)),
        ("gif-then-html.gif", GIF + HTML),
        ("wav-and-javascript.wav", b"RIFF/*\x00\x00WAVEfmt " + bytes(32) + b"*/=1;alert(1)"),
        ("wav-and-javascript.wav", b"RIFF=1;\tWAVEfmt " + bytes(32)),
        ("film-then-zip.mp4", MP4 + ZIP),
        ("svg.png", SVG),
        ("picture.svg", PNG),
        ("picture.svgz", PNG),
    ],
    ids=named,
)
def test_what_two_programs_would_read_in_two_ways_is_refused(name, content):
    assert not is_taken(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ends-with-blank-lines.pdf", PDF + b"\r\n\0\0"),
        ("saved-twice.pdf", PDF + b"2 0 obj\n<<>>\nendobj\n%%EOF\n"),
        ("with-metadata.jpg", JPEG + b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF></rdf:RDF></x:xmpmeta>'),
        ("large.gif", b"GIF89a\x00\x0a\xa0\x05" + bytes(32)),  # 2560 to 1440
        ("a.wav", WAV),
        ("page.txt", HTML),  # words, and handed out as words
    ],
    ids=named,
)
def test_what_is_only_unusual_is_taken(name, content):
    assert is_taken(name, content)


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/VBAPROJECT.BIN", "xl/vbaProject.bin"])
def test_a_document_that_runs_something_is_refused(part):
    assert is_taken("a.docx", DOCX)
    assert not is_taken("a.docx", archive("[Content_Types].xml", "word/document.xml", part))
    assert not is_taken("a.docm", DOCX)


@pytest.mark.parametrize("part", ["Basic/Standard/Module1.xml", "Scripts/python/run.py"])
def test_so_is_one_of_the_other_office(part):
    kind = "application/vnd.oasis.opendocument.text"
    assert is_taken("a.odt", ODT)
    assert not is_taken("a.odt", archive("content.xml", part, mimetype=kind))


def claims(*, number=None, size=None, unpacked=None):
    """A small archive whose list says something else: only such lists can be had for little."""
    packed = bytearray(ZIP)
    end, first = packed.rfind(b"PK\x05\x06"), packed.rfind(b"PK\x01\x02")
    if number is not None:
        packed[end + 8 : end + 12] = struct.pack("<HH", number, number)
    if size is not None:
        packed[end + 12 : end + 16] = struct.pack("<L", size)
    if unpacked is not None:
        packed[first + 24 : first + 28] = struct.pack("<L", unpacked)
    return bytes(packed)


@pytest.mark.parametrize(
    "content",
    [
        claims(unpacked=kinds.MAX_UNPACKED_BYTES + 1),
        claims(number=kinds.MAX_ENTRIES + 1),
        claims(number=0xFFFF),
        claims(size=kinds.MAX_LIST_BYTES + 1),
        claims(size=0xFFFFFFFF),
        ZIP[:-4],
        ZIP[:30],
        archive("../outside.txt"),
        archive("in/../../outside.txt"),
        archive("/etc/cron.d/job"),
        archive("C:\\start.bat"),
        archive("..\\outside.txt"),
    ],
    ids=named,
)
def test_an_archive_that_bursts_or_leaves_its_folder_is_refused(content):
    assert not is_taken("all.zip", content)
    assert is_taken("all.zip", claims())


def test_an_archive_is_listed_and_never_unpacked(monkeypatch):
    """A megabyte of nothing, a thousand times over in a few kilobytes, and another archive in it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("nothing.bin", bytes(1024 * 1024))
        packed.writestr("more.zip", ZIP)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)  # whoever unpacks fails
    assert is_taken("all.zip", held.getvalue())


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("report\u202efdp.exe", False),  # shown as reportexe.pdf
        ("report.pdf\u202e.exe", False),
        ("report.exe\u202e.pdf", True),  # without the sign that turns it, it is a PDF and says so
        ("report.pdf\x00.exe", False),
        ("report.exe\x00.pdf", True),
        ("report.pdf.exe", False),
        ("report.exe.pdf", True),
        ("report.pdf.", False),
        ("report.pdf ", True),
        ("report.pdf/", False),
        ("report.pdf:stream.exe", False),
        ("report.pdf%00.exe", False),
        ("report.рdf", False),  # a letter of another alphabet
        ("report.PDF", True),
        ("pdf", False),
        ("", False),
    ],
    ids=named,
)
def test_the_last_ending_of_what_one_sees_decides(given, seen):
    assert is_taken(given, PDF) is seen
    assert not {"\u202e", "\x00", "/"} & set(filing.clean_name(given))
