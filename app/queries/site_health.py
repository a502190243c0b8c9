"""How a site is doing: what it holds, how large it is, what waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import Backup, Draft, Job, Picture, Total, User


@dataclass(frozen=True)
class SiteFigures:
    """What a library holds; sizes are in bytes."""

    papers: int
    summaries: int
    accounts: int
    drafts: int
    pictures: int
    pictures_size: int
    database_size: int


@dataclass(frozen=True)
class BackupRow:
    """A backup that was made."""

    made_at: datetime
    path: str
    size: int
    is_scheduled: bool


def count_site(session: Session) -> SiteFigures:
    """What there is; of summaries the public ones."""
    totals = dict(session.execute(select(Total.name, Total.number)).all())
    pictures, size = session.execute(
        select(func.count(), func.coalesce(func.sum(Picture.size), 0)).select_from(Picture)
    ).one()
    return SiteFigures(
        papers=totals.get("papers", 0),
        summaries=totals.get("summaries", 0),
        accounts=session.scalar(select(func.count()).select_from(User)) or 0,
        drafts=session.scalar(select(func.count()).select_from(Draft)) or 0,
        pictures=pictures,
        pictures_size=int(size),
        database_size=measure_database(session),
    )


def measure_database(session: Session) -> int:
    """The size of the database in bytes, without SQLite's log."""
    if session.get_bind().dialect.name == "sqlite":
        pages = session.scalar(text("PRAGMA page_count")) or 0
        return int(pages) * int(session.scalar(text("PRAGMA page_size")) or 0)
    return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def find_last_backup(session: Session) -> BackupRow | None:
    """The newest backup, whoever asked for it."""
    columns = (Backup.made_at, Backup.path, Backup.size, Backup.is_scheduled)
    row = session.execute(select(*columns).order_by(Backup.made_at.desc()).limit(1)).first()
    return None if row is None else BackupRow(*row)


def list_oldest_due(
    session: Session, moment: datetime, timed: Collection[str]
) -> dict[str, datetime]:
    """Since when the oldest job of each kind has been due.

    What runs, kinds that are stopped, and jobs that failed for good, do not count.

    Args:
        timed: the kinds that have a time of their own; others are due whenever there is work.
    """
    due = (
        select(Job.kind, func.min(Job.due_at))
        .where(Job.due_at <= moment, ~Job.is_failed, ~Job.is_stopped)
        .where((Job.key != "") | Job.kind.in_(timed))
        .where(Job.held_until.is_(None) | (Job.held_until <= moment))
        .group_by(Job.kind)
    )
    return dict(session.execute(due).all())
