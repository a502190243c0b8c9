"""Found papers as a page of results shows them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from html import escape
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from app.models import Paper, SearchEntry, Summary, User
from app.queries import summaries
from app.queries.search.own import hidden_texts
from app.queries.summary_entries import count_hidden_by_paper
from app.queries.visibility import public_of_few
from app.rendering import curl_quotes
from app.search.ranking import RankedPaper
from app.search.snippets import Marker, Piece, mark_pieces
from app.text.lines import one_line

SUMMARIES_LOOKED_AT = 3  # of one paper, for the words of the query
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


class FoundPaper(NamedTuple):
    """What a result needs of its paper; `summaries_count` are the public ones."""

    id: int
    key: str
    title: str
    title_html: str
    abstract: str
    summaries_count: int


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
        summary_is_found: whether the words stand in that summary's text.
        summaries_count: those that the viewer may see; 0 where no summary is shown.
        title: the title in pieces, where it is plain text; else empty.
        excerpt: where the words stand in the summary or the abstract; empty where they do not.
        is_for_viewer: whether others would not be shown the same.
    """

    paper: FoundPaper
    summary: FoundSummary | None
    summary_is_found: bool
    summaries_count: int
    title: list[Piece]
    excerpt: list[Piece]
    is_for_viewer: bool

    # A search that is kept is shown many times.

    @cached_property
    def title_html(self) -> str:
        """The title with what was looked for marked; empty where `title` is."""
        return mark_pieces(self.title)

    @cached_property
    def excerpt_html(self) -> str:
        """The same of the excerpt."""
        return mark_pieces(self.excerpt)


def load_hits(
    session: Session, wanted: Sequence[tuple[RankedPaper, Marker]], viewer: User | None
) -> list[SearchHit]:
    """Found papers, each with the text that has the words it was found by."""
    if not wanted:
        return []
    paper_ids = [each.paper_id for each, _ in wanted]
    rows = session.connection().execute(_select_papers(), {"papers": paper_ids})
    known = {row.id: FoundPaper(*row) for row in rows}
    texts = _load_texts(session, [each for each, _ in wanted], viewer)
    chosen = {each.paper_id: _choose_best_text(marker, each, texts) for each, marker in wanted}
    hidden: dict[int, int] = {}
    if viewer is not None:
        hidden = count_hidden_by_paper(session, set(paper_ids), viewer)
    shown = _load_summaries(session, known, chosen, hidden, viewer)
    hits = []
    for each, marker in wanted:
        paper = known.get(each.paper_id)
        if paper is None:  # gone since the index was asked
            continue
        summary = shown.get(paper.id)
        is_found = summary is not None and summary.id == chosen[paper.id]
        own = texts[summary.id] if summary is not None and is_found else None
        if own is None:
            excerpt = _curl_pieces(marker.excerpt(_paragraphs(paper.abstract)))
        else:
            excerpt = marker.excerpt(own)
        is_anonymous_of_viewer = (
            summary is not None
            and summary.anonymous
            and viewer is not None
            and summary.user_id == viewer.id
        )
        count = paper.summaries_count + hidden.get(paper.id, 0)
        hits.append(
            SearchHit(
                paper=paper,
                summary=summary,
                summary_is_found=is_found,
                summaries_count=count if summary is not None else 0,
                title=_mark_title(marker, paper),
                excerpt=excerpt,
                is_for_viewer=paper.id in hidden or is_anonymous_of_viewer,
            )
        )
    return hits


def _load_summaries(
    session: Session,
    papers: Mapping[int, FoundPaper],
    chosen: Mapping[int, int | None],
    hidden: Collection[int],
    viewer: User | None,
) -> dict[int, FoundSummary]:
    """The summary of each paper that is shown: the chosen one, else the best.

    Args:
        chosen: numbers of summaries, by paper; `None` where none of them has the words.
        hidden: papers of which the viewer has texts that others do not see.
    """
    connection = session.connection()
    numbers = [number for number in chosen.values() if number is not None]
    without = [each for each, number in chosen.items() if number is None]
    public = [each for each in without if each in papers and papers[each].summaries_count]
    public = [each for each in public if each not in hidden]
    rows: list[Any] = []
    if public:
        rows += connection.execute(_select_best(), {"papers": public})
    if numbers:
        reader = 0 if viewer is None else viewer.id
        rows += connection.execute(_select_summaries(), {"summaries": numbers, "viewer": reader})
    shown = {row.paper_id: FoundSummary(*row) for row in rows}
    own = [each for each in without if each in hidden]
    if own:
        for paper_id, entry in summaries.find_best_summaries(session, own, viewer).items():
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
        rows = session.connection().execute(_select_texts(), {"summaries": wanted})
        texts = dict(rows.all())
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


def _mark_title(marker: Marker, paper: FoundPaper) -> list[Piece]:
    # A title with formulas or emphasis is shown as it was rendered.
    title = curl_quotes(paper.title)
    return marker.mark(title) if paper.title_html == escape(title) else []


# Statements are made once: making one takes longer than reading what it asks for.


@cache
def _select_papers() -> Select[Any]:
    columns = [getattr(Paper, name) for name in FoundPaper._fields]
    return select(*columns).where(Paper.id.in_(bindparam("papers", expanding=True)))


@cache
def _select_summaries() -> Select[Any]:
    columns = [getattr(Summary, name) for name in FoundSummary._fields]
    return select(*columns).where(
        Summary.id.in_(bindparam("summaries", expanding=True)),
        or_(public_of_few(), Summary.user_id == bindparam("viewer")),
    )


@cache
def _select_best() -> Select[Any]:
    """The best public summaries of papers."""
    columns = [getattr(Summary, name) for name in FoundSummary._fields]
    wanted = Summary.paper_id.in_(bindparam("papers", expanding=True))
    place = summaries.place_within_paper().label("place")
    ranked = select(*columns, place).where(wanted, public_of_few()).subquery()
    return select(*(ranked.c[name] for name in FoundSummary._fields)).where(ranked.c.place == 1)


@cache
def _select_texts() -> Select[Any]:
    columns: tuple[Any, ...] = (SearchEntry.summary_id, SearchEntry.text)
    return select(*columns).where(
        SearchEntry.summary_id.in_(bindparam("summaries", expanding=True))
    )
