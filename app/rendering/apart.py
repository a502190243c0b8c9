"""Rendering in processes of their own, which can be stopped.

A thread cannot be stopped, and one that renders keeps all others of its process from running. So
what people type is rendered by a child (`worker.py`) that gives way to the server, has a limit of
memory, and ends itself when a text takes more than `SECONDS` of its time. The next text gets a new
child. A text that the caps of this package accept takes a fraction of that.
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from app.rendering import markdown
from app.rendering.errors import Problem, RenderError
from app.rendering.links import Find
from app.rendering.markdown import Rendered

SECONDS = 1.5  # of a child's own time for one text
STARTS_WITHIN = 60  # seconds by the clock, on a machine that has much else to do
ANSWERS_WITHIN = 20  # seconds by the clock
WAITS = 3  # seconds for a child to be free
CHILDREN = 2  # of each process that renders
NICENESS = 10  # who reads goes before who renders

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
    mark_lines: bool = False,
) -> Rendered:
    """Does what `markdown.render` does, in a process that can be stopped.

    Raises:
        RenderError: as there; also when the text takes too long, or all children are busy.
    """
    options = {"site_url": site_url, "id_prefix": id_prefix, "mark_lines": mark_lines}
    return _ask(markdown.render, text, find=find, **options)


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
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._ready = False

    def ask(self, name: str, text: str, find: Find | None = None, **options: Any) -> Any:
        """The answer of a function of `worker.FUNCTIONS`.

        Args:
            find: what the child asks in between; it has no database.

        Raises:
            RenderError: what the function raises, or that the text takes too long.
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
        reason = "takes too long to render" if took_long or status == "late" else "is too much"
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
            niceness = os.environ.get("SHORTLIST_TEST_NICENESS", str(NICENESS))
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
    """The children of one process; the one that was busy last is asked first."""

    def __init__(self, count: int) -> None:
        self._all = [Renderer() for _ in range(count)]
        self._free: queue.LifoQueue[Renderer] = queue.LifoQueue()
        for renderer in self._all:
            self._free.put(renderer)

    def ask(self, name: str, text: str, find: Find | None = None, **options: Any) -> Any:
        """As `Renderer.ask`; also raises RenderError when none is free for `WAITS` seconds."""
        try:
            renderer = self._free.get(timeout=WAITS)
        except queue.Empty:
            raise RenderError(
                "The server has many texts to render just now. Try again in a moment."
            ) from None
        try:
            return renderer.ask(name, text, find, **options)
        finally:
            self._free.put(renderer)

    def stop(self) -> None:
        for renderer in self._all:
            renderer.stop()


_renderers = Renderers(CHILDREN)


@atexit.register
def _stop() -> None:
    _renderers.stop()


def _forget() -> None:
    """A fork must not talk to the children of the process that it came from."""
    global _renderers  # noqa: PLW0603
    _renderers = Renderers(CHILDREN)


os.register_at_fork(after_in_child=_forget)


def _ask(
    function: Callable[..., Answer], text: str, find: Find | None = None, **options: Any
) -> Answer:
    answer: Answer = _renderers.ask(function.__name__, text, find, **options)
    return answer


def _received(pipe: Connection) -> tuple[str, Any]:
    try:
        received: tuple[str, Any] = pipe.recv() if pipe.poll(ANSWERS_WITHIN) else ("late", None)
    except (OSError, EOFError):
        return "ended", None
    return received
