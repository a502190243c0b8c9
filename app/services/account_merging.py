"""Making one account of two.

One transaction that the caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import (
    DeletedSummary,
    Draft,
    FormerName,
    MergedDraft,
    PaperDifference,
    PaperMerge,
    Picture,
    Revision,
    Summary,
    User,
    Vote,
)
from app.services import counts, similarity, tallies, votes
from app.services.locks import queue_account
from app.services.picture_addresses import note_uses
from app.services.problems import Refused
from app.services.search_index import place_papers, rename_writer
from app.services.summaries import keep_look

BETWEEN_DRAFTS = "\n\n---\n\n"


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes:
        moved: summaries that changed hands.
        joined: papers about which both had written, where the later text stays.
        votes: votes that changed hands; those on their own summaries are gone.
    """

    moved: int
    joined: int
    votes: int


def merge(session: Session, source: User, target: User) -> Merged:
    """Give everything of one account to another, and remove the first.

    Where both wrote about a paper, the text that was edited later stays what readers see, with its
    visibility; the other one is before it in the history. No text becomes public, and no anonymous
    one gets a name: what others could not read, or not under this name, is in the history for its
    writer alone.

    Raises:
        Refused: for the same account twice, or one that is another by now.
    """
    if source.id == target.id:
        raise Refused("name", "These are the same user.")
    begin_writing(session)
    lock_papers(session, alone=False)
    for user in sorted((source, target), key=lambda each: each.id):
        queue_account(session, user)
    tags = tallies.tags_of(session, source.id, target.id)
    moved, touched = _move_votes(session, source, target)
    papers = {summary.paper_id for summary in touched}
    writers = {summary.user_id for summary in touched}
    theirs = _by_paper(session, source)
    others = _by_paper(session, target)
    for paper_id, summary in theirs.items():
        other = others.get(paper_id)
        _move_draft(session, source, target, paper_id, summary, other)
        if other is None:
            summary.user_id = target.id
        else:
            _join(session, summary, other, target)
        session.flush()
    for paper_id in session.scalars(select(Draft.paper_id).where(Draft.user_id == source.id)).all():
        _move_draft(session, source, target, paper_id, None, others.get(paper_id))
    _move_further(session, source, target)
    for table in (Picture, DeletedSummary, FormerName, MergedDraft, PaperMerge, PaperDifference):
        session.execute(update(table).where(table.user_id == source.id).values(user_id=target.id))
    if not target.bio:
        target.bio, target.bio_html = source.bio, source.bio_html
        target.renderer_version = source.renderer_version
    target.joined_at = min(source.joined_at, target.joined_at)
    name = source.name
    counts.recount(
        session,
        papers.union(theirs, others),
        user_ids=writers.union((source.id, target.id)),
        tag_ids=tags,
    )
    session.expire_all()
    session.delete(source)
    session.flush()
    session.add(FormerName(name=name, user_id=target.id))
    for summary in session.scalars(select(Summary).where(Summary.user_id == target.id)).all():
        note_uses(session, summary)
    rename_writer(session, target)
    return Merged(len(theirs), len(theirs.keys() & others.keys()), moved)


def _by_paper(session: Session, user: User) -> dict[int, Summary]:
    """Of each paper the one that the editor opens."""
    found = session.scalars(
        select(Summary)
        .where(Summary.user_id == user.id, Summary.place == 0)
        .order_by(Summary.paper_id)
    )
    return {summary.paper_id: summary for summary in found}


def _move_further(session: Session, source: User, target: User) -> None:
    """Move the texts that came with merged papers, behind those that the other one has there."""
    further = select(Summary).where(Summary.user_id == source.id).order_by(Summary.id)
    for summary in session.scalars(further).all():
        last = select(func.max(Summary.place)).where(
            Summary.paper_id == summary.paper_id, Summary.user_id == target.id
        )
        highest = session.scalar(last)
        summary.place = 0 if highest is None else highest + 1
        summary.user_id = target.id
        session.flush()


def _join(session: Session, one: Summary, other: Summary, target: User) -> None:
    """Make one summary of two of the same paper, written by what is now one person."""
    kept, gone = sorted((one, other), key=lambda each: each.edited_at or each.created_at)[::-1]
    keep_look(session, gone)
    count = _put_before(session, gone, kept)
    same_name = gone.anonymous == kept.anonymous
    if not (same_name and gone.visibility == "public"):
        session.execute(
            update(Revision)
            .where(Revision.summary_id == kept.id, Revision.number <= count)
            .values(public_since=None)
        )
    if same_name:
        _take_votes(session, gone, kept, target)
    of_gone = update(Picture).where(Picture.summary_id == gone.id)
    session.execute(of_gone.values(summary_id=kept.id))
    session.flush()
    similarity.leave(session, [gone.id])
    session.execute(delete(Summary).where(Summary.id == gone.id))
    place_papers(session, [kept.paper_id])
    session.expunge(gone)
    kept.user_id = target.id
    votes.recount(session, kept)


