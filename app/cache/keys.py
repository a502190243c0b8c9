"""Which requests may be answered with the same page."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

# A cookie of these means that the answer is for one person alone, or depends on a choice.
SESSION_COOKIE = "shortlist="  # also after a prefix, such as `__Host-`
CHOICES = ("openings",)  # cookies, and arguments of the same name that overrule them
MAX_KEY = 500  # characters of path and query, and of what is said of the host


class PageKey(NamedTuple):
    """What tells pages apart: where the request went, as the request itself says it."""

    path: str
    query: str
    host: str
    forwarded: str


def key_of(
    method: str, path: str, query: str, header: Callable[[str], str | None]
) -> PageKey | None:
    """The key of a request that a kept page may answer, else `None`.

    Args:
        path: without percent escapes.
        header: gives the value of a header by its name in lower case.
    """
    if method not in ("GET", "HEAD") or len(path) + len(query) > MAX_KEY:
        return None
    if header("authorization"):
        return None
    cookies = header("cookie")
    if cookies:
        if SESSION_COOKIE in cookies:
            return None
        for name in CHOICES:
            if f"{name}=" in cookies and f"{name}=" not in query:
                return None
    host = header("host") or ""
    given = (header("x-forwarded-host"), header("x-forwarded-proto"))
    forwarded = "\n".join(each or "" for each in given)
    if len(host) + len(forwarded) > MAX_KEY:
        return None
    return PageKey(path, query, host, forwarded)
