from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime

import defusedxml.ElementTree as ElementTree
import pytest
from sqlalchemy.orm import Session

from app.services.papers.merging import merge_papers
from app.views.site import feeds
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish

OLD = "{http://www.shortscience.org}"
ATOM = "{http://www.w3.org/2005/Atom}"
ITEMS = 4  # of a page, instead of as many as a reader gets


def write(session: Session) -> None:
    paper = make_paper(session, "conf/nips/RenHGS15", "R-CNN & <co>", arxiv_id="1506.01497")
    make_summary(
        session,
        paper,
        make_user(session, "mira", "Mira Solheim"),
        "Uses [anchors](https://example.org/a) and $x < y$ \x01]]> &amp;.",
        created_at=datetime(2026, 3, 2, 9, 14, tzinfo=UTC),
        takeaway="*Fast* in `practice`, $O(n)$",
        tags=["detection"],
    )
    make_summary(session, paper, source="Who am I?", anonymous=True)


def test_rss_is_as_shortscience_had_it(guest: Browser, session: Session) -> None:
    write(session)
    answer = guest.get("/rss.xml")
    assert answer.response.mimetype == "application/rss+xml"
    items = ElementTree.fromstring(answer.text).findall("channel/item")
    assert len(items) == 2
    named = next(item for item in items if item.findtext("author") == "Mira Solheim")
    assert named.findtext(f"{OLD}arxivid") == "1506.01497"
    assert named.findtext(f"{OLD}bibtexkey") == "conf/nips/RenHGS15"
    assert named.findtext(f"{OLD}votes") == "0"
    assert named.findtext("title") == "R-CNN & <co>"
    description = named.findtext("description") or ""
    assert description.startswith("Uses anchors and $x < y$")
    assert "example.org" not in description
    link = "http://localhost/paper?bibtexKey=conf/nips/RenHGS15#mira"
    assert named.findtext("link") == named.findtext("guid") == link
    assert named.findtext("pubDate") == "Mon, 02 Mar 2026 09:14:00 +0000"
    other = next(item for item in items if item is not named)
    assert other.findtext("author") == "Anonymous"
    assert (other.findtext("link") or "").endswith("#anon")


def test_two_texts_of_one_writer_are_two_items(guest: Browser, session: Session) -> None:
    mira = make_user(session, "mira")
    papers = [make_paper(session, f"a/b/P{number}", "One work") for number in range(2)]
    texts = [make_summary(session, paper, mira, f"On {paper.key}.") for paper in papers]
    merge_papers(session, papers[0], papers[1], mira)
    session.commit()
    items = ElementTree.fromstring(guest.get("/rss.xml").text).findall("channel/item")
    assert {item.findtext("guid") for item in items} == {
        "http://localhost/paper?bibtexKey=a/b/P0#mira",
        f"http://localhost/summary/{texts[1].id}",
    }
    # Where the first is not for everybody, nothing tells that it is there.
    publish(session, mira, papers[0], source="Hidden.", visibility="private")
    session.commit()
    assert "bibtexKey=a/b/P0#mira</guid>" in guest.get("/rss.xml").text
    page = guest.get("/paper/a/b/P0").text
    assert 'id="mira"' in page
    assert "mira+1" not in page


def test_atom(guest: Browser, session: Session) -> None:
    write(session)
    answer = guest.get("/feed.atom")
    assert answer.response.mimetype == "application/atom+xml"
    entries = ElementTree.fromstring(answer.text).findall(f"{ATOM}entry")
    assert len(entries) == 2
    named = next(
        entry for entry in entries if entry.findtext(f"{ATOM}author/{ATOM}name") == "Mira Solheim"
    )
    assert "<math" in (named.findtext(f"{ATOM}content") or "")
    assert named.findtext(f"{ATOM}summary") == "Fast in practice, $O(n)$"


def test_sitemap(guest: Browser, session: Session) -> None:
    write(session)
    make_paper(session, "conf/x/Nothing1")
    text = guest.get("/sitemap.xml").text
    ElementTree.fromstring(text)
    assert "http://localhost/paper/conf/nips/RenHGS15" in text
    assert "http://localhost/user/mira" in text
    assert "Nothing1" not in text


