"""Deleting a summary, and bringing it back within `MAX_TRASH_DAYS`.

A deleted summary leaves its table for another one, where nothing that readers see looks; so there
is no rule about deleted texts that a page, count, feed or search could forget.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, joinedload

from app.db import begin_writing, lock_papers, now
from app.models import DeletedSummary, Draft, Paper, PaperMerge, Revision, Summary, User, Vote
from app.services import changes, votes
from app.services.links.stale import note_restored
from app.services.locks import lock_user
from app.services.pictures import addresses
from app.services.refusals import Refusal
from app.services.renderer import TextOwner
from app.services.row_values import decode_row, encode_row
from app.services.summaries import draft_merge
from app.services.summaries.publishing import make_share_code, set_tags
from app.services.summaries.rendered_text import (
    apply_rendered_text,
    render_or_refuse,
    render_takeaway_or_refuse,
)
from app.services.summaries.state import (
    close_gap,
    lock_summaries_of_writer,
    lock_summary,
    tag_names,
)

MAX_TRASH_DAYS = 30
_COLUMNS = (
    *("source", "html", "opening_html", "excerpt", "renderer_version", "takeaway"),
    *("takeaway_html", "visibility", "anonymous", "created_at", "published_at", "edited_at"),
    *("imported_votes", "read", "made", "interest", "licence"),
)
_REVISION = (
    *("id", "number", "source", "takeaway", "html", "takeaway_html", "renderer_version"),
    *("read", "made", "saved_at", "public_since"),
)
_VOTE = ("user_id", "value", "cast_at")
_DRAFT = (
    *("source", "takeaway", "tags", "visibility", "anonymous", "base_revision", "version"),
    *("read", "made", "interest", "saved_at"),
)


def delete_summary(session: Session, summary: Summary) -> bool:
    """Take a summary away for everybody, with its votes, tags, links and its draft.

    Its writer can bring it back for `MAX_TRASH_DAYS` days. A secret address is lost for good.

    Returns:
        Whether it was still there: another window may have deleted it.
    """
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, summary.user_id)
    if lock_summary(session, summary.id) is None:
        return False
    draft = session.scalar(select(Draft).where(Draft.summary_id == summary.id))
    revisions = session.scalars(
        select(Revision).where(Revision.summary_id == summary.id).order_by(Revision.number)
    )
    cast = session.scalars(select(Vote).where(Vote.summary_id == summary.id))
    session.add(
        DeletedSummary(
            id=summary.id,
            user_id=summary.user_id,
            paper_id=summary.paper_id,
            data={
                "summary": encode_row(summary, _COLUMNS),
                "revisions": [encode_row(each, _REVISION) for each in revisions],
                "tags": tag_names(session, summary),
                "votes": [encode_row(each, _VOTE) for each in cast],
                "draft": None if draft is None else encode_row(draft, _DRAFT),
                "beside": _beside(session, summary),
            },
            deleted_at=now(),
        )
    )
    if draft is not None:
        session.delete(draft)
    changes.note(session, "summary", summary.id)
    session.execute(delete(Summary).where(Summary.id == summary.id))
    close_gap(session, summary.paper_id, summary.user_id)
    return True


def list_deleted_summaries(session: Session, user: User) -> Sequence[DeletedSummary]:
    """What a user deleted and can bring back, the latest first; the papers are loaded."""
    return session.scalars(
        select(DeletedSummary)
        .where(DeletedSummary.user_id == user.id, DeletedSummary.deleted_at > _oldest())
        .options(joinedload(DeletedSummary.paper))
        .order_by(DeletedSummary.deleted_at.desc())
    ).all()


def restore_summary(session: Session, user: User, summary_id: int) -> Summary | None:
    """Bring a deleted summary back as it was: number, revisions, votes, tags, visibility, draft.

    An unlisted one gets a new secret address.

    Returns:
        The summary, or `None` when this user deleted none of this number in the last days.

    Raises:
        Refusal: when they have written a new summary of the same paper since.
    """
    found = session.get(DeletedSummary, summary_id)
    if found is None or found.user_id != user.id or found.deleted_at <= _oldest():
        return None
    data = found.data
    rendered = render_or_refuse(session, data["summary"]["source"], TextOwner(user.id))
    takeaway_html = render_takeaway_or_refuse(data["summary"]["takeaway"])
    begin_writing(session)
    lock_papers(session, alone=False)
    lock_user(session, user.id)
    found = session.get(DeletedSummary, summary_id, populate_existing=True)
    if found is None:  # brought back in another window
        return None
    texts = lock_summaries_of_writer(session, user, session.get_one(Paper, found.paper_id))
    if any(not _may_stand_beside(session, found, each) for each in texts):
        raise Refusal(
            "summary",
            "You’ve since written a new summary of this paper. Copy what you need from the old one,"
            " or delete the new one first.",
        )
    summary = Summary(
        id=summary_id,
        paper_id=found.paper_id,
        user_id=user.id,
        place=max((each.place for each in texts), default=-1) + 1,
        score=0,
        **decode_row(Summary, data["summary"]),
    )
    summary.takeaway_html = takeaway_html
    if summary.visibility == "unlisted":
        summary.share_code = make_share_code()
    session.add(summary)
    session.delete(found)
    session.flush()
    changes.note_new(session, "summary", summary.id)
    for row in data["revisions"]:
        session.add(Revision(summary_id=summary.id, **decode_row(Revision, row)))
    # The HTML of the last one is the summary's.
    note_restored(session, [row.get("renderer_version", 0) for row in data["revisions"][:-1]])
    set_tags(session, summary, data["tags"])
    _restore_votes(session, summary, data["votes"])
    apply_rendered_text(session, summary, rendered)
    session.flush()
    addresses.separate_addresses(session, summary)
    if summary.visibility == "unlisted":
        addresses.renew_addresses(session, summary)  # with its secret address
    votes.recount_votes(session, summary)
    _restore_draft(session, summary, data.get("draft"))
    return summary


def delete_permanently(session: Session, user: User, summary_id: int) -> bool:
    """Remove one of a user's deleted summaries for good; says whether there was one."""
    begin_writing(session)
    gone = (
        delete(DeletedSummary)
        .where(DeletedSummary.id == summary_id, DeletedSummary.user_id == user.id)
        .returning(DeletedSummary.id)
    )
    return session.scalar(gone) is not None


