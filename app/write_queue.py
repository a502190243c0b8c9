"""The order in which the threads of a process write to SQLite.

SQLite lets one connection write at a time. Whoever finds another writing sleeps, longer each time,
and asks again: meanwhile nobody may be writing, and who came last may be next. So the threads of a
process wait here instead, where the next one is woken as soon as the last has committed. Other
processes are waited for as before.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_WAITED = "write_queue_waited"  # how long, in its `info`
_KEY = "write_queue"  # of the lock that a connection holds, in its `info`


class WriteQueue:
    """A lock for the writing transactions of one engine.

    It only makes an order: the database itself still refuses two who write at once. So who has
    waited for long enough goes on without it, and does not wait for other processes as well.

    Args:
        engine: whose transactions wait for each other, if their connections have the option
            `writing`.
        seconds: how long to wait for the others.
    """

    def __init__(self, engine: Engine, seconds: float) -> None:
        self._lock = Lock()
        self._seconds = seconds
        event.listen(engine, "begin", self._take_turn)
        for name in ("checkin", "invalidate"):
            event.listen(engine, name, _end_turn)

    @property
    def is_taken(self) -> bool:
        """Whether a connection writes."""
        return self._lock.locked()

    def _take_turn(self, connection: Connection) -> None:
        leave(connection.info)  # if it has written before, and is used again
        if not connection.get_execution_options().get("writing"):
            return
        if self._lock.acquire(blocking=False):
            connection.info[_KEY] = self._lock
            return
        began = monotonic()
        if self._lock.acquire(timeout=self._seconds):
            connection.info[_KEY] = self._lock
        connection.info[_WAITED] = monotonic() - began


def take_waited(info: dict[Any, Any]) -> float:
    """For how many seconds a connection has just waited here for others; told once."""
    waited: float = info.pop(_WAITED, 0.0)
    return waited


def leave(info: dict[Any, Any]) -> None:
    """Let the next one write.

    Args:
        info: of the connection that does not write, or not any more.
    """
    held: Lock | None = info.pop(_KEY, None)
    if held is not None:
        held.release()


def _end_turn(_driver: Any, record: Any, *_error: Any) -> None:
    leave(record.info)
