"""Lists as they are sent, and their rows."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from app.rendering.sandbox.child import Child, ResourceLimitExceeded, SandboxBusy
from app.services.importing import faults, process
from app.services.importing.lists import child as opener
from app.services.importing.lists.fitting import Incoming
from app.services.importing.opening import BadSource
from app.services.lookup.asking import LOOKUPS_OFF, LookupSettings
from app.sources.contract import SourceUnavailable
from app.sources.lookup import zotero
from app.sources.lookup.fetch import make_fetch

MAX_ZOTERO_SECONDS = 50.0  # for a whole library: proxies wait a minute for an answer
MAX_PASTED_BYTES = 500_000
PART_BYTES = 1_000_000
Rows = tuple[str, Iterator[Sequence[Incoming]]]  # what numbers count, and rows, some at a time


@dataclass(frozen=True)
class SentList:
    """What somebody sent as a list, before it is read.

    Attributes:
        name: of the file, or what stands for it.
        file: one on the disk, which has a number.
        is_text: whether it is what somebody pasted, in UTF-8, and no file.
    """

    name: str
    file: BinaryIO
    is_text: bool = False

    def list_parts(self) -> Iterator[bytes]:
        """Its bytes from the beginning, some at a time."""
        self.file.seek(0)
        yield from iter(lambda: self.file.read(PART_BYTES), b"")

    def count_bytes(self) -> int:
        return self.file.seek(0, 2)

    def make_digest(self) -> str:
        """A hash of the name and of every byte."""
        found = hashlib.sha256(f"{self.is_text}\n{self.name}\n".encode("utf-8", "replace"))
        for part in self.list_parts():
            found.update(part)
        return found.hexdigest()


def hold_bytes(parts: Iterator[bytes], opened: ExitStack) -> BinaryIO:
    """A file on the disk with some bytes, until `opened` is closed."""
    file = TemporaryFile()  # noqa: SIM115  (closed with `opened`)
    opened.callback(file.close)
    file.writelines(parts)
    file.flush()
    return file


def hold_text(name: str, text: str, opened: ExitStack) -> SentList:
    """What somebody pasted, until `opened` is closed; raises `BadSource` for too much."""
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_PASTED_BYTES:
        raise BadSource(f"This is more than {MAX_PASTED_BYTES // 1000} kB; send it as a file.")
    return SentList(name, hold_bytes(iter([data]), opened), is_text=True)


def ask_zotero(
    name: str, outside: LookupSettings, user_id: str, key: str, opened: ExitStack
) -> SentList:
    """A library at Zotero, as a file would have it.

    The key is sent there and kept nowhere.

    Raises:
        BadSource: when it cannot be read in time.
        ImportBusy: while others import.
    """
    if not zotero.USER_ID.fullmatch(user_id):
        raise BadSource("A Zotero user ID is a number; zotero.org/settings/keys shows yours.")
    if not zotero.KEY.fullmatch(key):
        raise BadSource("A Zotero key has 24 letters and digits; make one at the same page.")
    if not outside.on:
        raise BadSource(LOOKUPS_OFF)
    until = time.monotonic() + MAX_ZOTERO_SECONDS
    fetch = make_fetch(outside.asking, until, zotero.make_headers(key))
    try:
        with ExitStack() as turn:
            process.take_turn(turn)
            library = zotero.read_library(user_id, fetch)
    except SourceUnavailable as unavailable:
        raise BadSource(
            f"Zotero {unavailable} You can export your library there as a file instead."
        ) from None
    data = json.dumps(library).encode()
    return SentList(name, hold_bytes(iter([data]), opened))


def open_rows(sent: SentList, opened: ExitStack, seconds: int = process.MAX_CPU_SECONDS) -> Rows:
    """The rows of a list, read by a child.

    Args:
        opened: ends the child.
        seconds: of its own time that the child may spend.

    Raises:
        BadSource: for what cannot be read as a whole, also while the rows are taken.
        ImportBusy: while others import.
    """
    if sent.is_text:
        arguments = ("open_text", b"".join(sent.list_parts()).decode())
        child, unit = process.start_child(opened, opener.__name__, [], seconds, *arguments)
    else:
        number = sent.file.fileno()
        sent.file.seek(0)  # what was written to it is on the disk then
        child, unit = process.start_child(
            opened, opener.__name__, [number], seconds, "open_file", number, sent.name
        )
    return unit, _take_rows(child)


def _take_rows(child: Child) -> Iterator[Sequence[Incoming]]:
    try:
        while rows := child.call("take"):
            yield rows
    except (ResourceLimitExceeded, SandboxBusy) as error:
        raise BadSource(str(faults.make_stopped(error))) from None
