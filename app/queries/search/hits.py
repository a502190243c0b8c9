"""Found papers as a page of results shows them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from app.models import Paper, SearchEntry, Summary, User
from app.queries import summaries
from app.queries.catalogue.list_rows import (
    ListedEntry,
    RowPaper,
    make_entries,
    make_papers,
    select_papers,
    select_summaries,
)
from app.queries.search.own import hidden_texts
from app.queries.summary_entries import count_hidden_by_paper
from app.queries.visibility import public_of_few
from app.rendering import curl_quotes
from app.search.ranking import RankedPaper
from app.search.snippets import Marker, Piece
from app.statements import read_alone
from app.text.lines import one_line

SUMMARIES_LOOKED_AT = 3  # of one paper, for the words of the query
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


class FoundSummary(NamedTuple):
    """What a result needs of its summary."""

    id: int
    paper_id: int
    user_id: int
    score: int
    anonymous: bool


@dataclass(frozen=True)
class SearchHit:
    """A found paper with one of its summaries.

    The found one, else its best, else `None`.

    Attributes:
        entry: the summary as everybody is shown it; `None` where only the viewer is, or none is.
        summary_is_found: whether the words stand in that summary's text.
        summaries_count: those that the viewer may see; 0 where no summary is shown.
        title: the title in pieces, where it is plain text; else empty.
        excerpt: where the words stand in the summary or the abstract; empty where they do not.
        is_for_viewer: whether others would not be shown the same.
    """

    paper: RowPaper
    summary: FoundSummary | None
    entry: ListedEntry | None
    summary_is_found: bool
    summaries_count: int
    title: list[Piece]
    excerpt: list[Piece]
    is_for_viewer: bool


def load_hits(
    session: Session, wanted: Sequence[tuple[RankedPaper, Marker]], viewer: User | None
) -> list[SearchHit]:
    """Found papers, each with the text that has the words it was found by."""
    if not wanted:
        return []
    paper_ids = [each.paper_id for each, _ in wanted]
    connection = session.connection()
    rows = read_alone(session, _select_papers(), {"papers": paper_ids})
    abstracts = {row.paper_id: row.abstract for row in rows}
    counts = {row.paper_id: row.summaries_count for row in rows}
    papers = make_papers(connection, rows)
    texts = _load_texts(session, [each for each, _ in wanted], viewer)
    chosen = {each.paper_id: _choose_best_text(marker, each, texts) for each, marker in wanted}
    hidden: dict[int, int] = {}
    if viewer is not None:
        hidden = count_hidden_by_paper(session, set(paper_ids), viewer)
    entries = _load_entries(session, papers, chosen, counts, hidden)
    own = {} if viewer is None else _load_own(session, chosen, entries, hidden, viewer)
    hits = []
    for each, marker in wanted:
        paper = papers.get(each.paper_id)
        if paper is None:  # gone since the index was asked
            continue
        entry = entries.get(paper.id)
        summary = own.get(paper.id) or _found_summary(entry)
        is_found = summary is not None and summary.id == chosen[paper.id]
        if summary is not None and is_found:
            excerpt = marker.excerpt(texts[summary.id])
        else:
            excerpt = _curl_pieces(marker.excerpt(_paragraphs(abstracts[paper.id])))
        is_anonymous_of_viewer = (
            summary is not None
            and summary.anonymous
            and viewer is not None
            and summary.user_id == viewer.id
        )
        hits.append(
            SearchHit(
                paper=paper,
                summary=summary,
                entry=None if paper.id in own else entry,
                summary_is_found=is_found,
                summaries_count=counts[paper.id] + hidden.get(paper.id, 0) if summary else 0,
                title=_mark_title(marker, paper),
                excerpt=excerpt,
                is_for_viewer=paper.id in hidden or is_anonymous_of_viewer,
            )
        )
    return hits


def _found_summary(entry: ListedEntry | None) -> FoundSummary | None:
    if entry is None:
        return None
    row = entry.summary
    return FoundSummary(row.id, row.paper_id, row.user_id, row.score, row.anonymous)


def _load_entries(
    session: Session,
    papers: Mapping[int, RowPaper],
    chosen: Mapping[int, int | None],
    counts: Mapping[int, int],
    hidden: Collection[int],
) -> dict[int, ListedEntry]:
    """The public summary of each paper that is shown: the chosen one, else the best.

    Args:
        chosen: numbers of summaries, by paper; `None` where none of them has the words.
        counts: of public summaries, by paper.
        hidden: papers of which the viewer has texts that others do not see.
    """
    numbers = [number for each, number in chosen.items() if number is not None and each in papers]
    without = [each for each, number in chosen.items() if number is None and counts.get(each)]
    best = [each for each in without if each not in hidden]
    if not numbers and not best:
        return {}
    values = {"summaries": numbers} if numbers else {}
    values |= {"papers": best} if best else {}
    rows = read_alone(session, _select_shown(bool(numbers), bool(best)), values)
    return {each.paper.id: each for each in make_entries(session.connection(), rows, papers)}


def _load_own(
    session: Session,
    chosen: Mapping[int, int | None],
    entries: Mapping[int, ListedEntry],
    hidden: Collection[int],
    viewer: User,
) -> dict[int, FoundSummary]:
    """The summaries that are shown and that everybody may not see, by paper."""
    numbers = [number for each, number in chosen.items() if number and each not in entries]
    shown: dict[int, FoundSummary] = {}
    if numbers:
        values = {"summaries": numbers, "viewer": viewer.id}
        rows = read_alone(session, _select_own(), values)
        shown = {row.paper_id: FoundSummary(*row) for row in rows}
    without = [each for each, number in chosen.items() if number is None and each in hidden]
    if without:
        for paper_id, entry in summaries.find_best_summaries(session, without, viewer).items():
            best = entry.summary
            shown[paper_id] = FoundSummary(
                best.id, paper_id, best.user_id, best.score, best.anonymous
            )
    return shown


def _load_texts(
    session: Session, page: Sequence[RankedPaper], viewer: User | None
) -> dict[int, str]:
    wanted = [number for each in page for number in each.summaries[:SUMMARIES_LOOKED_AT]]
    texts: dict[int, str] = {}
    if wanted:
        texts = dict(read_alone(session, _select_texts(), {"summaries": wanted}))
    if viewer is not None and any(each.is_mine for each in page):
        texts |= hidden_texts(session, wanted, viewer)
    return texts


def _choose_best_text(marker: Marker, found: RankedPaper, texts: dict[int, str]) -> int | None:
    """The summary whose text has most of the words; `None` if none has any."""
    numbers = [each for each in found.summaries[:SUMMARIES_LOOKED_AT] if each in texts]
    counts = {number: marker.count(texts[number]) for number in numbers}
    best = max(numbers, key=lambda number: counts[number], default=None)
    if best is None or (counts[best] == 0 and found.is_itself):
        return None
    return best


def _paragraphs(abstract: str) -> str:
    """An abstract with a line for each paragraph, as the texts of summaries are stored."""
    return "\n".join(map(one_line, _BLANK_LINE.split(abstract)))


def _curl_pieces(pieces: list[Piece]) -> list[Piece]:
    """Shows the quotes of an abstract's excerpt as its paper's page does."""
    texts = ["x" * len(piece.text) if piece.html else piece.text for piece in pieces]
    whole = "".join(texts)
    curled = curl_quotes(whole)
    if curled == whole:
        return pieces
    ends = list(accumulate(map(len, texts)))
    return [
        piece if piece.html else replace(piece, text=curled[end - len(piece.text) : end])
        for piece, end in zip(pieces, ends, strict=True)
    ]


def _mark_title(marker: Marker, paper: RowPaper) -> list[Piece]:
    # A title with formulas or emphasis is shown as it was rendered.
    title = curl_quotes(paper.title)
    return marker.mark(title) if paper.title_html == escape(title) else []


# Statements are made once: making one takes longer than reading what it asks for. The cache of
# pages is told of none: what a search found is kept until anything at all is changed.


@cache
def _select_papers() -> Select[Any]:
    return select_papers(Paper.abstract)


@cache
def _select_shown(are_chosen: bool, are_best: bool) -> Select[Any]:
    """Public summaries: some by number, and the best ones of some papers."""
    ids: list[Select[Any]] = []
    if are_chosen:
        wanted = Summary.id.in_(bindparam("summaries", expanding=True))
        ids.append(select(Summary.id).where(wanted, public_of_few()))
    if are_best:
        wanted = Summary.paper_id.in_(bindparam("papers", expanding=True))
        place = summaries.place_within_paper().label("place")
        ranked = select(Summary.id, place).where(wanted, public_of_few()).subquery()
        ids.append(select(ranked.c.id).where(ranked.c.place == 1))
    return select_summaries().where(Summary.id.in_(union_all(*ids) if ids[1:] else ids[0]))


@cache
def _select_own() -> Select[Any]:
    columns = [getattr(Summary, name) for name in FoundSummary._fields]
    return select(*columns).where(
        Summary.id.in_(bindparam("summaries", expanding=True)),
        Summary.user_id == bindparam("viewer"),
    )


@cache
def _select_texts() -> Select[Any]:
    columns: tuple[Any, ...] = (SearchEntry.summary_id, SearchEntry.text)
    return select(*columns).where(
        SearchEntry.summary_id.in_(bindparam("summaries", expanding=True))
    )
