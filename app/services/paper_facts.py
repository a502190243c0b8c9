"""What is known of a paper, in the normal form in which it is kept; what cannot be is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.models import Section
from app.models.paper import MAX_IDENTIFIER, folded
from app.rendering import PaperRef, parse_identifier
from app.services.problems import Refused
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
    "arxiv_id": "An arXiv id looks like 1506.01497 or hep-th/9901001.",
}
# The field of a record that takes each kind of identifier.
FIELDS = {"doi": "doi", "arxiv": "arxiv_id", "openreview": "openreview_id", "acl": "acl_id"}
# What a record from outside can do without, by the field that a refusal names.
DROPPED = {
    "abstract": ("abstract",),
    "keywords": ("keywords",),
    "year": ("year",),
    "section": ("section",),
    "doi": ("doi",),
    "arxiv_id": ("arxiv_id",),
    "url": ("url",),
    "venue": ("venue", "venue_title"),
    "key": ("key", "venue_key"),
}
_KEY = re.compile(r"[^\s\x00-\x1f\x7f\"<>\\^`{|}#?%,]+")
_OPENREVIEW_ID = re.compile(r"[\w-]{4,64}", re.ASCII)
_ACL_ID = re.compile(r"[A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+", re.ASCII | re.I)
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)


def checked(session: Session, record: PaperRecord) -> PaperRecord:
    """The record in normal form; its key is empty when nothing in it can be one.

    What a person may have typed is refused when it cannot be right. What only sources tell
    (details, ORCIDs, further keys and addresses) is left out then: nobody could mend it.

    Raises:
        Refused: with the name of the field.
    """
    title = _line("title", record.title, MAX_TITLE, "A title")
    if not title:
        raise Refused("title", "A paper needs a title.")
    if record.year is not None and not YEARS[0] <= record.year <= YEARS[1]:
        raise Refused("year", f"{record.year} cannot be the year of a paper.")
    section = _line("section", record.section, MAX_NAME, "A section")
    if section not in ("", NO_SECTION) and session.get(Section, section) is None:
        raise Refused("section", "There is no such section.")
    abstract = visible(record.abstract).strip()
    if len(abstract) > MAX_ABSTRACT:
        raise Refused("abstract", f"An abstract has at most {MAX_ABSTRACT:,} characters.")
    authors, orcids = _people(record)
    facts = replace(
        record,
        title=title,
        authors=authors,
        orcids=orcids,
        venue=_line("venue", record.venue, MAX_NAME, "A venue"),
        abstract=abstract,
        keywords=_line("keywords", record.keywords, MAX_KEYWORDS, "The list of keywords"),
        section=section,
        venue_key=_checked_key(record.venue_key),
        venue_title=_line("venue", record.venue_title, MAX_VENUE_TITLE, "A venue"),
        details=_details(record),
    )
    return _with_identifiers(facts)


def fitting(session: Session, record: PaperRecord) -> tuple[PaperRecord, list[Refused]]:
    """A record from elsewhere in normal form without the facts that cannot be kept, and these.

    Raises:
        Refused: when it has no usable title.
    """
    blank = PaperRecord(title="")
    left_out: list[Refused] = []
    while True:
        try:
            return checked(session, record), left_out
        except Refused as refused:
            if refused.field not in DROPPED or len(left_out) > len(DROPPED):
                raise
            left_out.append(refused)
            fields = DROPPED[refused.field]
            record = replace(record, **{name: getattr(blank, name) for name in fields})


def identifiers(record: PaperRecord) -> list[PaperRef]:
    """What no two papers share, of a record in normal form; it has no key yet, perhaps."""
    refs = [PaperRef("key", key) for key in (record.key, *record.other_keys)]
    meant = [parse_identifier(ref.value) for ref in refs]
    refs += [ref.without_user() for ref in meant if ref is not None and ref.kind != "url"]
    refs += [PaperRef(kind, getattr(record, field)) for kind, field in FIELDS.items()]
    unique = {(ref.kind, folded(ref.value)): ref for ref in reversed(refs) if ref.value}
    return list(reversed(unique.values()))


def _people(record: PaperRecord) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names, and their ORCIDs in the same order if there is any."""
    named = [
        (_line("authors", name, MAX_NAME, "A name"), _orcid(record.orcids, position))
        for position, name in enumerate(record.authors)
    ]
    named = [(name, orcid) for name, orcid in named if name]
    if len(named) > MAX_AUTHORS:
        raise Refused("authors", f"At most {MAX_AUTHORS:,} authors can be kept.")
    orcids = tuple(orcid for _, orcid in named)
    return tuple(name for name, _ in named), orcids if any(orcids) else ()