def test_empty_feeds_are_feeds(guest: Browser) -> None:
    for path in ("/feed.atom", "/rss.xml", "/sitemap.xml"):
        ElementTree.fromstring(guest.get(path).text)
    assert "Sitemap: http://localhost/sitemap.xml" in guest.get("/robots.txt").text


def test_addresses_in_a_feed_are_whole(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/One")
    make_summary(session, source='[One](/paper/conf/x/One), ![a](/pictures/b.png), `href="/x"`.')
    feed = ElementTree.fromstring(guest.get("/feed.atom").text)
    html = feed.findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert 'href="http://localhost/paper/conf/x/One"' in html
    assert 'src="http://localhost/pictures/b.png"' in html
    assert 'href="/x"' in html


def test_formulas_in_a_feed_are_mathml(guest: Browser, session: Session) -> None:
    make_summary(session, source="As $a < b$ and $$\\frac{1}{2} \\& \\text{é}$$")
    feed = ElementTree.fromstring(guest.get("/feed.atom").text)
    html = feed.findtext(f"{ATOM}entry/{ATOM}content") or ""
    formulas = re.findall(r"<math.*?</math>", html)
    assert len(formulas) == 2
    for formula in formulas:  # also for a reader that takes it for XML
        assert ElementTree.fromstring(formula).tag == "math"


@pytest.mark.parametrize(
    ("path", "entry", "link"),
    [("/feed.atom", f"{ATOM}entry", f"{ATOM}link"), ("/rss.xml", "item", f"{ATOM}link")],
)
def test_pages_of_a_feed_lead_to_each_other(
    guest: Browser,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    entry: str,
    link: str,
) -> None:
    monkeypatch.setattr(feeds, "ITEMS", ITEMS)
    user = make_user(session)
    for number in range(ITEMS * 2 + 1):
        make_summary(session, user=user, source=f"Text {number}.")

    def read(address: str) -> tuple[list[str], dict[str, str]]:
        root = ElementTree.fromstring(guest.get(address).text)
        top = root.find("channel") if root.tag == "rss" else root
        assert top is not None
        texts = ["".join(each.itertext()) for each in top.findall(entry)]
        links = {each.get("rel", ""): each.get("href", "") for each in top.findall(link)}
        return texts, {rel: href.removeprefix("http://localhost") for rel, href in links.items()}

    pages = []
    address = path
    while address:
        texts, links = read(address)
        assert links["self"] == address
        assert links["first"] == path
        pages.append(texts)
        if len(pages) > 1:
            assert read(links["previous"])[0] == pages[-2]
        address = links.get("next", "")
    assert [len(texts) for texts in pages] == [ITEMS, ITEMS, 1]
    assert "Text 0." in pages[-1][0]


@pytest.mark.parametrize("packed", [False, True])
def test_feeds_of_all(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr(feeds, "BATCH", 2)
    write(session)
    for number in range(3):
        make_summary(session, source=f"A text {number}. {'Much more. ' * 100}The end.")
    make_summary(session, source="Nobody else reads this.", visibility="private")

    def descriptions(path: str) -> list[str | None]:
        headers = {"Accept-Encoding": "gzip"} if packed else {}
        answer = guest.get(path, headers=headers).response
        assert answer.mimetype == "application/rss+xml"
        assert (answer.headers.get("Content-Encoding") == "gzip") == packed
        text = gzip.decompress(answer.data) if packed else answer.data
        items = ElementTree.fromstring(text).findall("channel/item")
        return [item.findtext("description") for item in items]

    short, full = descriptions("/rss-all.xml"), descriptions("/rss-full.xml")
    assert len(short) == len(full) == 5
    assert "Fast in practice, $O(n)$" in short
    assert sum("The end." in (text or "") for text in full) == 3
    assert "The end." not in str(short)
    assert "Nobody else reads this." not in str(short + full)
