"""Ask a provider: no redirects, one time limit, answers in JSON of limited size.

`app.sources.lookup.fetch` asks the hosts of a list by GET. A provider is named by the settings, may
be in the lab's own network, and is given a secret by POST; it is asked over the same connections.
"""

from __future__ import annotations

import http.client
import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from app.settings.sign_in import LOOPBACK
from app.sources.contract import SourceUnavailable
from app.sources.lookup.connection import connect, read_body, read_head

MAX_BYTES = 500_000
SECONDS = 10.0
MAX_URL = 2000  # characters


class ProviderFailed(Exception):
    """A provider did not prove who somebody is; the message is for them."""


class ProviderUnavailable(ProviderFailed):
    """A provider gave no answer that can be used.

    The message goes on after its name: "did not answer in time."
    """


@dataclass(frozen=True)
class Asker:
    """Asks one provider.

    Args:
        issuer: its URL in the settings. Its host may have an address in the lab's own network;
            other hosts that the provider names must have public ones.
        until: the moment of `time.monotonic()` at which all answers must be there.
    """

    issuer: str
    until: float

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON at a URL.

        Raises:
            ProviderUnavailable: when there is none.
        """
        return self._ask("GET", url, dict(headers or {}), b"")

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """What a URL answers to a form, in JSON; also when it refuses.

        Raises:
            ProviderUnavailable: when there is no such answer.
        """
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", url, {**headers, **kind}, urlencode(form).encode())

    def _ask(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Any:
        try:
            status, found = self._exchange(method, url, headers, body)
        except TimeoutError:
            raise ProviderUnavailable("did not answer in time.") from None
        except SourceUnavailable as error:
            raise ProviderUnavailable(str(error)) from None
        except (OSError, http.client.HTTPException, zlib.error, ValueError):
            raise ProviderUnavailable("can’t be reached at the moment.") from None
        if status != 200 and not (method == "POST" and status in (400, 401)):
            raise ProviderUnavailable(f"has a problem (it answered {status}).")
        try:
            return json.loads(found)
        except (ValueError, RecursionError):
            raise ProviderUnavailable("sent something that can’t be read.") from None

    def _exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        parts = check_url(url)
        host = parts.hostname or ""
        is_tls = parts.scheme == "https"
        is_own = host == urlsplit(self.issuer).hostname
        port = parts.port or (443 if is_tls else 80)
        connected = connect(host, port, self.until, is_tls=is_tls, is_public=not is_own)
        try:
            connected.sendall(_request(method, parts, headers, body))
            response = read_head(connected, method, self.until)
            return response.status, read_body(response, MAX_BYTES)
        finally:
            connected.close()


def make_asker(issuer: str) -> Asker:
    """One who asks a provider from now on, for `SECONDS` in all."""
    return Asker(issuer, time.monotonic() + SECONDS)


def check_url(url: object) -> SplitResult:
    """The parts of a URL of a provider, if it may be used.

    Raises:
        ProviderUnavailable: for one that is not encrypted, unless it is on this machine.
    """
    odd = ProviderUnavailable("names an address that can’t be used.")
    if not isinstance(url, str) or len(url) > MAX_URL or not url.isascii():
        raise odd
    if not url.isprintable() or set(url) & set(' "<>\\^`{|}#'):
        raise odd
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise odd from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not is_safe or not parts.hostname or "@" in parts.netloc:
        raise odd
    return parts


def _request(method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        "User-Agent: Shortlist",
        "Accept: application/json",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header of two lines")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body
