"""Drafts when two papers become one, and when they become two again.

A writer has one draft about a paper. Where somebody was writing about both, the two texts stand
below each other in one draft, and both are kept as they were until the merge is undone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Draft, MergedDraft, Paper, PaperMerge, Summary
from app.services.merging import stricter

BETWEEN = "\n\n---\n\n"
_TEXT = ("source", "takeaway", "tags", "visibility", "anonymous", "base_revision")


def move(session: Session, merge: PaperMerge, kept: Paper, removed: Paper) -> list[list[int]]:
    """Let drafts about a paper be about another one; called before the summaries move.

    Returns:
        Number, revision begun from, and version of each that moved without being joined.
    """
    there = _drafts(session, kept)
    written = set(session.scalars(select(Summary.user_id).where(Summary.paper_id == kept.id)))
    moved = []
    for user_id, draft in _drafts(session, removed).items():
        other = there.get(user_id)
        if other is None:
            moved.append([draft.id, draft.base_revision, draft.version])
            draft.paper_id = kept.id
            if user_id in written:  # what the editor opens there is another text
                draft.base_revision = 0
        else:
            _join(session, merge, other, draft, goes_on_there=user_id in written)
    session.flush()
    return moved


def move_back(session: Session, merge: PaperMerge, kept: Paper, restored: Paper) -> None:
    """Let drafts that came along be about their paper again; what was typed since stays in them."""
    moved = {number: (base, version) for number, base, version in merge.data["drafts"]}
    query = select(Draft).where(Draft.id.in_(list(moved)), Draft.paper_id == kept.id)
    for draft in session.scalars(query.execution_options(populate_existing=True)):
        draft.paper_id = restored.id
        base, version = moved[draft.id]
        if draft.version == version:
            draft.base_revision = base
    session.flush()
    there, here = _drafts(session, kept), _drafts(session, restored)
    for pair in session.scalars(select(MergedDraft).where(MergedDraft.merge_id == merge.id)).all():
        joined = there.get(pair.user_id)
        if pair.user_id not in here:
            session.add(_made(pair.data["removed"], pair.user_id, restored, joined))
        if joined is not None and joined.version == pair.data["version"]:
            for name in _TEXT:
                setattr(joined, name, pair.data["kept"][name])
            joined.version += 1
        session.delete(pair)
    session.flush()


def _drafts(session: Session, paper: Paper) -> dict[int, Draft]:
    query = select(Draft).where(Draft.paper_id == paper.id).order_by(Draft.id)
    found = session.scalars(query.execution_options(populate_existing=True))
    return {draft.user_id: draft for draft in found}


def _join(
    session: Session, merge: PaperMerge, one: Draft, other: Draft, *, goes_on_there: bool
) -> None:
    before = {"kept": _row(one), "removed": _row(other)}
    if other.source.strip() not in one.source:
        one.source = one.source.rstrip() + BETWEEN + other.source.lstrip()
    one.takeaway = one.takeaway or other.takeaway
    one.tags = one.tags or other.tags
    one.visibility = str(stricter(one.visibility, other.visibility))
    one.anonymous = one.anonymous or other.anonymous
    if not goes_on_there:
        one.base_revision = other.base_revision
    # No window that is open now knows this text.
    one.version = max(one.version, other.version) + 1
    one.saved_at = max(one.saved_at, other.saved_at)
    data = {**before, "version": one.version}
    session.add(MergedDraft(merge_id=merge.id, user_id=one.user_id, data=data))
    session.delete(other)


def _row(draft: Draft) -> dict[str, Any]:
    row = {name: getattr(draft, name) for name in (*_TEXT, "version")}
    return {**row, "saved_at": draft.saved_at.isoformat()}


def _made(row: dict[str, Any], user_id: int, paper: Paper, joined: Draft | None) -> Draft:
    newest = max(row["version"], 0 if joined is None else joined.version)
    return Draft(
        user_id=user_id,
        paper_id=paper.id,
        **{name: row[name] for name in _TEXT},
        version=newest + 1,
        saved_at=datetime.fromisoformat(row["saved_at"]),
    )
