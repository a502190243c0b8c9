"""The address of a page, to come back to: quoted, for a path is decoded when it arrives."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.views.http.access import local_url, this_address
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_summary


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
