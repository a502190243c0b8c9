"""Running functions on what strangers sent in processes of their own, which can be stopped.

A thread cannot be stopped, and one that works keeps all others of its process from running. So
what takes long with hostile input is done by a child (`worker.py`) that gives way to the server,
has a limit of memory and one of its own processor time, and is ended when it goes beyond. It has no
database: what it must know of the library it asks the process that started it.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

MAX_MEMORY_BYTES = 1 << 30  # bytes of address space
MAX_START_SECONDS = 60  # seconds by the clock, on a machine that has much else to do
NICENESS = 10  # who reads goes before what runs here
_ENDED_FOR_TIME = (-signal.SIGPROF, -signal.SIGXCPU)

# The folder that holds this very package, whatever else of its name is installed.
_ROOT = str(Path(__file__).parents[3])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from app.rendering.sandbox.worker import main; main(sys.argv[2], *map(float, sys.argv[3:]))"
)


class SandboxBusy(Exception):
    """The server has no time for it just now."""


class ResourceLimitExceeded(Exception):
    """The child was ended: `reason` is `time`, `memory`, or `ended` when nobody knows why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChildFault(RuntimeError):
    """Something that nobody expected went wrong in the child; the message is its traceback."""


class Child:
    """One child process.

    It is started when it is first needed, and anew after it had to be stopped.

    Args:
        module: the name of one with `FUNCTIONS`, by name, and `REFUSALS`: the exceptions that are
            answers, and not faults.
        seconds: how much of its own time the child may spend on one call.
        lifetime: how much of it on all calls together; 0 for no limit.
        memory: bytes of address space.
        niceness: how much it gives way to other processes; `worker.IDLE` for altogether.
        within: seconds by the clock in which it answers.
        files: numbers of open files that it inherits.
        lasts: whether another child may go on in its place; not for one that remembers.
    """

    def __init__(
        self,
        module: str,
        *,
        seconds: float,
        lifetime: int = 0,
        memory: int = MAX_MEMORY_BYTES,
        niceness: int = NICENESS,
        within: float = 20,
        files: Sequence[int] = (),
        lasts: bool = True,
    ) -> None:
        self._module = module
        self._limits = (seconds, lifetime, memory)
        self._niceness = niceness
        self._within = within
        self._files = files
        self._lasts = lasts
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._ready = False
        self._is_over = False

    def call(
        self,
        name: str,
        *arguments: Any,
        answers: Mapping[str, Callable[[Any], Any]] | None = None,
        **options: Any,
    ) -> Any:
        """The answer of a function of the module.

        Args:
            answers: options that are functions, which run here while the child waits.

        Raises:
            ResourceLimitExceeded: when it went beyond a limit.
            RendererBusy: when there is no answer in time, since others use the processors.
            ChildFault: for a fault of ours in the function, with its traceback.
            Exception: what the function raises, if it is one of the module's `REFUSALS`.
        """
        answers = answers or {}
        pipe = self._sent((name, arguments, options, tuple(answers)))
        status, answer = self._received(pipe)
        while status == "ask":
            option, question = answer
            try:
                pipe.send(answers[option](question))
            except BaseException:
                self.stop()  # it waits for an answer that does not come
                raise
            status, answer = self._received(pipe)
        if status == "answer":
            return answer
        if status == "refused":
            raise answer
        if status == "fault":
            raise ChildFault(answer)
        if status == "memory":
            raise ResourceLimitExceeded("memory")
        code = self.stop()
        if self._lasts:
            with suppress(OSError):
                self._spawn()  # so that who comes next need not wait for it
        if status == "late":
            raise SandboxBusy
        raise ResourceLimitExceeded("time" if code in _ENDED_FOR_TIME else "ended")

    def stop(self) -> int | None:
        """End the child at once; returns its exit code, the negative signal that ended it."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if process is None or pipe is None:
            return None
        self._is_over = not self._lasts
        pipe.close()
        process.kill()
        return process.wait()

    def _sent(self, request: tuple[Any, ...]) -> Connection:
        """Send a request; returns the pipe from which the answer comes."""
        if self._is_over:
            raise ResourceLimitExceeded("ended")
        try:
            pipe = self._start()
            pipe.send(request)
        except (OSError, EOFError):  # it was ended from outside, when nobody asked it anything
            self.stop()
            if self._is_over:
                raise ResourceLimitExceeded("ended") from None
            try:
                pipe = self._start()
                pipe.send(request)
            except (OSError, EOFError):  # no memory for another process, or none at all
                self.stop()
                raise SandboxBusy from None
        return pipe

    def _start(self) -> Connection:
        """The pipe to the running child."""
        if self._process is None or (self._lasts and self._process.poll() is not None):
            self.stop()
            self._spawn()
        assert self._pipe is not None
        if not self._ready:
            if not self._pipe.poll(MAX_START_SECONDS):
                self.stop()
                raise SandboxBusy
            self._pipe.recv()
            self._ready = True
        return self._pipe

    def _spawn(self) -> None:
        ours, theirs = Pipe()
        with theirs:
            number = theirs.fileno()
            # Tests keep a machine so busy that they would wait long for each text.
            niceness = os.environ.get("SHORTLIST_TEST_NICENESS", str(self._niceness))
            numbers = [str(number), niceness, *map(str, self._limits)]
            self._process = subprocess.Popen(  # noqa: S603  (all ours)
                [sys.executable, "-P", "-c", _PROGRAM, _ROOT, self._module, *numbers],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[number, *self._files],
                process_group=0,  # Ctrl-C is for the server, which then closes the pipe
            )
        self._pipe, self._ready = ours, False

    def _received(self, pipe: Connection) -> tuple[str, Any]:
        try:
            received: tuple[str, Any] = pipe.recv() if pipe.poll(self._within) else ("late", None)
        except (OSError, EOFError):
            return "ended", None
        return received


class Children:
    """The children of one process for one kind of work.

    Who was busy last is asked first.

    Args:
        all: the children.
        waits: seconds to wait until one is free.
        at_once: how many may ask at the same time, those who wait included.
    """

    def __init__(self, *all: Child, waits: float, at_once: int | None = None) -> None:
        self._all = all
        self._waits = waits
        self._turns = threading.Semaphore(at_once or sys.maxsize)
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in self._all:
            self._free.put(child)

    def call(
        self,
        name: str,
        *arguments: Any,
        answers: Mapping[str, Callable[[Any], Any]] | None = None,
        **options: Any,
    ) -> Any:
        """As `Child.call`; also raises RendererBusy when none is free in time, or too many ask."""
        if not self._turns.acquire(blocking=False):
            raise SandboxBusy
        try:
            child = self._free.get(timeout=self._waits)
            try:
                return child.call(name, *arguments, answers=answers, **options)
            finally:
                self._free.put(child)
        except queue.Empty:
            raise SandboxBusy from None
        finally:
            self._turns.release()

    def stop(self) -> None:
        """End all of them."""
        for child in self._all:
            child.stop()
