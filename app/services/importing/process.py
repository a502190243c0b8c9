"""Read what a member sent in a process of its own.

It is ended when it takes too much.

The child, which calls the functions of `child.py`, opens the file that it inherits and hands out
one item after another; what they say is stored by the process that asks. Each import has a child of
its own, so that nothing of one file is left when the next one comes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, BinaryIO

from app.rendering.sandbox.child import Child, ResourceLimitExceeded, SandboxBusy
from app.services.importing import child as opener
from app.services.importing import faults
from app.services.importing.opening import BadSource, ImportSource
from app.services.importing.terms import IncomingFile, IncomingPaper

MAX_CPU_SECONDS = 30  # of the child's own time; the largest honest file takes some ten
MAX_WAIT_SECONDS = 120  # seconds by the clock for one answer, on a machine that has much else to do
MAX_IMPORTS = (
    2  # imports in a process: the server has four threads, and some are for those who read
)
RETRY_AFTER = 60  # seconds
_TURNS = threading.BoundedSemaphore(MAX_IMPORTS)


class ImportBusy(Exception):
    """As many imports are running as may at once."""

    def __init__(self) -> None:
        super().__init__("Other imports are running. Wait a minute, then choose your file again.")


def read_file(file: BinaryIO, name: str, opened: ExitStack) -> ImportSource:
    """As `opening.open_file`, in a child.

    Args:
        file: one on the disk, which has a number.
        opened: ends the child.

    Raises:
        BadSource: as there; also for what takes too much to be opened.
        RendererBusy: while others import.
    """
    number = file.fileno()
    file.seek(0)  # what was written to it is on the disk then
    child, count = start_child(
        opened, opener.__name__, [number], MAX_CPU_SECONDS, "open_file", number, name
    )
    return ImportSource(_items(child), count)


def read_pasted(text: str, opened: ExitStack) -> ImportSource:
    """As `opening.open_pasted_bibtex`, in a child; otherwise as `read_file`."""
    child, count = start_child(opened, opener.__name__, [], MAX_CPU_SECONDS, "open_pasted", text)
    return ImportSource(_items(child), count)


def start_child(
    opened: ExitStack, module: str, files: list[int], seconds: int, name: str, *arguments: Any
) -> tuple[Child, Any]:
    """Start a child, and let it open what it is to read.

    Args:
        opened: ends the child.
        module: whose functions it calls, as `sandbox.Child` has it.
        files: numbers of files that it inherits.
        seconds: of its own time that it may spend.
        name, arguments: of the function that opens.

    Returns:
        The child, and what that function answered.

    Raises:
        BadSource, ImportBusy: as `read_file`.
    """
    take_turn(opened)
    child = Child(
        module,
        seconds=seconds,
        lifetime=seconds,
        within=MAX_WAIT_SECONDS,
        files=files,
        lasts=False,
    )
    opened.callback(child.stop)
    try:
        answer = child.call(name, *arguments)
    except (ResourceLimitExceeded, SandboxBusy) as error:
        raise BadSource(str(faults.make_stopped(error))) from None
    return child, answer


def take_turn(opened: ExitStack) -> None:
    """Take one of the turns to import, until `opened` is closed; raises `ImportBusy`."""
    if not _TURNS.acquire(blocking=False):
        raise ImportBusy
    opened.callback(_TURNS.release)


def _items(child: Child) -> Iterator[IncomingFile | IncomingPaper]:
    """What the child has, one by one; each must be used before the next is taken."""
    while (found := child.call("advance")) is not None:
        if isinstance(found, IncomingPaper):
            yield found
            continue
        picture = partial(child.call, "picture") if found.has_pictures else None
        note = partial(child.call, "note") if found.has_notes else None
        read = partial(child.call, "read")
        yield IncomingFile(found.name, read, picture, note, found.line, found.kind)
