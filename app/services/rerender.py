"""Making the HTML of stored texts anew: after an upgrade, or when a paper they link to is added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TypeVar

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from app.db import begin_writing
from app.models import Revision, Summary
from app.rendering import RENDERER_VERSION, render_inline
from app.services.problems import Refused
from app.services.summaries import apply, rendered_or_refused

STALE = 0  # a renderer version that never was
Text = TypeVar("Text", Summary, Revision)


def mark_stale(session: Session, summary_ids: Sequence[int]) -> None:
    """Note that the HTML of some summaries has to be made again."""
    begin_writing(session)
    session.execute(
        update(Summary).where(Summary.id.in_(summary_ids)).values(renderer_version=STALE)
    )


def count_stale(session: Session) -> int:
    """How many summaries and versions have HTML of another renderer, or are marked."""
    summaries = select(func.count()).select_from(Summary).where(_stale(Summary))
    revisions = select(func.count()).select_from(Revision).where(_stale(Revision), _replaced())
    return (session.scalar(summaries) or 0) + (session.scalar(revisions) or 0)


def renew_stale(session: Session, seconds: float | None = None) -> Iterator[int]:
    """Make stale HTML and links anew from their source, one text a transaction: summaries first,
    then the versions before their present ones.

    Rendering happens outside the transaction, so that nobody waits for it, and what was saved
    meanwhile is left alone. A text that today's limits refuse keeps the HTML it has: it was safe
    when it was made.

    Args:
        seconds: stop after this time; what is left stays marked. `None`: go on to the end.

    Yields:
        The number of each summary or revision, after its commit.
    """
    end = None if seconds is None else monotonic() + seconds
    yield from _renew_all(session, Summary, end)
    yield from _renew_all(session, Revision, end)


def _renew_all(session: Session, table: type[Text], end: float | None) -> Iterator[int]:
    seen = 0
    while end is None or monotonic() < end:
        query = select(table).where(_stale(table), table.id > seen)
        if table is Revision:
            query = query.where(_replaced())
        query = query.order_by(table.id).limit(1).execution_options(populate_existing=True)
        found = session.scalar(query)
        if found is None:
            return
        seen = found.id
        _renew(session, table, seen, found.source)
        yield seen


def _renew(session: Session, table: type[Text], number: int, source: str) -> None:
    try:
        rendered = rendered_or_refused(session, source)
    except Refused:
        rendered = None
    begin_writing(session)
    found = session.get(table, number, with_for_update=True, populate_existing=True)
    if found is not None and found.source == source:
        if rendered is not None:
            if isinstance(found, Summary):
                apply(session, found, rendered)
            else:
                found.html = rendered.html
            found.takeaway_html = render_inline(found.takeaway)
        found.renderer_version = RENDERER_VERSION
    session.commit()


def _stale(table: type[Summary] | type[Revision]) -> ColumnElement[bool]:
    return table.renderer_version != RENDERER_VERSION


def _replaced() -> ColumnElement[bool]:
    """Versions that are not the present one: that one's HTML is the summary's."""
    later = aliased(Revision)
    return exists().where(later.summary_id == Revision.summary_id, later.number > Revision.number)
