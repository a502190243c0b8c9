"""CSL-JSON, as Zotero, Mendeley and doi.org give it.

Its schema: https://github.com/citation-style-language/schema, `csl-data.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.references.addresses import complete_address
from app.references.mentions import archive_urls, arxiv_alone, arxiv_in, doi_in
from app.references.orcid import orcid_of
from app.references.own_lines import ListedFacts, is_own_text, read_own_facts
from app.sources.answers import (
    calendar_day,
    mend_escapes,
    month_macro,
    objects_at,
    text_at,
    texts_at,
    value_at,
    year_of,
)
from app.sources.bibtex.reading import BadEntry
from app.sources.limits import MAX_PASTED_BYTES, TOO_MANY_MARKS, MarksLeft, is_too_long
from app.sources.markup import one_line, plain
from app.sources.name_lists import is_others
from app.sources.record import OTHERS, PaperRecord
from app.text.person_names import format_name

_TYPES = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "journal-article": "article",
    "paper-conference": "inproceedings",
    "proceedings-article": "inproceedings",
    "chapter": "incollection",
    "entry-encyclopedia": "incollection",
    "book": "book",
    "thesis": "phdthesis",
    "report": "techreport",
    "manuscript": "unpublished",
}
_FAMILY = ("dropping-particle", "non-dropping-particle", "family")


def looks_like_csl(text: str) -> bool:
    """Whether a text is meant as CSL-JSON.

    It begins as JSON does, and not as BibTeX.
    """
    return re.match(r"\s*(?:\[\s*)?\{\s*\"", text.lstrip("\ufeff")) is not None


def read_csl(text: str) -> tuple[list[PaperRecord], list[BadEntry]]:
    """Read a CSL-JSON text: one item, or a list of them.

    Args:
        text: of a size that one may paste (`sources.limits`).

    Returns:
        The records in order, and what could not be read.
    """
    if is_too_long(text):
        return [], [BadEntry(1, f"This is more than {MAX_PASTED_BYTES:,} bytes of CSL-JSON.")]
    try:
        value = json.loads(mend_escapes(text.lstrip("\ufeff")))
    except json.JSONDecodeError as error:
        return [], [BadEntry(error.lineno, f"This is not JSON: {error.msg}.")]
    except (ValueError, RecursionError):
        return [], [BadEntry(1, "This JSON is too deep, or has numbers that are too long.")]
    records: list[PaperRecord] = []
    bad: list[BadEntry] = []
    marks = MarksLeft()
    for number, item in enumerate(list_csl_items(value), 1):
        # Its texts, not its JSON, whose own braces and escapes would count too.
        if not all(map(marks.takes, _texts(item))):
            bad.append(BadEntry(1, f"Item {number}: {TOO_MANY_MARKS}."))
            break
        if _string(item, "title"):
            records.append(read_csl_item(item))
        else:
            bad.append(BadEntry(1, f"Item {number} has no title."))
    if not records and not bad:
        bad.append(BadEntry(1, "There is no item in this JSON."))
    return records, bad


def list_csl_items(value: Any) -> list[Any]:
    """The items of a text; Crossref's answers hold one or several in a `message`."""
    message = value_at(value, "message")
    if isinstance(message, dict):
        value = message.get("items", message)
    return value if isinstance(value, list) else [value]


