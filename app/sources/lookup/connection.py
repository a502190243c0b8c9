"""Connections to the outside, with a limit of time, and answers of limited size."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
import zlib
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import Any

from app.sources.contract import SourceUnavailable

_SPECIAL = IPv4Network("192.0.0.0/24")  # for protocols; some clouds answer there
# Their last four bytes are an address of IPv4: "mapped", "compatible", and of a NAT64.
_NAT = tuple(map(IPv6Network, ("::ffff:0:0/96", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))


def connect(
    host: str, port: int, until: float, *, is_tls: bool = True, is_public: bool = True
) -> socket.socket:
    """A connection to a host, by one of the addresses that were checked.

    Args:
        until: the moment of `time.monotonic()` at which it must be there.
        is_tls: whether it is encrypted, and the host's certificate checked.
        is_public: whether an address in somebody's own network is refused.

    Raises:
        OSError: when there is none.
        ValueError: for what cannot be a host's name.
    """
    refused: OSError = OSError(f"{host} has no address that can be asked")
    for address in _list_addresses(host, port, is_public=is_public):
        try:
            plain = socket.create_connection((address, port), seconds_left(until))
        except OSError as error:
            refused = error
            continue
        try:
            plain.settimeout(seconds_left(until))
            return _tls().wrap_socket(plain, server_hostname=host) if is_tls else plain
        except OSError:
            plain.close()
            raise
    raise refused


def read_head(connected: socket.socket, method: str, until: float) -> http.client.HTTPResponse:
    """The beginning of an answer; waiting for the rest ends at the same moment."""
    timed: Any = _Timed(connected, until)  # of a socket, an answer needs `makefile` only
    response = http.client.HTTPResponse(timed, method=method)
    response.begin()
    return response


def read_body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    """The body of an answer, unpacked.

    Args:
        max_bytes: as sent, and once more unpacked.

    Raises:
        SourceUnavailable: for one that is too large or cannot be read.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise SourceUnavailable("sent something that cannot be read.")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    found = bytearray()
    read = 0
    while piece := response.read(16_384):
        read += len(piece)
        if unpack is not None:
            piece = unpack.decompress(piece, max_bytes + 1 - len(found))
        found += piece
        if read > max_bytes or len(found) > max_bytes or (unpack and unpack.unconsumed_tail):
            raise SourceUnavailable("sent more than we want to read.")
    if unpack is not None and not unpack.eof:
        raise SourceUnavailable("broke off its answer.")
    return bytes(found)


def seconds_left(until: float) -> float:
    """What is left until a moment.

    Raises:
        TimeoutError: when it has passed.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _list_addresses(host: str, port: int, *, is_public: bool) -> list[str]:
    """The addresses of a host; without those that lie in somebody's own network, if wanted."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return [address for address in addresses if not is_public or _is_public(address)]


def _is_public(address: str) -> bool:
    """Whether an address is one of the internet, also where it stands in one of IPv6."""
    found = ip_address(address.split("%")[0])
    if isinstance(found, IPv4Address):
        return found.is_global and found not in _SPECIAL
    if any(found in network for network in _NAT):
        return _is_public(str(IPv4Address(int(found) & 0xFFFF_FFFF)))
    if found.sixtofour is not None:
        return _is_public(str(found.sixtofour))
    return found.is_global


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Timed:
    """A connected socket for `HTTPResponse`, every wait on which ends at one moment."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self._reader = _TimedReader(connected, until)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


class _TimedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, until: float) -> None:
        self._connected, self._until = connected, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._connected.settimeout(seconds_left(self._until))
        return self._connected.recv_into(buffer)
