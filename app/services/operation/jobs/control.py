"""Show jobs to who runs the site, stop them, and let them run again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Job
from app.services.operation.jobs import leases
from app.services.operation.jobs.kinds import KINDS, JobKind, Kinds

MAX_LISTED = 50  # single jobs of a kind


@dataclass(frozen=True)
class JobState:
    """The state of a kind of job, or of a single job that failed.

    Args:
        state: "waiting", "running", "stopped" or "failed".
        left: how much there is to do, of a kind that can tell; else `None`.
        began_at, ended_at: of the present run, or the last one; `None` when there was none yet, or
            while it runs.
        next_at: not before this time; `None` for what runs as soon as there is something to do.
        holder: the node and process that runs it, else empty.
    """

    kind: JobKind
    key: str
    state: str
    left: int | None
    began_at: datetime | None
    ended_at: datetime | None
    steps: int
    next_at: datetime | None
    attempts: int
    error: str
    holder: str


def list_jobs(session: Session, moment: datetime, kinds: Kinds = KINDS) -> Iterator[JobState]:
    """The state of each kind of job, and of single jobs that failed.

    Commits. Those that failed for good ones come first, at most `MAX_LISTED` of a kind.
    """
    leases.add_missing_kinds(session, kinds.values(), moment)
    rows = {job.kind: job for job in session.scalars(select(Job).where(Job.key == ""))}
    for kind in kinds.values():
        yield _state(session, rows[kind.name], kind, moment)
        single = (
            select(Job)
            .where(Job.kind == kind.name, Job.key != "", Job.is_failed | (Job.attempts > 0))
            .order_by(Job.is_failed.desc(), Job.due_at, Job.id)
            .limit(MAX_LISTED)
        )
        for job in session.scalars(single):
            yield _state(session, job, kind, moment)


def find_holder(session: Session, kind: JobKind, moment: datetime) -> str:
    """The node and process that runs a kind at the moment, else an empty string."""
    job = session.scalar(select(Job).where(Job.kind == kind.name, Job.key == ""))
    return "" if job is None else _holder(job, moment)


def is_stopped(session: Session, kind: JobKind) -> bool:
    """Whether somebody has stopped a kind."""
    found = select(Job.is_stopped).where(Job.kind == kind.name, Job.key == "")
    return bool(session.scalar(found))


def stop_kinds(session: Session, kinds: Collection[JobKind], moment: datetime) -> None:
    """Run some kinds of jobs no more.

    One that runs ends when it next renews its lease. The caller commits.
    """
    leases.add_missing_kinds(session, kinds, moment)
    begin_writing(session)
    names = [kind.name for kind in kinds]
    session.execute(update(Job).where(Job.kind.in_(names), Job.key == "").values(is_stopped=True))


def retry_kinds(session: Session, names: Sequence[str], moment: datetime) -> int:
    """Let stopped and failed jobs of some kinds run again, at once.

    They have all their attempts again. The caller commits.

    Returns:
        How many there were.
    """
    begin_writing(session)
    stopped = update(Job).where(Job.kind.in_(names), Job.is_stopped).values(is_stopped=False)
    started = set(session.scalars(stopped.returning(Job.id)))
    again = (
        update(Job)
        .where(Job.kind.in_(names), Job.holder == "", Job.is_failed | (Job.attempts > 0))
        .values(is_failed=False, attempts=0, due_at=moment)
    )
    return len(started.union(session.scalars(again.returning(Job.id))))


def _state(session: Session, job: Job, kind: JobKind, moment: datetime) -> JobState:
    holder = _holder(job, moment)
    is_marked = kind.is_waiting is not None and not job.attempts
    return JobState(
        kind=kind,
        key=job.key,
        state=_name_state(job, is_held=bool(holder)),
        left=None if job.key else _left(session, kind),
        began_at=job.began_at,
        ended_at=job.ended_at,
        steps=job.steps,
        next_at=None if is_marked or not (job.key or kind.is_recurring) else job.due_at,
        attempts=job.attempts,
        error=job.error,
        holder=holder,
    )


def _name_state(job: Job, *, is_held: bool) -> str:
    if is_held:
        return "running"
    if job.is_stopped:
        return "stopped"
    return "failed" if job.is_failed else "waiting"


def _holder(job: Job, moment: datetime) -> str:
    is_held = job.held_until is not None and job.held_until > moment
    return ":".join(job.holder.split(":")[:2]) if is_held else ""


def _left(session: Session, kind: JobKind) -> int | None:
    if kind.count_left is not None:
        return kind.count_left(session)
    if kind.is_recurring:
        return None
    mine = select(func.count()).where(Job.kind == kind.name, Job.key != "", ~Job.is_failed)
    return session.scalar(mine) or 0
