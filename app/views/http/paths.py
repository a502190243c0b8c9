"""Addresses of pages for templates, made quickly and remembered: lists hold hundreds."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

from flask import Flask, url_for
from werkzeug.routing import PathConverter, UnicodeConverter
from werkzeug.routing.map import Map

from app.views.http.quoting import quote

MAX_PATHS = 20_000  # kept; each takes some 300 bytes
MAX_QUERIES = 5_000  # likewise
_OF_ONE_REQUEST = ("next", "before", "after")  # arguments that hardly come back
_STAND_IN = "any-value"
_is_plain = re.compile(r"[A-Za-z0-9_.~/:-]*").fullmatch  # as most are: stands in a path as it is
_Ends = tuple[str, str, Callable[[str], str]]
_Pairs = tuple[tuple[str, Any], ...]
_maker: dict[str, Callable[..., str]] = {}  # of the app that was made last; all have one map
_UNQUOTED = "!$'()*,/:;?@"  # what Werkzeug leaves as it is in a query


def init(app: Flask) -> None:
    """Give templates a `url_for` that remembers paths."""
    app.jinja_env.globals["url_for"] = _maker["path"] = _make_url_for(app)


def path_for(endpoint: str, **values: Any) -> str:
    """What a template's `url_for` gives."""
    return _maker["path"](endpoint, **values)


@lru_cache(maxsize=MAX_PATHS)
def print_path(endpoint: str, **values: str) -> str:
    """The path of a page as an attribute of HTML has it."""
    return quote(path_for(endpoint, **values))


def _make_url_for(app: Flask) -> Callable[..., str]:
    build = app.url_map.bind("localhost").build

    @lru_cache(maxsize=MAX_PATHS)
    def find_ends(endpoint: str, name: str, others: _Pairs) -> _Ends | None:
        to_url = _find_converter(app.url_map, endpoint, {name, *dict(others)}, name)
        if to_url is None:
            return None
        ends = build(endpoint, {**dict(others), name: _STAND_IN}).split(_STAND_IN)
        return (ends[0], ends[1], to_url) if len(ends) == 2 else None

    @lru_cache(maxsize=MAX_PATHS)
    def path(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return build(endpoint, dict(values))

    @cache
    def list_arguments(endpoint: str) -> frozenset[str]:
        """What stands in the path of a page, or chooses among its paths."""
        rules = list(app.url_map.iter_rules(endpoint))
        return frozenset().union(*(rule.arguments for rule in rules))

    def find_path(endpoint: str, own: _Pairs) -> str:
        """A path; what comes last in it is mostly another one each time."""
        name, value = own[-1] if own else ("", None)
        if not isinstance(value, str):
            return path(endpoint, own)
        ends = find_ends(endpoint, name, own[:-1])
        if ends is None:
            return path(endpoint, own)
        before, after, to_url = ends
        return f"{before}{value if _is_plain(value) else to_url(value)}{after}"

    def path_for(endpoint: str, **values: Any) -> str:
        if len(values) == 1:
            [(name, value)] = values.items()
            ends = find_ends(endpoint, name, ()) if isinstance(value, str) else None
            if ends is not None:
                before, after, to_url = ends
                return f"{before}{value if _is_plain(value) else to_url(value)}{after}"
        # Names that begin so are Flask's own; a dot at the beginning means the present blueprint.
        if endpoint[0] == "." or any(name[0] == "_" for name in values):
            return url_for(endpoint, **values)
        own = list_arguments(endpoint)
        here = find_path(endpoint, tuple((name, values[name]) for name in values if name in own))
        asked = tuple((name, values[name]) for name in values if name not in own)
        query = _encode(asked) if asked else ""
        return f"{here}?{query}" if query else here

    return path_for


def _find_converter(
    routes: Map, endpoint: str, names: set[str], name: str
) -> Callable[[str], str] | None:
    """What writes a variable of a route into its path.

    `None` where the route has not these variables alone, or may not be told by its endpoint.
    """
    try:
        rules = list(routes.iter_rules(endpoint))
    except KeyError:
        return None
    fitting = [rule for rule in rules if rule.arguments == names]
    if len(fitting) != 1 or any(not rule.arguments or rule.defaults for rule in rules):
        return None
    converter = fitting[0]._converters[name]
    # Werkzeug's own: what others make of a value may be anything.
    return converter.to_url if type(converter) in (PathConverter, UnicodeConverter) else None


def quote_value(value: str) -> str:
    """A value as addresses of pages have it behind their question mark."""
    return quote_plus(value, safe=_UNQUOTED)


def _encode(asked: tuple[tuple[str, Any], ...]) -> str:
    is_rare = any(name in _OF_ONE_REQUEST for name, _ in asked)
    return _encode_anew(asked) if is_rare else _encode_once(asked)


def _encode_anew(asked: tuple[tuple[str, Any], ...]) -> str:
    return urlencode([pair for pair in asked if pair[1] is not None], safe=_UNQUOTED)


_encode_once = lru_cache(maxsize=MAX_QUERIES)(_encode_anew)
