"""Addresses of pages for templates, whose paths are remembered: a list of rows holds hundreds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, url_for

MAX_PATHS = 20_000  # kept; each takes some 300 bytes
MAX_QUERIES = 5_000  # likewise
_OF_ONE_REQUEST = ("next", "before", "after")  # arguments that hardly come back
_UNQUOTED = "!$'()*,/:;?@"  # what Werkzeug leaves as it is in a query


def init(app: Flask) -> None:
    """Give templates a `url_for` that remembers paths."""
    app.jinja_env.globals["url_for"] = _make_url_for(app)


def _make_url_for(app: Flask) -> Callable[..., str]:
    build = app.url_map.bind("localhost").build

    @lru_cache(maxsize=MAX_PATHS)
    def path(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return build(endpoint, dict(values))

    @cache
    def list_arguments(endpoint: str) -> frozenset[str]:
        """What stands in the path of a page, or chooses among its paths."""
        rules = list(app.url_map.iter_rules(endpoint))
        return frozenset().union(*(rule.arguments for rule in rules))

    def path_for(endpoint: str, **values: Any) -> str:
        # Names that begin so are Flask's own; a dot at the beginning means the present blueprint.
        if endpoint[0] == "." or any(name[0] == "_" for name in values):
            return url_for(endpoint, **values)
        own = list_arguments(endpoint)
        here = path(endpoint, tuple((name, values[name]) for name in values if name in own))
        asked = tuple((name, values[name]) for name in values if name not in own)
        query = _encode(asked) if asked else ""
        return f"{here}?{query}" if query else here

    return path_for


def _encode(asked: tuple[tuple[str, Any], ...]) -> str:
    is_rare = any(name in _OF_ONE_REQUEST for name, _ in asked)
    return _encode_anew(asked) if is_rare else _encode_once(asked)


def _encode_anew(asked: tuple[tuple[str, Any], ...]) -> str:
    return urlencode([pair for pair in asked if pair[1] is not None], safe=_UNQUOTED)


_encode_once = lru_cache(maxsize=MAX_QUERIES)(_encode_anew)
