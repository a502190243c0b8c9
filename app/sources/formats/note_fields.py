"""Names of fields, and of authors, in notes of other tools.

Zotero's and Better BibTeX's templates for Obsidian, JabRef, Jekyll: `DOI`, `citekey`, `author`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from app.sources.name_lists import NameList, parse_names

# Our name for a field, and those of others, in small letters and with underscores.
NAMES = {
    "title": ("title",),
    "authors": ("authors", "author", "creators", "creator"),
    "year": ("year", "issued"),
    "venue": (
        *("venue", "journal", "booktitle", "publication", "publicationtitle", "container_title"),
        *("publication_title", "conference"),
    ),
    "doi": ("doi",),
    "arxiv": ("arxiv", "arxiv_id", "arxivid"),
    "citekey": (
        *("citekey", "citationkey", "citation_key", "cite_key", "bibtexkey", "bibtex_key"),
        *("bibkey", "bib_key"),
    ),
    "url": ("url",),
    "abstract": ("abstract", "abstractnote", "abstract_note"),
    "keywords": ("keywords",),
    "tags": ("tags", "tag"),
}
_OURS = {other: name for name, others in NAMES.items() for other in others}
_WIKI = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]*\)")


def rename_fields(
    fields: Mapping[str, Any], lines: Mapping[str, int], known: Collection[str]
) -> tuple[dict[str, Any], dict[str, int]]:
    """Call the fields as we do.

    Args:
        fields, lines: what a file says, and where.
        known: the names that mean something, in small letters. What has one of them already stays,
            and so does what has none.
    """
    names: dict[str, str] = {name: name for name in fields}
    taken = set(fields)
    for name in fields:
        folded = re.sub(r"[ -]", "_", name.strip().lower())
        ours = _OURS.get(folded, folded)
        if ours != name and ours in known and ours not in taken:
            names[name] = ours
            taken.add(ours)
    renamed = {names[name]: value for name, value in fields.items()}
    return renamed, {names.get(name, name): line for name, line in lines.items()}


def read_authors(value: str | list[str]) -> NameList:
    """The authors of a field: one in each value, or a line of them."""
    values = value if isinstance(value, list) else [value]
    return parse_names("\n".join(map(without_links, values)), several=isinstance(value, str))


def without_links(text: str) -> str:
    """A text without the brackets of Obsidian's and Markdown's links."""
    found = _WIKI.sub(lambda match: match[1].rsplit("/", 1)[-1].lstrip("@"), text)
    return _LINK.sub(r"\1", found)
