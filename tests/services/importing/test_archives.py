"""R12: archives that no program should unpack are refused at once, and in little memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.importing.archives import BadArchive, open_archive
from tests.helpers.memory import MEGABYTES, STEPS, peak_of


def packed(*files: tuple[str, bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return found.getvalue()


def with_entry(change: Callable[[zipfile.ZipInfo], None], content: bytes = b"x") -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        entry = zipfile.ZipInfo("a.md")
        change(entry)
        archive.writestr(entry, content)
    return found.getvalue()


def linked(entry: zipfile.ZipInfo) -> None:
    entry.create_system = 3
    entry.external_attr = 0o120777 << 16


def named(name: str) -> bytes:
    return with_entry(lambda entry: setattr(entry, "filename", name))


def overlapping() -> bytes:
    """Many entries in the list that all lead to the same data."""
    one = packed(("a.md", b"0" * 900_000))
    directory = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    row = one[directory:end]
    rows = b"".join(row[:46] + b"%04d" % n + row[50:] for n in range(300))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 300, 300, len(rows), directory, 0)
    return one[:directory] + rows + tail


def lying_about_the_size() -> bytes:
    """Says that it has ten bytes, and has a gigabyte of zeros."""
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b"\0" * 10_000_000
    data = b"".join(pack.compress(block) for _ in range(100)) + pack.flush()
    head = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0x21, 0, len(data), 10, 4, 0)
    row = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        *(b"PK\x01\x02", 20, 20, 0, 8, 0, 0x21, 0, len(data), 10, 4, 0, 0, 0, 0, 0, 0),
    )
    start = len(head) + 4 + len(data)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(row) + 4, start, 0)
    return head + b"a.md" + data + row + b"a.md" + tail


def _twice() -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("a.md", b"x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.md", b"y")
    return found.getvalue()


def _flagged() -> bytes:
    data = bytearray(packed(("a.md", b"x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _bzip2() -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.md", b"x")
    return found.getvalue()


BAD = {
    "up": lambda: named("../a.md"),
    "far up": lambda: named("notes/../../a.md"),
    "absolute": lambda: named("/etc/a.md"),
    "of another system": lambda: named("C:/a.md"),
    "backwards": lambda: named("..\\a.md"),
    "link": lambda: with_entry(linked, b"/etc/passwd"),
    "twice": _twice,
    "bomb": lambda: packed(("a.md", b"\0" * 50_000_000)),
    "many": lambda: packed(*((f"{n}.md", b"") for n in range(20_001))),
    "overlapping": overlapping,
    "cut": lambda: packed(("a.md", b"x" * 100))[:80],
    "text": lambda: b"PK but no zip",
    "empty": lambda: b"",
    "encrypted": _flagged,
    "bzip2": _bzip2,
    "counts too many": lambda: struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65535, 65535, 0xFFFFFFF0, 0, 0
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused(name: str) -> None:
    data = BAD[name]()
    with pytest.raises(BadArchive):
        open_archive(io.BytesIO(data))


@pytest.mark.parametrize("name", ["bomb", "many", "overlapping", "counts too many"])
def test_it_takes_little_work_and_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(BAD[name]())
    assert spent(OPEN, path) == "BadArchive"


@pytest.mark.slow
def test_what_is_read_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(lying_about_the_size())
    assert spent(READ, path) == "BadArchive"


OPEN = "open_archive(open(sys.argv[1], 'rb'))"
READ = "open_archive(open(sys.argv[1], 'rb')).read('a.md', 1_000_000)"


def spent(statement: str, path: Path) -> str:
    """What a statement raises, which must stay below the bar."""
    said, steps, megabytes = peak_of(
        statement,
        path,
        "from app.services.importing.archives import BadArchive as Bad, open_archive",
    )
    assert steps < STEPS
    assert megabytes < MEGABYTES
    return said


def test_an_honest_one_is_read() -> None:
    data = packed(
        ("notes/a.md", b"Text."), ("notes/b/c.png", b"\x89PNG"), ("__MACOSX/a.md", b"rubbish")
    )
    with open_archive(io.BytesIO(data)) as archive:
        assert archive.names == ["notes/a.md", "notes/b/c.png"]
        assert archive.read("notes/a.md", 100) == b"Text."
        with pytest.raises(BadArchive, match="more than 4 bytes"):
            archive.read("notes/a.md", 4)


def test_a_damaged_file_inside_is_named() -> None:
    data = bytearray(packed(("a.md", bytes(range(256)) * 8)))
    data[60] ^= 0xFF
    with (
        open_archive(io.BytesIO(bytes(data))) as archive,
        pytest.raises(BadArchive, match="damaged"),
    ):
        archive.read("a.md", 100_000)
