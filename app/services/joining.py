"""Facts about one work from several sources, put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.queries.papers import title_folded
from app.sources.record import PaperRecord

MIN_TITLE_WORDS = 3  # "Preface" and "Editorial" say nothing about which work it is
_NAMED = ("doi", "arxiv_id", "openreview_id", "acl_id", "key")
_FILLED = (
    *("key", "doi", "arxiv_id", "openreview_id", "acl_id", "url", "abstract", "keywords"),
    *("venue", "venue_key", "venue_title", "section", "year"),
)


def same_work(one: PaperRecord, other: PaperRecord) -> bool:
    """Whether two records are of one work, such as a preprint and its conference version.

    An identifier that both have decides. Without, title, authors and year do: so a journal version
    with a DOI of its own, another part of a series and another preface stay apart.
    """
    pairs = [(getattr(one, name).lower(), getattr(other, name).lower()) for name in _NAMED[:-1]]
    known = [mine == theirs for mine, theirs in pairs if mine and theirs]
    if known:
        return all(known)
    if one.key and one.key.lower() == other.key.lower():
        return True
    title = title_folded(one.title)
    if title != title_folded(other.title) or len(title.split()) < MIN_TITLE_WORDS:
        return False
    if one.year and other.year and abs(one.year - other.year) > 1:
        return False
    mine, theirs = _surnames(one), _surnames(other)
    return bool(mine) and mine == theirs


def joined(records: Sequence[PaperRecord]) -> PaperRecord:
    """One record of a work: the facts of the first, with what only the others tell."""
    first, *others = records
    for other in others:
        blank = {name: getattr(other, name) for name in _FILLED if not getattr(first, name)}
        if first.venue or first.venue_key:  # the parts of a venue belong together
            blank = {name: fact for name, fact in blank.items() if not name.startswith("venue")}
        days = [day for day in (first.published_on, other.published_on) if day]
        first = replace(
            first,
            **blank,
            authors=first.authors or other.authors,
            orcids=_orcids(first, other),
            published_on=min(days, default=None),
            details=first.details or other.details,
            other_keys=_more(first.key, first.other_keys, other.other_keys, [other.key]),
            other_urls=_more(first.url, first.other_urls, [other.url], other.other_urls),
        )
    return first


def _orcids(first: PaperRecord, other: PaperRecord) -> tuple[str, ...]:
    if not first.authors or first.orcids or _surnames(first) != _surnames(other):
        return first.orcids if first.authors else other.orcids
    return other.orcids


def _surnames(record: PaperRecord) -> list[str]:
    names = (re.sub(r" \d{4}$", "", name) for name in record.authors)
    return [(title_folded(name).split() or [""])[-1] for name in names]


def _more(but: str, *lists: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(each for some in lists for each in some)
    return tuple(each for each in found if each and each != but)
