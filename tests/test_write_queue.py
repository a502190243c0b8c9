"""Threads that write to one file wait for each other, and not by asking again and again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from app import engines
from app.engines import WRITING, begin_on_sqlite, sqlite_module
from app.write_queue import WriteQueue
from tests.helpers.waiting import SAFETY, wait_until


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A file that nobody waits for: who finds another writing fails at once."""
    arguments = {"timeout": 0, "check_same_thread": False, "isolation_level": None}
    found = create_engine(
        f"sqlite:///{tmp_path}/x", module=sqlite_module, connect_args=arguments, pool_size=10
    )
    yield found
    found.dispose()


@pytest.fixture
def queue(engine: Engine) -> WriteQueue:
    made = WriteQueue(engine, SAFETY)
    event.listen(engine, "begin", begin_on_sqlite)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE x (thread)")
        connection.commit()
    assert not made.is_taken
    return made


def writing(engine: Engine) -> Connection:
    return engine.connect().execution_options(**WRITING)


def test_threads_take_turns(engine: Engine, queue: WriteQueue) -> None:
    came: list[int] = []
    done: list[int] = []

    def write(number: int) -> None:
        with writing(engine) as connection:
            came.append(number)
            connection.exec_driver_sql("INSERT INTO x VALUES (?)", (number,))
            connection.commit()
        done.append(number)

    with writing(engine) as first:
        first.exec_driver_sql("INSERT INTO x VALUES (0)")
        threads = [Thread(target=write, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(came) == len(threads), "all who write")
        assert (done, queue.is_taken) == ([], True)
        first.commit()
    for thread in threads:
        thread.join(SAFETY)
    assert sorted(done) == list(range(5))
    assert not queue.is_taken


@pytest.mark.parametrize("end", ["commit", "rollback", "close", "invalidate"])
def test_the_turn_ends_with_the_transaction(engine: Engine, queue: WriteQueue, end: str) -> None:
    connection = writing(engine)
    connection.begin()
    assert queue.is_taken
    getattr(connection, end)()
    connection.close()
    assert not queue.is_taken


def test_who_reads_waits_for_nobody(engine: Engine, queue: WriteQueue) -> None:
    with writing(engine) as first:
        first.exec_driver_sql("INSERT INTO x VALUES (1)")
        with engine.connect() as other:
            assert other.exec_driver_sql("SELECT count(*) FROM x").scalar() == 0
        first.commit()
        first.execution_options(writing=False).begin()
        assert not queue.is_taken


def test_who_waited_for_threads_waits_for_processes_only_for_what_is_left(
    engine: Engine, queue: WriteQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 100)
    with writing(engine) as other_process, writing(engine) as connection:
        other_process.begin()
        said: list[str] = []
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(said.append)
        queue._seconds = 0.05
        with pytest.raises(OperationalError, match="locked"):
            connection.begin()
        driver.set_trace_callback(None)
    first, last = (int(each.split()[-1]) for each in said if "busy_timeout" in each)
    assert first <= 50
    assert last == 100


def test_who_cannot_begin_keeps_nobody_waiting(engine: Engine, queue: WriteQueue) -> None:
    with engine.connect() as other:
        raw = other.connection.driver_connection
        assert raw is not None
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as raised:
            writing(engine).begin()
        assert not queue.is_taken
        raw.execute("ROLLBACK")
    assert "locked" in str(raised.value)
    with writing(engine) as again:
        again.begin()
