"""The parent of the workers.

It starts them, starts them anew, and stops them at any moment.

Its signals wake a loop through a socket, so that none is lost, whatever the loop is doing; and a
worker has no moment in which it neither ends at a signal nor notes it.
"""

from __future__ import annotations

import multiprocessing
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic

SIGNALS = (signal.SIGTERM, signal.SIGINT)
DAY = 24 * 60 * 60  # seconds
# A forked worker has what the parent has loaded. There is no thread in the parent that could hold
# a lock meanwhile. Elsewhere than on Linux the system's libraries do not bear a fork.
CONTEXT = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")

Work = Callable[[Callable[[], None]], None]


@dataclass
class _Worker:
    process: BaseProcess
    ready: Connection
    is_ready: bool = False


class Supervisor:
    """Keeps worker processes.

    Args:
        work: what a worker does; it calls the function that it is given once it listens.
        count: how many workers.
        kill_seconds: after which a worker that was told to stop is killed.
        daily: a command to run when all workers are ready, and once a day.
    """

    def __init__(
        self, work: Work, count: int, kill_seconds: float, daily: list[str] | None = None
    ) -> None:
        self._work = work
        self._count = count
        self._kill_seconds = kill_seconds
        self._daily = daily
        self._next_day: float | None = None
        self._errand: subprocess.Popen[bytes] | None = None
        self._workers: list[_Worker] = []

    def run(self, ready: Callable[[], None]) -> int:
        """Keep the workers until a signal comes, and tell the exit code.

        Args:
            ready: called once all workers listen.
        """
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            # A handler must be there; the byte in the socket says all.
            signal.signal(number, lambda *_: None)
        try:
            for _ in range(self._count):
                self._start()
            return self._keep(woken, ready)
        finally:
            self._stop()
            signal.set_wakeup_fd(-1)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # we are about to end
            woken.close()
            waker.close()

    def _start(self) -> None:
        ours, theirs = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(  # type: ignore[attr-defined]  # both kinds have it
            target=_begin, args=(self._work, theirs)
        )
        # The worker begins with the signals blocked: one that comes before it has put our
        # handlers away waits for it, and would else be lost in them.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        theirs.close()
        self._workers.append(_Worker(process, ours))

    def _keep(self, woken: socket.socket, ready: Callable[[], None]) -> int:
        announced = False
        while True:
            pipes = [worker.ready for worker in self._workers if not worker.is_ready]
            ends = [worker.process.sentinel for worker in self._workers]
            found = wait([woken, *pipes, *ends], self._until_next_day())
            if woken in found:
                return 0
            for worker in [each for each in self._workers if each.ready in found]:
                with suppress(EOFError):  # its end is seen below
                    worker.is_ready = worker.ready.recv()
            if not announced and all(worker.is_ready for worker in self._workers):
                announced = True
                ready()
                self._next_day = monotonic() if self._daily else None
            for worker in [each for each in self._workers if each.process.exitcode is not None]:
                if not worker.is_ready:  # one more would do no better
                    return 1
                self._forget(worker)
                self._start()
            self._run_daily()

    def _until_next_day(self) -> float | None:
        return None if self._next_day is None else max(0.0, self._next_day - monotonic())

    def _run_daily(self) -> None:
        if not self._daily or self._next_day is None or monotonic() < self._next_day:
            return
        self._next_day += DAY
        if self._errand is None or self._errand.poll() is not None:
            self._errand = subprocess.Popen(self._daily, stdout=subprocess.DEVNULL)  # noqa: S603

    def _forget(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.ready.close()
        worker.process.join()
        worker.process.close()

    def _stop(self) -> None:
        if self._errand is not None and self._errand.poll() is None:
            self._errand.terminate()
            self._errand.wait()
        for worker in self._workers:
            worker.process.terminate()
        end = monotonic() + self._kill_seconds
        for worker in list(self._workers):
            worker.process.join(max(0.0, end - monotonic()))
            worker.process.kill()  # nothing when it has ended
            self._forget(worker)


def _begin(work: Work, ready: Connection) -> None:
    """What a worker process runs: the signals end it, until it has handlers of its own."""
    signal.set_wakeup_fd(-1)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    work(lambda: ready.send(True))


def end_at_once() -> None:
    """Let the signals end this program as the system does it.

    Until a supervisor takes over.

    Python's own way with Ctrl+C is an exception, which a callback of a library may swallow.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