def purge_deleted(session: Session) -> int:
    """Forget what was deleted more than `MAX_TRASH_DAYS` days ago.

    Returns:
        How many were forgotten.
    """
    begin_writing(session)
    old = delete(DeletedSummary).where(DeletedSummary.deleted_at <= _oldest())
    return len(session.scalars(old.returning(DeletedSummary.id)).all())


def _beside(session: Session, summary: Summary) -> list[int]:
    """Numbers of the further summaries that a writer has of a paper, deleted ones among them."""
    mine = (Summary.paper_id == summary.paper_id, Summary.user_id == summary.user_id)
    present = set(session.scalars(select(Summary.id).where(*mine)))
    gone = select(DeletedSummary).where(
        DeletedSummary.paper_id == summary.paper_id, DeletedSummary.user_id == summary.user_id
    )
    for deleted in session.scalars(gone):
        if summary.id in deleted.data.get("beside", ()):
            present.add(deleted.id)
    return sorted(present - {summary.id})


def _may_stand_beside(session: Session, deleted: DeletedSummary, other: Summary) -> bool:
    """Whether a writer can have both: only a merge of papers lets them have two about one.

    So they had both when the one was deleted, or a merge has brought just one of the two here.
    """
    if other.id in deleted.data.get("beside", ()):
        return True
    merges = select(PaperMerge.data).where(PaperMerge.paper_id == deleted.paper_id)
    for data in session.scalars(merges):
        came = {number for number, _ in data["summaries"]}.union(data["deleted"])
        if (deleted.id in came) != (other.id in came):
            return True
    return False


def _restore_draft(session: Session, summary: Summary, row: dict[str, Any] | None) -> None:
    if row is not None:
        session.add(
            Draft(
                user_id=summary.user_id,
                paper_id=summary.paper_id,
                summary_id=summary.id,
                **decode_row(Draft, row),
            )
        )
    draft_merge.attach_new_drafts(session, session.get_one(Paper, summary.paper_id))


def _restore_votes(session: Session, summary: Summary, rows: list[dict[str, Any]]) -> None:
    # Voters may be gone by now, or be the writer since two accounts became one.
    voters = [row["user_id"] for row in rows if row["user_id"] != summary.user_id]
    there = set(session.scalars(select(User.id).where(User.id.in_(voters))))
    kept = [
        {"summary_id": summary.id, **decode_row(Vote, row)}
        for row in rows
        if row["user_id"] in there
    ]
    if kept:
        session.execute(insert(Vote), kept)


def _oldest() -> datetime:
    return now() - timedelta(days=MAX_TRASH_DAYS)
