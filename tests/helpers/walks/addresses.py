"""Every address that can be read, as the map of routes has it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from urllib.parse import quote

from flask import Flask

# What is whatever the reader holds, a token or nothing; and ages, which go on between two looks.
TOKENS = re.compile(
    r'(?<=name="csrf_token" value=")[^"]+|(?<="csrf_token":")[^"]+|(?<=>)[^<>]+(?=</time>)'
)


def list_addresses(
    app: Flask,
    values: Mapping[str, Sequence[str]],
    queries: Mapping[str, Sequence[str]],
    without: Collection[str] = ("home.random",),
    meant: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType({}),
) -> list[str]:
    """The addresses of all routes; a new page is among them without being named.

    Args:
        values: what stands for each variable of the routes: one without any is an error.
        queries: further ones of some paths.
        without: endpoints that are left out.
        meant: other values, by the first part of a route that says of what, such as "venue".
    """
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in without:
            continue
        names = sorted(rule.arguments)
        kind = next((kind for kind in meant if f"/{kind}/<" in rule.rule), "")
        of_route = {**values, **meant.get(kind, {})}
        for chosen in product(*(of_route[name] for name in names)):
            path = rule.rule
            for name, value in zip(names, chosen, strict=True):
                path = re.sub(rf"<[^<>]*\b{name}>", quote(value), path)
            found += [path, *(path + query for query in queries.get(path, []))]
    return sorted(set(found))
