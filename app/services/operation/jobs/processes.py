"""Which process this is, and whether another one of this machine has ended for sure."""

from __future__ import annotations

import os
import socket
from functools import cache
from hashlib import sha256
from pathlib import Path

_PROC = Path("/proc")
_ENDED = frozenset("ZX")  # nobody has asked yet how it ended


def identify_process() -> str:
    """What no other process of any machine has; empty where the system does not tell.

    It names the machine and its start, the numbering of its processes (each container has one), the
    number, and the moment at which the process began: a number is used again.
    """
    number = os.getpid()
    state = _read_state(number)
    space = _name_space()
    return f"{space}-{number}-{state[1]}" if space and state else ""


def has_ended(identity: str) -> bool:
    """Whether a process has ended; of one of another machine or container nobody knows.

    Args:
        identity: what `identify_process` said in it.
    """
    space, _, rest = identity.partition("-")
    number, _, began = rest.partition("-")
    if not space or space != _name_space() or not number.isdecimal():
        return False
    state = _read_state(int(number))
    if state is None:
        return not _is_hidden(int(number))
    return state[0] in _ENDED or state[1] != began


@cache
def _name_space() -> str:
    """This machine, its start, and the numbering of its processes."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        numbering = os.readlink(_PROC / "self/ns/pid")
        (_PROC / f"{os.getpid()}/stat").read_bytes()  # that others are seen there, too
    except OSError:
        return ""
    # Copies of a virtual machine that was running have one start, but names of their own.
    return sha256(f"{socket.gethostname()} {boot} {numbering}".encode()).hexdigest()[:16]


def _is_hidden(number: int) -> bool:
    """Whether a process that cannot be looked at is there: `hidepid` of proc(5) hides others'."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True  # it came, or ended, in this moment: who asks again is told


def _read_state(number: int) -> tuple[str, str] | None:
    """State and moment of start of a process; `None` where none is seen (proc(5))."""
    try:
        told = (_PROC / str(number) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The name before it may contain anything.
    fields = told.rpartition(")")[2].split()
    return fields[0], fields[19]
