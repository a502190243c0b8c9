"""Paths that are joined are those that Werkzeug builds."""

from __future__ import annotations

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
        assert path_for("account.login", next="/a?b=c") == url_for("account.login", next="/a?b=c")
