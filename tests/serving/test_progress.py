"""Slow clients are ended, and nobody for whom the server is slow."""

from __future__ import annotations

import fcntl
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.serving.limits import Limits
from app.serving.progress import SlowClients
from tests.helpers.waiting import SAFETY, wait_until

TIOCOUTQ = 0x5411
FEW = 4096

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")


class Connection:
    """Both ends of a connection, with little room in between."""

    def __init__(self, listener: socket.socket, client: socket.socket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, FEW)
        client.settimeout(SAFETY)
        client.connect(listener.getsockname())
        self.client = client
        self.server = listener.accept()[0]
        self.server.setblocking(False)
        self.waiting = 0  # bytes that were sent and not read

    def fill(self) -> None:
        """Send as much as the system takes: more than the client's end has room for."""
        with suppress(BlockingIOError):
            while True:
                self.waiting += self.server.send(bytes(FEW))

    def take(self, count: int) -> None:
        """Read so many bytes."""
        self.waiting -= count
        while count:
            count -= len(self.client.recv(min(count, FEW)))

    def take_all(self) -> None:
        self.take(self.waiting)
        wait_until(lambda: not any(self._tell_waiting()), "the last confirmation")

    def is_ended(self) -> bool:
        try:
            self.server.send(b"x")
        except BlockingIOError:
            return False
        except BrokenPipeError:
            return True
        self.waiting += 1
        return False

    def _tell_waiting(self) -> bytes:
        return fcntl.ioctl(self.server.fileno(), TIOCOUTQ, bytes(4))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * FEW)
        yield found


def test_who_has_taken_all_that_waited_is_not_slow(listener: socket.socket) -> None:
    """Something waits at each look, and little is sent: it is the server that is slow."""
    slow = SlowClients(listener.getsockname()[1], Limits(body_seconds=10.0, taken_bytes=10**9))
    with socket.socket() as one, socket.socket() as other:
        quick, late = Connection(listener, one), Connection(listener, other)
        quick.fill()
        late.fill()
        for moment in (0.0, 4.0, 8.0):
            slow.look(moment)
            quick.take_all()
            quick.fill()
            late.take(1)
        assert not quick.is_ended()
        assert not late.is_ended()
        slow.look(12.0)
        assert not quick.is_ended()
        assert late.is_ended()
        for each in (quick, late):
            each.server.close()


def test_sockets_of_others_are_left_alone(listener: socket.socket) -> None:
    slow = SlowClients(listener.getsockname()[1] + 1, Limits(body_seconds=10.0))
    with socket.socket() as client:
        found = Connection(listener, client)
        found.fill()
        for moment in (0.0, 8.0, 16.0, 24.0):
            slow.look(moment)
        assert not found.is_ended()
        found.server.close()
