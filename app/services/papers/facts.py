"""What is known of a paper, in normal form.

What cannot be kept in that form is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.models import Section
from app.models.papers.paper import MAX_IDENTIFIER, folded
from app.references.identifiers import CORR, PaperRef, is_storable_key
from app.references.orcid import orcid_of
from app.references.parsing import parse_any_address, parse_identifier
from app.services.refusals import Refusal, Refusals
from app.sources.record import DETAILS, NO_SECTION, PaperRecord
from app.text.lines import visible, visible_line

MAX_TITLE = 1000
MAX_ABSTRACT = 20_000
MAX_KEYWORDS = 1000
MAX_AUTHORS = 5000
MAX_NAME = 200
MAX_URL = 2000
MAX_VENUE_KEY = 120
MAX_VENUE_TITLE = 400
MAX_DETAIL = 400
MAX_EDITORS = 4000
MAX_OTHERS = 20  # further keys, and further addresses
YEARS = (1500, 2200)
HINTS = {
    "doi": "A DOI looks like 10.1109/CVPR.2016.90.",
    "arxiv_id": "An arXiv ID looks like 1506.01497 or hep-th/9901001.",
}
# The field of a record that takes each kind of identifier.
FIELDS = {"doi": "doi", "arxiv": "arxiv_id", "openreview": "openreview_id", "acl": "acl_id"}


def check_record(session: Session, record: PaperRecord) -> PaperRecord:
    """The record in normal form.

    Its key is empty when nothing in it can be one.

    What a person may have typed is refused when it cannot be right. What only sources tell
    (details, ORCIDs, further keys and addresses) is left out then: nobody could mend it.

    Raises:
        Refusal: with the name of the field; those of other fields are told with it.
    """
    refused = Refusals()

    def line(field: str, text: str, most: int, what: str) -> str:
        return refused.check(_line, "", field, text, most, what)

    authors, orcids = refused.check(_people, ((), ()), record)
    facts = replace(
        record,
        title=refused.check(_title, "", record.title),
        authors=authors,
        orcids=orcids,
        year=refused.check(_year, None, record.year),
        venue=line("venue", record.venue, MAX_NAME, "A venue"),
        abstract=refused.check(_abstract, "", record.abstract),
        keywords=line("keywords", record.keywords, MAX_KEYWORDS, "The list of keywords"),
        section=refused.check(_section, "", session, record.section),
        venue_key=refused.check(_checked_key, "", record.venue_key),
        venue_title=line("venue", record.venue_title, MAX_VENUE_TITLE, "A venue"),
        details=_details(record),
    )
    facts = _with_identifiers(facts, refused)
    refused.raise_first()
    return facts


def doubtful_authors(doubts: Sequence[str]) -> Refusal:
    """What to say of a line that may name one author or several (`sources.name_lists`)."""
    return Refusal(
        "authors",
        f"Is “{doubts[0]:.80}” one person or several? Put each on a line of their own, with the"
        " given name first.",
    )


def list_record_identifiers(record: PaperRecord) -> list[PaperRef]:
    """The identifiers of a record in normal form.

    No two papers share one; the record has no key yet, perhaps.
    """
    refs = [PaperRef("key", key) for key in (record.key, *record.other_keys)]
    meant = [parse_identifier(ref.value) for ref in refs]
    refs += [ref.without_user() for ref in meant if ref is not None and ref.kind != "url"]
    refs += [PaperRef(kind, getattr(record, field)) for kind, field in FIELDS.items()]
    unique = {(ref.kind, folded(ref.value)): ref for ref in reversed(refs) if ref.value}
    return list(reversed(unique.values()))


def addresses(record: PaperRecord) -> list[PaperRef]:
    """The addresses of a record that may be those of its paper alone."""
    found = map(parse_any_address, filter(None, (record.url, *record.other_urls)))
    refs = (ref.without_user() for ref in found if ref is not None and ref.kind == "url")
    return [ref for ref in refs if len(ref.value) <= MAX_IDENTIFIER]


def _title(text: str) -> str:
    title = _line("title", text, MAX_TITLE, "A title")
    if not title:
        raise Refusal("title", "Enter a title.")
    return title


def _year(year: int | None) -> int | None:
    if year is not None and not YEARS[0] <= year <= YEARS[1]:
        raise Refusal("year", f"{year} isn’t a valid year.")
    return year


def _section(session: Session, text: str) -> str:
    section = _line("section", text, MAX_NAME, "A section")
    if section not in ("", NO_SECTION) and session.get(Section, section) is None:
        raise Refusal("section", "Unknown section.")
    return section


def _abstract(text: str) -> str:
    abstract = visible(text).strip()
    if len(abstract) > MAX_ABSTRACT:
        raise Refusal("abstract", f"Abstracts can be up to {MAX_ABSTRACT:,} characters.")
    return abstract


def _people(record: PaperRecord) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names, and their ORCIDs in the same order if there is any."""
    orcids = record.orcids[: len(record.authors)]
    named = [
        (_line("authors", name, MAX_NAME, "A name"), orcid_of(orcid))
        for name, orcid in zip_longest(record.authors, orcids, fillvalue="")
    ]
    named = [(name, orcid) for name, orcid in named if name]
    if len(named) > MAX_AUTHORS:
        raise Refusal("authors", f"Up to {MAX_AUTHORS:,} authors.")
    orcids = tuple(orcid for _, orcid in named)
    return tuple(name for name, _ in named), orcids if any(orcids) else ()


