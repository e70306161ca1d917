"""Which files may be handed in: what a file says it is, looked for in its bytes."""

import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from projects.models.submissions import MAX_FILE_BYTES, MAX_FILES

MEGABYTE = 1024 * 1024
MAX_NAME = 150
CHUNK = 64 * 1024
OOXML = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

# What is kept of a file is our own type for its ending, never the one that a browser claims.
MARKED = {  # ending: its type, and the endings under which its first bytes are known
    "pdf": ("application/pdf", {".pdf"}),
    "png": ("image/png", {".png"}),
    "jpg": ("image/jpeg", {".jpg", ".jpeg"}),
    "jpeg": ("image/jpeg", {".jpg", ".jpeg"}),
    "gif": ("image/gif", {".gif"}),
    "webp": ("image/webp", {".webp"}),
    "mp3": ("audio/mpeg", {".mp3", ".mpga"}),
    "wav": ("audio/wav", {".wav"}),
    "m4a": ("audio/mp4", {".m4a"}),
    "mp4": ("video/mp4", {".mp4"}),
    "mov": ("video/quicktime", {".mov"}),
    "webm": ("video/webm", {".webm"}),
}
OFFICE = {  # ending: its type, and the entry that every such archive has
    "docx": (f"{OOXML}.wordprocessingml.document", "word/document.xml"),
    "xlsx": (f"{OOXML}.spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": (f"{OOXML}.presentationml.presentation", "ppt/presentation.xml"),
}
OPEN_OFFICE = {
    "odt": f"{OPEN_DOCUMENT}.text",
    "ods": f"{OPEN_DOCUMENT}.spreadsheet",
    "odp": f"{OPEN_DOCUMENT}.presentation",
}
PLAIN = {"txt": "text/plain", "md": "text/markdown", "csv": "text/csv", "json": "application/json"}
ARCHIVE = {"zip": "application/zip"}
TYPES = {ending: known[0] for ending, known in (MARKED | OFFICE).items()} | OPEN_OFFICE | PLAIN | ARCHIVE
ENDINGS = ", ".join(sorted(TYPES))

# Two kinds in one file. A browser reads 1445 bytes to guess what something is (WHATWG, MIME Sniffing 7), a
# reader of archives looks for their list in the last 65,557; nobody has reason to look anywhere else.
ENDS = 64 * 1024
MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|script|iframe|svg|object|embed|\?php|%@)[\s>/]", re.IGNORECASE
)
# A picture or sound whose sizes are words: 8,192 pixels or 150 MB at least, or the beginning of a comment.
A_PROGRAM = re.compile(rb"(?:GIF8[79]a|RIFF)(?:/\*|[\t-\r -~]{4})")
END_OF_PDF = re.compile(rb"%%EOF[\s\0]*\Z")
END_OF_PNG = b"IEND\xaeB`\x82"
# What an archive may list: enough for any work of 40 hours, and nothing that fills a disk or leaves its folder.
MAX_ENTRIES = 10_000
MAX_LIST_BYTES = 2 * MEGABYTE
MAX_UNPACKED_BYTES = 1024 * MEGABYTE
MACROS = re.compile(r"vbaproject\.bin$|^(?:basic|scripts)/", re.IGNORECASE)


def check(files: Sequence["UploadedFile[Any]"], *, most: int = MAX_FILES) -> None:
    """Raise one ValidationError that names every file that cannot be handed in, and why."""
    wrong = [f"At most {most} files are possible."] if len(files) > most else []
    wrong += [complaint for file in files[:most] if (complaint := complaint_about(file))]
    if wrong:
        raise ValidationError(wrong)


