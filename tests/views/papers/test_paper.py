"""What a paper's page shows: links, summaries in short, contents, who may do what."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User
from app.services import votes
from tests.helpers.client import Browser, Page
from tests.helpers.factories import make_paper, make_summary, make_user

LONG = "".join(f"## Part {part}\n\n{'word ' * 320}\n\n" for part in "ABC")


def index(page: Page) -> list[tuple[str, str]]:
    """Address and name of each summary in the list under the head."""
    found = re.search(r'<nav class="summary-index".*?</nav>', page.text, re.DOTALL)
    return re.findall(r'<a href="(#[^"]*)"><bdi>(.*?)</bdi>', found[0]) if found else []


def test_several_summaries_are_listed_under_the_head(session: Session, guest: Browser) -> None:
    paper = make_paper(session, "k/A")
    mira, ann = make_user(session, "mira"), make_user(session, "ann")
    make_summary(session, paper, mira, "First.", takeaway="Short, for $x$.")
    assert index(guest.get("/paper/k/A")) == []
    second = make_summary(session, paper, ann, "Second text.")
    make_summary(session, paper, None, "Third.", anonymous=True)
    make_summary(session, paper, None, "Secret.", visibility="private")
    votes.cast_vote(session, mira, second.id, 1)
    session.commit()
    page = guest.get("/paper/k/A")
    found = index(page)
    assert [anchor for anchor, _ in found] == ["#ann", "#mira", "#anon"]
    assert found[2][1] == "Anonymous"
    for anchor, _ in found:
        assert f'id="{anchor[1:]}"' in page.text
    lines = [
        "".join(each.itertext())
        for each in page.tree.iter("span")
        if each.get("class") == "summary-index__takeaway"
    ]
    assert lines[0] == "Second text."
    assert lines[1].startswith("Short, for")
    assert "Secret" not in page.text


def test_many_summaries_are_listed_in_two_parts(session: Session, guest: Browser) -> None:
    paper = make_paper(session, "k/A")
    for _ in range(10):
        make_summary(session, paper)
    page = guest.get("/paper/k/A")
    assert len(index(page)) == 10
    assert re.search(r"</svg> 2 more</summary>", page.text)


def test_a_long_text_has_contents_and_a_short_one_none(session: Session, guest: Browser) -> None:
    paper = make_paper(session, "k/A")
    make_summary(session, paper, source=LONG)
    make_summary(session, paper, source="## A\n\n## B\n\n## C\n\nShort.")
    page = guest.get("/paper/k/A")
    assert page.text.count('class="disclosure contents"') == 1
    assert "4 min read" in page.text
    within = re.search(r'class="disclosure contents".*?</details>', page.text, re.DOTALL)
    assert within is not None
    anchors = re.findall(r'<a href="#([^"]+)" dir="auto">Part \w</a>', within[0])
    assert len(anchors) == 3
    for anchor in anchors:
        assert page.text.count(f' id="{anchor}"') == 1


def test_the_date_is_the_permalink(session: Session, guest: Browser) -> None:
    summary = make_summary(session, make_paper(session, "k/A"))
    page = guest.get("/paper/k/A")
    (permalink,) = (each for each in page.tree.iter("a") if each.get("rel") == "bookmark")
    assert permalink.get("href") == f"/summary/{summary.id}"
    assert f'data-copy="/summary/{summary.id}"' in page.text
    assert 'rel="bookmark"' not in guest.get(f"/summary/{summary.id}").text


def test_the_writer_finds_edit_and_delete_at_once(session: Session, guest: Browser) -> None:
    guest.sign_up("ann")
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    summary = make_summary(session, make_paper(session, "k/A"), ann)
    text = guest.get("/paper/k/A").text
    more = re.search(r'<details class="disclosure more">.*?</details>', text, re.DOTALL)
    assert more is not None
    shown = text.replace(more[0], "")
    for end in ("edit", "delete"):
        assert f"/summary/{summary.id}/{end}" in shown
    for end in ("#page-source", "/history"):
        assert f"/summary/{summary.id}{end}" in more[0]
        assert f"/summary/{summary.id}{end}" not in shown


def test_more_recommendations_than_five_are_folded(session: Session, guest: Browser) -> None:
    lines = "".join(
        f"- [Work {number}](/paper/k/{number}) – reason {number}\n" for number in range(8)
    )
    make_summary(session, make_paper(session, "k/A"), source=f"Text.\n\n## See also\n\n{lines}")
    aside = guest.get("/paper/k/A").text.partition("<aside")[2]
    first, _, folded = aside.partition("<details")
    assert "reason 4" in first
    assert "reason 5" not in first
    assert "reason 7" in folded


def test_details_tell_what_a_citation_needs(session: Session, guest: Browser) -> None:
    make_paper(
        session, "k/A", keywords="anchors, boxes", details={"pages": "91-99", "type": "article"}
    )
    text = guest.get("/paper/k/A").text
    assert re.search(r"<dt>Pages</dt><dd[^>]*>91-99</dd>", text)
    assert "anchors, boxes</dd>" in text
    assert "<dt>Kind of entry</dt>" not in text
    assert r"\cite{k/A}" in text
    make_paper(session, "k/B")
    assert "</svg> Details</summary>" not in guest.get("/paper/k/B").text


def test_a_preview_is_the_takeaway(session: Session, guest: Browser) -> None:
    summary = make_summary(
        session, make_paper(session, "k/A"), source="First words.", takeaway="The point."
    )
    for path in ("/paper/k/A", f"/summary/{summary.id}"):
        text = guest.get(path).text
        assert '<meta name="description" content="The point.">' in text
        assert '<meta property="og:description" content="The point.">' in text
    make_summary(session, make_paper(session, "k/B"), source="First words.")
    assert 'content="First words."' in guest.get("/paper/k/B").text


def test_authors_stand_on_the_side_of_a_title_from_right_to_left(
    session: Session, guest: Browser
) -> None:
    make_paper(session, "k/A", "الشبكات العصبية", authors=("John Smith",))
    tree = guest.get("/paper/k/A").tree
    (head,) = (each for each in tree.iter("div") if each.find("h1") is not None)
    assert head.get("dir") == "auto"
    assert head.find("h1").get("dir") is None  # a browser would look past it
    assert head.find("ul").get("class") == "authors"