def _details(record: PaperRecord) -> dict[str, str]:
    found = {}
    for name in DETAILS:
        text = visible_line(record.details.get(name, ""))
        if text and len(text) <= (MAX_EDITORS if name == "editor" else MAX_DETAIL):
            found[name] = text
    return found


def _with_identifiers(record: PaperRecord, refused: Refusals) -> PaperRecord:
    """The record with its identifiers in normal form, also those that its key and addresses are."""
    key = refused.check(_checked_key, "", record.key)
    url = refused.check(_url, "", record.url)
    others = tuple(dict.fromkeys(_usable(_url, record.other_urls)))[:MAX_OTHERS]
    told = parse_identifier(record.doi)
    # arXiv gives its papers DOIs too; each means the paper that its number means.
    at_arxiv = told.value if told is not None and told.kind == "arxiv" else ""
    found: dict[str, Any] = {
        "doi": "" if at_arxiv else refused.check(_of_kind, "", "doi", record.doi, "doi"),
        "arxiv_id": refused.check(_of_kind, "", "arxiv_id", record.arxiv_id, "arxiv") or at_arxiv,
        "openreview_id": _of_source("openreview", record.openreview_id),
        "acl_id": _of_source("acl", record.acl_id),
    }
    # A key may be a DOI or hold an arXiv id, as many of ShortScience's do.
    for ref in filter(None, map(parse_identifier, filter(None, (key, url, *others)))):
        if ref.kind in FIELDS:
            found[FIELDS[ref.kind]] = found[FIELDS[ref.kind]] or ref.value
    arxiv_key = f"{CORR}/{found['arxiv_id']}" if found["arxiv_id"] else ""
    key = key or found["doi"] or arxiv_key
    other_keys = dict.fromkeys(_usable(_checked_key, record.other_keys))
    return replace(
        record,
        key=key,
        url=url,
        **found,
        other_keys=tuple(each for each in other_keys if each != key)[:MAX_OTHERS],
        other_urls=tuple(each for each in others if each != url),
    )


def _of_kind(field: str, text: str, kind: str) -> str:
    if not text.strip():
        return ""
    ref = parse_identifier(text.strip())
    if ref is None or ref.kind != kind or len(ref.value) > MAX_IDENTIFIER:
        raise Refusal(field, f"Not valid. {HINTS[field]}")
    return ref.value


def _of_source(kind: str, text: str) -> str:
    """An identifier that only sources tell, without its name before it."""
    for written in (text.strip(), f"{kind}:{text.strip()}"):
        ref = parse_identifier(written)
        if ref is not None and ref.kind == kind:
            return ref.value
    return ""


def _usable(check: Callable[[str], str], texts: Iterable[str]) -> Iterator[str]:
    """What passes a check and is not empty."""
    for text in texts:
        try:
            found = check(text)
        except Refusal:
            continue
        if found:
            yield found


def _url(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid or len(text) > MAX_URL or not text.isprintable() or " " in text:
        raise Refusal("url", "A URL starts with https:// or http:// and has no spaces.")
    return text


def _checked_key(text: str) -> str:
    key = text.strip().strip("/")
    if not key:
        return ""
    if not is_storable_key(key):
        raise Refusal(
            "key",
            "Use letters, digits and signs such as / : . - _ without spaces or commas, e.g."
            " conf/nips/RenHGS15.",
        )
    return key


def _line(field: str, text: str, longest: int, what: str) -> str:
    text = visible_line(text)
    if len(text) > longest:
        raise Refusal(
            field, f"{what} can be up to {longest:,} characters (you have {len(text):,})."
        )
    return text
