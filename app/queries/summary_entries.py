"""A summary as one reader may see it: whose it is and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Paper, Summary, Tag, User, Vote
from app.queries.visibility import find_visible_writer, public

ANONYMOUS_ANCHOR = "anon"  # ShortScience's fragment for an anonymous summary


@dataclass(frozen=True)
class SummaryEntry:
    """One summary as one viewer may see it.

    `writer` is `None` for "Anonymous".

    `anchor` is the id of its element on a page that shows all summaries of one paper;
    `former_anchors` are what it was while its writer went by other names.
    """

    summary: Summary
    paper: Paper
    writer: User | None
    is_mine: bool
    my_vote: int
    summaries_count: int
    anchor: str
    former_anchors: tuple[str, ...] = ()

    @property
    def tags(self) -> list[Tag]:
        return self.summary.tags

    @property
    def fragment(self) -> str:
        """Where a link from elsewhere finds it on its paper's page.

        A paper may have several anonymous ones, and after a merge several of a name; only that
        page knows which of them is which.
        """
        return choose_fragment(self.summary, self.anchor)


def choose_fragment(summary: Any, anchor: str) -> str:
    """Where a link finds a summary on its paper's page; see `SummaryEntry.fragment`."""
    is_one_of_several = summary.anonymous or summary.place > 0
    return f"page-by-{summary.id}" if is_one_of_several else anchor


def make_entries(
    session: Session, summaries: Sequence[Summary], viewer: User | None
) -> list[SummaryEntry]:
    """Dress loaded summaries, whose papers are loaded too, for a viewer: at most two queries."""
    counts = count_hidden_by_paper(session, {summary.paper_id for summary in summaries}, viewer)
    votes: dict[int, int] = {}
    if viewer is not None and summaries:
        mine = select(Vote.summary_id, Vote.value).where(
            Vote.user_id == viewer.id, Vote.summary_id.in_([each.id for each in summaries])
        )
        votes = dict(session.execute(mine).all())
    named: dict[tuple[int, int], list[int]] = defaultdict(list)
    for summary in summaries:
        if not summary.anonymous:
            named[summary.paper_id, summary.user_id].append(summary.place)
    dressed = []
    anonymous = 0
    for summary in summaries:
        writer = find_visible_writer(summary, viewer)
        if writer is None or summary.anonymous:
            anonymous += 1
            anchor = ANONYMOUS_ANCHOR if anonymous == 1 else f"{ANONYMOUS_ANCHOR}.{anonymous}"
        else:
            # Counted among these: a text that is hidden or anonymous must not leave a gap.
            places = named[summary.paper_id, summary.user_id]
            before = sum(place < summary.place for place in places)
            anchor = f"{writer.name}+{before}" if before else writer.name
        dressed.append(
            SummaryEntry(
                summary=summary,
                paper=summary.paper,
                writer=writer,
                is_mine=viewer is not None and summary.user_id == viewer.id,
                my_vote=votes.get(summary.id, 0),
                summaries_count=summary.paper.summaries_count + counts.get(summary.paper_id, 0),
                anchor=anchor,
            )
        )
    return dressed


def count_hidden_by_paper(
    session: Session, paper_ids: set[int], viewer: User | None
) -> dict[int, int]:
    """How many summaries of each paper only the viewer sees: theirs that are not public."""
    if viewer is None or not paper_ids:
        return {}
    query = (
        select(Summary.paper_id, func.count())
        .where(Summary.paper_id.in_(paper_ids), Summary.user_id == viewer.id, ~public())
        .group_by(Summary.paper_id)
    )
    return dict(session.execute(query).all())
