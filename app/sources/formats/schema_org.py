"""A record as schema.org has it, for search engines (https://schema.org/ScholarlyArticle)."""

from __future__ import annotations

from typing import Any

from app.references.addresses import outside_url
from app.sources.record import PaperRecord
from app.sources.retractions import Retraction
from app.sources.works import address_of, date_of, keywords_of, kind_of, pages_of, pdf_of, venue_of

MAX_AUTHORS = 200
_TYPES = {"book": "Book", "thesis": "Thesis", "report": "Report", "chapter": "Chapter"}
# What holds a work of a kind: the proceedings of a conference are a book.
_CONTAINERS = {"article": "Periodical", "chapter": "Book", "conference": "Book"}


def article(record: PaperRecord) -> dict[str, Any]:
    """The work as an object of JSON-LD, without its `@context`; unknown facts are left out."""
    details = record.details
    kind = kind_of(record)
    first, last = pages_of(record)
    same_as = [address_of(record), record.url, *record.other_urls, pdf_of(record)]
    found: dict[str, Any] = {
        "@type": _TYPES.get(kind, "ScholarlyArticle"),
        "name": record.title,
        "headline": record.title[:110],  # longer ones are refused by those who read it
        "author": [_person(record, place) for place in range(len(record.authors[:MAX_AUTHORS]))],
        "datePublished": "-".join(f"{part:02}" for part in date_of(record)),
        "isPartOf": _container(record, kind),
        "pageStart": first,
        "pageEnd": last,
        "publisher": _named("Organization", details.get("publisher", "")),
        "isbn": details.get("isbn", "") if kind == "book" else "",
        "identifier": [_doi(record.doi)] if record.doi else [],
        "keywords": keywords_of(record),
        "sameAs": list(dict.fromkeys(filter(None, same_as))),
    }
    return _known(found)


def retraction_facts(retraction: Retraction | None) -> dict[str, Any]:
    """What is said of a work that is retracted, or of concern."""
    if retraction is None:
        return {}
    comment = {"@type": "CorrectionComment", "text": retraction.note, "url": retraction.url}
    day = retraction.noticed_on
    comment["datePublished"] = day.isoformat() if day else ""
    return {"creativeWorkStatus": retraction.label, "correction": _known(comment)}


def _person(record: PaperRecord, place: int) -> dict[str, str]:
    found = {"@type": "Person", "name": record.authors[place]}
    orcid = record.orcids[place] if place < len(record.orcids) else ""
    return found | {"sameAs": f"https://orcid.org/{orcid}"} if orcid else found


def _container(record: PaperRecord, kind: str) -> dict[str, Any]:
    """The issue of the volume of the journal, or the book."""
    details = record.details
    found = _named(_CONTAINERS.get(kind, "CreativeWork"), venue_of(record))
    if not found or kind != "article":
        return found
    found = _known(found | {"issn": details.get("issn", "")})
    if volume := details.get("volume", ""):
        found = {"@type": "PublicationVolume", "volumeNumber": volume, "isPartOf": found}
    if number := details.get("number", ""):
        found = {"@type": "PublicationIssue", "issueNumber": number, "isPartOf": found}
    return found


def _named(kind: str, name: str) -> dict[str, Any]:
    return {"@type": kind, "name": name} if name else {}


def _doi(doi: str) -> dict[str, str]:
    return {
        "@type": "PropertyValue",
        "propertyID": "DOI",
        "value": doi,
        "url": outside_url("doi", doi) or "",
    }


def _known(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value}