def _orcid(orcids: tuple[str, ...], position: int) -> str:
    found = orcids[position].strip().upper() if position < len(orcids) else ""
    return found if is_orcid(found) else ""


def is_orcid(text: str) -> bool:
    """Whether a text is an ORCID iD with hyphens whose last sign, a check digit by ISO 7064
    MOD 11-2, is right (https://support.orcid.org, "Structure of the ORCID Identifier")."""
    if not _ORCID.fullmatch(text):
        return False
    total = 0
    for digit in text[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    return text[-1] == "0123456789X"[(12 - total % 11) % 11]


def _details(record: PaperRecord) -> dict[str, str]:
    found = {}
    for name in DETAILS:
        text = visible_line(record.details.get(name, ""))
        if text and len(text) <= (MAX_EDITORS if name == "editor" else MAX_DETAIL):
            found[name] = text
    return found


def _with_identifiers(record: PaperRecord) -> PaperRecord:
    """The record with its identifiers in normal form, also those that its key and addresses are."""
    key = _checked_key(record.key)
    url = _url(record.url)
    others = tuple(dict.fromkeys(_usable(_url, record.other_urls)))[:MAX_OTHERS]
    found: dict[str, Any] = {
        "doi": _of_kind("doi", record.doi, "doi"),
        "arxiv_id": _of_kind("arxiv_id", record.arxiv_id, "arxiv"),
        "openreview_id": _of_shape(record.openreview_id, "openreview", _OPENREVIEW_ID),
        "acl_id": _of_shape(record.acl_id, "acl", _ACL_ID),
    }
    # A key may be a DOI or hold an arXiv id, as many of ShortScience's do.
    for ref in filter(None, map(parse_identifier, filter(None, (key, url, *others)))):
        if ref.kind in FIELDS:
            found[FIELDS[ref.kind]] = found[FIELDS[ref.kind]] or ref.value
    arxiv_key = f"journals/corr/{found['arxiv_id']}" if found["arxiv_id"] else ""
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
        raise Refused(field, f"This is not one. {HINTS[field]}")
    return ref.value


def _of_shape(text: str, kind: str, shape: re.Pattern[str]) -> str:
    text = text.strip()
    ref = parse_identifier(text) if text else None
    if ref is not None and ref.kind == kind:
        return ref.value
    return text if shape.fullmatch(text) else ""


def _usable(check: Callable[[str], str], texts: Iterable[str]) -> Iterator[str]:
    """What passes a check and is not empty."""
    for text in texts:
        try:
            found = check(text)
        except Refused:
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
        raise Refused("url", "An address begins with https:// or http:// and has no spaces.")
    return text


def _checked_key(text: str) -> str:
    key = text.strip().strip("/")
    if not key:
        return ""
    parts = key.split("/")
    plain = _KEY.fullmatch(key) and key.isprintable() and not {".", ".."} & set(parts)
    if len(key) > MAX_IDENTIFIER or not plain:
        raise Refused(
            "key",
            "A key has letters, digits and signs such as / : . - _ but no spaces or commas, for"
            " example conf/nips/RenHGS15.",
        )
    return key


def _line(field: str, text: str, longest: int, what: str) -> str:
    text = visible_line(text)
    if len(text) > longest:
        raise Refused(field, f"{what} has at most {longest:,} characters; this has {len(text):,}.")
    return text
