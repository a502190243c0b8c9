"""Marks texts whose HTML has to be made again; `operation.rerender` makes it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Summary

STALE = 0  # a renderer version that never was
BATCH = 200  # titles are rendered fast


def mark_stale(session: Session, summary_ids: Sequence[int]) -> None:
    """Note that the HTML of some summaries has to be made again."""
    begin_writing(session)
    for start in range(0, len(summary_ids), BATCH):
        some = summary_ids[start : start + BATCH]
        session.execute(update(Summary).where(Summary.id.in_(some)).values(renderer_version=STALE))
