"""Leases: one process at a time runs a job.

It holds the lease, and renews it while it works. The same statements do so on SQLite and
PostgreSQL. Times are those of the machines: their clocks must differ by much less than `LEASE`.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, and_, delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.db import begin_writing, insert_missing
from app.models import Job
from app.models.job import MAX_ERROR
from app.services.operation.jobs.kinds import JobKind
from app.services.operation.jobs.processes import has_ended, identify_process

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8  # over an hour, from the first to the last
MIN_PAUSE = timedelta(seconds=30)  # after the first attempt that failed; it doubles each time
MAX_PAUSE = timedelta(days=1)
LOST = "The process that ran it ended in the middle of it."


def add_missing_kinds(session: Session, kinds: Collection[JobKind], moment: datetime) -> None:
    """Give each kind its row; commits."""
    known = set(session.scalars(select(Job.kind).where(Job.key == "")))
    new = [kind.name for kind in kinds if kind.name not in known]
    if new:
        begin_writing(session)
        empty = {"key": "", "argument": {}, "queued_at": moment, "due_at": moment}
        insert_missing(session, Job, [{"kind": name, **empty} for name in new], ["kind", "key"])
    session.commit()


def end_dead_leases(session: Session, moment: datetime) -> int:
    """Let the leases of processes of this machine that have ended run out now. Commits.

    They are then as any other that ran out: what ended its process again and again fails.

    Returns:
        How many.
    """
    held = select(Job.id, Job.holder).where(Job.held_until > moment, Job.holder != "")
    dead = [
        (number, holder)
        for number, holder in session.execute(held)
        if has_ended(holder.rpartition(":")[2])
    ]
    session.commit()
    if not dead:
        return 0
    begin_writing(session)
    for number, holder in dead:
        same = update(Job).where(Job.id == number, Job.holder == holder)
        session.execute(same.values(held_until=moment))
    session.commit()
    return len(dead)


def claim_job(session: Session, kinds: Collection[JobKind], moment: datetime) -> Job | None:
    """Take the lease of the job that has been due longest.

    `None` when there is none. Commits. Only reads while there is nothing to do.
    """
    ready = _claimable(_ready(session, kinds), moment)
    return _claim(session, ready & (Job.due_at <= moment), moment)


def claim_job_now(session: Session, kind: JobKind, moment: datetime) -> Job | None:
    """Take the lease of a recurring kind, due or not.

    `None` when another has it, or the kind is stopped. Commits.
    """
    return _claim(session, _claimable([kind], moment), moment)


def renew_lease(session: Session, job: Job, moment: datetime) -> bool:
    """Hold a lease for longer; says whether to go on. Commits.

    Not so when another process has taken it over, or somebody has stopped the kind.
    """
    begin_writing(session)
    longer = _held(job).values(held_until=moment + LEASE).returning(Job.id)
    is_held = session.scalar(longer) is not None
    of_kind = select(Job.is_stopped).where(Job.kind == job.kind, Job.key == "")
    is_stopped = bool(session.scalar(of_kind))
    session.commit()
    return is_held and not is_stopped


def release_lease(session: Session, job: Job, moment: datetime, steps: int) -> None:
    """Give a lease back before the job is done, so that others go on. Commits."""
    begin_writing(session)
    _end_lease(session, job, attempts=0, due_at=moment, steps=job.steps + steps)
    session.commit()


def finish_job(session: Session, job: Job, kind: JobKind, moment: datetime, steps: int) -> None:
    """Note that a job is done; a single one is removed. Commits."""
    begin_writing(session)
    if kind.is_recurring:
        # What is there still, after a run without a step, cannot be done just now.
        is_stuck = not steps and kind.is_waiting is not None and kind.is_waiting(session)
        pause = kind.every or (MIN_PAUSE if is_stuck else timedelta(0))
        facts = {"error": "", "is_failed": False, "ended_at": moment}
        _end_lease(
            session, job, attempts=0, due_at=moment + pause, steps=job.steps + steps, **facts
        )
    else:
        held = (Job.id == job.id, Job.holder == job.holder)
        session.execute(delete(Job).where(*held, Job.queued_at == job.queued_at))
        # If it is still there, it was queued once more while it ran.
        _end_lease(session, job, began_at=None)
    session.commit()


def fail_job(session: Session, job: Job, error: str, moment: datetime, steps: int) -> None:
    """Note that an attempt failed, and when the next one is due. Commits.

    A single job that has failed too often stays as it is, until somebody retries it. A recurring
    one is shown as failed too, but attempts go on once a day: what was wrong may be over.
    """
    begin_writing(session)
    _note_failure(session, job, error, moment, steps)
    session.commit()


def compute_pause(attempts: int) -> timedelta:
    """The time until the next attempt, after so many that failed."""
    return min(MIN_PAUSE * (1 << min(attempts - 1, 20)), MAX_PAUSE)


def _ready(session: Session, kinds: Collection[JobKind]) -> list[JobKind]:
    """The kinds that have something to do, as far as they know before their time has come."""
    return [kind for kind in kinds if kind.is_waiting is None or kind.is_waiting(session)]


def _claimable(kinds: Collection[JobKind], moment: datetime) -> ColumnElement[bool]:
    """Jobs of some kinds that nobody holds and that may run, whenever they are due."""
    recurring = [kind.name for kind in kinds if kind.is_recurring]
    queues = [kind.name for kind in kinds if not kind.is_recurring]
    of_kind = aliased(Job)
    stopped = select(of_kind.kind).where(of_kind.key == "", of_kind.is_stopped)
    return and_(
        or_(
            (Job.key == "") & Job.kind.in_(recurring),
            (Job.key != "") & Job.kind.in_(queues) & ~Job.is_failed,
        ),
        or_(Job.held_until.is_(None), Job.held_until <= moment),
        Job.kind.not_in(stopped),
    )


def _claim(session: Session, condition: ColumnElement[bool], moment: datetime) -> Job | None:
    first = select(Job.id).where(condition).order_by(Job.due_at, Job.id).limit(1)
    if session.scalar(first) is None:
        session.commit()
        return None
    begin_writing(session)
    _fail_lost_jobs(session, moment)
    # PostgreSQL passes over a row that another is just taking; SQLite has one writer at a time.
    taken = (
        update(Job)
        .where(Job.id == first.with_for_update(skip_locked=True).scalar_subquery())
        .values(holder=_new_holder(), held_until=moment + LEASE, attempts=Job.attempts + 1)
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    job = session.scalars(taken).one_or_none()
    if job is not None and (job.began_at is None or job.ended_at is not None):
        job.began_at, job.ended_at, job.steps = moment, None, 0
    session.commit()
    return job


def _fail_lost_jobs(session: Session, moment: datetime) -> None:
    """Note that jobs failed whose processes ended in the middle of them too often."""
    lost = select(Job).where(Job.held_until <= moment, Job.attempts >= MAX_ATTEMPTS)
    for job in session.scalars(lost.with_for_update(skip_locked=True)).all():
        _note_failure(session, job, LOST, moment, 0)


def _note_failure(session: Session, job: Job, error: str, moment: datetime, steps: int) -> None:
    _end_lease(
        session,
        job,
        error=error[:MAX_ERROR],
        is_failed=Job.attempts >= MAX_ATTEMPTS,  # none, if it was queued once more meanwhile
        due_at=moment + compute_pause(job.attempts),
        ended_at=moment,
        steps=job.steps + steps,
    )


def _held(job: Job) -> Update:
    return (
        update(Job)
        .where(Job.id == job.id, Job.holder == job.holder)
        .execution_options(synchronize_session=False)
    )


def _end_lease(session: Session, job: Job, **facts: object) -> None:
    """Give the lease back, if it is still ours."""
    session.execute(_held(job).values(holder="", held_until=None, **facts))


def _new_holder() -> str:
    """Node and process, for people, something that no other lease has, and the process for us."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}:{identify_process()}"
