"""Which papers here entries are about, and which entries are one work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.models import Paper
from app.queries.identifiers import list_reference_names
from app.queries.papers import load_whole_papers
from app.services.bibliography.reading import ReadEntry
from app.services.bulk import split_into_batches
from app.services.papers.deduplication import (
    MAX_SAME_TITLE,
    have_other_identifiers,
    is_record_of,
    list_ids_by_title,
)
from app.services.papers.facts import FIELDS, list_record_identifiers
from app.services.papers.paper_names import Name, known_names
from app.sources.identity import may_be_renamed, names_work
from app.sources.record import PaperRecord
from app.sources.same_work import (
    WorkFacts,
    find_same_work,
    is_distinctive,
    is_version,
    title_words,
    work_of,
)
from app.sources.works import pages_of
from app.text.words import title_folded


class EntryMatch(NamedTuple):
    """The paper that an entry is about, or another one whose identifier it has."""

    paper: Paper | None
    misnamed: Paper | None = None


@dataclass
class _Known:
    """What is here that entries may be about."""

    by_name: Mapping[Name, int]
    by_title: Mapping[str, Sequence[int]]
    papers: Mapping[int, Paper]


def match_entries(session: Session, entries: Sequence[ReadEntry]) -> list[EntryMatch]:
    """Find the paper of each entry, in a fixed number of queries for 500 papers."""
    names = [_list_names(each.record) if each.record else [] for each in entries]
    by_name = known_names(session, (name for each in names for name in each))
    titles = {each.record.title for each in entries if each.record}
    by_title = list_ids_by_title(
        session, {title_folded(each) for each in titles if is_distinctive(title_words(each))}
    )
    ids = {*by_name.values(), *(number for each in by_title.values() for number in each)}
    papers = {
        number: paper
        for some in split_into_batches(ids)
        for number, paper in load_whole_papers(session, some).items()
    }
    known = _Known(by_name, by_title, papers)
    return [
        EntryMatch(None) if entry.record is None else _match(session, known, entry.record, own)
        for entry, own in zip(entries, names, strict=True)
    ]


def find_doubles(
    entries: Sequence[ReadEntry], matches: Sequence[EntryMatch]
) -> dict[int, set[int]]:
    """Which entries are the same work as others under other keys, by their places."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    records = {number: each.record for number, each in enumerate(entries) if each.record}
    works = {number: work_of(each, f"entry {number}") for number, each in records.items()}
    for one, other in _pairs(records, works, matches):
        if entries[one].key.lower() != entries[other].key.lower():
            found[one].add(other)
            found[other].add(one)
    return dict(found)


def _list_names(record: PaperRecord) -> list[Name]:
    return [name for ref in list_record_identifiers(record) for name in list_reference_names(ref)]


def _match(session: Session, known: _Known, record: PaperRecord, names: list[Name]) -> EntryMatch:
    misnamed = None
    for name in names:
        paper = known.papers.get(known.by_name.get(name, 0))
        if paper is None or name[0] not in FIELDS:
            continue
        names_it = names_work(paper.title, _printed(paper), record)
        if names_it or may_be_renamed(paper.title, _printed(paper), record):
            return EntryMatch(paper)
        misnamed = misnamed or paper
    same = _find_by_title(known, record)
    if same is not None:
        return EntryMatch(same, misnamed)
    for name in names:
        paper = known.papers.get(known.by_name.get(name, 0))
        if (
            paper is not None
            and name[0] == "key"
            and is_record_of(session, paper, record, _printed(paper))
        ):
            return EntryMatch(paper, misnamed)
    return EntryMatch(None, misnamed)


def _find_by_title(known: _Known, record: PaperRecord) -> Paper | None:
    work = work_of(record, "the file")
    papers = [known.papers[each] for each in known.by_title.get(title_folded(record.title), ())]
    facts = [(paper.work, paper) for paper in papers]
    possible = [
        (other, paper)
        for other, paper in facts
        if is_version(other, work) or not have_other_identifiers(paper, record)
    ]
    same = find_same_work(work, [other for other, _ in possible])
    return next((paper for other, paper in possible if other is same), None)


def _printed(paper: Paper) -> list[str]:
    return [each.printed for each in paper.authorships]


def _pairs(
    records: Mapping[int, PaperRecord],
    works: Mapping[int, WorkFacts],
    matches: Sequence[EntryMatch],
) -> Iterator[tuple[int, int]]:
    """Pairs of entries that are one work, some more than once."""
    by_identifier: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    by_paper: defaultdict[int, list[int]] = defaultdict(list)
    by_title: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, record in records.items():
        for kind, field in FIELDS.items():
            if value := getattr(record, field):
                by_identifier[kind, value.lower()].append(number)
        if (paper := matches[number].paper) is not None:
            by_paper[paper.id].append(number)
        words = title_words(record.title)
        if is_distinctive(words):
            by_title[words].append(number)
    for one, other in _each_two(by_identifier.values()):
        if names_work(records[one].title, records[one].authors, records[other]):
            yield one, other
    for one, other in _each_two(by_paper.values()):
        mine, theirs = works[one], works[other]
        alike = mine.year == theirs.year and mine.kind == theirs.kind
        if is_version(mine, theirs) or (alike and not are_told_apart(records[one], records[other])):
            yield one, other
    for group in by_title.values():
        yield from _same_of_title(group[:MAX_SAME_TITLE], records, works)


def _same_of_title(
    group: Sequence[int], records: Mapping[int, PaperRecord], works: Mapping[int, WorkFacts]
) -> Iterator[tuple[int, int]]:
    for one in group:
        others = [
            each
            for each in group
            if each != one
            and (
                is_version(works[one], works[each])
                or not are_told_apart(records[one], records[each])
            )
        ]
        same = find_same_work(works[one], [works[each] for each in others])
        yield from ((one, each) for each in others if works[each] is same)


def _each_two(groups: Iterable[Sequence[int]]) -> Iterator[tuple[int, int]]:
    for group in groups:
        some = group[:MAX_SAME_TITLE]
        yield from ((one, other) for at, one in enumerate(some) for other in some[at + 1 :])


def are_told_apart(one: PaperRecord, other: PaperRecord) -> bool:
    """Whether two records with one title say of themselves that they are two publications."""
    first, second = pages_of(one)[0], pages_of(other)[0]
    pairs = [(one.doi, other.doi), (one.arxiv_id, other.arxiv_id), (first, second)]
    pairs.append((one.details.get("volume", ""), other.details.get("volume", "")))
    return any(mine and theirs and mine.lower() != theirs.lower() for mine, theirs in pairs)
