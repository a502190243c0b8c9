"""Threads that answer requests, and queues before them that never grow long."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, nullcontext
from queue import SimpleQueue
from threading import BoundedSemaphore, Thread
from time import monotonic

from app.garbage import collect_due
from app.serving.limits import Limits
from app.serving.waiting_line import Lane, WaitingLine, WaitingWork, Work

# Readers that are answered at the same time while more come than can be: with more of them in each
# other's way, as many are answered in a second, and each waits for longer.
READERS_IN_OVERLOAD = 2


class Overloaded(Exception):
    """A request has waited for too long, and was not begun."""


class Pool:
    """A few threads for an event loop.

    Args:
        loop: whose coroutines wait for the results; only its thread may call the methods.
        limits: how many threads, and how long the queues may get.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        self._loop = loop
        self._queues = {lane: WaitingLine(lane, limits) for lane in Lane}
        self._added: SimpleQueue[None] = SimpleQueue()  # one for each job in all queues
        self._is_turn_to_write = False
        self._readers = BoundedSemaphore(READERS_IN_OVERLOAD)
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
        self._queues[lane].add(WaitingWork(monotonic(), work, future))
        self._added.put(None)
        return future

    def _work(self) -> None:
        while True:
            self._added.get()
            queue, job = self._take()
            result: object = None
            error: BaseException | None = None
            with self._turn(queue):
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

    def _turn(self, queue: WaitingLine) -> AbstractContextManager[object]:
        """What a job of a queue is done within; others wait in the thread that they have."""
        is_bounded = queue.is_overload and queue is self._queues[Lane.READ]
        return self._readers if is_bounded else nullcontext()

    def _take(self) -> tuple[WaitingLine, WaitingWork]:
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
    elif isinstance(error, StopIteration) or not isinstance(error, Exception):
        # A future refuses the one, and the others would end the loop, or pass for a client's.
        wrapped = RuntimeError(f"the work ended with {type(error).__name__}")
        wrapped.__cause__ = error
        future.set_exception(wrapped)
    else:
        future.set_exception(error)
