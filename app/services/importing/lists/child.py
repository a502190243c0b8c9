"""What a process of its own does with a reading list: opens the file, hands out its rows.

It imports nothing of the database, as `app.services.importing.child`.
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


class _Open:
    """What the child has open."""

    rows: Iterator[ListedPaper | BadEntry]
    held = ExitStack()


def _open_file(number: int, name: str) -> str:
    file = _Open.held.enter_context(os.fdopen(number, "rb"))
    unit, _Open.rows = open_list(file, name, _Open.held)
    return unit


def _open_text(text: str) -> str:
    unit, _Open.rows = read_list(text)
    return unit


def _take() -> list[ListedPaper | BadEntry]:
    return list(islice(_Open.rows, BATCH))


FUNCTIONS = {"open_file": _open_file, "open_text": _open_text, "take": _take}
REFUSALS = (BadFile, BadSource)
