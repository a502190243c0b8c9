"""What a source knows about a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

# As `section` of a paper that belongs in none, whatever its venue.
NO_SECTION = "none"
# What a citation needs besides; named as BibTeX does. "type" is BibTeX's kind of entry.
DETAILS = (
    "type",
    "volume",
    "number",
    "pages",
    "month",
    "publisher",
    "address",
    "editor",
    "series",
    "edition",
    "isbn",
    "issn",
    "school",
    "institution",
    "authors",
)
OTHERS = "others"  # as detail "authors" of a list of authors that goes on: `Foo and others`


@dataclass(frozen=True)
class PaperRecord:
    """Facts about one paper, as plain text; TeX only between dollar signs.

    Args:
        title: title in full.
        authors: names in order, given name first; a dblp number of a namesake stays on the name.
        key: bibtex key, empty when the source has none.
        year: year of publication.
        venue: name of the venue or its key (`conf/nips`).
        venue_key, venue_title: its key, and its name in full, where the source tells them apart.
        details: what else a citation shows, under the names of `DETAILS`.
        openreview_id, acl_id: identifiers at OpenReview and in the ACL Anthology.
        other_keys: further keys under which it is known.
        other_urls: further addresses where it is found.
        orcids: ORCID iDs of the authors in their order, empty for an author whose is not known;
            empty altogether when the source tells none.
        doi: without `https://doi.org/`.
        arxiv_id: without version.
        url: address of the paper elsewhere.
        abstract: paragraphs are separated by blank lines.
        keywords: separated by commas.
        published_on: day of first publication.
        note: what a citation says besides, such as that the paper is retracted.
        section: slug of the section, `NO_SECTION` for none, empty for "as the venue says".
    """

    title: str
    authors: tuple[str, ...] = ()
    key: str = ""
    year: int | None = None
    venue: str = ""
    doi: str = ""
    arxiv_id: str = ""
    url: str = ""
    abstract: str = ""
    keywords: str = ""
    published_on: date | None = None
    section: str = ""
    venue_key: str = ""
    venue_title: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    openreview_id: str = ""
    acl_id: str = ""
    other_keys: tuple[str, ...] = ()
    other_urls: tuple[str, ...] = ()
    orcids: tuple[str, ...] = ()
    note: str = ""


def has_more_authors(record: PaperRecord) -> bool:
    """Whether a paper has more authors than are known: `Foo and others`."""
    return bool(record.authors) and record.details.get("authors") == OTHERS


_TUPLES = ("authors", "orcids", "other_keys", "other_urls")
_NAMES = tuple(each.name for each in fields(PaperRecord))


def to_json(record: PaperRecord) -> dict[str, Any]:
    """A record as JSON can hold it."""
    values = {name: getattr(record, name) for name in _NAMES}  # `asdict` copies each one, slowly
    day = record.published_on
    return {**values, "details": dict(record.details), "published_on": day and day.isoformat()}


def from_json(value: Mapping[str, Any]) -> PaperRecord:
    """The record that `to_json` was given.

    Raises:
        KeyError, TypeError, ValueError: for what it did not write.
    """
    day = value["published_on"]
    lists: dict[str, Any] = {name: tuple(value[name]) for name in _TUPLES}
    return PaperRecord(**{**value, **lists, "published_on": day and date.fromisoformat(day)})
