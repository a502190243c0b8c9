"""Venues, tags and people as lists that stay short; the years of a venue as bars."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from app.views.accounts import users
from app.views.catalogue import tags, venues
from app.views.http import listing
from app.views.site import feeds
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper, make_summary, make_user


def shown(page: Page) -> list[str]:
    """The rows of a list in their order, by the last part of their addresses."""
    rows = [each for each in page.tree.iter() if "data-row" in each.attrib]
    links = [row.find(".//h2/a" if row.tag == "article" else ".//th//a") for row in rows]
    return [link.get("href").rsplit("/", 1)[-1] for link in links]


def following(guest: Browser, path: str) -> list[list[str]]:
    """All pages of a list, from its first on by what "Next" says; then it must lead back, too."""
    pages, before = [], None
    while path:
        page = guest.get(path)
        assert page.status == 200, path
        pages.append(shown(page))
        links = {each.get("rel"): each.get("href") for each in page.tree.iter("a")}
        if before is not None:
            assert shown(guest.get(links["prev"])) == pages[-2]
        before, path = path, links.get("next", "")
    return pages


def test_years_are_bars_with_their_numbers_in_words(guest: Browser, session: Session) -> None:
    for number in range(12):
        paper = make_paper(session, f"conf/x/A{number}", year=2016)
        if number < 3:
            make_summary(session, paper)
    make_summary(session, make_paper(session, "conf/x/B", year=2015))
    make_summary(session, make_paper(session, "conf/x/C", year=2014), visibility="private")
    make_paper(session, "conf/x/D")
    page = guest.get("/venue/conf/x?year=2016")
    years = next(each for each in page.tree.iter("ol") if each.get("class") == "years")
    links = {"".join(each.itertext()).strip(): each.get("href") for each in years.iter("a")}
    assert links == {
        "2016: 12 papers, 3 with summaries": "/venue/conf/x?year=2016",
        "2015: 1 paper, 1 with a summary": "/venue/conf/x?year=2015",
        "2014: 1 paper, 0 with summaries": "/venue/conf/x?year=2014",
    }
    current = [each for each in years.iter("a") if each.get("aria-current") == "page"]
    assert [each.get("href") for each in current] == ["/venue/conf/x?year=2016"]
    heights = re.findall(r'class="years__(\w+)" d="M0 72V([\d.]+)', page.text)
    assert heights[:2] == [("papers", "0.0"), ("summaries", "54.0")]
    assert [each.get("style") for each in page.tree.iter() if each.get("style")] == []


def test_the_best_summary_of_each_paper_is_shown(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "conf/x/A", year=2016)
    make_summary(session, paper, takeaway="It is all in the residual.")
    page = guest.get("/venue/conf/x").text
    assert "It is all in the residual." in page


def test_papers_come_in_order_page_by_page(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 2)
    for key, year in (("A", 2014), ("B", 2016), ("C", None), ("D", 2015), ("E", 2016)):
        paper = make_paper(session, f"conf/x/{key}", year=year, authors=("Some Body",))
        if key in "AD":
            make_summary(session, paper)
    pages = [["D", "A"], ["E", "B"], ["C"]]
    assert following(guest, "/venue/conf/x") == pages
    assert following(guest, "/author/some-body") == pages
    assert following(guest, "/venue/conf/x?year=2016") == [["E", "B"]]
    assert shown(guest.get("/venue/conf/x?page=2")) == ["E", "B"]
    for cursor in ("x", "1~2~3", "9" * 70 + "~1", "1~" + "9" * 40, "1e999~1", "~", "1~-5"):
        assert guest.get(f"/venue/conf/x?after={cursor}").status == 200


def test_a_private_summary_moves_nothing(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, year in (("A", 2014), ("B", 2016)):
        make_paper(session, f"conf/{key}/{key}", year=year, authors=("Some Body",))
    before = [shown(guest.get(path)) for path in ("/author/some-body", "/venues")]
    paper = make_paper(session, "conf/A/Z", year=2013, authors=("Some Body",))
    make_summary(session, paper, visibility="private")
    make_summary(session, paper, visibility="unlisted")
    after = [shown(guest.get(path)) for path in ("/author/some-body", "/venues")]
    assert (before, after) == ([["B", "A"], ["B", "A"]], [["B", "A", "Z"], ["A", "B"]])


def test_venues_are_paged_and_found(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venues, "VENUES", 2)
    for key in ("nips", "icml", "big_data"):
        make_paper(session, f"conf/{key}/A", venue=key.upper(), venue_key=f"conf/{key}")
    make_summary(session, make_paper(session, "conf/icml/B"))
    make_paper(session, "journals/jmlr/C", venue="JMLR", venue_title="Machine Learning Research")
    assert following(guest, "/venues") == [["icml", "jmlr"], ["big_data", "nips"]]
    for words, found in (
        ("research machine", ["jmlr"]),
        ("NIP", ["nips"]),
        ("conf/ic", ["icml"]),
        ("_", ["big_data"]),
        ("%", []),
    ):
        page = guest.get("/venues", query_string={"q": words})
        assert shown(page) == found
    assert "No matching venue" in page.text
    assert "&lt;b&gt;" in guest.get("/venues?q=<b>").text


def test_people_are_paged(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "USERS", 2)
    for name, count in (("ann", 1), ("ben", 3), ("cleo", 2), ("dora", 0)):
        user = make_user(session, name)
        for _ in range(count):
            make_summary(session, user=user)
        make_summary(session, user=user, anonymous=True)
    assert following(guest, "/users") == [["ben", "cleo"], ["ann"]]


def test_the_most_used_tags_are_shown(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "TAGS", 2)
    for words in (["one", "two"], ["two", "three"], ["three"]):
        make_summary(session, tags=words)
    make_summary(session, tags=["hidden"], visibility="private")
    page = guest.get("/tags")
    assert [link for link in page.links() if link.startswith("/tag/")] == ["/tag/three", "/tag/two"]
    assert "Showing the 2 most used tags" in page.text
    page = guest.get("/tags?q=on")
    assert [link for link in page.links() if link.startswith("/tag/")] == ["/tag/one"]
    assert "No matching tags" in guest.get("/tags?q=hidden").text


def test_a_large_sitemap_has_parts(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "SITEMAP_PART", 2)
    for number in range(1, 4):
        make_summary(session, make_paper(session, f"conf/x/A{number}"))
    assert "http://localhost/sitemap-2.xml" in guest.get("/sitemap.xml").text
    parts = [guest.get(f"/sitemap-{part}.xml").text for part in (1, 2)]
    assert re.findall(r"/paper/(\S+)</loc>", "".join(parts)) == [
        "conf/x/A1",
        "conf/x/A3",
        "conf/x/A2",
    ]
    assert ["/about</loc>" in part for part in parts] == [True, False]
    assert guest.get("/sitemap-0.xml").status == guest.get("/sitemap-3.xml").status == 404
