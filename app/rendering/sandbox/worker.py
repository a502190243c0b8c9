"""The program of a child (`child.py`).

It calls functions that are named in a pipe, one at a time.
"""

from __future__ import annotations

import os
import resource
import signal
import traceback
from contextlib import suppress
from functools import partial
from importlib import import_module
from math import ceil
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

IDLE = 20  # one more than processes can be nice: runs when a processor has nothing else to do


def main(
    module: str, pipe: float, niceness: float, seconds: float, lifetime: float, memory: float
) -> None:
    """Answer until the other end of the pipe is closed.

    Args:
        module: what it calls is in its `FUNCTIONS`; its `REFUSALS` are answers.
        pipe: the file descriptor of our end. `(name, arguments, options, names of answers)` comes
            in; what goes out is `("answer", value)`, `("refused", exception)`, `("memory", None)`
            or `("fault", traceback)`. In between may go out `("ask", (name, question))`, to which
            the answer comes in.
        niceness: how much we give way to other processes; `IDLE` for altogether.
        seconds: how much of our own time one call may take; then this process is ended by the
            system, whatever it is doing.
        lifetime: the same for all calls together; 0 for no limit.
        memory: bytes of address space.
    """
    _give_way(int(niceness))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    known = import_module(module)
    if lifetime:
        end = ceil(sum(os.times()[:2])) + int(lifetime)  # what it took to get ready is no fault
        resource.setrlimit(resource.RLIMIT_CPU, (end, end + 5))
    # Whoever asks may end at any time: before we are ready, or while we answer.
    with Connection(int(pipe)) as connection, suppress(EOFError, BrokenPipeError):
        connection.send(None)  # ready
        while True:
            name, arguments, options, asks = connection.recv()
            for option in asks:
                options[option] = partial(_ask, connection, option)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = _answer(known, name, arguments, options)
            signal.setitimer(signal.ITIMER_PROF, 0)
            connection.send(answer)


def _give_way(niceness: int) -> None:
    if niceness >= IDLE and hasattr(os, "SCHED_IDLE"):
        with suppress(OSError):  # not everywhere allowed
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            return
    os.nice(niceness)


def _ask(connection: Connection, option: str, question: Any) -> Any:
    connection.send(("ask", (option, question)))
    return connection.recv()


def _answer(
    module: ModuleType, name: str, arguments: tuple[Any, ...], options: dict[str, Any]
) -> tuple[str, Any]:
    try:
        return "answer", module.FUNCTIONS[name](*arguments, **options)
    except module.REFUSALS as error:
        return "refused", error
    except MemoryError:
        return "memory", None
    except Exception:  # a fault of ours belongs in the log of the server that asked
        return "fault", traceback.format_exc()
