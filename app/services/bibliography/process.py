"""Reads a bibliography in a process of its own, within limits."""

from __future__ import annotations

import threading

from app.rendering.sandbox.child import Child, ResourceLimitExceeded, SandboxBusy
from app.services.bibliography import child as reader
from app.services.bibliography.reading import ReadBibliography, SourceFile

MAX_CPU_SECONDS = 20  # of the child's own time; 5,000 entries take some five
MAX_WAIT_SECONDS = 60  # seconds by the clock
MAX_CHECKS = 2  # at once in a process of the server, whose other threads serve readers
RETRY_AFTER = 30  # seconds
_TURNS = threading.BoundedSemaphore(MAX_CHECKS)


class CheckBusy(Exception):
    """As many bibliographies are read as may be at once."""

    def __init__(self) -> None:
        super().__init__("Other bibliographies are being checked. Wait a moment, then try again.")


class TooComplex(ValueError):
    """What takes too long to read, or too much memory."""

    def __init__(self) -> None:
        super().__init__("This takes too long to read. Split the file, and check its parts.")


def read_in_child(files: list[SourceFile]) -> ReadBibliography:
    """As `reading.read_files`.

    Raises:
        CheckBusy: while others are read.
        TooComplex: for what takes too much.
    """
    if not _TURNS.acquire(blocking=False):
        raise CheckBusy
    child = Child(
        reader.__name__,
        seconds=MAX_CPU_SECONDS,
        lifetime=MAX_CPU_SECONDS,
        within=MAX_WAIT_SECONDS,
        lasts=False,
    )
    try:
        found: ReadBibliography = child.call("read", files)
    except SandboxBusy:
        raise CheckBusy from None
    except ResourceLimitExceeded:
        raise TooComplex from None
    finally:
        child.stop()
        _TURNS.release()
    return found
