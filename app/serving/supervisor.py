"""The parent of the workers, and of the process that runs jobs.

It starts them, starts them anew, and stops them at any moment.

Its signals wake a loop through a socket, so that none is lost, whatever the loop is doing; and a
worker has no moment in which it neither ends at a signal nor notes it.
"""

from __future__ import annotations

import multiprocessing
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic

SIGNALS = (signal.SIGTERM, signal.SIGINT)
JOB_RESTART_SECONDS = 5.0  # before a job process that ended is started anew
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
        job_work: what the process does that runs jobs. It is started when all workers are ready,
            and anew when it has ended: the workers do without it.
    """

    def __init__(
        self, work: Work, count: int, kill_seconds: float, job_work: Work | None = None
    ) -> None:
        self._work = work
        self._count = count
        self._kill_seconds = kill_seconds
        self._job_work = job_work
        self._job_process: _Worker | None = None
        self._next_job_start: float | None = None
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
                self._workers.append(self._start(self._work))
            return self._keep(woken, ready)
        finally:
            self._stop()
            signal.set_wakeup_fd(-1)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # we are about to end
            woken.close()
            waker.close()

    def _start(self, work: Work) -> _Worker:
        ours, theirs = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(  # type: ignore[attr-defined]  # both kinds have it
            target=_begin, args=(work, theirs)
        )
        # The worker begins with the signals blocked: one that comes before it has put our
        # handlers away waits for it, and would else be lost in them.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        theirs.close()
        return _Worker(process, ours)

    def _keep(self, woken: socket.socket, ready: Callable[[], None]) -> int:
        announced = False
        while True:
            pipes = [worker.ready for worker in self._workers if not worker.is_ready]
            ends = [worker.process.sentinel for worker in self._all_processes()]
            found = wait([woken, *pipes, *ends], self._seconds_until_job_start())
            if woken in found:
                return 0
            for worker in [each for each in self._workers if each.ready in found]:
                with suppress(EOFError):  # its end is seen below
                    worker.is_ready = worker.ready.recv()
            if not announced and all(worker.is_ready for worker in self._workers):
                announced = True
                ready()
                self._next_job_start = monotonic() if self._job_work else None
            for worker in [each for each in self._workers if each.process.exitcode is not None]:
                if not worker.is_ready:  # one more would do no better
                    return 1
                self._workers.remove(worker)
                _close(worker)
                self._workers.append(self._start(self._work))
            self._keep_job_process()

    def _all_processes(self) -> list[_Worker]:
        return [*self._workers, *([self._job_process] if self._job_process else [])]

    def _seconds_until_job_start(self) -> float | None:
        start = self._next_job_start
        return None if start is None else max(0.0, start - monotonic())

    def _keep_job_process(self) -> None:
        if self._job_process is not None and self._job_process.process.exitcode is not None:
            _close(self._job_process)
            self._job_process, self._next_job_start = None, monotonic() + JOB_RESTART_SECONDS
        if self._job_work and self._seconds_until_job_start() == 0:
            self._job_process, self._next_job_start = self._start(self._job_work), None

    def _stop(self) -> None:
        for worker in self._all_processes():
            worker.process.terminate()
        end = monotonic() + self._kill_seconds
        for worker in self._all_processes():
            worker.process.join(max(0.0, end - monotonic()))
            worker.process.kill()  # nothing when it has ended
            _close(worker)


def _close(worker: _Worker) -> None:
    worker.ready.close()
    worker.process.join()
    worker.process.close()


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
