"""How much work a call is, in steps: the same on a busy machine as on an idle one."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Seconds of the test's own processor time: some hundred times what the calls below take. What
# needs more does not end by itself.
HANGS = 60.0


def steps(function: Callable[..., object], *arguments: object) -> int:
    """Count the lines of Python that a call runs, in threads that it starts as well.

    Work inside of C functions, such as one search by a regular expression, is one step.
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    threading.settrace(trace)  # formulas are read in a thread with a larger stack
    sys.settrace(trace)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
        threading.settrace(None)  # type: ignore[arg-type]
    return count


@contextmanager
def no_hang() -> Iterator[None]:
    """Fail a test whose work does not end, such as a search that goes back and forth."""

    def fail(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it does not end")

    before = signal.signal(signal.SIGPROF, fail)
    signal.setitimer(signal.ITIMER_PROF, HANGS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
