"""Counts that several processes share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from limits.storage import storage_from_string

from app.config import Config
from app.db import Database
from app.services import shared_rate_counts
from app.services.shared_rate_counts import RETRY_SECONDS, SharedCounts, choose_storage
from tests.helpers.engines import drop_rate_counts

Open = Callable[[], SharedCounts]


@pytest.fixture
def settings(config: Config) -> Config:
    return replace(config, rate_limit_storage="database://")


@pytest.fixture
def open_counts(any_file_database: Database, settings: Config) -> Iterator[Open]:
    """Opens them as one more process does."""
    opened: list[SharedCounts] = []

    def start() -> SharedCounts:
        uri, options = choose_storage(settings, any_file_database)
        found = storage_from_string(uri, **options)
        assert isinstance(found, SharedCounts)
        opened.append(found)
        return found

    yield start
    for each in opened:
        each._drop_connection()
    if any_file_database.engine.dialect.name == "postgresql":
        drop_rate_counts(any_file_database)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found = [1_000_000.0]
    monkeypatch.setattr(shared_rate_counts.time, "time", lambda: found[0])
    monkeypatch.setattr(shared_rate_counts.time, "monotonic", lambda: found[0])
    return found


def test_processes_count_together(open_counts: Open, clock: list[float]) -> None:
    one, other = open_counts(), open_counts()
    assert [one.incr("a", 60), other.incr("a", 60), one.incr("b", 60)] == [1, 2, 1]
    assert other.get("a") == 2
    assert one.get_expiry("a") == pytest.approx(clock[0] + 60)
    clock[0] += 60
    assert other.get("a") == 0
    assert one.incr("a", 60) == 1
    assert other.get_expiry("a") == pytest.approx(clock[0] + 60)


def test_what_is_taken_back_never_gives_more_to_any(open_counts: Open) -> None:
    one, other = open_counts(), open_counts()
    one.incr("a", 60)
    assert [other.incr("a", 60, -1), one.incr("a", 60, -1), other.incr("a", 60)] == [0, 0, 1]
    one.clear("a")
    assert other.get("a") == 0
    other.incr("a", 60)
    one.reset()
    assert other.get("a") == 0


def test_what_has_ended_is_removed(open_counts: Open, clock: list[float]) -> None:
    counts = open_counts()
    for number in range(5):
        counts.incr(str(number), 10)
    clock[0] += shared_rate_counts.SWEEP_SECONDS
    counts.incr("new", 10)
    rows = counts._run("SELECT count(*) FROM rate_counts", {})
    assert rows is not None
    assert rows[0][0] == 1


def test_without_the_table_a_process_counts_alone(
    open_counts: Open, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    counts = open_counts()
    counts.incr("a", 60)
    real = counts._connect

    def fail() -> Any:
        raise counts._error("gone")

    counts._connect = fail
    counts._connection.close()
    assert [counts.incr("a", 60), counts.incr("a", 60), counts.get("a")] == [1, 2, 2]
    assert counts.get_expiry("a") == pytest.approx(clock[0] + 60, abs=1)
    assert "gone" not in caplog.text
    counts._connect = real
    clock[0] += RETRY_SECONDS
    assert counts.incr("a", 60) == 2


def test_a_shared_store_stays_what_is_set(config: Config, database: Database) -> None:
    redis = replace(config, rate_limit_storage="redis://one")
    assert choose_storage(redis, database) == ("redis://one", {})
    alone = replace(config, rate_limit_storage="memory://")
    assert choose_storage(alone, database) == ("counts://", {})


def test_a_library_in_memory_has_one_process(settings: Config, tmp_path: Path) -> None:
    database = Database("sqlite://")
    assert choose_storage(settings, database) == ("counts://", {})
    database.close()
