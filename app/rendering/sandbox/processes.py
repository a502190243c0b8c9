"""Rendering in processes of their own, which can be stopped (`child.py`).

What people type is rendered by a child that ends itself when a text takes more than
`MAX_CPU_SECONDS` of its time. The next text gets a new child. A text that the caps of this package
accept takes a fraction of that, and a fifteenth of its memory.

One child renders what is published. Another makes previews, which are asked for at each pause in
typing: only when a processor has nothing else to do, and few at once, so that they leave threads
of the server to those who read.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from app.rendering import faults, markdown, short_texts
from app.rendering.errors import Problem, RendererBusy, RenderError
from app.rendering.links import FindPapers
from app.rendering.markdown import Preview, Rendered
from app.rendering.sandbox.child import (
    NICENESS,
    Child,
    ChildFault,
    Children,
    ResourceLimitExceeded,
    SandboxBusy,
)
from app.rendering.sandbox.worker import IDLE

MAX_CPU_SECONDS = 1.5  # of a child's own time for one text
MAX_WAIT_SECONDS = 3  # seconds for the child to be free
MAX_PREVIEW_WAIT_SECONDS = 0.5
MAX_PREVIEWS = 2  # at once, one of which waits: the server has four threads

BUSY = "The server is busy. Try again shortly."

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


def guard(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """A function that raises nothing but RenderError, whatever goes wrong in it.

    What nobody expected is logged. Let through are the want of memory, and the errors of the pipe,
    which are no fault of the text.
    """

    @wraps(function)
    def run(*arguments: Arguments.args, **options: Arguments.kwargs) -> Answer:
        try:
            return function(*arguments, **options)
        except (RenderError, MemoryError, EOFError, OSError):
            raise
        except Exception as error:
            faults.log_fault(error)
            raise RenderError(faults.SENTENCE) from None

    return run


# What the child calls, and what it answers besides.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: guard(function)
    for function in (
        markdown.render,
        short_texts.render_inline,
        short_texts.render_plain,
        short_texts.render_takeaway,
        markdown.preview,
        short_texts.preview_takeaway,
    )
}
REFUSALS = (RenderError,)


def render(
    text: str,
    *,
    find: FindPapers | None = None,
    site_url: str = "",
    id_prefix: str = "",
) -> Rendered:
    """Does what `markdown.render` does, in a process that can be stopped.

    Raises:
        RenderError: as there; also when the text takes too long, or something broke on our side.
        RendererBusy: when the server has no time for it just now.
    """
    return _ask(markdown.render, text, find=find, site_url=site_url, id_prefix=id_prefix)


def preview(
    text: str,
    *,
    find: FindPapers | None = None,
    site_url: str = "",
    id_prefix: str = "",
) -> Preview:
    """Does what `markdown.preview` does, as `render` does."""
    return _ask(markdown.preview, text, find=find, site_url=site_url, id_prefix=id_prefix)


def render_inline(text: str) -> str:
    """Does what `short_texts.render_inline` does, in a process that can be stopped."""
    if _has_math(text):
        return _ask(short_texts.render_inline, text)
    return guard(short_texts.render_inline)(text)


def render_plain(text: str) -> str:
    """Does what `short_texts.render_plain` does, in a process that can be stopped."""
    if _has_math(text):
        return _ask(short_texts.render_plain, text)
    return guard(short_texts.render_plain)(text)


def render_takeaway(text: str) -> str:
    """Does what `short_texts.render_takeaway` does, in a process that can be stopped."""
    return _ask(short_texts.render_takeaway, text) if text else ""


def preview_takeaway(text: str) -> tuple[str, tuple[Problem, ...]]:
    """Does what `short_texts.preview_takeaway` does, in a process that can be stopped."""
    return _ask(short_texts.preview_takeaway, text) if text else ("", ())


def _has_math(text: str) -> bool:
    # Without formulas there is nothing to do that takes time, as in most of a million titles.
    return "$" in text or "\\" in text


class Renderer(Child):
    """A child that renders."""

    def __init__(self, seconds: float = MAX_CPU_SECONDS, niceness: int = NICENESS) -> None:
        super().__init__(__name__, seconds=seconds, niceness=niceness)


class RenderPool:
    """The children of this process."""

    def __init__(self) -> None:
        self.kept = Children(Renderer(), waits=MAX_WAIT_SECONDS)
        idle = Renderer(niceness=IDLE)
        self.previews = Children(idle, waits=MAX_PREVIEW_WAIT_SECONDS, at_once=MAX_PREVIEWS)

    def of(self, name: str) -> Children:
        """Those for a function."""
        return self.previews if name in ("preview", "preview_takeaway") else self.kept

    def stop(self) -> None:
        self.kept.stop()
        self.previews.stop()


_work = RenderPool()


@atexit.register
def _stop() -> None:
    _work.stop()


def _forget() -> None:
    """A fork must not talk to the children of the process that it came from."""
    global _work  # noqa: PLW0603
    _work = RenderPool()


os.register_at_fork(after_in_child=_forget)


def _ask(
    function: Callable[..., Answer], text: str, find: FindPapers | None = None, **options: Any
) -> Answer:
    name = function.__name__
    answer: Answer = call_renderer(_work.of(name), name, text, find, **options)
    return answer


def call_renderer(
    whom: Child | Children, name: str, text: str, find: FindPapers | None = None, **options: Any
) -> Any:
    """The answer of one of `FUNCTIONS`.

    Args:
        find: what the child asks in between; it has no database.

    Raises:
        RenderError: what the function raises, that the text takes too long, or that something
            broke which nobody expected.
        RendererBusy: when there is no time for it.
        Exception: what `find` raises.
    """
    answers = {} if find is None else {"find": find}
    try:
        return whom.call(name, text, answers=answers, **options)
    except SandboxBusy:
        raise RendererBusy(BUSY) from None
    except ResourceLimitExceeded as error:
        raise RenderError(_too_much(error.reason)) from None
    except ChildFault as error:
        faults.log_fault(error)
        raise RenderError(faults.SENTENCE) from None


def _too_much(reason: str) -> str:
    if reason == "memory":
        return "This text needs too much memory. Shorten it."
    what = "takes too long to render" if reason == "time" else "is too much"
    return f"This text {what}. Shorten it, or split its longest parts."
