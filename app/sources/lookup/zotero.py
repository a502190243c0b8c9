"""Zotero's web API, version 3: the library of a user who gives a key.

https://www.zotero.org/support/dev/web_api/v3/basics. It is asked for lists, never for a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.sources.answers import read_json
from app.sources.contract import Fetch, SourceUnavailable

NAME = "Zotero"
HOST = "api.zotero.org"
HOSTS = {HOST: 0.2}
PAGE = 100  # items in an answer, the most that it gives
MAX_ITEMS = 10_000  # of a library; a larger one is better exported as a file
MAX_LIBRARY_BYTES = 40_000_000  # of all answers
MAX_COLLECTIONS = 2000
USER_ID = re.compile(r"\d{1,12}")
KEY = re.compile(r"[A-Za-z0-9]{16,64}")


def make_headers(key: str) -> dict[str, str]:
    """The headers that a user's key goes with."""
    return {"Zotero-API-Key": key, "Zotero-API-Version": "3"}


def read_library(user_id: str, fetch: Fetch) -> dict[str, list[Any]]:
    """All items and collections of a library, as `app.sources.lists.zotero` reads them.

    Args:
        user_id: digits.
        fetch: which sends the user's key.

    Raises:
        SourceUnavailable: when it does not answer in full, or not for this key.
    """
    collections = list(_read_pages(user_id, "collections", {}, MAX_COLLECTIONS, fetch))
    items = list(_read_pages(user_id, "items", {"itemType": "-attachment"}, MAX_ITEMS, fetch))
    return {"items": items, "collections": collections}


def _read_pages(
    user_id: str, noun: str, query: dict[str, str], most: int, fetch: Fetch
) -> Iterator[Any]:
    read = 0
    for start in range(0, most, PAGE):
        asked = {**query, "format": "json", "limit": str(PAGE), "start": str(start)}
        body = fetch(HOST, f"/users/{user_id}/{noun}", asked)
        if body is None:
            raise SourceUnavailable("does not know this user ID.")
        read += len(body)
        if read > MAX_LIBRARY_BYTES:
            raise SourceUnavailable("has too much for you. Export a part as a file.")
        page = read_json(body)
        if not isinstance(page, list):
            raise SourceUnavailable("sent something that cannot be read.")
        yield from page
        if len(page) < PAGE:
            return
    raise SourceUnavailable(f"has more than {most:,} {noun} for you. Export a part as a file.")
