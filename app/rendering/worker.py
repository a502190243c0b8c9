"""The child of `apart.py`: renders what comes down a pipe, one text at a time."""

from __future__ import annotations

import os
import resource
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from app.references.identifiers import PaperRef
from app.rendering.errors import RenderError
from app.rendering.links import Known
from app.rendering.markdown import inline_problems, preview, render, render_inline, render_plain

MEMORY = 1 << 30  # bytes of address space; a text of the largest size needs a fifteenth of it

IDLE = 20  # one more than processes can be nice: runs when a processor has nothing else to do

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (render, render_inline, render_plain, preview, inline_problems)
}


def main(pipe: int, seconds: float, niceness: int) -> None:
    """Answer until the other end of the pipe is closed.

    Args:
        pipe: the file descriptor of our end. `(name, text, whether to look up papers, options)`
            comes in; what goes out is `("answer", value)`, `("refused", RenderError)` or
            `("fault", traceback)`. In between may go out `("find", references)`, to which the
            answer is what is known of them.
        seconds: how much of our own time one text may take; then this process is ended by the
            system, whatever it is doing.
        niceness: how much we give way to other processes; `IDLE` for altogether.
    """
    _give_way(niceness)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with Connection(pipe) as connection:
        connection.send(None)  # ready
        while True:
            try:
                name, text, finds, options = connection.recv()
            except EOFError:
                return
            if finds:
                options["find"] = partial(_find, connection)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = _answer(name, text, options)
            signal.setitimer(signal.ITIMER_PROF, 0)
            connection.send(answer)


def _give_way(niceness: int) -> None:
    if niceness >= IDLE and hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):  # not everywhere allowed
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            return
    os.nice(niceness)


def _find(connection: Connection, refs: frozenset[PaperRef]) -> Known:
    connection.send(("find", refs))
    known: Known = connection.recv()
    return known


def _answer(name: str, text: str, options: dict[str, Any]) -> tuple[str, Any]:
    try:
        return "answer", FUNCTIONS[name](text, **options)
    except RenderError as error:
        return "refused", error
    except MemoryError:
        return "refused", RenderError("This text needs too much memory. Shorten it.")
    except Exception:  # a fault of ours belongs in the log of the server that asked
        return "fault", traceback.format_exc()
