"""Waiting for a state that a thread or another process brings about, never for a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from sqlalchemy import text
from sqlalchemy.orm import Session

SAFETY = 90.0  # seconds after which a test that waits in vain fails
_PAUSE = 0.02  # seconds between two looks


def deadline(seconds: float = SAFETY) -> float:
    """The moment of the monotonic clock after so many seconds, for code that is given one."""
    return monotonic() + seconds


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Look again and again until a state is there.

    Args:
        holds: tells whether it is.
        what: names the state, for the failure when it never comes.
    """
    end = deadline()
    pause = threading.Event()
    while not holds():
        assert monotonic() < end, f"never came: {what}"
        pause.wait(_PAUSE)


def pids_that_wait(session: Session) -> set[int]:
    """Processes of the server that wait for a lock."""
    found = session.scalars(
        text(
            "SELECT pid FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
    )
    pids = set(found)
    session.rollback()
    return pids
