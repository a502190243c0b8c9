"""Rendering in processes of their own, which can be stopped.

A thread cannot be stopped, and one that renders keeps all others of its process from running. So
what people type is rendered by a child (`worker.py`) that gives way to the server, has a limit of
memory, and ends itself when a text takes more than `SECONDS` of its time. The next text gets a new
child. A text that the caps of this package accept takes a fraction of that.

One child renders what is published. Another makes previews, which are asked for at each pause in
typing: only when a processor has nothing else to do, and few at once, so that they leave threads
of the server to those who read.
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from app.rendering import markdown
from app.rendering.errors import Busy, Problem, RenderError
from app.rendering.links import Find
from app.rendering.markdown import Preview, Rendered
from app.rendering.worker import IDLE

SECONDS = 1.5  # of a child's own time for one text
STARTS_WITHIN = 60  # seconds by the clock, on a machine that has much else to do
ANSWERS_WITHIN = 20  # seconds by the clock
WAITS = 3  # seconds for the child to be free
PREVIEW_WAITS = 0.5
PREVIEWS = 2  # at once, one of which waits: the server has four threads
NICENESS = 10  # who reads goes before who renders

BUSY = "The server has many texts to render just now. Try again in a moment."

Answer = TypeVar("Answer")

# The folder that holds this very package, whatever else of its name is installed.
_ROOT = str(Path(__file__).parents[2])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from app.rendering.worker import main; "
    "main(int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))"
)


def render(
    text: str,
    *,
    find: Find | None = None,
    site_url: str = "",
    id_prefix: str = "",
) -> Rendered:
    """Does what `markdown.render` does, in a process that can be stopped.

    Raises:
        RenderError: as there; also when the text takes too long.
        Busy: when the server has no time for it just now.
    """
    return _ask(markdown.render, text, find=find, site_url=site_url, id_prefix=id_prefix)


def preview(
    text: str,
    *,
    find: Find | None = None,
    site_url: str = "",
    id_prefix: str = "",
) -> Preview:
    """Does what `markdown.preview` does, as `render` does."""
    return _ask(markdown.preview, text, find=find, site_url=site_url, id_prefix=id_prefix)


def render_inline(text: str) -> str:
    """Does what `markdown.render_inline` does, in a process that can be stopped."""
    return _ask(markdown.render_inline, text) if _has_math(text) else markdown.render_inline(text)


def render_plain(text: str) -> str:
    """Does what `markdown.render_plain` does, in a process that can be stopped."""
    return _ask(markdown.render_plain, text) if _has_math(text) else markdown.render_plain(text)


def inline_problems(text: str) -> tuple[Problem, ...]:
    """Does what `markdown.inline_problems` does, in a process that can be stopped."""
    return _ask(markdown.inline_problems, text) if _has_math(text) else ()


def _has_math(text: str) -> bool:
    # Without formulas there is nothing to do that takes time, as in most of a million titles.
    return "$" in text or "\\" in text


class Renderer:
    """One child: started when it is first needed, and anew after it had to be stopped.

    Args:
        seconds: how much of its own time the child may spend on one text.
        niceness: how much it gives way to other processes.
    """

    def __init__(self, seconds: float = SECONDS, niceness: int = NICENESS) -> None:
        self._seconds = seconds
        self._niceness = niceness
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._ready = False

    def ask(self, name: str, text: str, find: Find | None = None, **options: Any) -> Any:
        """The answer of a function of `worker.FUNCTIONS`.

        Args:
            find: what the child asks in between; it has no database.

        Raises:
            RenderError: what the function raises, or that the text takes too long.
            Busy: when there is no answer for `ANSWERS_WITHIN`, since others use the processors.
            RuntimeError: for a fault of ours in the function, with its traceback.
        """
        request = (name, text, find is not None, options)
        try:
            pipe = self._start()
            pipe.send(request)
        except (OSError, EOFError):  # it was ended from outside, when nobody asked it anything
            self.stop()
            pipe = self._start()
            pipe.send(request)
        status, answer = _received(pipe)
        if status == "find" and find is not None:
            try:
                pipe.send(find(answer))
            except BaseException:
                self.stop()  # it waits for an answer that does not come
                raise
            status, answer = _received(pipe)
        if status == "answer":
            return answer
        if status == "refused":
            raise answer
        if status == "fault":
            raise RuntimeError(answer)
        took_long = self.stop() == -signal.SIGPROF
        self._spawn()  # so that the next text need not wait for it
        if status == "late":
            raise Busy(BUSY)
        reason = "takes too long to render" if took_long else "is too much"
        raise RenderError(f"This text {reason}. Shorten it, or split its longest parts.")

    def stop(self) -> int | None:
        """End the child at once; returns its exit code, the negative signal that ended it."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if process is None or pipe is None:
            return None
        pipe.close()
        process.kill()
        return process.wait()

    def _start(self) -> Connection:
        """The pipe to the running child."""
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._spawn()
        assert self._pipe is not None
        if not self._ready:
            if not self._pipe.poll(STARTS_WITHIN):
                raise RuntimeError("The renderer does not start.")
            self._pipe.recv()
            self._ready = True
        return self._pipe

    def _spawn(self) -> None:
        ours, theirs = Pipe()
        with theirs:
            number = theirs.fileno()
            # Tests keep a machine so busy that they would wait long for each text.
            niceness = os.environ.get("SHORTLIST_TEST_NICENESS", str(self._niceness))
            limits = [str(number), str(self._seconds), niceness]
            self._process = subprocess.Popen(  # noqa: S603  (all ours)
                [sys.executable, "-P", "-c", _PROGRAM, _ROOT, *limits],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[number],
                process_group=0,  # Ctrl-C is for the server, which then closes the pipe
            )
        self._pipe, self._ready = ours, False


