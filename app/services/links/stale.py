"""Marks texts whose HTML has to be made again; `operation.rerender` makes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing
from app.models import DerivedVersion, Summary
from app.rendering import RENDERER_VERSION

RENDERER = "renderer"  # as `derived_versions` calls the oldest version that may have made HTML
STALE = 0  # a renderer version that never was
BATCH = 200  # titles are rendered fast


def mark_stale(session: Session, summary_ids: Sequence[int]) -> None:
    """Note that the HTML of some summaries has to be made again."""
    begin_writing(session)
    for start in range(0, len(summary_ids), BATCH):
        some = summary_ids[start : start + BATCH]
        session.execute(update(Summary).where(Summary.id.in_(some)).values(renderer_version=STALE))


def note_restored(session: Session, versions: Iterable[int]) -> None:
    """Note that rows are back with HTML that was put aside, perhaps before an upgrade.

    Args:
        versions: of the renderer that made it.
    """
    if any(version < RENDERER_VERSION for version in versions):
        oldest = lock_oldest_version(session)
        # No less: servers that are still to be upgraded must not render it by their own rules.
        oldest.version = min(oldest.version, RENDERER_VERSION - 1)


def lock_oldest_version(session: Session) -> DerivedVersion:
    """Lock the row of the oldest version that may have made HTML."""
    begin_writing(session)
    insert_missing(session, DerivedVersion, [{"name": RENDERER, "version": 0}], ["name"])
    row = select(DerivedVersion).where(DerivedVersion.name == RENDERER).with_for_update()
    return session.scalars(row.execution_options(populate_existing=True)).one()
