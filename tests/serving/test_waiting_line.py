"""Who waits, and who is told at once, by a clock that the tests set."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any, cast

import pytest

from app.serving.limits import Limits
from app.serving.waiting_line import MAX_ERROR, Lane, WaitingLine, WaitingWork

SECONDS = 0.04  # that a thread needs for a request
RATE = 1 / SECONDS
LIMITS = Limits()


class Load:
    """Requests of one lane, one of which is answered at a time.

    Attributes:
        waits: the moment at which each of those that are answered came, and how long it waited.
        refused: the moments of the others, and for how long each waited for its refusal.
    """

    def __init__(self, lane: Lane) -> None:
        self.now = 0.0
        self.line = WaitingLine(lane, LIMITS, lambda: self.now)
        self.waits: list[tuple[float, float]] = []
        self.refused: list[tuple[float, float]] = []
        self._free_at = 0.0

    def run(self, arrivals: Iterator[float]) -> None:
        for came in arrivals:
            self._work_until(came)
            self.come(came)

    def come(self, moment: float) -> bool:
        self.now = moment
        if self.line.admit():
            self.line.add(WaitingWork(moment, lambda: None, cast(Any, None)))
            self.refused.extend((job.since, moment - job.since) for job in self.line.drop())
            return True
        self.refused.append((moment, 0.0))
        return False

    def _work_until(self, moment: float) -> None:
        while self.line.jobs:
            self.now = max(self._free_at, self.line.jobs[0].since)
            if self.now > moment:
                return
            self.take()

    def pause_until(self, moment: float) -> None:
        self._free_at = moment

    def take(self) -> None:
        """Answer the first, or tell it that it has waited for too long."""
        job = self.line.take()
        found = (job.since, self.now - job.since)
        if self.line.is_late(job):
            self.refused.append(found)
        else:
            self.waits.append(found)
            self._free_at = self.now + SECONDS


def evenly(begin: float, end: float, rate: float) -> Iterator[float]:
    count = int((end - begin) * rate)
    return (begin + each / rate for each in range(count))


@pytest.mark.parametrize("lane", [Lane.READ, Lane.WRITE])
def test_overload_keeps_nobody_waiting_who_is_answered(lane: Lane) -> None:
    load = Load(lane)
    load.run(evenly(0, 10, RATE / 5))
    assert load.refused == []
    load.run(evenly(10, 40, RATE * 5))
    begun = load.refused[0][0] + 1
    if lane is Lane.WRITE:  # who was let in before is still answered
        begun += LIMITS.write_seconds
    during = [wait for moment, wait in load.waits if begun < moment < 40]
    assert max(during) <= LIMITS.overload_seconds * MAX_ERROR
    assert len(during) >= 0.95 * (40 - begun) * RATE  # no time is lost by that
    late = [wait for moment, wait in load.refused if moment > begun]
    assert max(late) <= LIMITS.overload_seconds * MAX_ERROR
    load.run(evenly(40, 60, RATE / 2))
    assert not load.line.is_overload
    assert [moment for moment, _ in load.refused if moment > 42] == []


@pytest.mark.parametrize(
    ("many", "share", "longest"),
    [(2, 0.97, LIMITS.read_seconds), (5, 0.99, 0.45), (20, 0.99, 0.45)],
)
def test_too_many_readers_are_noticed_before_anybody_waits_for_long(
    many: int, share: float, longest: float
) -> None:
    """Nearly all who are answered wait for the page before theirs at most."""
    load = Load(Lane.READ)
    load.run(evenly(0, 10, RATE / 5))
    load.run(evenly(10, 40, RATE * many))
    assert load.line.is_overload
    assert min(moment for moment, _ in load.refused) < 10.5
    waits = sorted(wait for moment, wait in load.waits if moment >= 10)
    assert waits[int(share * len(waits))] <= SECONDS
    assert waits[-1] <= longest
    refusals = sorted(wait for _, wait in load.refused)
    assert refusals[int(0.9 * len(refusals))] <= SECONDS


def test_who_reads_one_page_after_the_other_is_no_overload() -> None:
    """Eight who ask for the next page as soon as they have one, for a long time."""
    load = Load(Lane.READ)
    coming = [each / 1000 for each in range(8)]
    for _ in range(500):
        assert load.come(heappop(coming))
        while not coming or (load.line.jobs and coming[0] > load._free_at):
            load.now = max(load._free_at, load.line.jobs[0].since)
            load.take()
            heappush(coming, load._free_at)
    assert load.refused == []
    assert max(wait for _, wait in load.waits) <= 2 * 8 * SECONDS  # each has its turn


def test_who_comes_after_a_burst_is_answered() -> None:
    load = Load(Lane.READ)
    load.run(evenly(0, 10, RATE / 5))
    load.run(10 + each / 1000 for each in range(20))
    load.run(evenly(10.02, 20, RATE / 5))
    assert load.refused == []
    assert not load.line.is_overload


@pytest.mark.parametrize("lane", [Lane.READ, Lane.WRITE])
def test_a_burst_waits(lane: Lane) -> None:
    load = Load(lane)
    load.run(evenly(0, 10, RATE / 5))
    load.run(10 + each / 1000 for each in range(20))
    load.run(evenly(12, 20, RATE / 5))
    assert load.refused == []


@pytest.mark.parametrize("lane", [Lane.READ, Lane.WRITE])
def test_a_pause_is_forgotten(lane: Lane) -> None:
    """The machine stands still for a minute: who comes when it goes on again is not refused."""
    load = Load(lane)
    load.run(second + each / 1000 for second in range(10) for each in range(3))
    load.pause_until(70)
    load.run(evenly(10, 70, RATE / 5))
    assert load.refused
    load.run(71 + second + each / 1000 for second in range(30) for each in range(10))
    assert [moment for moment, _ in load.refused if moment > 72] == []
    assert not load.line.is_overload


def test_as_many_writers_as_always_wait_for_each_other() -> None:
    """Fifty who send the next text when they are told that the last one is saved."""
    load = Load(Lane.WRITE)
    coming = [each / 1000 for each in range(50)]
    for _ in range(500):
        assert load.come(heappop(coming))
        while not coming or (load.line.jobs and coming[0] > load._free_at):
            load.now = max(load._free_at, load.line.jobs[0].since)
            load.take()
            heappush(coming, load._free_at)
    assert load.refused == []