def clean_name(name: str) -> str:
    """The last part of a path, without characters that cannot be seen or that turn the reading direction."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    stem, dot, ending = " ".join(seen.split()).rpartition(".")
    return f"{stem[: MAX_NAME - len(ending) - 1] or 'file'}{dot}{ending}" if dot else ending[:MAX_NAME]


def ending_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def complaint_about(file: "UploadedFile[Any]") -> str:
    """What is wrong with one file, in a sentence; empty where nothing is."""
    name = clean_name(file.name or "")
    ending, size = ending_of(name), file.size or 0
    if ending not in TYPES:
        return f"“{name}” is of a kind that cannot be handed in. Use one of {ENDINGS}."
    if size > MAX_FILE_BYTES:
        return f"“{name}” has {size / MEGABYTE:.1f} MB; at most {MAX_FILE_BYTES // MEGABYTE} MB are possible."
    if not size:
        return f"“{name}” is empty."
    if not agrees(ending, file):
        return f"“{name}” is not what its ending says. Save it again as .{ending}, or as what it is."
    return ""


def agrees(ending: str, file: "UploadedFile[Any]") -> bool:
    """Whether the content is what the ending promises."""
    looks: dict[str, Callable[[str, IO[bytes]], bool]] = {
        **dict.fromkeys(MARKED, is_marked),
        **dict.fromkeys(OFFICE, is_office),
        **dict.fromkeys(OPEN_OFFICE, is_open_office),
        **dict.fromkeys(PLAIN, is_plain),
        **dict.fromkeys(ARCHIVE, is_archive),
    }
    file.seek(0)
    try:
        return looks[ending](ending, file)
    finally:
        file.seek(0)


def is_marked(ending: str, file: IO[bytes]) -> bool:
    """The first bytes of its kind, and nothing around them that another program would take for its own."""
    head = file.read(ENDS)
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return False
    known = bool({match.extension for match in matches} & MARKED[ending][1])
    alone = not A_PROGRAM.match(head) and not MARKUP.search(head)
    return known and alone and ends_well(ending, file)


def ends_well(ending: str, file: IO[bytes]) -> bool:
    """Whether nothing was put behind the end: no page, no archive, and of a PDF or PNG nothing at all."""
    size = file.seek(0, 2)
    file.seek(max(size - ENDS - 22, 0))
    tail = file.read()
    if (ending == "pdf" and not END_OF_PDF.search(tail)) or (
        ending == "png" and not tail.endswith(END_OF_PNG)
    ):
        return False
    return not MARKUP.search(tail) and b"PK\x05\x06" not in tail


def entries(file: IO[bytes]) -> dict[str, zipfile.ZipInfo]:
    """What an archive lists; nothing where it is none. Only its list is read, nothing is unpacked."""
    if file.read(4) != b"PK\x03\x04":  # an archive behind something else is a polyglot
        return {}
    if not has_a_short_list(file):
        return {}
    try:
        with zipfile.ZipFile(file) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        return {}
    unpacked = sum(entry.file_size for entry in listed)
    if len(listed) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or any(map(leaves_its_folder, listed)):
        return {}
    return {entry.filename: entry for entry in listed}


def has_a_short_list(file: IO[bytes]) -> bool:
    """Whether its last lines say so: a list of many megabytes would be read into memory before it is counted.

    Archives beyond 4 GB or 65,534 entries (ZIP64) cannot have the size that we take.
    """
    size = file.seek(0, 2)
    file.seek(max(size - ENDS - 22, 0))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    file.seek(0)
    if end < 0 or len(tail) - end < 22:
        return False
    number, bytes_of_list = struct.unpack("<HL", tail[end + 10 : end + 16])
    return bool(number <= MAX_ENTRIES and bytes_of_list <= MAX_LIST_BYTES)


def leaves_its_folder(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in parts[0]


def has_macros(names: Iterable[str]) -> bool:
    return any(MACROS.search(name) for name in names)


def is_office(ending: str, file: IO[bytes]) -> bool:
    names = entries(file)
    return "[Content_Types].xml" in names and OFFICE[ending][1] in names and not has_macros(names)


def is_open_office(ending: str, file: IO[bytes]) -> bool:
    """OpenDocument puts its type uncompressed into the first entry, so it stands at byte 38."""
    head = file.read(120)
    file.seek(0)
    is_one = head[30:38] == b"mimetype" and head[38:].startswith(OPEN_OFFICE[ending].encode())
    names = entries(file)
    return is_one and bool(names) and not has_macros(names)


def is_archive(_: str, file: IO[bytes]) -> bool:
    return bool(entries(file))


def is_plain(_: str, file: IO[bytes]) -> bool:
    """Text of any encoding that has no NUL bytes, which programs and pictures have."""
    return all(b"\x00" not in chunk for chunk in iter(lambda: file.read(CHUNK), b""))
