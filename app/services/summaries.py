"""Writing, editing and deleting summaries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from time import monotonic

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import Paper, Revision, Summary, SummaryTag, Tag, User
from app.rendering import (
    MAX_TEXT_BYTES,
    RENDERER_VERSION,
    Rendered,
    RenderError,
    render_inline,
)
from app.services import links
from app.services.problems import Refused
from app.services.search_index import index_summary
from app.services.texts import render_text
from app.services.votes import popularity

MAX_TAKEAWAY = 200
MAX_TAGS = 8
MAX_TAG = 40
STALE = 0  # a renderer version that never was


class ChangedMeanwhile(Exception):
    """The summary was saved elsewhere, as `revision`, since the writer opened it."""

    def __init__(self, summary: Summary, revision: int) -> None:
        super().__init__("This summary was saved in another window since you opened it here.")
        self.summary = summary
        self.revision = revision


def publish(
    session: Session,
    user: User,
    paper: Paper,
    *,
    source: str,
    takeaway: str = "",
    tags: Sequence[str] = (),
    private: bool = False,
    anonymous: bool = False,
    seen_revision: int | None = None,
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
) -> Summary:
    """Save a user's summary of a paper: the first time it is made, later it is changed.

    Args:
        source: Markdown with LaTeX, at most 64 kB.
        takeaway: one line with `$math$`, at most `MAX_TAKEAWAY` characters.
        tags: words; see `parse_tags`.
        seen_revision: number of the revision that the writer began from, 0 for none; `None` means
            that it does not matter.
        created_at, edited_at: moments that a file or an import knows; else the present one.

    Raises:
        ChangedMeanwhile: when another revision was saved since the one that was seen.
        Refused: for a text that cannot be taken, with the name of the field.
    """
    source = source.replace("\r\n", "\n").replace("\x00", "").strip("\n")
    takeaway = " ".join(takeaway.replace("\x00", "").split())
    _check(source, takeaway)
    names = parse_tags(",".join(tags))
    rendered = _rendered(session, source)
    begin_writing(session)
    lock_papers(session, alone=False)
    _queue(session, user.id)
    summary = session.scalar(
        select(Summary)
        .where(Summary.paper_id == paper.id, Summary.user_id == user.id)
        .execution_options(populate_existing=True)
    )
    if seen_revision is not None and summary is not None:
        saved = last_revision(session, summary)
        if saved != seen_revision and (summary.source, summary.takeaway) != (source, takeaway):
            raise ChangedMeanwhile(summary, saved)
    moment = created_at or now()
    changed = summary is None or (summary.source, summary.takeaway) != (source, takeaway)
    if summary is None:
        summary = Summary(
            paper_id=paper.id,
            user_id=user.id,
            html="",
            opening_html="",
            excerpt="",
            created_at=moment,
            score=0,
        )
        session.add(summary)
    elif changed:
        summary.edited_at = now()
    if edited_at is not None:
        summary.edited_at = edited_at
    summary.source = source
    summary.takeaway = takeaway
    summary.takeaway_html = render_inline(takeaway)
    summary.visibility = "private" if private else "public"
    summary.anonymous = anonymous
    if not private and summary.published_at is None:
        summary.published_at = moment
    summary.popularity = popularity(summary.score, summary.published_at or summary.created_at)
    summary.renderer_version = RENDERER_VERSION
    session.flush()
    _set_tags(session, summary, names)
    _apply(session, summary, rendered)
    if changed:
        _add_revision(session, summary)
    session.flush()
    return summary


def last_revision(session: Session, summary: Summary | None) -> int:
    """The number of a summary's last revision; 0 when there is no summary."""
    if summary is None:
        return 0
    last = select(func.max(Revision.number)).where(Revision.summary_id == summary.id)
    return session.scalar(last) or 0


def delete_summary(session: Session, summary: Summary) -> None:
    """Remove a summary with its revisions, votes, tags, links and search entry."""
    begin_writing(session)
    _queue(session, summary.user_id)
    session.execute(delete(Summary).where(Summary.id == summary.id))


def mark_stale(session: Session, summary_ids: Sequence[int]) -> None:
    """Note that the HTML of some summaries has to be made again."""
    begin_writing(session)
    session.execute(
        update(Summary).where(Summary.id.in_(summary_ids)).values(renderer_version=STALE)
    )


def count_stale(session: Session) -> int:
    """How many summaries have HTML of another renderer than this one, or are marked."""
    stale = Summary.renderer_version != RENDERER_VERSION
    return session.scalar(select(func.count()).select_from(Summary).where(stale)) or 0


