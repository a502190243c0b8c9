"""The limits of a worker.

What it takes on, how long it waits for clients, and how many requests one address has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from app import MAX_REQUEST_BYTES


@dataclass(frozen=True)
class Limits:
    """The bounds of one worker.

    Args:
        threads: requests answered at the same time. Python runs one thread at a time, and more of
            them get in each other's way: the front page is served 92 times a second with one, 83
            with two, 68 with five. So pages are made one after another, and others begin only
            while one takes long, such as for the database.
        waiting: requests that wait for a thread, of those that read and of those that write.
        write_seconds: for which a request that sends something waits for a thread at most.
        read_seconds: the same of one that reads.
        overload_seconds: for which either may be expected to wait when it is let in, as long as
            more comes in than is answered.
        connections: open connections, busy or idle.
        idle_seconds: for which a connection may send no complete request head.
        body_bytes: of a body that is read before the app is asked whether it may be larger.
        body_seconds: in which that many bytes must come in, and each further so many; and for which
            a client may take nothing of an answer.
        taken_bytes: of what waits for a client that it must take in each `body_seconds`.
        per_address: whether one address is bounded. Behind a proxy all requests have its address.
        bodies_per_address: bodies that one address may be sending.
        requests_per_address: requests of one address that wait or are answered.
        linger_seconds: for which the rest of a refused body is thrown away, so that the client,
            who sends it before it looks for an answer, sees the answer and no broken connection.
        stop_seconds: in which a worker that is to stop finishes what it has begun.
    """

    threads: int = 4
    waiting: int = 128
    write_seconds: float = 3.0
    read_seconds: float = 1.0
    overload_seconds: float = 0.05
    connections: int = 4096
    idle_seconds: float = 20.0
    body_bytes: int = MAX_REQUEST_BYTES
    body_seconds: float = 30.0
    taken_bytes: int = 16_000
    per_address: bool = True
    bodies_per_address: int = 16
    requests_per_address: int = 64
    linger_seconds: float = 5.0
    stop_seconds: float = 10.0

    def seconds_for(self, size: int) -> float:
        """How long so many bytes may take."""
        return self.body_seconds * max(1.0, size / self.body_bytes)


class TooManyRequests(Exception):
    """One address has as many requests as it may have."""


class AddressCounter:
    """How many of something each address has at the moment."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: Counter[str] = Counter()

    @contextmanager
    def one(self, address: str) -> Iterator[None]:
        """Count one more while the block runs; no address is not counted.

        Raises:
            TooManyRequests: when the address has all it may have.
        """
        if address and self._held[address] >= self.most:
            raise TooManyRequests
        self._held[address] += 1
        try:
            yield
        finally:
            self._held[address] -= 1
            if not self._held[address]:
                del self._held[address]


def network(host: str) -> str:
    """An IPv4 address, or of an IPv6 address the network that one customer has."""
    if ":" not in host:
        return host
    address = ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or ip_network(f"{address}/64", strict=False))
