"""What a WSGI app answers, handed to granian without waiting for the client."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Protocol

MAX_MEMORY_BYTES = 256_000  # bytes; granian holds them until the client has taken them

Headers = list[tuple[str, str]]
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Client(Protocol):
    """What granian's RSGI gives of a client.

    The body of a request, and ways to answer.
    """

    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def client_disconnect(self) -> Awaitable[None]: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_file(self, status: int, headers: Headers, file: str) -> None: ...
    def response_stream(self, status: int, headers: Headers) -> Any: ...


class AppResponse:
    """One answer of the app; `begun` tells whether a part of it is sent."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._head: tuple[int, Headers] | None = None
        self._written: list[bytes] = []
        self.begun = False

    def send(self, app: App, environ: dict[str, Any]) -> Path | None:
        """Run the app and send what it answers.

        Of a large answer returns the file that holds it.
        """
        result = app(environ, self._start)
        try:
            if environ["REQUEST_METHOD"] == "HEAD":
                self._whole(b"")
                return None
            return self._body(iter(result))
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()

    def _start(
        self, status: str, headers: Headers, exc_info: object = None
    ) -> Callable[[bytes], object]:
        if self._head is not None and exc_info is None:
            raise RuntimeError("the app began two answers")
        if not self.begun:
            self._head = int(status[:3]), [(name, _as_sent(value)) for name, value in headers]
        return self._written.append

    def _body(self, result: Iterator[bytes]) -> Path | None:
        first = next(result, b"")  # the app may begin its answer only now
        _, headers = self._begin()
        length = next((value for name, value in headers if name.lower() == "content-length"), None)
        chunks = self._chunks(first, result)
        if length is None:
            self._stream(chunks)
            return None
        if int(length) <= MAX_MEMORY_BYTES:
            self._whole(b"".join(chunks))
            return None
        return self._from_file(chunks)

    def _begin(self) -> tuple[int, Headers]:
        if self._head is None:
            raise RuntimeError("the app did not begin its answer")
        return self._head

    def _chunks(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        yield from self._written
        yield first
        yield from rest

    def _whole(self, body: bytes) -> None:
        status, headers = self._begin()
        self.begun = True
        self._client.response_bytes(status, headers, body)

    def _stream(self, chunks: Iterator[bytes]) -> None:
        status, headers = self._begin()
        self.begun = True
        # What is sent to a client that has gone is dropped, and the app finishes its work.
        transport = self._client.response_stream(status, headers)
        for chunk in chunks:
            if chunk:
                transport.send_bytes(chunk)

    def _from_file(self, chunks: Iterator[bytes]) -> Path:
        status, headers = self._begin()
        number, name = mkstemp(prefix="shortlist-answer-")
        try:
            with os.fdopen(number, "wb") as file:
                file.writelines(chunks)
        except BaseException:
            Path(name).unlink()
            raise
        self.begun = True
        # The connection ends with the answer, so that we know when the file is of no more use.
        self._client.response_file(status, [*headers, ("connection", "close")], name)
        return Path(name)


def _as_sent(value: str) -> str:
    """A header of WSGI, whose letters are bytes, as granian takes it, which sends UTF-8."""
    return value if value.isascii() else value.encode("latin-1").decode("utf-8", "replace")
