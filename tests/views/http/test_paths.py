"""Addresses in templates are those that Flask would make, and lead back where they are of."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session

from app.views.http.paths import local_url, path_for, this_address
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_summary

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


@pytest.mark.parametrize(
    "address",
    ["/", "/tag/c%23", "/tag/50%25%3F", "/tag/%C3%A9?q=%C3%A9&q=", "/paper/a:b/(c)%3Bd"],
)
def test_an_address_leads_back_to_the_same_page(app: Flask, address: str) -> None:
    with app.test_request_context(address):
        found = this_address()
    assert local_url(found, "") == found
    assert "#" not in found
    with app.test_request_context(address) as asked, app.test_request_context(found) as again:
        assert again.request.path == asked.request.path
        assert list(again.request.args.items(multi=True)) == list(
            asked.request.args.items(multi=True)
        )


def test_voting_and_signing_in_lead_back(app: Flask, guest: Browser, session: Session) -> None:
    summary = make_summary(session, tags=["c#"])
    Browser(app.test_client()).sign_up("cy")
    path = "/tag/c%23"
    login = next(each for each in guest.get(path).links() if "/login?next=" in each)
    member = Browser(app.test_client())
    fields = member.get(login).form("/login")
    answer = member.post("/login", {**fields, "name": "cy", "password": PASSWORD})
    assert (answer.status, answer.location) == (303, path)
    answer = member.submit(path, f"/summary/{summary.id}/vote", value="1")
    assert (answer.status, answer.location) == (303, f"{path}#page-votes-{summary.id}")


def test_a_page_for_members_comes_after_signing_in(guest: Browser) -> None:
    assert guest.get("/paper/a%23b/facts").location == "/login?next=/paper/a%2523b/facts"


def test_the_page_of_who_is_not_signed_in_leads_back(guest: Browser) -> None:
    answer = guest.post("/paper/a%25b/facts")
    assert answer.status == 401
    assert "/login?next=/paper/a%2525b/facts" in answer.links()
