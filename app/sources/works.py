"""What kind of work a record is of.

And facts that every citation format shows in its own way.
"""

from __future__ import annotations

import re
from datetime import date

from app.references.addresses import outside_url, pdf_url
from app.references.identifiers import CORR
from app.sources.months import month_number
from app.sources.record import PaperRecord

# Kinds of entries of BibTeX and BibLaTeX, and what they are here.
_KINDS = {
    "article": "article",
    "inproceedings": "conference",
    "conference": "conference",
    "book": "book",
    "booklet": "book",
    "mvbook": "book",
    "proceedings": "book",
    "collection": "book",
    "incollection": "chapter",
    "inbook": "chapter",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "techreport": "report",
    "report": "report",
    "unpublished": "manuscript",
}
_PREPRINTS = (CORR, "arxiv", "corr")
_RANGE = re.compile(r"([^\s,;–—-]+(?:-[^\s,;–—-]+)??)\s*[–—-]{1,3}\s*([^\s,;–—]+)")


def kind_of(record: PaperRecord) -> str:
    """What kind of work a record is.

    One of `article`, `conference`, `book`, `chapter`, `thesis`, `report`, `preprint`, `manuscript`
    and `other`.
    """
    if record.venue_key.lower() in _PREPRINTS or record.venue.lower() in _PREPRINTS:
        return "preprint"
    kind = _KINDS.get(record.details.get("type", "").lower())
    if kind is not None:
        return kind
    if record.venue_key.startswith("conf/"):
        return "conference"
    if record.venue_key.startswith("journals/"):
        return "article"
    if record.arxiv_id and not (record.venue or record.venue_title):
        return "preprint"
    return "other"


def venue_of(record: PaperRecord) -> str:
    """The name of its venue, in full where it is known; empty for a preprint."""
    return "" if kind_of(record) == "preprint" else record.venue_title or record.venue


def pages_of(record: PaperRecord) -> tuple[str, str]:
    """First and last page.

    The last is empty for one page, a number or a list of pages.
    """
    pages = record.details.get("pages", "").strip()
    found = _RANGE.fullmatch(pages)
    return (found[1], found[2]) if found else (pages, "")


def date_of(record: PaperRecord) -> tuple[int, ...]:
    """When it appeared, as far as that is known.

    Year; year and month; year, month and day.

    A preprint appeared when it was first published; elsewhere that day is only an earlier one.
    """
    if record.published_on is not None and kind_of(record) == "preprint":
        day: date = record.published_on
        return day.year, day.month, day.day
    if record.year is None:
        return ()
    month = month_number(record.details.get("month", ""))
    return (record.year, month) if month else (record.year,)


def address_of(record: PaperRecord) -> str:
    """Where it is found: its DOI, its arXiv number, another address, another identifier."""
    for kind, value in (("doi", record.doi), ("arxiv", record.arxiv_id)):
        if value and (url := outside_url(kind, value)):
            return url
    if record.url:
        return record.url
    others = (("openreview", record.openreview_id), ("acl", record.acl_id))
    found = (outside_url(kind, value) for kind, value in others if value)
    return next(filter(None, found), "")


def pdf_of(record: PaperRecord) -> str:
    """Where arXiv, the ACL Anthology or OpenReview have its full text as a PDF."""
    values = (("arxiv", record.arxiv_id), ("acl", record.acl_id))
    for kind, value in (*values, ("openreview", record.openreview_id)):
        if value and (url := pdf_url(kind, value)):
            return url
    return ""


def keywords_of(record: PaperRecord) -> list[str]:
    """Its keywords, one each."""
    return [word for each in re.split(r"[;,]", record.keywords) if (word := each.strip())]
