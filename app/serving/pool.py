"""Threads that answer requests, and queues before them that never grow long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import NamedTuple

from app.serving.garbage import collect_due
from app.serving.limits import Limits

NEWEST_SHARE = 0.2  # of the newest interval in the average

Work = Callable[[], object]


class Lane(IntEnum):
    """What waits together."""

    PROBE = 0  # by programs that watch the site: taken first
    READ = 1
    WRITE = 2  # takes turns with reading, so that many who send something stop no reader


class Overloaded(Exception):
    """A request has waited for too long, and was not begun."""


class _WaitingWork(NamedTuple):
    since: float
    work: Work
    future: asyncio.Future[object]


class _Queue:
    """What waits in one lane.

    A burst may wait for a while. Where the queue has not been empty for as long as that, more comes
    in than is answered; then waiting helps nobody, and readers wait for a short time only. Source:
    B. Maurer, "Fail at Scale", ACM Queue 13 (8), 2015, "Controlled delay". Who sends something is
    always waited for: being refused costs them more.
    """

    def __init__(self, lane: Lane, limits: Limits) -> None:
        self.jobs: deque[_WaitingWork] = deque()
        self._most = limits.waiting
        is_read = lane is Lane.READ
        self._seconds = limits.read_seconds if is_read else limits.write_seconds
        self._overload_seconds = limits.overload_seconds if is_read else limits.write_seconds
        self._empty_at = self._taken_at = monotonic()
        self._interval = 0.0  # seconds between two jobs, of late

    def add(self, job: _WaitingWork) -> None:
        if not self.jobs:
            self._empty_at = self._taken_at = job.since
        self.jobs.append(job)

    def take(self) -> _WaitingWork:
        """The first job; `IndexError` when there is none."""
        job, now = self.jobs.popleft(), monotonic()
        self._interval += (now - self._taken_at - self._interval) * NEWEST_SHARE
        self._taken_at = now
        if not self.jobs:
            self._empty_at = now
        return job

    def is_late(self, job: _WaitingWork) -> bool:
        """Whether a job has waited for so long that nobody may wait for its answer any more."""
        return monotonic() - job.since > self._seconds

    def is_full(self) -> bool:
        """Whether one more would wait for too long: it is told at once."""
        waiting, is_overload = len(self.jobs), monotonic() - self._empty_at > self._seconds
        patience = self._overload_seconds if is_overload else self._seconds
        return waiting >= self._most or waiting * self._interval > patience


class Pool:
    """A few threads for an event loop.

    Args:
        loop: whose coroutines wait for the results; only its thread may call the methods.
        limits: how many threads, and how long the queues may get.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        self._loop = loop
        self._queues = {lane: _Queue(lane, limits) for lane in Lane}
        self._added: SimpleQueue[None] = SimpleQueue()  # one for each job in all queues
        self._is_turn_to_write = False
        for _ in range(limits.threads):
            # Daemons: a worker that must stop does not wait for a thread that does not end.
            Thread(target=self._work, daemon=True).start()

    def is_full(self, lane: Lane) -> bool:
        """Whether one more would wait for too long."""
        return self._queues[lane].is_full()

    def run(self, lane: Lane, work: Work) -> asyncio.Future[object]:
        """Do `work` in a thread, after what waits already.

        The result is `Overloaded` when it has waited for too long.
        """
        future = self._loop.create_future()
        self._queues[lane].add(_WaitingWork(monotonic(), work, future))
        self._added.put(None)
        return future

    def _work(self) -> None:
        while True:
            self._added.get()
            queue, job = self._take()
            result: object = None
            error: BaseException | None = None
            if queue.is_late(job):
                error = Overloaded()
            else:
                try:
                    result = job.work()
                except BaseException as raised:
                    error = raised
            try:
                self._loop.call_soon_threadsafe(_settle, job.future, result, error)
            except RuntimeError:  # the loop is closed: the worker stops
                return
            # Not until the next job comes: it may hold a large body.
            del job, result, error
            collect_due()

    def _take(self) -> tuple[_Queue, _WaitingWork]:
        """The next job; there is one, which another thread may only exchange for a later one."""
        while True:
            order = [Lane.PROBE, Lane.READ, Lane.WRITE]
            if self._is_turn_to_write:
                order = [Lane.PROBE, Lane.WRITE, Lane.READ]
            self._is_turn_to_write = not self._is_turn_to_write
            for lane in order:
                try:
                    return self._queues[lane], self._queues[lane].take()
                except IndexError:
                    continue


def _settle(future: asyncio.Future[object], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
