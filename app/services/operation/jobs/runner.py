"""Run jobs: one, all that are due, or for ever.

Jobs of one process take turns: a long one does not keep others waiting, and goes on where it was.
"""

from __future__ import annotations

import logging
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.db import Database, now
from app.models import Job
from app.services.operation.jobs import leases
from app.services.operation.jobs.kinds import KINDS, JobKind, Kinds

POLL_SECONDS = 1.0  # between two looks for work; each is a few reads of single rows
SLICE_SECONDS = 1.0  # for which a job works before others have their turn
RENEWAL_SECONDS = 10.0  # between two renewals of a lease
MAX_ACTIVE = 4  # jobs that take turns in a process, so that each has one before its lease runs out

IsStopped = Callable[[], bool]
Work = Generator[object]
Active = tuple[str, Work]  # with the name of its kind
_log = logging.getLogger(__name__)


def run_forever(
    database: Database,
    is_stopped: IsStopped,
    wait: Callable[[float], object],
    kinds: Kinds = KINDS,
) -> None:
    """Run what is due, as soon as it is, until stopped.

    When the database fails this goes on as soon as it is well again.

    Args:
        is_stopped: asked between two steps.
        wait: returns after so many seconds, or earlier when it is to be stopped.
    """
    is_well, is_begun = True, False
    with _take_turns() as active:
        while not is_stopped():
            try:
                if not is_begun:
                    _add_missing_kinds(database, kinds)
                    is_begun = True
                found = _take_turn(database, active, is_stopped, kinds)
                is_well = True
            except SQLAlchemyError as error:
                if is_well:
                    _log.error("No jobs can be run: %s", describe_error(error))
                is_well = found = False
            if not found:
                wait(POLL_SECONDS)


def run_due(database: Database, is_stopped: IsStopped, kinds: Kinds = KINDS) -> None:
    """Run all that is due, and what becomes due meanwhile."""
    _add_missing_kinds(database, kinds)
    with _take_turns() as active:
        while not is_stopped() and _take_turn(database, active, is_stopped, kinds):
            pass


@contextmanager
def _take_turns() -> Iterator[deque[Active]]:
    """The jobs that take turns here; in the end each gives back its lease."""
    active: deque[Active] = deque()
    try:
        yield active
    finally:
        for name, work in active:
            try:
                work.close()
            except Exception as error:  # whatever it is, the others are closed too
                _log_failure(name, error)


def _add_missing_kinds(database: Database, kinds: Kinds) -> None:
    with database.session() as session:
        leases.add_missing_kinds(session, kinds.values(), now())
        leases.end_dead_leases(session, now())


def _take_turn(
    database: Database, active: deque[Active], is_stopped: IsStopped, kinds: Kinds
) -> bool:
    """Begin the job that has been due longest, and let the next one work for a slice.

    Returns:
        Whether there was any.
    """
    if len(active) < MAX_ACTIVE:
        with database.session() as session:
            job = leases.claim_job(session, kinds.values(), now())
        if job is not None:
            active.append((job.kind, perform_job(database, job, is_stopped, kinds)))
    if not active:
        return False
    name, work = active.popleft()
    if _work_slice(name, work):
        active.append((name, work))
    return True


def _work_slice(name: str, work: Work) -> bool:
    """Let a job work for a while; says whether it goes on. One that fails is logged."""
    end = monotonic() + SLICE_SECONDS
    try:
        for _ in work:
            if monotonic() > end:
                return True
    except Exception as error:  # whatever it is, other jobs go on
        _log_failure(name, error)
    return False


def _log_failure(name: str, error: Exception) -> None:
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("The job %s failed: %s\n%s", name, describe_error(error), where)


def claim_kind(database: Database, kind: JobKind) -> Job | None:
    """Take the lease of a recurring kind, due or not; `None` if that cannot be."""
    with database.session() as session:
        leases.add_missing_kinds(session, [kind], now())
        return leases.claim_job_now(session, kind, now())


def perform_job(database: Database, job: Job, is_stopped: IsStopped, kinds: Kinds = KINDS) -> Work:
    """Do a job that is leased, and give the lease back.

    It ends when it is done, or after the step in which it was stopped.

    Yields:
        What each step of the job yields.

    Raises:
        Exception: whatever the job raises; it is noted.
    """
    kind, steps, is_done, problem = kinds[job.kind], 0, False, ""
    renewal = monotonic() + RENEWAL_SECONDS
    try:
        with database.session() as session:
            for step in kind.work(session, **job.argument):
                steps += 1
                yield step
                if is_stopped():
                    return
                if monotonic() > renewal:
                    if not _renew(database, job):
                        return
                    renewal = monotonic() + RENEWAL_SECONDS
        is_done = True
    except Exception as error:
        problem = describe_error(error)
        raise
    finally:
        with database.session() as session:
            if problem:
                leases.fail_job(session, job, problem, now(), steps)
            elif is_done:
                leases.finish_job(session, job, kind, now(), steps)
            else:
                leases.release_lease(session, job, now(), steps)


def describe_error(error: Exception) -> str:
    """What went wrong, without anything that people wrote.

    A message may quote it, but not those of the database's driver (`app.db`) and of the system.
    """
    name = type(error).__name__
    if isinstance(error, DBAPIError):
        return f"{name}: {_first_line(error.orig)}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    places = traceback.extract_tb(error.__traceback__)
    return f"{name} ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else name


def _renew(database: Database, job: Job) -> bool:
    with database.session() as session:
        return leases.renew_lease(session, job, now())


def _first_line(error: object) -> str:
    return (str(error).splitlines() or [""])[0]
