"""Drafts: what somebody types is kept before they save it.

A draft has a version, and a window may replace only the one that it knows. So two windows on one
text never overwrite each other: the second is told, and shown both
(`services.summaries.three_way_merge`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import Draft, Paper, Revision, Summary, User
from app.queries import drafts
from app.services.locks import check_paper_exists, lock_user
from app.services.refusals import Refusal
from app.services.summaries.content import (
    BaseVersion,
    Content,
    Edit,
    SummarySettings,
    is_stated_well,
)
from app.services.summaries.publishing import SummaryDeleted
from app.services.summaries.state import (
    find_last_revision_number,
    load_content,
    lock_summaries_of_writer,
    lock_summary,
)
from app.sources.provenance import NOT_STATED
from app.statements import connection_of, run
from app.text.visibility import VISIBILITIES

# More than a summary may have, so that a text that is too long is kept until it is shorter.
MAX_DRAFT_BYTES = 262_144
MAX_LINE = 2000  # characters of takeaway and tags
MAX_DRAFTS = 500  # of one user
_DRAFT_OF = select(Draft.id).where(Draft.summary_id == bindparam("which"))  # built once
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OtherVersion:
    """What another window saved.

    With what a window knows that has it all in its text.

    Attributes:
        revision, settings: what is saved of the summary; `None` for settings of long ago.
        version: the version of the draft.
        summary_id: the summary that both windows are about; `None` for a new text.
    """

    content: Content
    saved_at: datetime
    revision: int
    settings: SummarySettings | None
    version: int
    summary_id: int | None


class DraftConflict(Exception):
    """Another window saved a text that this one has not seen."""

    def __init__(self, other: OtherVersion) -> None:
        super().__init__("This summary was edited elsewhere.")
        self.other = other


def save_draft(
    session: Session,
    user: User,
    paper: Paper,
    edit: Edit,
    *,
    summary: Summary | None,
    base: BaseVersion,
    seen_version: int,
) -> Draft | None:
    """Keep what somebody is writing about a paper.

    Args:
        edit: what it does not say stays as the draft, or the summary, has it.
        summary: the one that they change; `None` for a new text.
        base: the saved state from which the text began.
        seen_version: version of the draft that the window knows, 0 for none.

    Returns:
        The draft; `None` when there is nothing to keep, because the text is empty or the one that
        is saved already.

    Raises:
        DraftConflict: when another window went on meanwhile.
        SummaryDeleted: when the summary was deleted.
        Refusal: for more than `MAX_DRAFT_BYTES`, or one more than `MAX_DRAFTS`.
    """
    begin_writing(session)
    lock_papers(session, alone=False)
    check_paper_exists(session, paper)
    lock_user(session, user.id)
    if summary is None:  # one that another window has saved by now
        summary = next(iter(lock_summaries_of_writer(session, user, paper)), None)
    elif lock_summary(session, summary.id) is None:
        raise SummaryDeleted
    draft = drafts.find_draft(session, user, paper, summary)
    content = _checked(edit.applied_to(_before(session, draft, summary)))
    base_revision = base.revision
    if draft is not None:
        # Who goes on with a draft knows that the saved text is newer: the editor says so.
        other = _unseen_draft(session, draft, summary, seen_version)
    else:
        other = _unseen_summary(session, summary, base, 0)
    if other is not None and not other.content.same_as(content):
        raise DraftConflict(other)
    saved = None if summary is None else load_content(session, summary)
    if content.is_empty or (saved is not None and saved.same_as(content)):
        discard_draft(session, user, paper, summary)
        return None
    if draft is not None and draft.base_revision >= base_revision and _held(draft) == content:
        return draft  # and its version: a page that is gone back to still knows it
    if draft is None:
        count = select(func.count()).select_from(Draft).where(Draft.user_id == user.id)
        if (session.scalar(count) or 0) >= MAX_DRAFTS:
            raise Refusal(
                "source",
                f"You’ve reached the limit of {MAX_DRAFTS} drafts. Publish or delete some. This"
                " text is still here.",
            )
        draft = Draft(
            user_id=user.id,
            paper_id=paper.id,
            summary_id=None if summary is None else summary.id,
            version=0,
            base_revision=base_revision,
        )
        session.add(draft)
    draft.base_revision = max(draft.base_revision, base_revision)  # a merge brings it forward
    for name, value in vars(content).items():
        setattr(draft, name, value)
    draft.saved_at = now()
    # Never one that a draft of this paper had before, also when that was discarded meanwhile.
    seconds = int((draft.saved_at - _EPOCH).total_seconds())
    draft.version = max(draft.version + 1, seen_version + 1, seconds)
    session.flush()
    return draft


def find_other_version(
    session: Session,
    user: User,
    paper: Paper,
    *,
    summary: Summary | None,
    base: BaseVersion,
    seen_version: int,
) -> OtherVersion | None:
    """What another window kept or saved that one with this knowledge has not seen."""
    draft = drafts.find_draft(session, user, paper, summary)
    return _unseen_draft(session, draft, summary, seen_version) or _unseen_summary(
        session, summary, base, seen_version
    )


def close_draft(session: Session, summary: Summary, *, seen_version: int | None) -> None:
    """End the draft of a summary in the transaction that saved it.

    Args:
        seen_version: version of the draft that the window knows; `None` means that it knows
            nothing of drafts, and leaves them alone.

    Raises:
        DraftConflict: when the draft holds something else that the window has not seen.
    """
    if seen_version is None:
        return
    session.flush()
    if run(connection_of(session), _DRAFT_OF, {"which": summary.id}).first() is None:
        return
    user, paper = session.get_one(User, summary.user_id), session.get_one(Paper, summary.paper_id)
    draft = drafts.find_draft(session, user, paper, summary)
    other = _unseen_draft(session, draft, summary, seen_version)
    if other is not None and not other.content.same_as(load_content(session, summary)):
        raise DraftConflict(other)
    discard_draft(session, user, paper, summary)


def load_revision_text(
    session: Session, summary: Summary, number: int
) -> tuple[str | None, str | None]:
    """Text and takeaway of a saved revision, from which two windows began."""
    found = session.execute(
        select(Revision.source, Revision.takeaway).where(
            Revision.summary_id == summary.id, Revision.number == number
        )
    ).first()
    return (None, None) if found is None else (found.source, found.takeaway)


def discard_draft(session: Session, user: User, paper: Paper, summary: Summary | None) -> None:
    """Forget the draft of a summary, or of a new text, if there is one."""
    begin_writing(session)
    session.execute(
        delete(Draft).where(
            Draft.user_id == user.id,
            Draft.paper_id == paper.id,
            Draft.summary_id == (None if summary is None else summary.id),
        )
    )


def _before(session: Session, draft: Draft | None, summary: Summary | None) -> Content | None:
    if draft is not None:
        return _held(draft)
    return None if summary is None else load_content(session, summary)


def _unseen_draft(
    session: Session, draft: Draft | None, summary: Summary | None, seen_version: int
) -> OtherVersion | None:
    if draft is None or draft.version == seen_version:
        return None
    # What was saved after the draft was begun is not in it: whoever saves it meets that next.
    is_last = summary is not None and draft.base_revision == find_last_revision_number(
        session, summary
    )
    settings = load_content(session, summary).settings if summary is not None and is_last else None
    return OtherVersion(
        content=_held(draft),
        saved_at=draft.saved_at,
        revision=draft.base_revision,
        settings=settings,
        version=draft.version,
        summary_id=draft.summary_id,
    )


def _held(draft: Draft) -> Content:
    return Content(**{name: getattr(draft, name) for name in vars(Content(""))})


def _unseen_summary(
    session: Session, summary: Summary | None, seen: BaseVersion, seen_version: int
) -> OtherVersion | None:
    if summary is None:
        return None
    saved = find_last_revision_number(session, summary)
    content = load_content(session, summary)
    if saved == seen.revision and seen.settings in (None, content.settings):
        return None
    saved_at = summary.edited_at or summary.created_at
    return OtherVersion(content, saved_at, saved, content.settings, seen_version, summary.id)


def _checked(content: Content) -> Content:
    source = content.source.replace("\x00", "")
    size = len(source.encode("utf-8", "replace"))
    if size > MAX_DRAFT_BYTES:
        raise Refusal(
            "source", f"Drafts can be up to {MAX_DRAFT_BYTES:,} bytes (you have {size:,})."
        )
    visible = content.visibility if content.visibility in VISIBILITIES else "private"
    stated = content.provenance if is_stated_well(content.provenance) else NOT_STATED
    return Content(
        source=source,
        takeaway=content.takeaway.replace("\x00", "")[:MAX_LINE],
        tags=content.tags.replace("\x00", "")[:MAX_LINE],
        visibility=visible,
        anonymous=content.anonymous,
        **vars(stated),
    )
