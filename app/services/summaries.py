"""Writing, editing and deleting summaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, now
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
    created_at: datetime | None = None,
    edited_at: datetime | None = None,
) -> Summary:
    """Save a user's summary of a paper: the first time it is made, later it is changed.

    Args:
        source: Markdown with LaTeX, at most 64 kB.
        takeaway: one line with `$math$`, at most `MAX_TAKEAWAY` characters.
        tags: words; see `parse_tags`.
        created_at, edited_at: moments that a file or an import knows; else the present one.

    Raises:
        Refused: for a text that cannot be taken, with the name of the field.
    """
    source = source.replace("\r\n", "\n").replace("\x00", "").strip("\n")
    takeaway = " ".join(takeaway.replace("\x00", "").split())
    _check(source, takeaway)
    names = parse_tags(",".join(tags))
    rendered = _rendered(session, source)
    begin_writing(session)
    # One user's saves queue here, so that two at once make one summary.
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    summary = session.scalar(
        select(Summary).where(Summary.paper_id == paper.id, Summary.user_id == user.id)
    )
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
    _apply(session, summary, rendered)
    _set_tags(session, summary, names)
    if changed:
        _add_revision(session, summary)
    index_summary(session, summary, rendered.text, names, user)
    session.flush()
    return summary


def delete_summary(session: Session, summary: Summary) -> None:
    """Remove a summary with its revisions, votes, tags, links and search entry."""
    begin_writing(session)
    session.execute(delete(Summary).where(Summary.id == summary.id))


def rerender(session: Session, summary: Summary) -> None:
    """Make the stored HTML and links of a summary anew from its source.

    A text that today's limits refuse keeps the HTML it has: it was safe when it was made.
    """
    try:
        rendered = _rendered(session, summary.source)
    except Refused:
        return
    begin_writing(session)
    _apply(session, summary, rendered)
    summary.takeaway_html = render_inline(summary.takeaway)
    summary.renderer_version = RENDERER_VERSION


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


def _apply(session: Session, summary: Summary, rendered: Rendered) -> None:
    summary.html = rendered.html
    summary.opening_html = rendered.opening
    summary.excerpt = rendered.excerpt
    links.rebuild(session, summary, rendered.links)


def _set_tags(session: Session, summary: Summary, names: Sequence[str]) -> None:
    insert_missing(session, Tag, [{"name": name} for name in names], ["name"])
    ids = session.scalars(select(Tag.id).where(Tag.name.in_(names))).all()
    session.execute(delete(SummaryTag).where(SummaryTag.summary_id == summary.id))
    if ids:
        rows = [{"summary_id": summary.id, "tag_id": tag_id} for tag_id in ids]
        session.execute(insert(SummaryTag), rows)
    session.expire(summary, ["tags"])


def _add_revision(session: Session, summary: Summary) -> None:
    last = select(func.max(Revision.number)).where(Revision.summary_id == summary.id)
    session.add(
        Revision(
            summary_id=summary.id,
            number=(session.scalar(last) or 0) + 1,
            source=summary.source,
            takeaway=summary.takeaway,
            saved_at=summary.edited_at or summary.created_at,
        )
    )
