"""Crawlers are kept from addresses of which there is no end: by robots.txt, and by each link."""

from __future__ import annotations

import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_shelf, make_summary, make_user, publish

# What is made of every combination of words, steps or versions, or differs each time.
ENDLESS = (
    *("/search?q=a", "/search?q=a&sort=new&exact=1", "/random", "/openings?show=1"),
    *("/map/paper/conf/x/A", "/map/paper/conf/x/A?steps=2", "/map/tag/deep", "/map/user/ann"),
    *("/map/venue/conf/x", "/mentions/conf/x/A", "/card/conf/x/A"),
    *("/paper/conf/x/A/compare", "/shelf/ann/guide/compare?paper=1&paper=2"),
    "/shared-shelf/code/compare?paper=1&paper=2",
    *("/summary/1/compare?from=1&to=2", "/login?next=/", "/signup?next=/"),
)
SINGLE = ("/login", "/signup", "/write")  # forbidden, but one page each
MAX_ARGUMENTS = 2  # of an address that may be followed: one that chooses, and the page


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []  # address, rel

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append((given["href"] or "", given.get("rel") or ""))


def find_forbidden(robots: str) -> re.Pattern[str]:
    """What no crawler may ask for, as RFC 9309 reads the file."""
    rules = re.findall(r"^Disallow: (\S+)", robots, re.MULTILINE)
    return re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in rules))


def test_robots_names_what_has_no_end(guest: Browser) -> None:
    forbidden = find_forbidden(guest.get("/robots.txt").text)
    assert [each for each in ENDLESS if not forbidden.match(each)] == []
    for path in (
        "/",
        "/paper/conf/x/A",
        "/summary/1",
        "/user/ann",
        "/shelf/a/b",
        "/venues?page=2",
        "/tag/deep",
    ):
        assert not forbidden.match(path), path


@pytest.mark.slow
def test_no_link_leads_a_crawler_there(app: Flask, guest: Browser, session: Session) -> None:
    for number in range(26):  # more than a page of a list
        paper = make_paper(session, f"conf/x/A{number}", f"Title {number}", venue="conf/x")
        make_summary(session, paper, None, f"By \\cite{{conf/x/A{number // 9}}}.", tags=["deep"])
    ann = make_user(session, "ann")
    publish(session, ann, paper, source="One text.")
    make_shelf(session, ann, paper, title="Guide", visibility="public")
    publish(session, make_user(session, "ben"), paper, source="Words \\cite{conf/x/A1}.")
    session.commit()
    forbidden = find_forbidden(guest.get("/robots.txt").text)
    waiting, seen, wrong = deque(["/"]), set(), []
    while waiting:
        address = waiting.popleft()
        page = guest.get(address)
        if page.location or not page.response.content_type.startswith("text/html"):
            continue
        links = _Links()
        links.feed(page.text)
        for href, rel in links.found:
            target = urljoin(address, href).split("#")[0]
            if urlsplit(target).netloc not in ("", "localhost"):
                continue
            arguments = parse_qs(urlsplit(target).query)
            if "nofollow" in rel or target in SINGLE:
                continue
            if forbidden.match(target) or len(arguments) > MAX_ARGUMENTS:
                wrong.append(f"{address}: {target}")
            kind = _kind(app, target), frozenset(arguments)
            if kind not in seen:
                seen.add(kind)
                waiting.append(target)
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert len(seen) > 20


def _kind(app: Flask, address: str) -> str:
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(address).path)
    except Exception:
        return address
    return str(endpoint)
