"""A job is run by one process at a time, and what fails is tried again with longer pauses."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import Job
from app.services.operation.jobs import control, leases
from app.services.operation.jobs.processes import identify_process
from app.services.queue import queue_job
from tests.helpers.jobs import START, after, one_row, queued, recurring, row

OFTEN, MAIL = recurring(), queued()
KINDS = (OFTEN, MAIL)


@pytest.fixture
def begun(session: Session) -> Session:
    """A session on a database that knows the kinds."""
    leases.add_missing_kinds(session, KINDS, START)
    return session


def claim(session: Session, seconds: float) -> Job | None:
    return leases.claim_job(session, KINDS, after(seconds))


def must_claim(session: Session, seconds: float) -> Job:
    job = claim(session, seconds)
    assert job is not None
    session.expunge(job)  # as when its session is closed
    return job


def queue(session: Session, key: str, seconds: float = 0) -> None:
    queue_job(session, "mail", key, {"to": key}, due_at=after(seconds))
    session.commit()


def test_many_at_once_claim_each_job_once(any_file_database: Database) -> None:
    processes, mails = 6, 20
    with any_file_database.session() as session:
        leases.add_missing_kinds(session, KINDS, START)
        for number in range(mails):
            queue(session, str(number))
    claimed: list[str] = []
    failed: list[Exception] = []
    barrier = threading.Barrier(processes)

    def take() -> None:
        try:
            barrier.wait()
            with any_file_database.session() as session:
                misses = 0
                # PostgreSQL passes over a row that another is just taking: nothing found is not
                # yet the end.
                while misses < 3:
                    job = claim(session, 1)
                    misses = 0 if job else misses + 1
                    claimed.extend([f"{job.kind} {job.key}"] if job else [])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=take) for _ in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    expected = ["often ", *(f"mail {number}" for number in range(mails))]
    assert Counter(claimed) == Counter(expected)


def test_a_lease_that_ran_out_is_taken_over(begun: Session) -> None:
    first = must_claim(begun, 0)
    assert first.held_until == after(60)
    assert claim(begun, 59) is None
    second = must_claim(begun, 61)
    assert second.id == first.id
    assert second.attempts == 2
    # Who had it before can do no harm any more.
    assert not leases.renew_lease(begun, first, after(62))
    leases.finish_job(begun, first, OFTEN, after(62), 5)
    leases.fail_job(begun, first, "x", after(62), 5)
    leases.release_lease(begun, first, after(62), 5)
    found = one_row(begun, "often")
    assert (found.holder, found.steps, found.error) == (second.holder, 0, "")


def test_a_process_of_this_machine_that_ended_holds_nothing(begun: Session) -> None:
    said = "from app.services.operation.jobs.processes import identify_process as it; print(it())"
    with subprocess.Popen([sys.executable, "-c", said], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        gone = child.stdout.read().strip()
    space, number, _ = identify_process().split("-")
    # The same number, of a process that began at another moment; and processes elsewhere.
    reused = f"{space}-{number}-1"
    elsewhere = f"{'0' * 16}-{gone.partition('-')[2]}"
    for identity, is_over in (
        (gone, True),
        (reused, True),
        (identify_process(), False),
        (elsewhere, False),
        ("", False),
        (f"{space}-x-1", False),
    ):
        job = must_claim(begun, 0)
        begin_writing(begun)
        begun.execute(update(Job).where(Job.id == job.id).values(holder=f"node:1:ab:{identity}"))
        begun.commit()
        assert leases.end_dead_leases(begun, after(1)) == is_over, identity
        taken = claim(begun, 1)
        assert (taken is not None) == is_over, identity
        begin_writing(begun)
        begun.execute(update(Job).values(holder="", held_until=None, attempts=0, due_at=START))
        begun.commit()


def test_a_lease_of_a_living_process_is_kept(begun: Session) -> None:
    job = must_claim(begun, 0)
    assert job.holder.endswith(f":{identify_process()}")
    assert len(job.holder) <= 120
    assert leases.end_dead_leases(begun, after(1)) == 0
    assert claim(begun, 1) is None


def test_a_lease_that_is_renewed_is_kept(begun: Session) -> None:
    job = must_claim(begun, 0)
    assert leases.renew_lease(begun, job, after(50))
    assert claim(begun, 109) is None
    assert claim(begun, 111) is not None


def test_what_is_done_is_due_again_after_its_time(begun: Session) -> None:
    leases.finish_job(begun, must_claim(begun, 0), OFTEN, after(10), 3)
    found = one_row(begun, "often")
    assert (found.began_at, found.ended_at, found.steps) == (START, after(10), 3)
    assert (found.attempts, found.holder, found.held_until) == (0, "", None)
    assert claim(begun, 109) is None
    assert claim(begun, 110) is not None


def test_a_run_that_was_left_goes_on(begun: Session) -> None:
    leases.release_lease(begun, must_claim(begun, 0), after(5), 3)
    job = must_claim(begun, 7)
    assert (job.began_at, job.attempts) == (START, 1)
    leases.finish_job(begun, job, OFTEN, after(9), 4)
    assert one_row(begun, "often").steps == 7


def test_pauses_double(begun: Session) -> None:
    seconds, pauses = 0.0, []
    for attempt in range(1, 16):
        job = must_claim(begun, seconds)
        assert job.attempts == attempt
        leases.fail_job(begun, job, f"Error {attempt}", after(seconds), 0)
        found = one_row(begun, "often")
        assert found.error == f"Error {attempt}"
        assert found.is_failed == (attempt >= 8)
        pause = (found.due_at - after(seconds)).total_seconds()
        assert claim(begun, seconds + pause - 1) is None
        pauses.append(pause)
        seconds += pause
    assert pauses[:8] == [30, 60, 120, 240, 480, 960, 1920, 3840]
    assert pauses[-3:] == [86400] * 3
    leases.finish_job(begun, must_claim(begun, seconds), OFTEN, after(seconds), 1)
    found = one_row(begun, "often")
    assert (found.attempts, found.error, found.is_failed) == (0, "", False)


def fail_for_good(session: Session, seconds: float = 0) -> float:
    """Let a mail fail until it is given up; returns when."""
    for _ in range(leases.MAX_ATTEMPTS):
        job = must_claim(session, seconds)
        assert job.kind == "mail"
        leases.fail_job(session, job, "No such host", after(seconds), 0)
        seconds += leases.compute_pause(job.attempts).total_seconds()
    return seconds


def stop_often(session: Session) -> None:
    control.stop_kinds(session, [OFTEN], START)
    session.commit()


def test_a_single_job_that_failed_for_good_waits_for_somebody(begun: Session) -> None:
    stop_often(begun)
    queue(begun, "a")
    end = fail_for_good(begun)
    assert one_row(begun, "mail", "a").is_failed
    assert claim(begun, end + 10**8) is None
    assert control.retry_kinds(begun, ["mail"], after(end)) == 1
    begun.commit()
    assert must_claim(begun, end).attempts == 1


def test_what_ends_its_process_again_and_again_fails(begun: Session) -> None:
    for attempt in range(leases.MAX_ATTEMPTS):
        assert must_claim(begun, attempt * 61).attempts == attempt + 1
    end = leases.MAX_ATTEMPTS * 61
    assert claim(begun, end) is None
    found = one_row(begun, "often")
    assert found.is_failed
    assert found.error == leases.LOST
    assert found.due_at == after(end + 3840)


def test_a_single_job_is_removed_when_it_is_done(begun: Session) -> None:
    stop_often(begun)
    queue(begun, "a", 5)
    assert claim(begun, 4) is None
    job = must_claim(begun, 5)
    assert job.argument == {"to": "a"}
    leases.finish_job(begun, job, MAIL, after(6), 1)
    assert row(begun, "mail", "a") is None


def test_the_same_queued_twice_is_one_job(begun: Session) -> None:
    stop_often(begun)
    queue(begun, "a")
    queue(begun, "a", 3)
    job = must_claim(begun, 3)
    assert claim(begun, 3) is None
    # Queued while it runs, it runs again: who runs it may have looked too early.
    queue(begun, "a", 4)
    assert claim(begun, 5) is None
    leases.finish_job(begun, job, MAIL, after(6), 1)
    leases.finish_job(begun, must_claim(begun, 6), MAIL, after(7), 1)
    assert row(begun, "mail", "a") is None


def test_queued_again_it_has_all_its_attempts(begun: Session) -> None:
    stop_often(begun)
    queue(begun, "a")
    end = fail_for_good(begun)
    queue(begun, "a", end)
    assert must_claim(begun, end).attempts == 1


def test_a_kind_that_is_stopped_is_not_run(begun: Session) -> None:
    job = must_claim(begun, 0)
    queue(begun, "a")
    control.stop_kinds(begun, KINDS, after(1))
    begun.commit()
    assert not leases.renew_lease(begun, job, after(2))
    leases.release_lease(begun, job, after(2), 1)
    queue(begun, "b")
    assert claim(begun, 1000) is None
    assert leases.claim_job_now(begun, OFTEN, after(1000)) is None
    assert control.retry_kinds(begun, ["often"], after(3)) == 1
    begun.commit()
    assert must_claim(begun, 3).kind == "often"
    assert claim(begun, 4) is None, "mail is stopped still"


def test_nobody_writes_while_there_is_nothing_to_do(database: Database, begun: Session) -> None:
    """SQLite has one writer: looking for work must not take its place each second."""
    leases.finish_job(begun, must_claim(begun, 0), OFTEN, after(1), 1)
    writes: list[bool] = []

    def note(connection: object) -> None:
        writes.append(connection.get_execution_options().get("writing", False))  # type: ignore[attr-defined]

    event.listen(database.engine, "begin", note)
    try:
        leases.add_missing_kinds(begun, KINDS, after(2))
        assert claim(begun, 2) is None
    finally:
        event.remove(database.engine, "begin", note)
    assert writes
    assert not any(writes)


def test_jobs_of_kinds_that_this_version_does_not_know_are_left_alone(begun: Session) -> None:
    begin_writing(begun)
    queue_job(begun, "unknown", "a", due_at=START)
    begun.commit()
    assert must_claim(begun, 1).kind == "often"
    assert claim(begun, 1) is None
