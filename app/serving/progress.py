"""Ends connections whose clients take an answer too slowly, a few bytes now and then.

Once granian has an answer, the system sends it and nobody here sees how far it is. The system
itself ends a connection that takes nothing at all (see `worker`). So the worker asks Linux from
time to time how much of its connections' answers has arrived: one look at all of them, without a
thread for each.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from app.serving.limits import Limits

LOOKS = 10  # in the time in which a client must take some bytes
# In `tcp_info` of linux/tcp.h: bytes that arrived, since Linux 4.1.
_ACKED = struct.Struct("@120xQ")
_INT = struct.Struct("@i")
_OPEN_FILES = Path("/proc/self/fd")
_OUTQ = 0x5411  # TIOCOUTQ: bytes that the client has not confirmed (tcp(7): SIOCOUTQ)


class _Socket(NamedTuple):
    """A number that is used again, and what no two open sockets have in common."""

    number: int
    inode: int


class _Waiting(NamedTuple):
    """A connection whose client has not taken all.

    Attributes:
        since: when its time began, in seconds.
        arrived: how many bytes the client had taken by then.
        sent: how many it would have taken with what waited at the last look.
    """

    since: float
    arrived: int
    sent: int


class SlowClients:
    """The connections of a server, as they were at the last looks.

    A client must take `taken_bytes` of what waits for it in each `body_seconds`. Who has taken at
    a look all that waited at the one before begins anew, as it was the server that was slow. Only
    who keeps something waiting all the time is ended.

    Args:
        port: at which the server listens; other sockets of the process are left alone.
        limits: how many bytes, and in which time.
    """

    def __init__(self, port: int, limits: Limits) -> None:
        self._port = port
        self._seconds, self._bytes = limits.body_seconds, limits.taken_bytes
        self._waiting: dict[_Socket, _Waiting] = {}

    async def watch(self) -> None:
        """End the connections of slow clients, until cancelled; nothing where it is not Linux."""
        loop = asyncio.get_running_loop()
        while sys.platform == "linux":
            await asyncio.sleep(self._seconds / LOOKS)
            self.look(loop.time())

    def look(self, moment: float) -> None:
        """See how far all answers are, and end the connections of who is too slow."""
        before, self._waiting = self._waiting, {}
        for found in _list_sockets():
            told = self._read_progress(found.number)
            if told is None:
                continue
            arrived, waits = told
            then = before.get(found)
            if then is None or arrived >= then.sent:
                self._waiting[found] = _Waiting(moment, arrived, arrived + waits)
            elif moment - then.since < self._seconds:
                self._waiting[found] = then._replace(sent=arrived + waits)
            elif arrived - then.arrived >= self._bytes:
                self._waiting[found] = _Waiting(moment, arrived, arrived + waits)
            else:
                _end(found)

    def _read_progress(self, number: int) -> tuple[int, int] | None:
        """How many bytes a client has taken so far, and how many wait for it.

        `None` when none do, or it is no client.
        """
        try:
            waits: int = _INT.unpack(fcntl.ioctl(number, _OUTQ, bytes(_INT.size)))[0]
            if not waits:
                return None
            # Of whatever family: only the number counts.
            borrowed = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=number)
            try:
                if borrowed.getsockname()[1] != self._port:
                    return None
                told = borrowed.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _ACKED.size)
            finally:
                borrowed.detach()
        except (OSError, IndexError):  # closed meanwhile, or a socket of another kind
            return None
        return (int(_ACKED.unpack(told)[0]), waits) if len(told) == _ACKED.size else None


def _list_sockets() -> Iterator[_Socket]:
    for name in os.listdir(_OPEN_FILES):
        with suppress(OSError):  # closed meanwhile
            told = os.fstat(int(name))
            if stat.S_ISSOCK(told.st_mode):
                yield _Socket(int(name), told.st_ino)


def _end(found: _Socket) -> None:
    """End a connection, unless its number has another one by now."""
    with suppress(OSError):
        number = os.dup(found.number)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=number) as copy:
            if os.fstat(number).st_ino == found.inode:
                # What waits is thrown away with it, also what the system holds.
                copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                copy.shutdown(socket.SHUT_RDWR)
