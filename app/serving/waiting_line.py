"""What waits for a thread, and how many more may wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from time import monotonic
from typing import NamedTuple

from app.serving.limits import Limits

NEWEST_SHARE = 0.2  # of the newest interval in the average by which a wait is estimated
TREND_SHARE = 0.05  # in the averages that tell whether more comes in than is answered
MORE = 1.25  # times as many come as are taken: that is more, and no chance
# Seconds in which those are counted who come and are taken. In so many of these after each other,
# with somebody waiting all the time, more came than were taken: that is no burst.
WINDOW, WINDOWS = 0.05, 3
# Seconds of work that may wait before it can count as overload: twenty who click at once.
BACKLOG = 0.4
MAX_ERROR = 2.0  # times as long as was estimated somebody may wait
# Times as long as a burst may wait: no interval counts for more, or a pause of the machine, or of
# those who come, would be felt for long after it.
MAX_INTERVAL = 0.5

Work = Callable[[], object]


class Lane(IntEnum):
    """What waits together."""

    PROBE = 0  # by programs that watch the site: taken first
    READ = 1
    WRITE = 2  # takes turns with reading, so that many who send something stop no reader


class WaitingWork(NamedTuple):
    since: float
    work: Work
    future: asyncio.Future[object]


class WaitingLine:
    """What waits in one lane.

    A burst may wait for a while. Where one more would have to wait for longer than that, or who
    reads has found much waiting for as long as that, or much waits and more have gone on coming
    than are taken, more comes in than is answered. Then waiting helps nobody: as many are answered
    if those who come wait for a moment only or are told at once. Of those who read, only the last
    one to come waits then, and who waited before is told; from the moment at which more come than
    are taken the last one is taken first, so that they find an answer as fast as ever who are
    answered at all. That ends when nobody waits and no more come than are answered. Source of the
    idea: B. Maurer, "Fail at Scale", ACM Queue 13 (8), 2015, "Controlled delay" and "Adaptive
    LIFO".

    Args:
        lane: what waits here.
        limits: for how long.
        clock: tells seconds.
    """

    def __init__(self, lane: Lane, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self.jobs: deque[WaitingWork] = deque()
        self.is_overload = False
        self._clock = clock
        self._most = limits.waiting
        self._is_read = lane is Lane.READ
        self._burst_seconds = limits.read_seconds if self._is_read else limits.write_seconds
        self._overload_seconds = min(limits.overload_seconds, self._burst_seconds)
        self._max_interval = self._burst_seconds * MAX_INTERVAL
        self._empty_at = self._free_at = self._taken_at = self._came_at = clock()
        self._interval = 0.0  # seconds between two jobs that are taken, of late
        self._taken_trend = self._came_trend = 0.0  # the same, and between two that come, smoothed
        self._window_at = clock()
        self._came = self._taken = self._crowded = 0  # in this window; and windows of too many

    def admit(self) -> bool:
        """Whether one more that comes may wait."""
        now = self._clock()
        gap = min(now - self._came_at, self._max_interval)
        self._came_trend += (gap - self._came_trend) * TREND_SHARE
        self._came_at = now
        self._came += 1
        if self._is_read and now - self._window_at >= WINDOW:
            self._end_window(now)
        if not self.jobs and now - self._empty_at > WINDOW * WINDOWS:
            self.is_overload = False  # whoever came was taken at once, or nobody came
        return not self.is_full()

    @property
    def is_newest_first(self) -> bool:
        """Whether more come to read than are answered, as it seems so far."""
        return self._is_read and (self.is_overload or self._crowded > 0)

    def _end_window(self, now: float) -> None:
        is_crowded = self.jobs and self._came > MORE * self._taken + 1
        self._crowded = self._crowded + 1 if is_crowded else 0
        self._window_at, self._came, self._taken = now, 0, 0

    def is_full(self) -> bool:
        """Whether one more would wait for too long: it is told at once."""
        waiting = len(self.jobs)
        seconds = waiting * self._interval
        if seconds > self._burst_seconds or waiting >= self._most:
            self.is_overload = True
        elif self._is_read and seconds > BACKLOG:
            is_long = self._clock() - self._empty_at > self._burst_seconds
            if is_long or self._crowded >= WINDOWS:
                self.is_overload = True
        # Of those who read in overload, who waits already is dropped instead.
        is_wait_long = seconds > self._patience and not (self._is_read and self.is_overload)
        return waiting >= self._most or is_wait_long

    def add(self, job: WaitingWork) -> None:
        if not self.jobs:
            self._empty_at = self._free_at = job.since
        self.jobs.append(job)

    def drop(self) -> list[WaitingWork]:
        """Those who wait in vain, as others came after them; they are to be told."""
        dropped = []
        while self._is_read and self.is_overload and len(self.jobs) > 1:
            dropped.append(self.jobs.popleft())
        return dropped

    def take(self) -> WaitingWork:
        """The next job; `IndexError` when there is none."""
        job = self.jobs.pop() if self.is_newest_first else self.jobs.popleft()
        now = self._clock()
        took = min(now - self._free_at, self._max_interval)
        self._interval += (took - self._interval) * NEWEST_SHARE
        gap = min(now - self._taken_at, self._max_interval)
        self._taken_trend += (gap - self._taken_trend) * TREND_SHARE
        self._free_at = self._taken_at = now
        self._taken += 1
        if not self.jobs:
            self._empty_at = now
            self._crowded = 0
            if self._came_trend * MORE >= self._taken_trend:
                self.is_overload = False
        return job

    def is_late(self, job: WaitingWork) -> bool:
        """Whether a job has waited for too long to be begun."""
        most = self._burst_seconds
        if self.is_overload and self._is_read:  # who sends something was promised a place
            most = min(most, self._overload_seconds * MAX_ERROR)
        return self._clock() - job.since > most

    @property
    def _patience(self) -> float:
        return self._overload_seconds if self.is_overload else self._burst_seconds
