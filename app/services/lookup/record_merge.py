"""Facts about one work from several sources, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.references.identifiers import is_corr_key
from app.sources.record import PaperRecord
from app.sources.same_work import is_same, may_be_extended, work_of
from app.text.person_names import comparable_surnames

_NAMED = ("doi", "arxiv_id", "openreview_id", "acl_id")
_FILLED = (
    *("key", "doi", "arxiv_id", "openreview_id", "acl_id", "url", "abstract", "keywords"),
    *("venue", "venue_key", "venue_title", "section", "year"),
)


def is_same_work(one: PaperRecord, other: PaperRecord) -> bool:
    """Whether two records are of one work, such as a preprint and its conference version.

    An identifier that both have decides. Without, title, authors and year do as in
    `sources.same_work`: so another part of a series and another preface stay apart. What
    dblp has under two keys is one work only when one of them is the preprint.
    """
    pairs = [(getattr(one, name).lower(), getattr(other, name).lower()) for name in _NAMED]
    known = [mine == theirs for mine, theirs in pairs if mine and theirs]
    if known:
        return all(known)
    keys = {one.key.lower(), other.key.lower()} - {""}
    if len(keys) == 2 and not any(map(is_corr_key, keys)):
        return False
    if one.key and len(keys) == 1 and other.key:
        return True
    work, others = work_of(one), work_of(other)
    # Sources seldom say of what kind a work is, so one of the two counts as the preprint.
    return not may_be_extended(work, others) and is_same(
        replace(work, kind="preprint"), replace(others, kind="")
    )


def merge_records(records: Sequence[PaperRecord]) -> PaperRecord:
    """Merge the records of one work.

    The facts of the first, with what only the others tell.
    """
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
    theirs = comparable_surnames(other.authors)
    if not first.authors or first.orcids or comparable_surnames(first.authors) != theirs:
        return first.orcids if first.authors else other.orcids
    return other.orcids


def _more(but: str, *lists: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(each for some in lists for each in some)
    return tuple(each for each in found if each and each != but)
