from __future__ import annotations

import pytest

from app.services import rate_counts
from app.services.rate_counts import SWEEP_SECONDS, MemoryCounts


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found = [1000.0]
    monkeypatch.setattr(rate_counts.time, "time", lambda: found[0])
    return found


def test_a_window_ends(clock: list[float]) -> None:
    counts = MemoryCounts()
    assert [counts.incr("a", 60), counts.incr("a", 60), counts.incr("b", 60)] == [1, 2, 1]
    assert counts.get_expiry("a") == 1060
    clock[0] = 1059
    assert counts.get("a") == 2
    clock[0] = 1060
    assert counts.get("a") == 0
    assert counts.incr("a", 60) == 1
    assert counts.get_expiry("a") == 1120


def test_what_is_taken_back_never_gives_more(clock: list[float]) -> None:
    counts = MemoryCounts()
    counts.incr("a", 60)
    assert [counts.incr("a", 60, -1), counts.incr("a", 60, -1), counts.incr("a", 60)] == [0, 0, 1]


def test_what_has_ended_takes_no_memory(clock: list[float]) -> None:
    counts = MemoryCounts()
    for number in range(100):
        counts.incr(str(number), 10)
    clock[0] += SWEEP_SECONDS
    counts.incr("new", 10)
    assert counts.reset() == 1


def test_a_count_is_cleared(clock: list[float]) -> None:
    counts = MemoryCounts()
    counts.incr("a", 60)
    counts.clear("a")
    assert counts.get("a") == 0
    assert counts.get_expiry("a") == clock[0]
