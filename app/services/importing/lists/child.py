"""Opens a file with a reading list, and hands out its rows.

As `app.services.importing.child`, it runs in a process of its own and imports nothing of the
database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice

from app.services.importing.lists.opening import open_list
from app.services.importing.opening import BadSource
from app.sources.bibtex.reading import BadEntry
from app.sources.formats.front_matter import BadFile
from app.sources.lists.listed_paper import ListedPaper
from app.sources.lists.reading import read_list

BATCH = 250


class _OpenList:
    """What the child has open."""

    rows: Iterator[ListedPaper | BadEntry]
    held = ExitStack()


def _open_file(number: int, name: str) -> str:
    file = _OpenList.held.enter_context(os.fdopen(number, "rb"))
    unit, _OpenList.rows = open_list(file, name, _OpenList.held)
    return unit


def _open_text(text: str) -> str:
    unit, _OpenList.rows = read_list(text)
    return unit


def _take() -> list[ListedPaper | BadEntry]:
    return list(islice(_OpenList.rows, BATCH))


FUNCTIONS = {"open_file": _open_file, "open_text": _open_text, "take": _take}
REFUSALS = (BadFile, BadSource)
