"""Reading a zip that a stranger sent, without unpacking it.

All of it is looked at before anything is read: what it declares must be possible and small, and no
name may lead out of it. What is read stops at a limit, whatever was declared.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import IO, BinaryIO

MAX_NAME = 500
SMALL = 1_000_000  # bytes; below, any ratio will do
CHUNK = 65_536
_END = b"PK\x05\x06"
_END_SIZE = 22
_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
_ENCRYPTED = 0x1
_UNIX = 3
_KINDS = {0, 0o100000, 0o040000}  # not said, a file, a folder
_BAD_NAME = re.compile(r"[\\\x00-\x1f\x7f]|^/|^[A-Za-z]:|(^|/)\.\.(/|$)")
_RUBBISH = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$)")


class BadArchive(ValueError):
    """An archive that is refused; the message says why."""


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold.

    Args:
        entries: number of files and folders.
        total_bytes: of all files, unpacked.
        directory_bytes: of the list of entries.
        ratio: how many times as large a file may be that is unpacked.
    """

    entries: int = 20_000
    total_bytes: int = 500_000_000
    directory_bytes: int = 20_000_000
    ratio: int = 200


class Archive:
    """A zip that was found harmless; `names` are its files, in order."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened
        entries = [entry for entry in opened.infolist() if not entry.is_dir()]
        self._entries = {
            entry.filename: entry for entry in entries if not _RUBBISH.search(entry.filename)
        }
        self.names = sorted(self._entries)

    def size(self, name: str) -> int:
        """How many bytes a file says that it has."""
        return self._entries[name].file_size

    def read(self, name: str, limit: int) -> bytes:
        """The content of a file.

        Raises:
            BadArchive: when it is damaged, or holds more than `limit` bytes.
        """
        found = bytearray()
        with self.open(name) as file:
            while chunk := file.read(CHUNK):
                found += chunk
                if len(found) > limit:
                    raise BadArchive(f"It has more than {limit:,} bytes.")
        return bytes(found)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file, to be read piece by piece.

        Raises:
            BadArchive: when it is damaged, also while it is read in the caller's block.
        """
        try:
            with self._zip.open(self._entries[name]) as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
            raise BadArchive("It is damaged inside the zip.") from None

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._zip.close()


def open_archive(file: BinaryIO, limits: ArchiveLimits | None = None) -> Archive:
    """Open a zip, unless it is one that no program should unpack.

    Args:
        limits: what it may hold; without them what a stranger's may.

    Raises:
        BadArchive: with the reason.
    """
    limits = limits or ArchiveLimits()
    size = file.seek(0, 2)
    _check_directory(file, size, limits)
    try:
        opened = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, struct.error):
        raise BadArchive("This zip is damaged.") from None
    try:
        _check_entries(opened.infolist(), size, limits)
    except BadArchive:
        opened.close()
        raise
    return Archive(opened)


def _check_directory(file: BinaryIO, size: int, limits: ArchiveLimits) -> None:
    """Look at what the end of the file says of its list of entries, before the list is read."""
    length = min(size, _END_SIZE + 65_535)  # a comment may stand behind it
    file.seek(size - length)
    tail = file.read(length)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise BadArchive("This is not a zip.")
    entries, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(_LOCATOR64):
        (offset,) = struct.unpack("<Q", locator[8:16])
        if offset > size - 56:
            raise BadArchive("This zip is damaged.")
        file.seek(offset)
        record = file.read(56)
        if not record.startswith(_END64):
            raise BadArchive("This zip is damaged.")
        entries, directory = struct.unpack("<QQ", record[32:48])
    if entries > limits.entries or directory > limits.directory_bytes:
        raise BadArchive(f"A zip can have up to {limits.entries:,} files.")
    file.seek(0)


def _check_entries(entries: list[zipfile.ZipInfo], size: int, limits: ArchiveLimits) -> None:
    if len(entries) > limits.entries:
        raise BadArchive(f"A zip can have up to {limits.entries:,} files.")
    names = set()
    for entry in entries:
        _check_entry(entry, limits)
        names.add(entry.filename)
    if len(names) < len(entries):
        raise BadArchive("This zip has two files of the same name.")
    if sum(entry.file_size for entry in entries) > limits.total_bytes:
        raise BadArchive(
            f"Unpacked, this zip has more than {limits.total_bytes // 1_000_000:,} MB."
        )
    # Entries that share their data make a small file unpack to a huge one
    # (D. Fifield, "A better zip bomb", WOOT 2019).
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise BadArchive("The files in this zip overlap.")
        end = entry.header_offset + 30 + entry.compress_size
    if end > size:
        raise BadArchive("This zip is damaged.")


def _check_entry(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    name = entry.filename
    # The name as it stands in the file: zipfile cuts it at a NUL and turns separators around.
    if len(name) > MAX_NAME or any(map(_BAD_NAME.search, (name, entry.orig_filename))):
        raise BadArchive(f"A name in this zip leads out of it, or is none: {name[:60]!r}.")
    if entry.flag_bits & _ENCRYPTED:
        raise BadArchive("This zip is encrypted.")
    kind = (entry.external_attr >> 16) & 0o170000
    if entry.create_system == _UNIX and kind not in _KINDS:
        raise BadArchive(f"{name[:60]} in this zip is a link or a device.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadArchive(f"{name[:60]} in this zip uses an unsupported compression method.")
    if entry.file_size > SMALL and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        raise BadArchive(f"{name[:60]} in this zip is suspiciously well compressed.")
