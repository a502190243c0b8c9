"""What entries take from others, as biblatex has it: by `crossref` and `xdata`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.sources.bibtex.scanner import BibtexEntry

MAX_INHERITED = 2000
VENUES = ("journal", "journaltitle", "booktitle")


def inherit(entry: BibtexEntry, parents: Mapping[str, BibtexEntry]) -> None:
    """Fill in what the entry takes from others by `crossref` and `xdata`.

    Args:
        parents: by their keys in lower case.
    """
    seen = {entry.key.lower()}
    source: BibtexEntry | None = entry
    while source is not None and len(seen) < 8:  # a volume, its series; a circle ends too
        for key in re.split(r"[,\s]+", source.fields.get("xdata", "")):
            data = parents.get(key.lower())
            if data is not None and data.kind == "xdata" and key.lower() not in seen:
                seen.add(key.lower())
                _take(entry, data.fields)
        key = source.fields.get("crossref", "").strip().lower()
        source = None if key in seen else parents.get(key)
        if source is not None:
            seen.add(key)
            _take(entry, _given_on(entry, source))


def _take(entry: BibtexEntry, given: Mapping[str, str]) -> None:
    for name, value in given.items():
        if name not in entry.fields and len(value) <= MAX_INHERITED:
            entry.fields[name] = value


# What says which work it is, and so is not the parts'.
_OWN_WORDS = """
    title subtitle titleaddon shorttitle author doi url eprint eprinttype archiveprefix pages
    abstract keywords note ids crossref xdata xref key file annote openreview aclid arxivid
    urldate chapter pagetotal
"""
_OWN = frozenset(_OWN_WORDS.split())


def _given_on(entry: BibtexEntry, parent: BibtexEntry) -> dict[str, str]:
    given = {name: value for name, value in parent.fields.items() if name not in _OWN}
    title, subtitle = parent.fields.get("title", ""), parent.fields.get("subtitle", "")
    if title:
        whole = "journaltitle" if parent.kind == "periodical" else "booktitle"
        if not set(VENUES) & entry.fields.keys():
            given.setdefault(whole, title)
            if subtitle and given[whole] == title:
                given[f"{whole.removesuffix('title')}subtitle"] = subtitle
        if entry.kind in ("inbook", "book") and "title" not in entry.fields:
            given["title"] = title
    if entry.kind == "inbook" and "author" in parent.fields:
        given["author"] = parent.fields["author"]
    return given