class Renderers:
    """The children of one process for one kind of work; who was busy last is asked first.

    Args:
        all: the children.
        waits: seconds to wait until one is free.
        at_once: how many may ask at the same time, those who wait included.
    """

    def __init__(self, *all: Renderer, waits: float = WAITS, at_once: int | None = None) -> None:
        self._all = all
        self._waits = waits
        self._turns = threading.Semaphore(at_once or sys.maxsize)
        self._free: queue.LifoQueue[Renderer] = queue.LifoQueue()
        for renderer in self._all:
            self._free.put(renderer)

    def ask(self, name: str, text: str, find: Find | None = None, **options: Any) -> Any:
        """As `Renderer.ask`; also raises Busy when none is free in time, or too many ask."""
        if not self._turns.acquire(blocking=False):
            raise Busy(BUSY)
        try:
            renderer = self._free.get(timeout=self._waits)
            try:
                return renderer.ask(name, text, find, **options)
            finally:
                self._free.put(renderer)
        except queue.Empty:
            raise Busy(BUSY) from None
        finally:
            self._turns.release()

    def stop(self) -> None:
        for renderer in self._all:
            renderer.stop()


class Work:
    """The children of this process."""

    def __init__(self) -> None:
        self.kept = Renderers(Renderer())
        idle = Renderer(niceness=IDLE)
        self.previews = Renderers(idle, waits=PREVIEW_WAITS, at_once=PREVIEWS)

    def of(self, name: str) -> Renderers:
        """Those for a function."""
        return self.previews if name in ("preview", "inline_problems") else self.kept

    def stop(self) -> None:
        self.kept.stop()
        self.previews.stop()


_work = Work()


@atexit.register
def _stop() -> None:
    _work.stop()


def _forget() -> None:
    """A fork must not talk to the children of the process that it came from."""
    global _work  # noqa: PLW0603
    _work = Work()


os.register_at_fork(after_in_child=_forget)


def _ask(
    function: Callable[..., Answer], text: str, find: Find | None = None, **options: Any
) -> Answer:
    name = function.__name__
    answer: Answer = _work.of(name).ask(name, text, find, **options)
    return answer


def _received(pipe: Connection) -> tuple[str, Any]:
    try:
        received: tuple[str, Any] = pipe.recv() if pipe.poll(ANSWERS_WITHIN) else ("late", None)
    except (OSError, EOFError):
        return "ended", None
    return received
