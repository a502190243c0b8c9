"""From granian to the WSGI app.

Requests are read ahead, so that no thread waits for a client.

granian's own WSGI lets the app's threads read bodies, without a limit of time: four silent clients
stop it. Here an event loop reads them, and a request that is complete goes to a thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from granian.rsgi import Scope

from app.cache.pages import PageCache
from app.cache.wsgi import find_answer
from app.serving.answers import App, AppResponse, Client
from app.serving.bodies import BodyReader, ClientDisconnected
from app.serving.limits import AddressCounter, Limits, TooManyRequests, network
from app.serving.pool import Overloaded, Pool
from app.serving.waiting_line import Lane

Environ = dict[str, Any]

BUSY = "The site is busy. Try again in a few seconds."
NOT_SAVED = (
    "The site is busy, and what you sent was not saved. Go back in your browser: your text should"
    " still be in the form. Submit it again in a few seconds."
)
BROKEN = "Something broke on our side. We’ve logged it."
MESSAGES = {
    400: "The request could not be understood.",
    408: "Your request did not arrive in time. Send it again.",
    429: "Too many requests from you at once. Try again in a few seconds.",
    500: BROKEN,
    503: BUSY,
}
# What a browser shows; nothing else is asked for, which the server would have to answer too.
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Temporarily unavailable</title>
<h1>Temporarily unavailable</h1>
<p>{}</p>
"""
BUSY_PAGE = PAGE.format(BUSY + '</p>\n<p><a href="">Try again</a>').encode()
NOT_SAVED_PAGE = PAGE.format(NOT_SAVED).encode()
RETRY_SECONDS = {429: 2, 503: 5}
BASE: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class Gateway:
    """A WSGI app as granian's RSGI wants it.

    Args:
        app: the WSGI app.
        limits: what is taken on at once, and for how long a client is waited for.
        allowance: how many bytes the request with this environment may send; it is asked in a
            thread, before more than `limits.body_bytes` are read.
        headers: of the answers that are not the app's.
        cache: of pages that need no app, and no thread.
        probes: paths that programs ask for that watch the site; they are answered before others.
    """

    def __init__(
        self,
        app: App,
        limits: Limits,
        allowance: Callable[[Environ], int] | None = None,
        headers: Mapping[str, str] | None = None,
        cache: PageCache | None = None,
        probes: Container[str] = (),
    ) -> None:
        self.limits = limits
        self.when_begun: Callable[[], object] = lambda: None
        self._app = app
        self._allowance = allowance
        self._headers = [*(headers or {}).items(), ("Cache-Control", "private, no-store")]
        self._cache = cache
        self._probes = probes
        self._reader = BodyReader(limits)
        self._bodies = AddressCounter(limits.bodies_per_address)
        self._requests = AddressCounter(limits.requests_per_address)
        self._taking: set[asyncio.Timeout] = set()  # of the large answers
        self._pool: Pool

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pool = Pool(loop, self.limits)
        loop.call_soon(self.when_begun)

    async def __rsgi__(self, scope: Scope, client: Client) -> None:
        body = _chunks(client) if _has_body(scope) else None
        if body is None and self._cache is not None:
            kept = find_answer(
                self._cache, scope.method, scope.path, scope.query_string, _reader_of(scope)
            )
            if kept is not None:
                client.response_bytes(*kept)
                return
        status = await self._take(scope, client, body)
        if status:
            self._refuse(scope, client, status)
        if body is not None and "expect" not in scope.headers:
            await self._reader.discard(body)

    def stop(self) -> None:
        """Read no more bodies; what is complete is still answered, to clients that take it."""
        self._reader.stop()
        end = asyncio.get_running_loop().time() + self.limits.stop_seconds / 2
        for timer in self._taking:
            timer.reschedule(min(end, timer.when() or end))

    async def _take(self, scope: Scope, client: Client, body: AsyncIterator[bytes] | None) -> int:
        """Answer a request, or tell with which status it is refused."""
        lane = self._lane(scope)
        if not self._pool.admit(lane):
            return 503
        environ = _environ(scope)
        address = network(environ["REMOTE_ADDR"]) if self.limits.per_address else ""
        try:
            if body is not None:
                with self._bodies.one(address):
                    environ["wsgi.input"] = await self._body(lane, environ, body)
                if self._pool.is_full(lane):
                    return 503
            with self._requests.one(address):
                return await self._answer(lane, environ, client)
        except Overloaded:
            return 503
        except TooManyRequests:
            return 429
        except TimeoutError:
            return 408
        except (ClientDisconnected, ValueError):
            return 400
        except OSError:
            logging.getLogger(__name__).exception("A request or an answer could not be kept")
            return 500
        finally:
            environ["wsgi.input"].close()

    def _lane(self, scope: Scope) -> Lane:
        if scope.method not in ("GET", "HEAD"):
            return Lane.WRITE
        return Lane.PROBE if scope.path in self._probes else Lane.READ

    async def _body(self, lane: Lane, environ: Environ, chunks: AsyncIterator[bytes]) -> IO[bytes]:
        async def allowance() -> int:
            if self._allowance is None or self._pool.is_full(lane):
                return self.limits.body_bytes
            asked, function = dict(environ), self._allowance
            allowed = await self._pool.run(lane, lambda: function(asked))
            return max(self.limits.body_bytes, int(str(allowed)))

        said = environ.get("CONTENT_LENGTH")
        length = None if said is None else int(said)
        body, size = await self._reader.read(chunks, length, allowance)
        environ["CONTENT_LENGTH"] = str(size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return body

    async def _answer(self, lane: Lane, environ: Environ, client: Client) -> int:
        answer = AppResponse(client)
        try:
            file = await self._pool.run(lane, lambda: answer.send(self._app, environ))
        except Overloaded:
            raise
        except Exception:
            logging.getLogger(__name__).exception("The app failed")
            return 0 if answer.begun else 500
        if isinstance(file, Path):
            await self._until_taken(file, client)
        return 0

    async def _until_taken(self, file: Path, client: Client) -> None:
        timer = asyncio.timeout(self.limits.seconds_for(file.stat().st_size))
        self._taking.add(timer)
        try:
            async with timer:
                await client.client_disconnect()
        except TimeoutError:
            os.truncate(file, 0)  # ends the answer, and with it the connection
        finally:
            self._taking.discard(timer)
            file.unlink()

    def _refuse(self, scope: Scope, client: Client, status: int) -> None:
        accepted = scope.headers.get("accept", "")
        body, kind = f"{MESSAGES[status]}\n".encode(), "text/plain"
        if accepted.startswith("application/json"):
            body, kind = json.dumps({"error": MESSAGES[status]}).encode(), "application/json"
        elif status == 503 and "text/html" in accepted:
            is_write = self._lane(scope) is Lane.WRITE
            body, kind = NOT_SAVED_PAGE if is_write else BUSY_PAGE, "text/html"
        headers = [*self._headers, ("Content-Type", f"{kind}; charset=utf-8")]
        if status in RETRY_SECONDS:
            headers.append(("Retry-After", str(RETRY_SECONDS[status])))
        if status == 408:
            headers.append(("Connection", "close"))
        client.response_bytes(status, headers, body)


async def _chunks(client: Client) -> AsyncIterator[bytes]:
    # What is read already, or cannot be read any more, has no chunks.
    with suppress(RuntimeError):
        async for chunk in client:
            yield chunk


def _reader_of(scope: Scope) -> Callable[[str], str | None]:
    """Gives the value of a header by its name; of several cookies all."""
    headers = scope.headers
    if "cookie" not in headers:
        return headers.get
    cookies = "; ".join(value for name, value in headers.items() if name == "cookie")
    return lambda name: cookies if name == "cookie" else headers.get(name)


def _has_body(scope: Scope) -> bool:
    headers = scope.headers
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _environ(scope: Scope) -> Environ:
    """What WSGI says of a request; its input is empty so far."""
    host, _, _ = scope.client.rpartition(":")
    name, _, port = scope.server.rpartition(":")
    environ = {
        **BASE,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": name.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": host.strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
    }
    for header, value in scope.headers.items():
        if "_" in header:  # it would pass for another one, such as X-Forwarded-For
            continue
        variable = "HTTP_" + header.upper().replace("-", "_")
        if variable in ("HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE"):
            variable = variable.removeprefix("HTTP_")
        elif variable in environ:
            value = environ[variable] + ("; " if header == "cookie" else ",") + value  # noqa: PLW2901
        environ[variable] = value
    return environ
