"""Threads that answer requests, and a queue before them that never grows long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from time import monotonic

from app.serving.garbage import collect_due
from app.serving.limits import Limits

Work = Callable[[], object]


class Pool:
    """A few threads for an event loop.

    Args:
        loop: whose coroutines wait for the results; only its thread may call the methods.
        limits: how many threads, and how long the queue may get.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        self._loop = loop
        self._limits = limits
        self._jobs: SimpleQueue[tuple[Work, asyncio.Future[object]]] = SimpleQueue()
        self._waiting_since: deque[float] = deque()  # of each job in the queue, in its order
        for _ in range(limits.threads):
            # Daemons: a worker that must stop does not wait for a thread that does not end.
            Thread(target=self._work, daemon=True).start()

    def is_full(self) -> bool:
        """Whether one more would wait for too long."""
        try:
            first = self._waiting_since[0]
        except IndexError:
            return False
        long = len(self._waiting_since) >= self._limits.waiting
        return long or monotonic() - first > self._limits.waiting_seconds

    def run(self, work: Work) -> asyncio.Future[object]:
        """Do `work` in a thread, after what waits already."""
        future = self._loop.create_future()
        self._waiting_since.append(monotonic())
        self._jobs.put((work, future))
        return future

    def _work(self) -> None:
        while True:
            work, future = self._jobs.get()
            self._waiting_since.popleft()
            try:
                result, error = work(), None
            except BaseException as raised:
                result, error = None, raised
            try:
                self._loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:  # the loop is closed: the worker stops
                return
            # Not until the next job comes: it may hold a large body.
            del work, future, result, error
            collect_due()


def _settle(future: asyncio.Future[object], result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
