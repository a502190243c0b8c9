"""Bodies of requests, read without a thread and within limits of time and size."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from app.serving.limits import Limits

MAX_MEMORY_BYTES = 256_000  # bytes of a body before it goes to the disk

Allowance = Callable[[], Awaitable[int]]


class ClientDisconnected(Exception):
    """The client went away before the body was complete."""


class BodyReader:
    """Reads bodies; all of them end early when the worker stops."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._timers: set[asyncio.Timeout] = set()
        self._stopped = False

    async def read(
        self, chunks: AsyncIterator[bytes], length: int | None, allowance: Allowance
    ) -> tuple[IO[bytes], int]:
        """Read a whole body; returns it and its size.

        One that is too large is empty, with the size it would have.

        Args:
            chunks: the body.
            length: how long the client says it is; `None` when it comes in chunks.
            allowance: asked once how many bytes this request may send, when it is much.

        Raises:
            TimeoutError: when it comes in too slowly.
            ClientDisconnected: when the client went away.
        """
        most = self._limits.body_bytes
        if length is not None and length > most:
            most = await allowance()
            if length > most:
                return _file(), length
        async with asyncio.timeout(0 if self._stopped else self._limits.body_seconds) as timer:
            self._timers.add(timer)
            try:
                return await self._read(chunks, length, most, allowance, timer)
            finally:
                self._timers.discard(timer)

    async def _read(
        self,
        chunks: AsyncIterator[bytes],
        length: int | None,
        most: int,
        allowance: Allowance,
        timer: asyncio.Timeout,
    ) -> tuple[IO[bytes], int]:
        now = asyncio.get_running_loop().time
        began, size, asked, ends = now(), 0, length is not None, 0
        file = _file()
        async for chunk in chunks:
            # granian gives one empty chunk at the end, and two when the client broke off.
            ends += not chunk
            size += len(chunk)
            if size > most and not asked:
                most, asked = max(most, await allowance()), True
            if size > most:
                file.close()
                return _file(), size
            file.write(chunk)
            if size > self._limits.body_bytes and not self._stopped:
                slowest = began + self._limits.seconds_for(size)
                timer.reschedule(min(slowest, now() + self._limits.body_seconds))
        if ends > 1 or (length is not None and size != length):
            file.close()
            raise ClientDisconnected
        file.seek(0)
        return file, size

    async def discard(self, chunks: AsyncIterator[bytes]) -> None:
        """Throw the rest of a body away for a while."""
        with suppress(TimeoutError, RuntimeError):
            async with asyncio.timeout(0 if self._stopped else self._limits.linger_seconds):
                async for _ in chunks:
                    pass

    def stop(self) -> None:
        """End all reading now."""
        self._stopped = True
        for timer in self._timers:
            timer.reschedule(asyncio.get_running_loop().time())


def _file() -> IO[bytes]:
    return cast(IO[bytes], SpooledTemporaryFile(max_size=MAX_MEMORY_BYTES))
