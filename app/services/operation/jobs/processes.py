"""Which process this is, and whether another one of this machine has ended for sure."""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from pathlib import Path

_PROC = Path("/proc")
_ENDED = frozenset("ZX")  # nobody has asked yet how it ended


def identify_process() -> str:
    """What no other process of any machine has; empty where the system does not tell.

    It names the start of the machine, the numbering of its processes (each container has one), the
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
    return state is None or state[0] in _ENDED or state[1] != began


@cache
def _name_space() -> str:
    """The start of this machine and the numbering of its processes."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        numbering = os.readlink(_PROC / "self/ns/pid")
        (_PROC / f"{os.getpid()}/stat").read_bytes()  # that others are seen there, too
    except OSError:
        return ""
    return sha256(f"{boot} {numbering}".encode()).hexdigest()[:16]


def _read_state(number: int) -> tuple[str, str] | None:
    """State and moment of start of a process, or `None` where there is none (proc(5))."""
    try:
        told = (_PROC / str(number) / "stat").read_text(errors="replace")
    except FileNotFoundError:
        return None
    except OSError:  # it is there, and hidden from us
        return "?", ""
    # The name before it may contain anything.
    fields = told.rpartition(")")[2].split()
    return fields[0], fields[19]
