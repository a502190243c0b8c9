"""The rows of a list: of a file, a text, or Zotero's own service."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO

from app.rendering.sandbox.child import Child, ResourceLimitExceeded, SandboxBusy
from app.services.importing import faults, process
from app.services.importing.lists import child as opener
from app.services.importing.lists.fitting import Incoming
from app.services.importing.opening import BadSource
from app.services.lookup.asking import LOOKUPS_OFF, LookupSettings
from app.sources.contract import SourceUnavailable
from app.sources.lists.zotero import read_zotero
from app.sources.lookup import zotero
from app.sources.lookup.fetch import make_fetch

MAX_ZOTERO_SECONDS = 60.0  # for a whole library
MAX_PASTED_BYTES = 500_000
Rows = tuple[str, Iterator[Sequence[Incoming]]]  # what numbers count, and rows, some at a time


def read_list_file(file: BinaryIO, name: str, opened: ExitStack) -> Rows:
    """The rows of a file.

    Args:
        file: one on the disk, which has a number.
        opened: ends the child.

    Raises:
        BadSource: for what cannot be read as a whole, also while the rows are taken.
        ImportBusy: while others import.
    """
    number = file.fileno()
    file.seek(0)  # what was written to it is on the disk then
    child, unit = process.start_child(opened, opener.__name__, [number], "open_file", number, name)
    return unit, _take_rows(child)


def read_list_text(text: str, opened: ExitStack) -> Rows:
    """The rows of what somebody pasted; otherwise as `read_list_file`."""
    if len(text.encode("utf-8", "replace")) > MAX_PASTED_BYTES:
        raise BadSource(f"This is more than {MAX_PASTED_BYTES // 1000} kB; send it as a file.")
    child, unit = process.start_child(opened, opener.__name__, [], "open_text", text)
    return unit, _take_rows(child)


def read_zotero_library(outside: LookupSettings, user_id: str, key: str, opened: ExitStack) -> Rows:
    """The rows of a library at Zotero. The key is sent there and kept nowhere.

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
    process.take_turn(opened)
    until = time.monotonic() + MAX_ZOTERO_SECONDS
    fetch = make_fetch(outside.asking, until, zotero.make_headers(key))
    try:
        library = zotero.read_library(user_id, fetch)
    except SourceUnavailable as unavailable:
        raise BadSource(
            f"Zotero {unavailable} You can export your library there as a file instead."
        ) from None
    return "item", iter([read_zotero(library)])


def _take_rows(child: Child) -> Iterator[Sequence[Incoming]]:
    try:
        while rows := child.call("take"):
            yield rows
    except (ResourceLimitExceeded, SandboxBusy) as error:
        raise BadSource(str(faults.make_stopped(error))) from None
