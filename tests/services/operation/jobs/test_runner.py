"""Jobs are run in steps, stop after any of them, and one that fails disturbs no other."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from app.db import Database, begin_writing, now
from app.models import DerivedVersion, Job, SimilarMark, Summary
from app.rendering import RENDERER_VERSION
from app.services.links.stale import mark_stale
from app.services.operation.jobs import control, leases, runner
from app.services.operation.jobs.kinds import KINDS, JobKind, Kinds
from app.services.queue import queue_job
from tests.helpers.factories import make_summary
from tests.helpers.jobs import nothing, one_row, queued, recurring, row


@pytest.fixture
def database(any_file_database: Database) -> Database:
    """One with a connection for the job and one for its lease."""
    return any_file_database


def kinds_of(*kinds: JobKind) -> Kinds:
    return {kind.name: kind for kind in kinds}


def never() -> bool:
    return False


def ten_steps(session: Session) -> Iterator[object]:
    yield from range(10)


def test_all_that_is_due_is_run_once(database: Database, session: Session) -> None:
    done: list[dict[str, Any]] = []

    def send(session: Session, **argument: Any) -> Iterator[object]:
        done.append(argument)
        yield None

    kinds = kinds_of(recurring(work=ten_steps), queued(work=send))
    for number in range(3):
        queue_job(session, "mail", str(number), {"to": number})
        session.commit()
    runner.run_due(database, never, kinds)
    runner.run_due(database, never, kinds)
    assert done == [{"to": 0}, {"to": 1}, {"to": 2}]
    assert one_row(session, "often").steps == 10
    assert session.scalar(select(func.count()).select_from(Job)) == 2, "the rows of the kinds"


def test_what_fails_is_noted_without_what_people_wrote(
    database: Database, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(session: Session) -> Iterator[object]:
        yield None
        begin_writing(session)
        session.execute(text("UPDATE jobs SET steps = 99"))
        raise ValueError("a private text")

    kinds = kinds_of(recurring("broken", fail), recurring("well", ten_steps))
    runner.run_due(database, never, kinds)
    broken, well = one_row(session, "broken"), one_row(session, "well")
    assert broken.error.startswith("ValueError (test_runner.py:")
    assert (broken.attempts, broken.steps, broken.holder) == (1, 1, "")
    assert (well.attempts, well.steps) == (0, 10)
    assert "The job broken failed: ValueError" in caplog.text
    assert "private" not in caplog.text.replace('ValueError("a private text")', "")


def test_errors_of_the_system_and_the_database_say_what_is_wrong(database: Database) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        Path("/nowhere/at/all").read_text()
    assert runner.describe_error(missing.value) == "FileNotFoundError: No such file or directory"
    query = text("SELECT :it FROM nowhere")
    with database.session() as session, pytest.raises(DBAPIError) as refused:
        session.execute(query, {"it": "private"})
    assert "nowhere" in runner.describe_error(refused.value)
    assert "private" not in runner.describe_error(refused.value)


def test_it_stops_after_a_step_and_goes_on_later(database: Database, session: Session) -> None:
    asked = count(1)
    kinds = kinds_of(recurring(work=ten_steps))
    runner.run_due(database, lambda: next(asked) > 3, kinds)
    found = one_row(session, "often")
    assert (found.steps, found.ended_at, found.holder, found.attempts) == (3, None, "", 0)
    runner.run_due(database, never, kinds)
    assert one_row(session, "often").ended_at is not None


def test_jobs_that_are_stopped_between_turns_give_the_lease_back(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SLICE_SECONDS", -1.0)
    steps: list[object] = []

    def endless(session: Session) -> Iterator[object]:
        for number in count():
            steps.append(number)
            yield None

    kinds = kinds_of(*(recurring(name, endless) for name in "abcdef"))
    runner.run_due(database, lambda: len(steps) > 20, kinds)
    found = [one_row(session, name) for name in "abcdef"]
    assert [each.holder for each in found] == [""] * 6
    assert sum(each.steps > 0 for each in found) == runner.MAX_ACTIVE
    assert all(each.ended_at is None for each in found)


def test_one_that_fails_while_it_is_stopped_leaves_no_other_open(
    database: Database,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(runner, "SLICE_SECONDS", -1.0)
    steps: list[object] = []

    def endless(session: Session) -> Iterator[object]:
        for number in count():
            steps.append(number)
            yield None

    real = leases.release_lease

    def release(session: Session, job: Job, moment: datetime, done: int) -> None:
        if job.kind != "c":
            raise OperationalError("UPDATE", {}, Exception("the disk is away"))
        real(session, job, moment, done)

    monkeypatch.setattr(leases, "release_lease", release)
    kinds = kinds_of(*(recurring(name, endless) for name in "abc"))
    runner.run_due(database, lambda: len(steps) > 9, kinds)
    assert [bool(one_row(session, name).holder) for name in "abc"] == [True, True, False]
    assert caplog.text.count("failed: OperationalError: the disk is away") == 2


def test_the_rows_of_the_kinds_are_looked_for_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    real = leases.add_missing_kinds
    added: list[int] = []

    def add(session: Session, kinds: Collection[JobKind], moment: datetime) -> None:
        added.append(len(looks))
        if len(looks) < 2:
            raise OperationalError("SELECT", {}, Exception("the disk is away"))
        real(session, kinds, moment)

    monkeypatch.setattr(leases, "add_missing_kinds", add)
    kinds = kinds_of(recurring(work=ten_steps))
    runner.run_forever(database, lambda: len(looks) >= 5, looks.append, kinds)
    assert added == [0, 1, 2], "until the database is well, and then no more"


def test_who_breaks_off_gives_the_lease_back(database: Database, session: Session) -> None:
    kind = recurring(work=ten_steps)
    job = runner.claim_kind(database, kind)
    assert job is not None
    assert runner.claim_kind(database, kind) is None
    work = runner.perform_job(database, job, never, kinds_of(kind))
    next(work)
    work.close()
    found = one_row(session, "often")
    assert (found.holder, found.steps) == ("", 1)


def test_jobs_take_turns_and_go_on_where_they_were(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "SLICE_SECONDS", -1.0)  # a slice is one step
    order: list[str] = []

    def steps(name: str, number: int) -> Iterator[object]:
        for each in range(number):
            order.append(f"{name}{each}")
            yield None

    kinds = kinds_of(
        recurring("long", lambda _: steps("long", 3)),
        recurring("short", lambda _: steps("short", 1)),
    )
    runner.run_due(database, never, kinds)
    assert order == ["long0", "long1", "short0", "long2"]
    assert [one_row(session, name).steps for name in kinds] == [3, 1]


def test_who_lost_the_lease_or_is_stopped_ends(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "RENEWAL_SECONDS", -1.0)  # after each step
    done: list[object] = []

    def lose(session: Session) -> Iterator[object]:
        for number in range(5):
            done.append(number)
            begin_writing(session)
            session.execute(update(Job).values(holder="another:1:x"))
            session.commit()
            yield number

    runner.run_due(database, never, kinds_of(recurring("lost", lose)))
    assert done == [0]
    assert one_row(session, "lost").holder == "another:1:x"

    def stop(session: Session) -> Iterator[object]:
        for number in range(5):
            done.append(number)
            control.stop_kinds(session, [recurring("stopped")], now())
            session.commit()
            yield number

    for _ in range(2):
        runner.run_due(database, never, kinds_of(recurring("stopped", stop)))
        assert done == [0, 0]


def test_what_cannot_be_done_just_now_does_not_turn_in_circles(
    database: Database, session: Session
) -> None:
    tries: list[int] = []

    def no_step(session: Session) -> Iterator[object]:
        tries.append(1)
        yield from ()

    kind = JobKind("busy", "Cannot do it.", no_step, is_waiting=lambda _: True)
    runner.run_due(database, never, kinds_of(kind))
    assert tries == [1]


def test_the_loop_survives_the_database(
    database: Database, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    looks = count(1)

    def is_waiting(session: Session) -> bool:
        number = next(looks)
        if number in (1, 2):
            raise OperationalError("SELECT", {}, Exception("the disk is away"))
        return number == 3

    waits: list[float] = []
    kind = JobKind("often", "Runs when needed.", nothing, is_waiting=is_waiting)
    runner.run_forever(database, lambda: len(waits) >= 4, waits.append, kinds_of(kind))
    assert one_row(session, "often").steps == 1
    assert caplog.text.count("No jobs can be run: OperationalError: the disk is away") == 1
    assert set(waits) == {runner.POLL_SECONDS}


def test_what_writes_leave_is_done(database: Database, session: Session) -> None:
    """The kinds that there are, on a library, and once more on the same."""
    summary = make_summary(session, source="Some *text*.")
    mark_stale(session, [summary.id])
    session.execute(update(Summary).values(html="old"))
    session.commit()
    assert session.scalar(select(SimilarMark.id).limit(1)) is not None
    session.commit()
    runner.run_due(database, never)
    assert session.scalar(select(SimilarMark.id).limit(1)) is None
    assert "<em>" in session.get_one(Summary, summary.id, populate_existing=True).html
    stored = select(DerivedVersion.version).where(DerivedVersion.name == "renderer")
    assert session.scalar(stored) == RENDERER_VERSION
    states = {state.kind.name: state for state in control.list_jobs(session, now())}
    assert states.keys() == KINDS.keys()
    # `texts` had nothing to do: `rerender` was the first, and does those too.
    assert all(states[name].ended_at for name in ("similar", "rerender", "tidy"))
    assert {state.state for state in states.values()} == {"waiting"}
    assert [states[name].left for name in ("texts", "similar", "rerender")] == [0, 0, 0]
    session.commit()
    before = [(state.began_at, state.ended_at) for state in states.values()]
    runner.run_due(database, never)
    again = control.list_jobs(session, now())
    assert [(state.began_at, state.ended_at) for state in again] == before


def test_texts_of_an_older_renderer_are_rendered_by_themselves(
    database: Database, session: Session
) -> None:
    summary = make_summary(session, source="Some *text*.")
    runner.run_due(database, never)

    def age(version: int) -> None:
        begin_writing(session)
        session.execute(update(Summary).values(html="old", renderer_version=77))
        session.merge(DerivedVersion(name="renderer", version=version))
        session.commit()

    # A newer version of the program is at work beside this one: they must not take turns.
    age(RENDERER_VERSION + 1)
    runner.run_due(database, never)
    assert session.get_one(Summary, summary.id, populate_existing=True).html == "old"
    session.commit()
    age(RENDERER_VERSION - 1)
    runner.run_due(database, never)
    assert "<em>" in session.get_one(Summary, summary.id, populate_existing=True).html
    stored = select(DerivedVersion.version).where(DerivedVersion.name == "renderer")
    assert session.scalar(stored) == RENDERER_VERSION


def test_failed_and_running_jobs_are_shown(database: Database, session: Session) -> None:
    def fail(session: Session, to: str) -> Iterator[object]:
        raise ConnectionError(111, "Connection refused")
        yield

    kinds = kinds_of(recurring(work=ten_steps), queued(work=fail))
    queue_job(session, "mail", "17", {"to": "ann"})
    session.commit()
    runner.run_due(database, never, kinds)
    begin_writing(session)
    session.execute(update(Job).where(Job.key == "17").values(is_failed=True, attempts=8))
    session.commit()
    queue_job(session, "mail", "18", {"to": "ben"}, due_at=now())
    session.commit()
    job = runner.claim_kind(database, kinds["often"])
    assert job is not None
    often, mail, failed = control.list_jobs(session, now(), kinds)
    assert often.state == "running"
    assert often.holder == f"{socket.gethostname()}:{os.getpid()}"
    assert (mail.key, mail.state, mail.left) == ("", "waiting", 1)
    assert (failed.key, failed.state) == ("17", "failed")
    assert failed.error == "ConnectionError: Connection refused"
    assert row(session, "mail", "18") is not None


def test_names_of_jobs_fit(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    for kind in KINDS.values():
        assert len(kind.name) <= 30
        assert kind.says.endswith(".")
    assert len(leases.LOST) < 500
