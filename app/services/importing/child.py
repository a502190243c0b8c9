"""What the process of `process.py` does: opens one file, and hands out its items.

It imports nothing of the database: each import starts such a process, and waits for it.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import NamedTuple

from app.services.importing.opening import BadSource, ImportSource, open_file, open_pasted_bibtex
from app.services.importing.terms import IncomingFile, IncomingPaper, NoteTarget
from app.services.summaries.files.reading import SummaryFile
from app.sources.formats.front_matter import BadFile


class Head(NamedTuple):
    """What is told of an item before it is read."""

    name: str
    line: int
    kind: str
    has_pictures: bool
    has_notes: bool


class _Open:
    """What the child has open."""

    source: ImportSource
    item: IncomingFile
    held = ExitStack()


def _open_file(number: int, name: str) -> int | None:
    file = _Open.held.enter_context(os.fdopen(number, "rb"))
    _Open.source = open_file(file, name, _Open.held)
    return _Open.source.count


def _open_pasted(text: str) -> int | None:
    _Open.source = open_pasted_bibtex(text)
    return _Open.source.count


def _advance() -> Head | IncomingPaper | None:
    found = next(_Open.source.incoming, None)
    if not isinstance(found, IncomingFile):
        return found
    _Open.item = found
    has_pictures, has_notes = found.picture is not None, found.note is not None
    return Head(found.name, found.line, found.kind, has_pictures, has_notes)


def _read() -> SummaryFile:
    return _Open.item.read()


def _picture(path: str) -> bytes | None:
    find = _Open.item.picture
    return None if find is None else find(path)


def _note(target: str) -> NoteTarget | None:
    find = _Open.item.note
    return None if find is None else find(target)


FUNCTIONS = {
    "open_file": _open_file,
    "open_pasted": _open_pasted,
    "advance": _advance,
    "read": _read,
    "picture": _picture,
    "note": _note,
}
REFUSALS = (BadFile, BadSource)
