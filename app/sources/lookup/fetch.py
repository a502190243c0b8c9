"""Ask the outside by one GET over https.

To a host of the list and no other.

It is written on sockets and `http.client`'s reader of answers, because what is not there cannot be
led astray: there are no proxies, cookies, credentials or settings from the environment here, a
redirect is followed only within the list, and one time limit covers all from the first to the last
byte. A host's addresses are checked, and one of the checked ones is connected to: what the name
means in a moment no longer matters.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from app.sources.contract import Fetch, RateLimited, SourceUnavailable
from app.sources.lookup.connection import connect, read_body, read_head, seconds_left
from app.sources.lookup.registry import HOSTS

MAX_BYTES = 2_000_000  # as sent, and once more unpacked
MAX_REDIRECTS = 2
MAX_PAUSE = 600.0  # seconds that a host may ask us to stay away
_TARGET = re.compile(r"/[!-~]{0,4000}")
_MISSING = (400, 404, 410)


class HostSchedule:
    """When each host may be asked again: in this process, for all threads.

    Args:
        intervals: the seconds between two questions to each host.
    """

    def __init__(self, intervals: Mapping[str, float]) -> None:
        self._intervals = intervals
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def take(self, host: str, until: float) -> float:
        """The seconds to wait before asking; the turn is ours then.

        Raises:
            RateLimited: when it would come after `until`.
        """
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(host, now))
            if turn >= until:
                raise RateLimited("is asked a lot at the moment. Try again in a little while.")
            self._next[host] = turn + self._intervals[host]
            return turn - now

    def pause(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long."""
        with self._lock:
            pause = time.monotonic() + min(max(seconds, 0.0), MAX_PAUSE)
            self._next[host] = max(self._next.get(host, 0.0), pause)


HOST_SCHEDULE = HostSchedule(HOSTS)


@dataclass(frozen=True)
class FetchSettings:
    """How the outside is asked.

    Args:
        agent: the User-Agent, with the address of who runs this site.
        stand_in: for tests, the port on this machine where a server plays all hosts over http.
        turns: when each host may be asked.
    """

    agent: str
    stand_in: int | None = None
    turns: HostSchedule = HOST_SCHEDULE


def make_fetch(
    asking: FetchSettings, until: float, headers: Mapping[str, str] | None = None
) -> Fetch:
    """What sources ask through.

    Args:
        until: the moment of `time.monotonic()` at which every answer must be there.
        headers: further ones, such as a key; no host gets them to which another one sends us.
    """

    def fetch(host: str, path: str, query: Mapping[str, str]) -> bytes | None:
        target = path + ("?" + urlencode(query) if query else "")
        further = dict(headers or {})
        for _ in range(MAX_REDIRECTS + 1):
            answer = _ask(asking, host, target, until, further)
            if not isinstance(answer, _Redirect):
                return answer
            if answer.host != host:
                further = {}
            host, target = answer.host, answer.target
        raise SourceUnavailable("sent us from one address to the next.")

    return fetch


@dataclass(frozen=True)
class _Redirect:
    """Where a redirect leads, on a host of the list."""

    host: str
    target: str


def _ask(
    asking: FetchSettings, host: str, target: str, until: float, headers: Mapping[str, str]
) -> bytes | _Redirect | None:
    if host not in HOSTS or not _TARGET.fullmatch(target):
        raise SourceUnavailable("cannot be asked for this.")
    time.sleep(asking.turns.take(host, until))
    try:
        connected = _connect(asking, host, until)
    except (OSError, ValueError):  # the latter for names that cannot be one
        raise SourceUnavailable("cannot be reached from here at the moment.") from None
    try:
        connected.sendall(_request(asking, host, target, headers))
        return _answer(asking, host, read_head(connected, "GET", until))
    except TimeoutError:
        raise SourceUnavailable("did not answer in time.") from None
    except (OSError, http.client.HTTPException, zlib.error, ValueError):
        raise SourceUnavailable("broke off its answer.") from None
    finally:
        connected.close()


def _request(asking: FetchSettings, host: str, target: str, headers: Mapping[str, str]) -> bytes:
    lines = (
        f"GET {target} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {asking.agent}",
        "Accept: application/json, application/atom+xml, application/xml, text/plain, */*;q=0.1",
        "Accept-Encoding: gzip",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _connect(asking: FetchSettings, host: str, until: float) -> socket.socket:
    if asking.stand_in is not None:
        return socket.create_connection(("127.0.0.1", asking.stand_in), seconds_left(until))
    return connect(host, 443, until)


def _answer(
    asking: FetchSettings, host: str, response: http.client.HTTPResponse
) -> bytes | _Redirect | None:
    status = response.status
    if status == 200:
        return read_body(response, MAX_BYTES)
    if status in _MISSING:
        return None
    if status in (301, 302, 303, 307, 308):
        return _moved(response.headers.get("Location", ""), host)
    if status in (429, 503):
        asking.turns.pause(host, _retry_after(response.headers.get("Retry-After", "")))
        raise SourceUnavailable("asks us to wait. Try again in a little while.")
    if status in (401, 403):
        raise SourceUnavailable("does not want to answer us.")
    raise SourceUnavailable(f"has a problem (it answered {status}).")


def _moved(location: str, host: str) -> _Redirect:
    """Where a redirect leads: https, a host of the list, its usual port, and nothing before it."""
    elsewhere = SourceUnavailable("sent us to another address, where we do not go.")
    if not re.fullmatch(r"[!-~]{1,4000}", location) or "\\" in location:
        raise elsewhere
    try:
        parts = urlsplit(location)
        port = parts.port
    except ValueError:
        raise elsewhere from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not parts.scheme and not parts.netloc and target.startswith("/"):
        return _Redirect(host, target)
    if parts.scheme != "https" or parts.netloc not in HOSTS or port is not None:
        raise elsewhere
    return _Redirect(parts.netloc, target)


def _retry_after(text: str) -> float:
    """Seconds; a date is rarely sent, and then a minute is what we make of it."""
    return float(text) if re.fullmatch(r"\d{1,6}", text.strip()) else 60.0
