"""Threads that answer requests, and queues before them that never grow long."""

from __future__ import annotations

import asyncio
from queue import SimpleQueue
from threading import Thread
from time import monotonic

from app.garbage import collect_due
from app.serving.limits import Limits
from app.serving.waiting_line import Lane, WaitingLine, WaitingWork, Work

# Seconds in which a reader's page is made alone. Python runs one thread at a time: two pages that
# are made together are both ready when the second would have been, and neither before. One that
# takes longer waits for the database or for somebody else, or is large, and keeps nobody up.
TURN_SECONDS = 0.05
# The same while more come than can be answered, where all pages take longer: were a second one
# begun for that, they would take longer still, and then a third would be.
TURN_SECONDS_IN_OVERLOAD = 0.25


class Overloaded(Exception):
    """A request has waited for too long, and was not begun."""


class Pool:
    """A few threads for an event loop, which gives them their work.

    Args:
        loop: whose coroutines wait for the results; only its thread may call the methods.
        limits: how many threads, and how long the queues may get.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        self._loop = loop
        self._queues = {lane: WaitingLine(lane, limits) for lane in Lane}
        self._is_turn_to_write = False
        self._idle = limits.threads
        self._reading: dict[WaitingWork, float] = {}  # since when, in the loop's seconds
        self._timer: asyncio.TimerHandle | None = None
        self._begun: SimpleQueue[WaitingWork] = SimpleQueue()
        for _ in range(limits.threads):
            # Daemons: a worker that must stop does not wait for a thread that does not end.
            Thread(target=self._work, daemon=True).start()

    def admit(self, lane: Lane) -> bool:
        """Whether one more that comes may wait; asked once of each request."""
        return self._queues[lane].admit()

    def is_full(self, lane: Lane) -> bool:
        """Whether one more would wait for too long."""
        return self._queues[lane].is_full()

    def run(self, lane: Lane, work: Work) -> asyncio.Future[object]:
        """Do `work` in a thread, after what waits already.

        The result is `Overloaded` when it has waited for too long.
        """
        future = self._loop.create_future()
        queue = self._queues[lane]
        queue.add(WaitingWork(monotonic(), work, future))
        for job in queue.drop():
            _settle(job.future, None, Overloaded())
        self._begin()
        return future

    def _begin(self) -> None:
        """Give those who are next to the threads that are idle."""
        while self._idle and (lane := self._next_lane()) is not None:
            queue = self._queues[lane]
            job = queue.take()
            if queue.is_late(job):
                _settle(job.future, None, Overloaded())
                continue
            self._idle -= 1
            if lane is Lane.READ:
                self._reading[job] = self._loop.time()
            self._begun.put(job)

    def _next_lane(self) -> Lane | None:
        order = [Lane.PROBE, Lane.READ, Lane.WRITE]
        if self._is_turn_to_write:
            order = [Lane.PROBE, Lane.WRITE, Lane.READ]
        for lane in order:
            if self._queues[lane].jobs and (lane is not Lane.READ or self._may_read()):
                self._is_turn_to_write = not self._is_turn_to_write
                return lane
        return None

    def _may_read(self) -> bool:
        """Whether no page is being made whose turn lasts; at its end this is asked again."""
        if not self._reading:
            return True
        is_too_much = self._queues[Lane.READ].is_newest_first
        turn = TURN_SECONDS_IN_OVERLOAD if is_too_much else TURN_SECONDS
        end = max(self._reading.values()) + turn
        if end <= self._loop.time():
            return True
        if self._timer is None:
            self._timer = self._loop.call_at(end, self._end_turn)
        return False

    def _end_turn(self) -> None:
        self._timer = None
        self._begin()

    def _work(self) -> None:
        while True:
            job = self._begun.get()
            result: object = None
            error: BaseException | None = None
            try:
                result = job.work()
            except BaseException as raised:
                error = raised
            try:
                self._loop.call_soon_threadsafe(self._end, job, result, error)
            except RuntimeError:  # the loop is closed: the worker stops
                return
            # Not until the next job comes: it may hold a large body.
            del job, result, error
            collect_due()

    def _end(self, job: WaitingWork, result: object, error: BaseException | None) -> None:
        self._idle += 1
        self._reading.pop(job, None)
        self._begin()
        _settle(job.future, result, error)


def _settle(future: asyncio.Future[object], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, StopIteration) or not isinstance(error, Exception):
        # A future refuses the one, and the others would end the loop, or pass for a client's.
        wrapped = RuntimeError(f"the work ended with {type(error).__name__}")
        wrapped.__cause__ = error
        future.set_exception(wrapped)
    else:
        future.set_exception(error)
