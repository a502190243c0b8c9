"""Merge drafts when two papers become one.

And part them when the papers become two again.

A writer has one draft of each summary, and one of a new text about a paper of which they have no
summary. Where that leaves two drafts for one thing, the two texts stand below each other in one
draft, and both are kept as they were until the merge is undone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.models import Draft, MergedDraft, Paper, PaperMerge, Summary
from app.services.row_values import decode_row, encode_row
from app.services.summaries.three_way_merge import choose_stricter
from app.sources.provenance import MADE, READ, choose_cautious
from app.statements import connection_of, run

# Built once: each new text runs it.
_NEW_DRAFTS = (
    select(Draft.id)
    .where(Draft.paper_id == bindparam("which"), Draft.summary_id.is_(None))
    .limit(1)
)
BETWEEN = "\n\n---\n\n"
_TEXT = (
    *("source", "takeaway", "tags", "visibility", "anonymous", "read", "made", "interest"),
    "base_revision",
)
_KEPT = (*_TEXT, "version", "paper_id", "saved_at")


def merge_drafts(session: Session, kept: Draft, removed: Draft) -> None:
    """Make one draft of two, as private as either, with both texts."""
    if removed.source.strip() not in kept.source:
        kept.source = kept.source.rstrip() + BETWEEN + removed.source.lstrip()
    kept.takeaway = kept.takeaway or removed.takeaway
    kept.tags = kept.tags or removed.tags
    kept.visibility = str(choose_stricter(kept.visibility, removed.visibility))
    kept.anonymous = kept.anonymous or removed.anonymous
    kept.read = choose_cautious(READ, kept.read, removed.read)
    kept.made = choose_cautious(MADE, kept.made, removed.made)
    kept.interest = kept.interest or removed.interest
    # No window that is open now knows this text.
    kept.version = max(kept.version, removed.version) + 1
    kept.saved_at = max(kept.saved_at, removed.saved_at)
    session.delete(removed)
    session.flush()


def attach_new_drafts(session: Session, paper: Paper, merge: PaperMerge | None = None) -> list[int]:
    """Attach drafts of new texts to what their writers have written.

    About the same paper.

    They have not seen that summary, so whoever saves one is shown both.

    Args:
        merge: the one that brought the summaries here, which can be undone.

    Returns:
        The numbers of those that were no draft of a summary, and are one now.
    """
    session.flush()
    adopted: list[int] = []
    if run(connection_of(session), _NEW_DRAFTS, {"which": paper.id}).first() is None:
        return adopted
    new = select(Draft).where(Draft.paper_id == paper.id, Draft.summary_id.is_(None))
    for draft in session.scalars(new.execution_options(populate_existing=True)).all():
        written = select(Summary.id).where(
            Summary.paper_id == paper.id, Summary.user_id == draft.user_id
        )
        summary_id = session.scalar(written.order_by(Summary.place).limit(1))
        if summary_id is None:
            continue
        there = _one(session, Draft.summary_id == summary_id)
        if there is None:
            draft.summary_id, draft.base_revision = summary_id, 0
            adopted.append(draft.id)
        else:
            _note(session, merge, there, draft)
            merge_drafts(session, there, draft)
    session.flush()
    return adopted


def move_drafts(
    session: Session, merge: PaperMerge, kept: Paper, removed: Paper
) -> list[list[int | None]]:
    """Let drafts about a paper be about another one; called before the summaries move.

    Returns:
        Number, revision begun from, version, and number of the summary of each that moved without
        being joined.
    """
    moved: list[list[int | None]] = []
    query = select(Draft).where(Draft.paper_id == removed.id).order_by(Draft.id)
    for draft in session.scalars(query.execution_options(populate_existing=True)).all():
        new_there = (
            Draft.paper_id == kept.id,
            Draft.user_id == draft.user_id,
            Draft.summary_id.is_(None),
        )
        there = _one(session, *new_there) if draft.summary_id is None else None
        if there is not None:
            _note(session, merge, there, draft)
            merge_drafts(session, there, draft)
        else:
            moved.append([draft.id, draft.base_revision, draft.version, draft.summary_id])
            draft.paper_id = kept.id
        session.flush()
    return moved


def move_drafts_back(session: Session, merge: PaperMerge, kept: Paper, restored: Paper) -> None:
    """Let drafts that came along be about their paper again.

    What was typed since stays in them.

    Called before the summaries move back.
    """
    data = merge.data
    came = [number for number, _ in data["summaries"]]
    for number in data.get("adopted", []):
        new = (Draft.id == number, Draft.paper_id == kept.id, Draft.summary_id.in_(came))
        session.execute(update(Draft).where(*new).values(summary_id=None))
    of_came = update(Draft).where(Draft.paper_id == kept.id, Draft.summary_id.in_(came))
    session.execute(of_came.values(paper_id=restored.id))
    for number, base, version, *summary in data["drafts"]:
        draft = _one(session, Draft.id == number, Draft.paper_id.in_((kept.id, restored.id)))
        if draft is None:
            continue
        draft.paper_id = restored.id
        if draft.version == version:
            draft.base_revision = base
        if draft.summary_id not in came:  # it was adopted, or moved by a version before that
            draft.summary_id = summary[0] if summary else None
    session.flush()
    for pair in session.scalars(select(MergedDraft).where(MergedDraft.merge_id == merge.id)).all():
        _separate(session, pair, kept, restored)
    session.flush()


def _separate(session: Session, pair: MergedDraft, kept: Paper, restored: Paper) -> None:
    """Make two drafts again of what had become one."""
    going, staying = pair.data["removed"], pair.data["kept"]
    joined = _one(
        session,
        Draft.user_id == pair.user_id,
        Draft.paper_id.in_((kept.id, restored.id)),
        Draft.version >= pair.data["version"],
    )
    home = kept if going.get("paper_id") == kept.id else restored
    new = (Draft.paper_id == home.id, Draft.user_id == pair.user_id, Draft.summary_id.is_(None))
    if _one(session, *new) is None:
        newest = max(going["version"], 0 if joined is None else joined.version)
        session.add(
            Draft(
                user_id=pair.user_id,
                paper_id=home.id,
                **decode_row(
                    Draft, {name: going[name] for name in (*_TEXT, "saved_at") if name in going}
                ),
                version=newest + 1,
            )
        )
    if joined is not None and joined.version == pair.data["version"]:
        for name in _TEXT:
            if name in staying:  # it was kept by a version that knew the field
                setattr(joined, name, staying[name])
        joined.version += 1
    session.delete(pair)
    session.flush()


def _note(session: Session, merge: PaperMerge | None, staying: Draft, going: Draft) -> None:
    """Keep two drafts as they were before they are put together."""
    if merge is None:
        return
    data = {
        "kept": encode_row(staying, _KEPT),
        "removed": encode_row(going, _KEPT),
        "version": max(staying.version, going.version) + 1,
    }
    session.add(MergedDraft(merge_id=merge.id, user_id=staying.user_id, data=data))


def _one(session: Session, *conditions: Any) -> Draft | None:
    query = select(Draft).where(*conditions).order_by(Draft.id).limit(1)
    return session.scalar(query.execution_options(populate_existing=True))
