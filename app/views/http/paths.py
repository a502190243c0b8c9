"""Addresses of pages, remembered since lists hold hundreds, and of the present request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote as quote_path
from urllib.parse import quote_plus, urlencode

from flask import Flask, g, redirect, request, url_for
from werkzeug.routing import IntegerConverter, PathConverter, UnicodeConverter
from werkzeug.routing.map import Map
from werkzeug.wrappers import Response

from app.views.http.quoting import quote

MAX_PATHS = 20_000  # kept; each takes some 300 bytes
MAX_QUERIES = 5_000  # likewise
_OF_ONE_REQUEST = ("next", "before", "after")  # arguments that hardly come back
_STAND_INS = tuple(range(9_007_199_254_740_990, 9_007_199_254_740_980, -1))  # for any values
_is_plain = re.compile(r"[A-Za-z0-9_.~/:-]*").fullmatch  # as most are: stands in a path as it is
_Converter = Callable[[str], str]
_Pieces = tuple[str, tuple[_Converter | None, ...]]  # a format, and what writes its values
_maker: dict[str, Callable[..., str]] = {}  # of the app that was made last; all have one map
_IN_PATHS = "/:@!$&'()*+,;="  # what a path may contain as it is (RFC 3986, section 3.3)
_UNQUOTED = "!$'()*,/:;?@"  # what Werkzeug leaves as it is in a query


def init(app: Flask) -> None:
    """Give templates a `url_for` that remembers paths."""
    app.jinja_env.globals["url_for"] = _maker["path"] = _make_url_for(app)


def path_for(endpoint: str, **values: Any) -> str:
    """What a template's `url_for` gives."""
    return _maker["path"](endpoint, **values)


def this_address() -> str:
    """Path and query of the request, quoted, to come back to.

    Where something is made for many addresses, it is what stands for them (`address_as`).
    """
    stand_in: str | None = g.get("address_stand_in")
    if stand_in is not None:
        return stand_in
    query = quote_path(request.query_string, safe=f"{_IN_PATHS}?%")
    return f"{this_path()}?{query}" if query else this_path()


@contextmanager
def address_as(stand_in: str) -> Iterator[None]:
    """Let something else stand for the address of the request meanwhile."""
    g.address_stand_in = stand_in
    try:
        yield
    finally:
        g.address_stand_in = None


def is_read() -> bool:
    """Whether the request only reads, so that its address leads back to what it shows."""
    return request.method in ("GET", "HEAD")  # which are answered alike, and kept as one


def this_path() -> str:
    """Path of the request, quoted: Flask has it decoded, where `%23` is a fragment's `#`."""
    return quote_path(request.path, safe=_IN_PATHS)


def local_url(address: str | None, fallback: str) -> str:
    """An address to go on to if it is on this site.

    Else the fallback.
    """
    if not address or not address.startswith("/") or address.startswith("//"):
        return fallback
    return fallback if "\\" in address or not address.isprintable() else address


def see_other(address: str) -> Response:
    """The redirect after a write."""
    return redirect(address, 303)


@lru_cache(maxsize=MAX_PATHS)
def print_path(endpoint: str, **values: str) -> str:
    """The path of a page as an attribute of HTML has it."""
    return quote(path_for(endpoint, **values))


def _make_url_for(app: Flask) -> Callable[..., str]:
    build = app.url_map.bind("localhost").build

    @cache
    def find_pieces(endpoint: str, names: tuple[str, ...]) -> _Pieces | None:
        converters = _find_converters(app.url_map, endpoint, names)
        if converters is None:
            return None
        stand_ins = dict(zip(names, _STAND_INS, strict=False))
        found = build(endpoint, stand_ins).replace("%", "%%")
        for name, stand_in in stand_ins.items():
            found = found.replace(str(stand_in), f"%({name})s")
        return found, converters

    @lru_cache(maxsize=MAX_PATHS)
    def path(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return build(endpoint, dict(values))

    @cache
    def list_arguments(endpoint: str) -> frozenset[str]:
        """What stands in the path of a page, or chooses among its paths."""
        rules = list(app.url_map.iter_rules(endpoint))
        return frozenset().union(*(rule.arguments for rule in rules))

    def write_path(endpoint: str, values: dict[str, Any]) -> str | None:
        """A path that is made of values alone, `None` where there is more to it."""
        pieces = find_pieces(endpoint, tuple(values)) if values else None
        if pieces is None or not all(map(_fits, values.values(), pieces[1])):
            return None
        written = {
            name: value if to_url is None or _is_plain(value) else to_url(value)
            for (name, value), to_url in zip(values.items(), pieces[1], strict=True)
        }
        return pieces[0] % written

    def path_for(endpoint: str, **values: Any) -> str:
        written = write_path(endpoint, values)
        if written is not None:
            return written
        # Names that begin so are Flask's own; a dot at the beginning means the present blueprint.
        if endpoint[0] == "." or any(name[0] == "_" for name in values):
            return url_for(endpoint, **values)
        arguments = list_arguments(endpoint)
        own = {name: values[name] for name in values if name in arguments}
        here = write_path(endpoint, own) or path(endpoint, tuple(own.items()))
        asked = tuple((name, values[name]) for name in values if name not in arguments)
        query = _encode(asked) if asked else ""
        return f"{here}?{query}" if query else here

    return path_for


def _find_converters(
    routes: Map, endpoint: str, names: tuple[str, ...]
) -> tuple[_Converter | None, ...] | None:
    """What writes the variables of a route into its path; `None` of one for numbers.

    `None` altogether where the route has others, or may not be told by its endpoint.
    """
    try:
        rules = list(routes.iter_rules(endpoint))
    except KeyError:
        return None
    fitting = [rule for rule in rules if rule.arguments == set(names)]
    if len(fitting) != 1 or any(not rule.arguments or rule.defaults for rule in rules):
        return None
    found: list[_Converter | None] = []
    for name in names:
        converter = fitting[0]._converters[name]
        # Werkzeug's own: what others make of a value may be anything.
        if type(converter) in (PathConverter, UnicodeConverter):
            found.append(converter.to_url)
        elif type(converter) is IntegerConverter and not converter.fixed_digits:
            found.append(None)
        else:
            return None
    return tuple(found)


def _fits(value: object, to_url: _Converter | None) -> bool:
    return type(value) is int if to_url is None else isinstance(value, str)


def quote_value(value: str) -> str:
    """A value as addresses of pages have it behind their question mark."""
    return quote_plus(value, safe=_UNQUOTED)


def _encode(asked: tuple[tuple[str, Any], ...]) -> str:
    is_rare = any(name in _OF_ONE_REQUEST for name, _ in asked)
    return _encode_anew(asked) if is_rare else _encode_once(asked)


def _encode_anew(asked: tuple[tuple[str, Any], ...]) -> str:
    return urlencode([pair for pair in asked if pair[1] is not None], safe=_UNQUOTED)


_encode_once = lru_cache(maxsize=MAX_QUERIES)(_encode_anew)
