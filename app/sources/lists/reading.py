"""Finds out in which format a list is, and reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from app.sources.answers import mend_escapes
from app.sources.bibtex.reading import BadEntry
from app.sources.formats.ris import looks_like_ris
from app.sources.lists.bibtex import read_bibtex_list
from app.sources.lists.citations import read_csl_list, read_ris_list
from app.sources.lists.listed_paper import ListedPaper
from app.sources.lists.names import read_names
from app.sources.lists.table import read_table
from app.sources.lists.zotero import looks_like_zotero, read_zotero
from app.text.lines import plain_ends

_BIBTEX = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)
_JSON = re.compile(r"\ufeff?\s*[\[{]")
Rows = Iterator[ListedPaper | BadEntry]


def read_list(text: str, name: str = "") -> tuple[str, Rows]:
    """The papers of a text, and what of it could not be read.

    Args:
        name: of its file; only `.csv` and `.tsv` say more than the text itself.

    Returns:
        What a row's number counts, "line" or "item", and the rows in order.
    """
    text = plain_ends(text).replace("\0", "")
    if name.lower().endswith((".csv", ".tsv")):
        return "line", read_table(text)
    if _JSON.match(text):
        return "item", _read_json(text)
    if looks_like_ris(text):
        return "line", read_ris_list(text)
    if _BIBTEX.search(text):
        return "line", read_bibtex_list(text)
    return "line", read_names(text)


def _read_json(text: str) -> Rows:
    try:
        value = json.loads(mend_escapes(text.lstrip("\ufeff")))
    except json.JSONDecodeError as error:
        yield BadEntry(error.lineno, f"Line {error.lineno}: this is not JSON: {error.msg}.")
        return
    except (ValueError, RecursionError):
        yield BadEntry(1, "This JSON is too deep, or has numbers that are too long.")
        return
    found = read_zotero(value) if looks_like_zotero(value) else read_csl_list(value)
    yield from found
