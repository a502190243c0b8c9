"""Crossref, where most publishers register their DOIs (https://api.crossref.org, works)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from app.references.identifiers import SHORT_DOI, from_doi
from app.references.mentions import arxiv_of
from app.references.orcid import orcid_of
from app.sources.answers import (
    calendar_day,
    month_macro,
    objects_at,
    read_json,
    text_at,
    texts_at,
    value_at,
    year_of,
)
from app.sources.contract import MAX_FOUND_PAPERS, Fetch
from app.sources.markup import one_line, plain
from app.sources.record import PaperRecord
from app.sources.retractions import (
    CONCERN,
    CORRECTION,
    REINSTATEMENT,
    RETRACTION,
    Retraction,
    RetractionNotice,
    find_state,
    notice_url,
)
from app.text.person_names import format_name

NAME = "Crossref"
HOSTS = {"api.crossref.org": 0.4, "doi.org": 0.4}
KIND = "doi"
_HOST, _RESOLVER = HOSTS
# Crossref's types as BibTeX's kinds of entries; what is no paper is not looked for.
_TYPES = {
    "journal-article": "article",
    "proceedings-article": "inproceedings",
    "book-chapter": "incollection",
    "book-section": "incollection",
    "book-part": "incollection",
    "reference-entry": "incollection",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "proceedings": "proceedings",
    "dissertation": "phdthesis",
    "report": "techreport",
    "posted-content": "misc",
    "dataset": "misc",
    "standard": "misc",
    "other": "misc",
}
_FIELDS = (
    "DOI,title,subtitle,author,issued,container-title,type,volume,issue,page,publisher,relation"
)
# What a notice is of those that change what a paper is worth; Crossmark's types of updates.
_NATURES = {
    "retraction": RETRACTION,
    "withdrawal": RETRACTION,
    "removal": RETRACTION,
    "partial_retraction": CORRECTION,
    "expression_of_concern": CONCERN,
    "correction": CORRECTION,
    "reinstatement": REINSTATEMENT,
}
MAX_NOTICES = 20  # of one paper that are read
# What publishers write before the title of a paper that they have retracted.
_MARK = re.compile(
    r"\s*[\[(]?(?:retracted|withdrawn)(?:\s+(?:article|paper|chapter|manuscript))?"
    r"\s*(?:[\])]\s*[:–—-]?|[:–—])\s*",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"\(([A-Z][A-Za-z&/-]*[A-Z][A-Za-z&/-]*)(?:[ '’‘]*\d{2,4})?\)")


def find(value: str, fetch: Fetch) -> PaperRecord | None:
    """The paper of a DOI, if it is one of Crossref's.

    Also of a short one (https://shortdoi.org).
    """
    if SHORT_DOI.fullmatch(value):
        doi = _expand(value, fetch)
        found = find(doi, fetch) if doi else None
        return replace(found, other_urls=(f"https://doi.org/{value}",)) if found else None
    body = fetch(_HOST, f"/works/{quote(value, safe='')}", {})
    if body is None:
        return None
    return _record(value_at(read_json(body), "message"))


@dataclass(frozen=True)
class KnownWork:
    """A work with what has become of it.

    Attributes:
        record: without the publisher's mark of a retracted paper before its title.
        retraction: the state in which the notices about it leave it.
        is_notice: whether it is itself a notice that another work is retracted, or of concern.
        published_dois: those under which a preprint has appeared.
    """

    record: PaperRecord
    retraction: Retraction | None = None
    is_notice: bool = False
    published_dois: tuple[str, ...] = ()


def find_work(doi: str, fetch: Fetch) -> KnownWork | None:
    """The work of a DOI, if it is one of Crossref's.

    "updated-by" has the notices about it, "update-to" the works that it is a notice about.

    Raises:
        SourceUnavailable: when the service does not say.
    """
    body = fetch(_HOST, f"/works/{quote(doi, safe='')}", {})
    work = None if body is None else value_at(read_json(body), "message")
    record = _record(work)
    if record is None:
        return None
    notices = [_notice(number, each) for number, each in enumerate(objects_at(work, "updated-by"))]
    told = (_NATURES.get(text_at(each, "type")) for each in objects_at(work, "update-to"))
    relations = objects_at(work, "relation", "is-preprint-of")
    published = (from_doi(text_at(each, "id")) for each in relations)
    return KnownWork(
        replace(record, title=_without_mark(record.title)),
        find_state([each for each in notices if each is not None][:MAX_NOTICES]),
        any(nature in (RETRACTION, CONCERN) for nature in told),
        tuple(ref.value for ref in published if ref is not None and ref.kind == "doi"),
    )


def _without_mark(title: str) -> str:
    found = _MARK.match(title)
    return title[found.end() :] or title if found else title


def _notice(number: int, update: Any) -> RetractionNotice | None:
    nature = _NATURES.get(text_at(update, "type"))
    if nature is None:
        return None
    day = value_at(update, "updated", "date-parts", 0)
    ref = from_doi(text_at(update, "DOI"))
    doi = ref.value if ref is not None and ref.kind == "doi" else ""
    on = calendar_day(value_at(day, 0), value_at(day, 1), value_at(day, 2))
    return RetractionNotice(number, "", "", nature, on, (), notice_url(doi, ""))


def _expand(short: str, fetch: Fetch) -> str:
    """The DOI of which a short one is an alias; empty for none.

    A handle says so by a value of the type `HS_ALIAS` (RFC 3651, 3.1.5), which the resolver's API
    tells (DOI Handbook, "Proxy server REST API").
    """
    body = fetch(_RESOLVER, f"/api/handles/{quote(short)}", {"type": "HS_ALIAS"})
    if body is None:
        return ""
    values = objects_at(read_json(body), "values")
    told = (text_at(each, "data", "value") for each in values)
    refs = map(from_doi, told)
    return next((ref.value for ref in refs if ref is not None and ref.kind == "doi"), "")


def search_title(title: str, fetch: Fetch) -> list[PaperRecord]:
    """Papers whose bibliographic facts are like this title."""
    query = {"query.bibliographic": title, "rows": str(MAX_FOUND_PAPERS), "select": _FIELDS}
    body = fetch(_HOST, "/works", query)
    if body is None:
        return []
    works = objects_at(read_json(body), "message", "items")
    return list(filter(None, map(_record, works)))[:MAX_FOUND_PAPERS]


def _record(work: Any) -> PaperRecord | None:
    doi = text_at(work, "DOI").lower()
    title = _title(work)
    kind = _TYPES.get(text_at(work, "type") or "other")
    if not doi or not title or kind is None:
        return None
    venue, full_name = _venue(work)
    day = value_at(work, "issued", "date-parts", 0)
    authors = [(_name(each), _orcid(each)) for each in objects_at(work, "author")]
    authors = [(name, orcid) for name, orcid in authors if name]
    orcids = tuple(orcid for _, orcid in authors)
    return PaperRecord(
        title=title,
        authors=tuple(name for name, _ in authors),
        orcids=orcids if any(orcids) else (),
        year=year_of(text_at(day, 0)),
        published_on=calendar_day(value_at(day, 0), value_at(day, 1), value_at(day, 2)),
        venue=venue,
        venue_title=full_name,
        doi=doi,
        arxiv_id=_preprint(work),
        url=_address(work),
        abstract=plain(value_at(work, "abstract") or "") if text_at(work, "abstract") else "",
        details=_details(work, kind, month_macro(text_at(day, 1))),
    )


def _title(work: Any) -> str:
    title = one_line(text_at(work, "title", 0))
    subtitle = one_line(text_at(work, "subtitle", 0))
    if not subtitle or subtitle.lower() in title.lower():
        return title
    return f"{title.rstrip(':')}: {subtitle}"


def _venue(work: Any) -> tuple[str, str]:
    """The name of the venue, and its name in full where that is another one.

    Of "2016 IEEE Conference on Computer Vision and Pattern Recognition (CVPR)" the name is CVPR,
    as the year is no part of a venue.
    """
    name = one_line(text_at(work, "container-title", 0))
    if not name and text_at(work, "type") == "posted-content":
        return one_line(text_at(work, "institution", 0, "name") or text_at(work, "group-title")), ""
    acronym = _ACRONYM.search(name)
    full = re.sub(r"^(?:\d{4}\s+)|\s*[-–,]?\s*\b(?:19|20)\d\d$", "", name)
    if acronym is None:
        return full, ""
    return acronym[1], " ".join(full.replace(acronym[0], "").split())


def _name(person: Mapping[str, Any]) -> str:
    parts = (text_at(person, part) for part in ("given", "family", "suffix"))
    return one_line(format_name(*parts) or text_at(person, "name"))


def _orcid(person: Mapping[str, Any]) -> str:
    return orcid_of(text_at(person, "ORCID"))


def _preprint(work: Any) -> str:
    """The arXiv id of the same work, where the publisher or arXiv has told Crossref."""
    for relation in ("has-preprint", "is-version-of", "has-version", "is-same-as"):
        for other in objects_at(work, "relation", relation):
            if found := arxiv_of(text_at(other, "id")):
                return found
    return ""


def _address(work: Any) -> str:
    address = text_at(work, "resource", "primary", "URL")
    return address if address.startswith(("https://", "http://")) else ""


def _details(work: Any, kind: str, month: str) -> dict[str, str]:
    editors = (_name(each) for each in objects_at(work, "editor"))
    found = {
        "type": kind,
        "volume": text_at(work, "volume"),
        "number": text_at(work, "issue"),
        "pages": text_at(work, "page") or text_at(work, "article-number"),
        "month": month,
        "publisher": one_line(text_at(work, "publisher")),
        "address": text_at(work, "publisher-location"),
        "editor": " and ".join(filter(None, editors)),
        "isbn": ", ".join(each.rpartition("/")[2] for each in texts_at(work, "ISBN")[:1]),
        "issn": ", ".join(each.rpartition("/")[2] for each in texts_at(work, "ISSN")[:1]),
        "edition": text_at(work, "edition-number"),
    }
    if kind == "phdthesis":
        found["school"] = one_line(text_at(work, "institution", 0, "name"))
    if kind == "techreport":
        found["institution"] = one_line(text_at(work, "institution", 0, "name"))
    return {name: text for name, text in found.items() if text}