def _put_before(session: Session, gone: Summary, kept: Summary) -> int:
    """Move the revisions of one summary before those of another; says how many they are."""
    count = select(func.count()).select_from(Revision).where(Revision.summary_id == gone.id)
    moved = session.scalar(count) or 0
    # In two steps: no two may have one number, not even within a statement.
    for number in (-(Revision.number + moved), -Revision.number):
        session.execute(
            update(Revision).where(Revision.summary_id == kept.id).values(number=number)
        )
    session.execute(
        update(Revision).where(Revision.summary_id == gone.id).values(summary_id=kept.id)
    )
    return moved


def _take_votes(session: Session, gone: Summary, kept: Summary, target: User) -> None:
    voted = select(Vote.user_id).where(Vote.summary_id == kept.id)
    session.execute(
        update(Vote)
        .where(
            Vote.summary_id == gone.id,
            Vote.user_id.not_in(voted.scalar_subquery()),
            Vote.user_id != target.id,
        )
        .values(summary_id=kept.id)
    )
    kept.imported_votes += gone.imported_votes


def _move_votes(session: Session, source: User, target: User) -> tuple[int, list[Summary]]:
    """Let votes count as the other's: one a summary, none on what is now their own.

    Returns:
        How many moved, and the summaries that lost some.
    """
    mine = select(Summary.id).where(Summary.user_id.in_((source.id, target.id)))
    voted = select(Vote.summary_id).where(Vote.user_id == target.id)
    own = delete(Vote).where(
        Vote.user_id.in_((source.id, target.id)), Vote.summary_id.in_(mine.scalar_subquery())
    )
    touched = list(session.scalars(own.returning(Vote.summary_id)))
    twice = delete(Vote).where(
        Vote.user_id == source.id, Vote.summary_id.in_(voted.scalar_subquery())
    )
    touched += session.scalars(twice.returning(Vote.summary_id))
    moved = session.scalars(
        update(Vote)
        .where(Vote.user_id == source.id)
        .values(user_id=target.id)
        .returning(Vote.summary_id)
    ).all()
    return len(moved), votes.recount_all(session, touched)


def _move_draft(
    session: Session,
    source: User,
    target: User,
    paper_id: int,
    summary: Summary | None,
    other: Summary | None,
) -> None:
    """Move the draft about a paper; two become one, so that neither text is lost."""
    query = select(Draft).where(
        Draft.paper_id == paper_id, Draft.user_id.in_((source.id, target.id))
    )
    found = {draft.user_id: draft for draft in session.scalars(query)}
    if summary is not None and other is not None:
        _follow_revisions(session, found, summary, other)
    mine, theirs = found.get(source.id), found.get(target.id)
    if mine is None:
        return
    if theirs is None:
        mine.user_id = target.id
        return
    first, second = sorted((theirs, mine), key=lambda draft: draft.saved_at)[::-1]
    values: dict[str, Any] = {
        "source": first.source,
        "takeaway": first.takeaway or second.takeaway,
        "tags": first.tags or second.tags,
        "visibility": _narrower(first.visibility, second.visibility),
        "anonymous": first.anonymous or second.anonymous,
        "base_revision": first.base_revision,
        # No window that is open now knows this text.
        "version": max(first.version, second.version) + 1,
        "saved_at": first.saved_at,
    }
    if second.source.strip() not in first.source:
        values["source"] = first.source.rstrip() + BETWEEN_DRAFTS + second.source.lstrip()
    session.delete(mine)
    session.flush()
    for name, value in values.items():
        setattr(theirs, name, value)


def _follow_revisions(
    session: Session, drafts: dict[int, Draft], one: Summary, other: Summary
) -> None:
    """Let a draft go on from the revision it began from, whose number `_join` will change."""
    gone, kept = sorted((one, other), key=lambda each: each.edited_at or each.created_at)
    draft = drafts.get(kept.user_id)
    if draft is not None and draft.base_revision:
        count = select(func.count()).select_from(Revision).where(Revision.summary_id == gone.id)
        draft.base_revision += session.scalar(count) or 0


def _narrower(one: str, other: str) -> str:
    order = ("private", "unlisted", "public")
    return min(one, other, key=order.index)
