"""Addresses in templates are those that Flask would make."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, url_for

from app.views.http.paths import path_for

VALUES = ("conf/nips/X15", "a b&c'd\"<é>", "C++#?%", "日本", "", "../up", "a//b")


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [("papers.show", "key"), ("venues.show", "key"), ("users.show", "name"), ("tags.show", "name")],
)
def test_paths_are_those_of_werkzeug(app: Flask, endpoint: str, name: str) -> None:
    with app.test_request_context():
        for value in VALUES:
            assert path_for(endpoint, **{name: value}) == url_for(endpoint, **{name: value})
        further = {name: "a/b", "year": 2015}
        assert path_for(endpoint, **further) == url_for(endpoint, **further)
        for value in (*VALUES, "any-value"):
            files = {"form": "bib", "name": value, "notes": 1}
            assert path_for("set_files.user", **files) == url_for("set_files.user", **files)
            shelf = {"name": value, "slug": "to-read"}
            assert path_for("shelves.show", **shelf) == url_for("shelves.show", **shelf)
        assert path_for("account.login", next="/a?b=c") == url_for("account.login", next="/a?b=c")


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("home.front", {}),
        ("home.front", {"tab": "recent", "page": 2}),
        ("papers.show", {"key": "conf/x/Ünder 1"}),
        ("search.results", {"q": "a b&c=ü/“x” 100%+'1'", "sort": None, "exact": 1}),
        ("set_files.search", {"form": "bib", "q": "shelf:ann/to-read", "notes": None}),
        ("summaries.show", {"summary_id": 17}),
        ("history.index", {"summary_id": 0}),
        ("paper_files.show", {"key": "conf/x/Ü 1%s", "form": "bib"}),
        ("paper_files.show", {"form": "ris", "key": "9007199254740990"}),
        ("account.login", {"next": "/search?q=a b&page=2#x"}),
        ("shelves.show", {"name": "ann", "slug": "to-read", "page": None}),
        ("home.front", {"_external": True, "tab": "rated"}),
    ],
)
def test_an_address_is_as_flask_makes_it(app: Flask, endpoint: str, values: dict[str, Any]) -> None:
    with app.test_request_context("/"):
        path_for = app.jinja_env.globals["url_for"]
        for _ in range(2):
            assert path_for(endpoint, **values) == url_for(endpoint, **values)