def renew_stale(session: Session, seconds: float | None = None) -> Iterator[int]:
    """Make stale HTML and links anew from their source, one summary a transaction.

    Rendering happens outside the transaction, so that nobody waits for it, and what was saved
    meanwhile is left alone. A text that today's limits refuse keeps the HTML it has: it was safe
    when it was made.

    Args:
        seconds: stop after this time; what is left stays marked. `None`: go on to the end.

    Yields:
        The number of each summary, after its commit.
    """
    end = None if seconds is None else monotonic() + seconds
    seen = 0
    while end is None or monotonic() < end:
        summary = session.scalar(
            select(Summary)
            .where(Summary.renderer_version != RENDERER_VERSION, Summary.id > seen)
            .order_by(Summary.id)
            .limit(1)
            .execution_options(populate_existing=True)
        )
        if summary is None:
            return
        seen = summary.id
        source = summary.source
        try:
            rendered = _rendered(session, source)
        except Refused:
            rendered = None
        begin_writing(session)
        found = session.get(Summary, seen, with_for_update=True, populate_existing=True)
        if found is not None and found.source == source:
            if rendered is not None:
                _apply(session, found, rendered)
                found.takeaway_html = render_inline(found.takeaway)
            found.renderer_version = RENDERER_VERSION
        session.commit()
        yield seen


def parse_tags(text: str) -> list[str]:
    """Tags as a person types them, separated by commas: `Object Detection` → `object-detection`.

    Raises:
        Refused: for too many, or one that is too long.
    """
    tags = []
    for part in text.split(","):
        tag = re.sub(r"[^\w.+#-]+|_+", "-", part.strip().lower()).strip("-.")
        if tag and tag not in tags:
            tags.append(tag)
    if len(tags) > MAX_TAGS:
        raise Refused("tags", f"At most {MAX_TAGS} tags, please; these are {len(tags)}.")
    for tag in tags:
        if len(tag) > MAX_TAG:
            raise Refused("tags", f"“{tag[:20]}…” is longer than {MAX_TAG} characters.")
    return tags


def _check(source: str, takeaway: str) -> None:
    if not source.strip():
        raise Refused("source", "There is no text yet. Write your summary here.")
    size = len(source.encode())
    if size > MAX_TEXT_BYTES:
        raise Refused(
            "source",
            f"A summary has at most {MAX_TEXT_BYTES:,} bytes; this one has {size:,}. Nothing is"
            " lost: shorten it, or keep the rest elsewhere.",
        )
    if len(takeaway) > MAX_TAKEAWAY:
        raise Refused(
            "takeaway",
            f"A takeaway is one line of at most {MAX_TAKEAWAY} characters;"
            f" this has {len(takeaway)}.",
        )


def _rendered(session: Session, source: str) -> Rendered:
    try:
        return render_text(session, source)
    except RenderError as error:
        raise Refused("source", str(error)) from None


def _queue(session: Session, user_id: int) -> None:
    """Let one user's saves and deletions wait for each other: two at once make one summary."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())


def _apply(session: Session, summary: Summary, rendered: Rendered) -> None:
    summary.html = rendered.html
    summary.opening_html = rendered.opening
    summary.excerpt = rendered.excerpt
    links.rebuild(session, summary, rendered.links)
    tags = session.scalars(
        select(Tag.name)
        .join(SummaryTag, SummaryTag.tag_id == Tag.id)
        .where(SummaryTag.summary_id == summary.id)
    ).all()
    index_summary(session, summary, rendered.text, tags, session.get_one(User, summary.user_id))


def _set_tags(session: Session, summary: Summary, names: Sequence[str]) -> None:
    insert_missing(session, Tag, [{"name": name} for name in names], ["name"])
    ids = session.scalars(select(Tag.id).where(Tag.name.in_(names))).all()
    session.execute(delete(SummaryTag).where(SummaryTag.summary_id == summary.id))
    if ids:
        rows = [{"summary_id": summary.id, "tag_id": tag_id} for tag_id in ids]
        session.execute(insert(SummaryTag), rows)
    session.expire(summary, ["tags"])


def _add_revision(session: Session, summary: Summary) -> None:
    session.add(
        Revision(
            summary_id=summary.id,
            number=last_revision(session, summary) + 1,
            source=summary.source,
            takeaway=summary.takeaway,
            saved_at=summary.edited_at or summary.created_at,
        )
    )