def _texts(value: Any) -> Iterator[str]:
    """All texts within a value of JSON, however deep."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list | dict):
            waiting += each.values() if isinstance(each, dict) else each


def _string(item: Any, name: str) -> str:
    # doi.org gives Crossref's own form, where many texts stand in lists.
    return text_at(item, name) or text_at(item, name, 0)


def read_csl_item(item: Mapping[str, Any]) -> PaperRecord:
    """The record of one item; its title is empty when it has none."""
    day = value_at(item, "issued", "date-parts", 0)
    authors = [(_name(each), text_at(each, "ORCID")) for each in objects_at(item, "author")]
    has_others = bool(authors) and is_others(authors[-1][0])
    authors = [(name, orcid_of(orcid)) for name, orcid in authors if name and not is_others(name)]
    orcids = tuple(orcid for _, orcid in authors)
    url = complete_address(_string(item, "URL"))
    doi = _string(item, "DOI")
    hints = (url, _string(item, "number"), _string(item, "archive_location"), doi)
    said = (*map(arxiv_in, hints), arxiv_alone(_string(item, "note")))
    year = (
        text_at(day, 0) or text_at(item, "issued", "raw")[:4] or text_at(item, "issued", "literal")
    )
    return PaperRecord(
        title=one_line(_string(item, "title")),
        authors=tuple(name for name, _ in authors),
        orcids=orcids if any(orcids) else (),
        year=year_of(year),
        published_on=calendar_day(text_at(day, 0), text_at(day, 1), text_at(day, 2)),
        venue=one_line(_string(item, "container-title") or _string(item, "event-title")),
        doi=doi_in(doi) or doi,
        arxiv_id=next(filter(None, said), ""),
        url=url,
        other_urls=archive_urls(
            f"{name}:{_string(item, name)}" for name in ("PMID", "PMCID") if _string(item, name)
        ),
        abstract=plain(item["abstract"]) if isinstance(item.get("abstract"), str) else "",
        keywords=", ".join(read_csl_keywords(item, read_csl_facts(item))),
        details=_details(item, month_macro(text_at(day, 1)))
        | ({"authors": OTHERS} if has_others and authors else {}),
    )


def read_csl_facts(item: Mapping[str, Any]) -> ListedFacts:
    """What a reader's list says in an item, at the beginning of its note."""
    head = _note(item).partition("\n\n")[0]
    return read_own_facts([head] if is_own_text(head) else [])


def read_csl_notes(item: Mapping[str, Any]) -> str:
    """What stands behind what a reader's list says in the note of an item."""
    head, _, rest = _note(item).partition("\n\n")
    return plain(rest) if is_own_text(head) else ""


def read_csl_keywords(item: Mapping[str, Any], own: ListedFacts) -> list[str]:
    """The keywords of an item without the labels of a reader's list."""
    text = one_line(_string(item, "keyword"))
    labels = ", ".join(own.labels)
    if labels and text.endswith(labels):
        text = text.removesuffix(labels)
    return [word for each in re.split("[,;]", text) if (word := each.strip())]


def _note(item: Mapping[str, Any]) -> str:
    note = item.get("note")
    return note if isinstance(note, str) else ""


def _name(person: Mapping[str, Any]) -> str:
    family = " ".join(filter(None, (text_at(person, part) for part in _FAMILY)))
    parts = format_name(text_at(person, "given"), family, text_at(person, "suffix"))
    return one_line(parts or text_at(person, "literal") or text_at(person, "name"))


def _details(item: Mapping[str, Any], month: str) -> dict[str, str]:
    kind = _TYPES.get(text_at(item, "type"), "misc")
    editors = (_name(each) for each in objects_at(item, "editor"))
    publisher = one_line(_string(item, "publisher"))
    found = {
        "type": kind,
        "volume": _string(item, "volume"),
        "number": _string(item, "issue"),
        "pages": _string(item, "page"),
        "month": month,
        "publisher": publisher,
        "address": one_line(_string(item, "publisher-place")),
        "editor": " and ".join(filter(None, editors)),
        "series": one_line(_string(item, "collection-title")),
        "edition": _string(item, "edition"),
        "isbn": next(iter(texts_at(item, "ISBN")), ""),
        "issn": next(iter(texts_at(item, "ISSN")), ""),
    }
    if kind in ("phdthesis", "techreport"):
        found["school" if kind == "phdthesis" else "institution"] = found.pop("publisher")
    return {name: text for name, text in found.items() if text}
