"""Making the HTML of stored texts anew: after an upgrade, or when a paper they link to is added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Summary
from app.rendering import RENDERER_VERSION, render_inline
from app.services.problems import Refused
from app.services.summaries import apply, rendered_or_refused

STALE = 0  # a renderer version that never was


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
            rendered = rendered_or_refused(session, source)
        except Refused:
            rendered = None
        begin_writing(session)
        found = session.get(Summary, seen, with_for_update=True, populate_existing=True)
        if found is not None and found.source == source:
            if rendered is not None:
                apply(session, found, rendered)
                found.takeaway_html = render_inline(found.takeaway)
            found.renderer_version = RENDERER_VERSION
        session.commit()
        yield seen
