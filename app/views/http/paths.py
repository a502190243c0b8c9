"""Paths of pages for templates, remembered, since a list of rows holds hundreds."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, url_for

MAX_PATHS = 20_000  # kept; each takes some 300 bytes
_OF_ONE_REQUEST = ("next", "before", "after")  # arguments that hardly come back


def init(app: Flask) -> None:
    """Give templates a `url_for` that remembers paths."""
    app.jinja_env.globals["url_for"] = _make_url_for(app)


def _make_url_for(app: Flask) -> Callable[..., str]:
    build = app.url_map.bind("localhost").build

    @lru_cache(maxsize=MAX_PATHS)
    def path(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return build(endpoint, dict(values))

    def path_for(endpoint: str, **values: Any) -> str:
        # Names that begin so are Flask's own; a dot at the beginning means the present blueprint.
        if any(name.startswith("_") or name in _OF_ONE_REQUEST for name in values):
            return url_for(endpoint, **values)
        return path(endpoint, tuple(values.items()))

    return path_for
