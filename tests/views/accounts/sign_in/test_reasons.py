"""Guests are told why they are asked to sign in, and come back to where they were."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy.orm import Session

from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper, make_summary, make_user

BACK = "You’ll be taken back afterwards."


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/write", "Sign in to write a summary."),
        ("/write/conf/x/A", "Sign in to write a summary."),
        ("/papers/new?q=1512.03385", "Sign in to add a paper."),
        ("/paper/conf/x/A/facts", "Sign in to correct this paper."),
        ("/merges", "Sign in to see merged papers."),
        ("/links", "Sign in to see this page."),
    ],
)
def test_pages_of_members_say_why(guest: Browser, address: str, said: str) -> None:
    login = guest.get(address)
    assert login.status == 302
    assert parse_qs(urlsplit(login.location).query)["next"] == [address]
    page = guest.get(login.location)
    assert f"{said} {BACK}" in page.text
    sign_up = next(link for link in page.links() if link.startswith("/signup?next=/"))
    assert parse_qs(urlsplit(sign_up).query)["next"] == [address]
    assert BACK in guest.get(sign_up).text


@pytest.mark.parametrize("address", ["", "/", "/about", "/no/such", "//evil.example/write"])
def test_others_say_nothing(guest: Browser, address: str) -> None:
    assert BACK not in guest.get(f"/login?next={quote(address, '')}").text


def test_a_vote_of_a_guest(guest: Browser, session: Session) -> None:
    summary = make_summary(session, make_paper(session, "conf/x/A"), make_user(session, "mira"))
    page = guest.get("/paper/conf/x/A")
    arrow = next(
        each for each in page.tree.iter("a") if each.get("aria-label", "").startswith("Sign in to")
    )
    login = arrow.get("href")
    back = f"/paper/conf/x/A#page-votes-{summary.id}"
    assert parse_qs(urlsplit(login).query)["next"] == [back]
    assert f"Sign in to vote. {BACK}" in guest.get(login).text
    sign_up = next(link for link in guest.get(login).links() if link.startswith("/signup?next=/"))
    assert guest.submit(sign_up, "/signup", name="ann", password=PASSWORD).location == back
    # The arrows are there, and without scripts a vote leads back to them.
    page = guest.get("/paper/conf/x/A")
    assert any(each.get("id") == f"page-votes-{summary.id}" for each in page.tree.iter("div"))
    vote = f"/summary/{summary.id}/vote"
    answer = guest.submit("/paper/conf/x/A", vote, value="1")
    assert (answer.status, answer.location) == (303, back)
    session.refresh(summary)
    assert summary.score == 1


def test_a_vote_after_signing_out_leads_back(guest: Browser, session: Session) -> None:
    summary = make_summary(session, make_paper(session, "conf/x/A"))
    guest.sign_up("ann")
    fields = guest.get("/paper/conf/x/A").form(f"/summary/{summary.id}/vote")
    guest.submit("/paper/conf/x/A", "/logout")
    answer = guest.post(f"/summary/{summary.id}/vote", {**fields, "value": "1"})
    assert answer.status == 401
    login = next(link for link in answer.links() if link.startswith("/login?next=/paper"))
    assert parse_qs(urlsplit(login).query)["next"] == [fields["next"]]


def test_signing_in_leads_back_to_the_page(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A")
    links = guest.get("/search?q=paper").links()
    assert "/login?next=/search?q%3Dpaper" in links
    assert all(not link.endswith("?") and not link.endswith("%3F") for link in links)
    assert "/login" in guest.get("/").links()


def test_a_guest_is_not_led_to_a_form_unasked(guest: Browser) -> None:
    assert "/merges" not in guest.get("/about").links()
    main = next(guest.get("/help").tree.iter("main"))
    inside = [each.get("href", "") for each in main.iter("a")]
    for link in inside:
        if link.startswith("/"):
            assert "/login" not in guest.get(link).location, link
