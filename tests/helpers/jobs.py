"""Jobs of tests, and the clock that they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Job
from app.services.operation.jobs.kinds import JobKind

START = datetime(2030, 1, 1, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """A moment of the tests' own clock."""
    return START + timedelta(seconds=seconds)


def nothing(session: Session, **_: Any) -> Iterator[object]:
    yield None


def recurring(
    name: str = "often", work: Callable[..., Iterator[object]] = nothing, every: int = 100
) -> JobKind:
    """A kind that runs every so many seconds."""
    return JobKind(name, "Runs often.", work, every=timedelta(seconds=every))


def queued(name: str = "mail", work: Callable[..., Iterator[object]] = nothing) -> JobKind:
    """A kind that runs for each job that is queued."""
    return JobKind(name, "Sends a mail.", work)


def row(session: Session, kind: str, key: str = "") -> Job | None:
    """A job as it stands in the database now."""
    session.commit()
    found = select(Job).where(Job.kind == kind, Job.key == key)
    return session.scalar(found.execution_options(populate_existing=True))


def one_row(session: Session, kind: str, key: str = "") -> Job:
    """A job that must be there."""
    found = row(session, kind, key)
    assert found is not None
    return found
