"""Items of Zotero: of its web API, and of Better BibTeX's JSON.

Both have the fields of Zotero's own data model (https://api.zotero.org/schema). The web API
(https://www.zotero.org/support/dev/web_api/v3/basics) gives `{"key", "data": {…}}`, and notes as
items of their own with a `parentItem`. Better BibTeX ("BetterBibTeX JSON") gives the fields at the
top of each item, its notes with it, and `collections` that list the numbers of their items. An item
is in the collections that say so: one within another is a collection by itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.references.mentions import arxiv_in
from app.references.own_lines import is_own_text, read_own_facts
from app.sources.answers import objects_at, text_at, texts_at, value_at
from app.sources.bibtex.reading import BadEntry
from app.sources.formats.csl import read_csl_item
from app.sources.lists.listed_paper import (
    MAX_DEPTH,
    MAX_NAME_CHARS,
    MAX_NAMES,
    PATH_BREAK,
    ListedPaper,
    read_moment,
)
from app.sources.lists.statuses import read_extra, split_status
from app.sources.markup import plain

NO_PAPERS = ("note", "attachment", "annotation")
_TYPES = {
    "journalArticle": "article-journal",
    "magazineArticle": "article-magazine",
    "newspaperArticle": "article-newspaper",
    "conferencePaper": "paper-conference",
    "bookSection": "chapter",
    "encyclopediaArticle": "entry-encyclopedia",
    "book": "book",
    "thesis": "thesis",
    "report": "report",
    "manuscript": "manuscript",
}
_VENUES = (
    *("publicationTitle", "proceedingsTitle", "bookTitle", "encyclopediaTitle", "conferenceName"),
    *("seriesTitle",),
)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|2[01]\d\d)(?!\d)")
_NAME_CHARS = 2 * MAX_NAME_CHARS  # read of a collection's name, before it is tidied
Names = Mapping[str, Sequence[str]]


def looks_like_zotero(value: Any) -> bool:
    """Whether a value of JSON holds items of Zotero."""
    items = value_at(value, "items") if isinstance(value, dict) else value
    first = next(objects_at({"items": items}, "items"), {})
    return bool(text_at(first, "itemType") or text_at(first, "data", "itemType"))


def read_zotero(value: Any) -> list[ListedPaper | BadEntry]:
    """The papers of an export, or of answers of the web API, in their order.

    Args:
        value: `{"items": […], "collections": …}`, or a list of items.
    """
    whole = value if isinstance(value, dict) else {"items": value}
    items = list(objects_at(whole, "items"))
    data = [each["data"] if isinstance(each.get("data"), dict) else each for each in items]
    names = _collection_names(whole)
    notes = _child_notes(data)
    found: list[ListedPaper | BadEntry] = []
    for number, item in enumerate(data, 1):
        if text_at(item, "itemType") not in NO_PAPERS:
            found.append(_read_item(item, number, names, notes))
    return found


def _read_item(
    item: Mapping[str, Any], number: int, collections: Names, notes: Mapping[str, list[str]]
) -> ListedPaper | BadEntry:
    if not text_at(item, "title"):
        return BadEntry(number, "This item has no title.")
    extra_text = value_at(item, "extra")
    extra_text = extra_text if isinstance(extra_text, str) else ""
    extra = read_extra(extra_text)
    status, labels = split_status(_tags(item))
    written = map(_note_text, (*notes.get(text_at(item, "key"), []), *_own_notes(item)))
    own = list(filter(None, written))
    # Where RIS has a note, Zotero makes a note of its own.
    facts = read_own_facts([extra_text.partition("\n\n")[0], *filter(is_own_text, own)])
    folders = [
        name
        for key in (*texts_at(item, "collections"), f"#{text_at(item, 'itemID')}")
        for name in collections.get(key, ())
    ]
    citekey = next(
        filter(None, (text_at(item, "citationKey"), text_at(item, "citekey"))),
        extra.get("citation_key", ""),
    )
    return ListedPaper(
        line=number,
        record=read_csl_item(_to_csl(item, extra)),
        citekey=citekey,
        status=extra.get("read_status", "") or status,
        status_at=read_moment(extra.get("read_status_date", "") or facts.status_date),
        added_at=read_moment(text_at(item, "dateAdded")),
        priority=facts.priority_number,
        remark=facts.remark,
        notes="\n\n".join(each for each in own if not is_own_text(each)),
        labels=tuple(dict.fromkeys([*facts.labels, *labels])),
        collections=tuple(dict.fromkeys(folders)),
    )


def _tags(item: Mapping[str, Any]) -> list[str]:
    """What the reader typed; those that came with the paper are of type 1."""
    found = texts_at([each for each in item.get("tags") or [] if isinstance(each, str)])
    mine = (each for each in objects_at(item, "tags") if text_at(each, "type") != "1")
    return [*found, *(text_at(each, "tag") for each in mine)]


def _own_notes(item: Mapping[str, Any]) -> list[str]:
    notes = item.get("notes")
    found = []
    for each in notes if isinstance(notes, list) else []:
        text = each.get("note") if isinstance(each, dict) else each
        if isinstance(text, str):
            found.append(text)
    return found


def _child_notes(items: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in items:
        note = item.get("note")
        if text_at(item, "itemType") == "note" and isinstance(note, str):
            found.setdefault(text_at(item, "parentItem"), []).append(note)
    return found


def _note_text(note: str) -> str:
    """A note, which Zotero keeps as HTML, as paragraphs."""
    text = re.sub(r"</(?:p|li|h[1-6]|div|blockquote)>|<br\s*/?>", "\n\n", note[:200_000])
    return plain(text)


def _collection_names(whole: Mapping[str, Any]) -> Names:
    """The collections of items: by a collection's own key, and by `#` and an item's number."""
    given = whole.get("collections")
    listed: Sequence[Any] = []
    if isinstance(given, dict):
        listed = [{"key": key, **each} for key, each in given.items() if isinstance(each, dict)]
    elif isinstance(given, list):
        listed = [
            each["data"] if isinstance(each.get("data"), dict) else each
            for each in given
            if isinstance(each, dict)
        ]
    names = {text_at(each, "key"): text_at(each, "name")[:_NAME_CHARS] for each in listed}
    parents = _collection_parents(listed)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in listed:
        key = text_at(each, "key")
        if not names[key]:
            continue
        path = _make_path(key, names, parents)
        found[key] = [path]
        for number in texts_at(each, "items"):
            if len(found[f"#{number}"]) < MAX_NAMES:
                found[f"#{number}"].append(path)
    return found


def _collection_parents(listed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """In which collection each one is, if in any: either of both may say so."""
    found: dict[str, str] = {}
    for each in listed:
        key = text_at(each, "key")
        if parent := text_at(each, "parent") or text_at(each, "parentCollection"):
            found[key] = parent
        for inner in texts_at(each, "collections"):
            found.setdefault(inner, key)
    return found


def _make_path(key: str, names: Mapping[str, str], parents: Mapping[str, str]) -> str:
    """The path of a collection, which ends where it would come back to itself."""
    keys: list[str] = []
    while key and key not in keys and len(keys) < MAX_DEPTH:
        keys.append(key)
        key = parents.get(key, "")
    return PATH_BREAK.join(filter(None, (names.get(each, "") for each in reversed(keys))))


def _to_csl(item: Mapping[str, Any], extra: Mapping[str, str]) -> dict[str, Any]:
    """The facts of an item under the names of CSL-JSON, which has one reader."""

    def first(*names: str) -> str:
        return next(filter(None, (text_at(item, name) for name in names)), "")

    numbered = first("archiveID", "reportNumber", "number") or extra.get("arxiv", "")
    arxiv = arxiv_in(numbered) or arxiv_in(f"arXiv:{extra.get('arxiv', '')}")
    authors = [each for each in objects_at(item, "creators") if _is_author(each)]
    return {
        "type": _TYPES.get(text_at(item, "itemType"), "document"),
        "title": item.get("title"),
        "author": [_to_csl_name(each) for each in authors],
        "editor": [
            _to_csl_name(each)
            for each in objects_at(item, "creators")
            if text_at(each, "creatorType") == "editor"
        ],
        "issued": _to_csl_date(first("date", "issueDate")),
        "container-title": first(*_VENUES),
        "DOI": first("DOI") or extra.get("doi", ""),
        "URL": first("url"),
        "volume": first("volume"),
        "issue": first("issue"),
        "page": first("pages"),
        "publisher": first("publisher", "university", "institution"),
        "publisher-place": first("place"),
        "edition": first("edition"),
        "collection-title": first("series"),
        "ISBN": first("ISBN"),
        "ISSN": first("ISSN"),
        "number": f"arXiv:{arxiv}" if arxiv else "",
        "PMID": extra.get("pmid", ""),
        "abstract": item.get("abstractNote"),
    }


def _is_author(creator: Mapping[str, Any]) -> bool:
    return text_at(creator, "creatorType") in ("author", "", "presenter", "podcaster")


def _to_csl_name(creator: Mapping[str, Any]) -> dict[str, str]:
    if name := text_at(creator, "name"):
        return {"literal": name}
    return {"family": text_at(creator, "lastName"), "given": text_at(creator, "firstName")}


def _to_csl_date(text: str) -> dict[str, Any]:
    found = _DATE.match(text)
    if found:
        return {"date-parts": [[part for part in found.groups() if part and int(part)]]}
    year = _YEAR.search(text)
    return {"date-parts": [[year[1]]]} if year else {}
