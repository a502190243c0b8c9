"""Which papers here the rows of a list are about.

The rules are those of `services.papers.deduplication` and `sources.same_work`, applied to many rows
at once with a few queries. Whoever imports can be asked: what the rules leave open is a choice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.models import Paper
from app.queries import papers
from app.queries.identifiers import list_reference_names
from app.references.identifiers import PaperRef
from app.services.papers.deduplication import (
    MAX_SAME_TITLE,
    have_other_identifiers,
    list_ids_by_title,
)
from app.services.papers.facts import addresses, list_record_identifiers
from app.services.papers.paper_names import Name, known_names
from app.sources.identity import names_work
from app.sources.lists.listed_paper import ListedPaper
from app.sources.record import PaperRecord
from app.sources.same_work import (
    MAX_YEARS_BETWEEN,
    is_distinctive,
    is_named_by,
    is_same,
    may_be_same,
    title_words,
    work_of,
)
from app.text.words import title_folded

MAX_CANDIDATES = 5


@dataclass(frozen=True)
class RowMatch:
    """What was found for a row.

    Attributes:
        paper: the one that it is about, if that is sure.
        candidates: those that it may be about, if none is.
        is_alone: whether no paper here has a name or the words of the title in common with it.
    """

    paper: Paper | None = None
    candidates: tuple[Paper, ...] = ()
    is_alone: bool = False


def match_rows(session: Session, rows: Sequence[ListedPaper]) -> list[RowMatch]:
    """Find the papers of some rows, with a few queries for all.

    Args:
        rows: whose records are in normal form.
    """
    sure = [_names(list_sure_references(row.record)) for row in rows]
    keys = [_names(_list_keys(row)) for row in rows]
    known = known_names(session, {name for each in (*sure, *keys) for name in each})
    titles = {title_folded(row.record.title) for row in rows} - {""}
    same = list_ids_by_title(session, titles)
    ids = {*known.values(), *(number for each in same.values() for number in each)}
    loaded = papers.load_papers(session, sorted(ids)) if ids else {}

    def find(numbers: Iterable[int]) -> list[Paper]:
        return [loaded[number] for number in dict.fromkeys(numbers) if number in loaded]

    return [
        _decide(
            row,
            find(known[name] for name in named if name in known),
            find(known[name] for name in own if name in known),
            find(same.get(title_folded(row.record.title), ())),
        )
        for row, named, own in zip(rows, sure, keys, strict=True)
    ]


def list_sure_references(record: PaperRecord) -> list[PaperRef]:
    """The identifiers of a record that belong to one paper, wherever they stand; no keys."""
    bare = replace(record, key="", other_keys=())
    return [*list_record_identifiers(bare), *addresses(bare)]


def _list_keys(row: ListedPaper) -> list[PaperRef]:
    keys = dict.fromkeys(filter(None, (row.record.key, *row.names)))
    return [ref for key in keys for ref in list_record_identifiers(PaperRecord("", key=key))]


def _names(refs: Iterable[PaperRef]) -> list[Name]:
    return [name for ref in refs for name in list_reference_names(ref)]


def _decide(
    row: ListedPaper, sure: Sequence[Paper], keyed: Sequence[Paper], titled: Sequence[Paper]
) -> RowMatch:
    record = row.record
    # The address of a page here says which paper it is, whatever it is called beside it.
    if not record.title or (row.is_loose and row.page and keyed):
        return RowMatch(next(iter((*sure, *keyed)), None))
    if row.is_loose and len(titled) == 1 and is_distinctive(title_words(record.title)):
        return RowMatch(titled[0])
    for paper in sure:
        if _agree(paper, record):
            return RowMatch(paper)
    for paper in keyed:
        if _agree(paper, record) and _is_of_year(paper, record):
            return RowMatch(paper)
    work = work_of(record, "the list")
    same = [
        paper
        for paper in titled
        if (is_named_by(paper.work, work) or is_same(paper.work, work))
        and not have_other_identifiers(paper, record)
    ]
    if len(same) == 1:
        return RowMatch(same[0])
    doubtful = [paper for paper in titled if may_be_same(paper.work, work)]
    candidates = {paper.id: paper for paper in (*same, *sure, *doubtful)}
    is_alone = not (sure or keyed or titled)
    return RowMatch(None, tuple(candidates.values())[:MAX_CANDIDATES], is_alone)


def _agree(paper: Paper, record: PaperRecord) -> bool:
    return names_work(paper.title, [each.printed for each in paper.authorships], record)


def _is_of_year(paper: Paper, record: PaperRecord) -> bool:
    if have_other_identifiers(paper, record):
        return False
    if not (paper.year and record.year):
        return True
    return abs(paper.year - record.year) <= MAX_YEARS_BETWEEN


class RowIndex:
    """The rows of one list so far, to find two that are one work."""

    def __init__(self) -> None:
        self._by_key: dict[str, int] = {}
        self._by_name: dict[Name, int] = {}
        self._by_title: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        self._records: dict[int, PaperRecord] = {}

    def find_or_add(self, position: int, row: ListedPaper, key: str) -> int | None:
        """The position of an earlier row of the same work; else the row is remembered.

        Args:
            key: of the paper here, if it is one.
        """
        if key:
            first = self._by_key.setdefault(key, position)
            return first if first != position else None
        record = row.record
        names = _names(list_sure_references(record))
        words = title_words(record.title)
        found = {self._by_name[name] for name in names if name in self._by_name}
        for each in sorted(found):
            if self._is_same(self._records[each], record, is_named=True):
                return each
        for each in self._by_title[words][:MAX_SAME_TITLE] if words else ():
            if self._is_same(self._records[each], record, is_named=False):
                return each
        # What tells works apart, without what takes room: a list may be long.
        self._records[position] = replace(record, abstract="", other_urls=())
        for name in names:
            self._by_name.setdefault(name, position)
        if words:
            self._by_title[words].append(position)
        return None

    def _is_same(self, one: PaperRecord, other: PaperRecord, *, is_named: bool) -> bool:
        if not (one.title and other.title):
            return is_named
        if is_named:
            return names_work(one.title, one.authors, other)
        pairs = ((one.doi, other.doi), (one.arxiv_id, other.arxiv_id))
        if any(mine and theirs and mine.lower() != theirs.lower() for mine, theirs in pairs):
            return False
        works = work_of(one, "one"), work_of(other, "other")
        return (
            is_named_by(*works)
            or is_same(*works)
            or one == replace(other, abstract="", other_urls=())
        )
