"""What a guest reads: every kind of page, with its status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.views.http import listing
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def library(session: Session) -> None:
    """Two linked papers with summaries, and one without."""
    mira = make_user(session, "mira", "Mira Solheim")
    faster = make_paper(
        session,
        "conf/nips/RenHGS15",
        "Faster R-CNN",
        authors=("Shaoqing Ren", "Kaiming He"),
        year=2015,
        arxiv_id="1506.01497",
        section="cs",
    )
    fast = make_paper(
        session, "conf/iccv/Girshick15", "Fast R-CNN", authors=("Ross Girshick",), section="cs"
    )
    make_paper(session, "10.1038/171737a0", "Molecular structure", section="bio")
    make_summary(
        session,
        faster,
        mira,
        "Anchors of size $s^2$.\n\n## See also\n- [Fast](/paper/conf/iccv/Girshick15)",
        takeaway="Proposals for free",
        tags=["detection"],
    )
    make_summary(session, fast, mira, "Pool once.")


PAGES = [
    ("/", 200, "Proposals for free"),
    ("/?tab=recent", 200, "Fast R-CNN"),
    ("/?tab=rated&s=cs", 200, "Fast R-CNN"),
    ("/?tab=none&s=none&page=x&after=y~z", 200, "Proposals for free"),
    ("/paper/conf/nips/RenHGS15", 200, "<math"),
    ("/paper/10.1038/171737a0", 404, "Molecular structure"),
    ("/paper/conf/none/Unknown99", 404, "conf/none/Unknown99"),
    ("/summary/1", 200, "Anchors of size"),
    ("/summary/999", 404, ""),
    ("/summary/99999999999999999999999", 404, ""),
    ("/summary/1099511627776", 404, ""),
    ("/?tab=recent&after=1~99999999999", 200, ""),
    ("/?tab=rated&after=-99999999999~1", 200, ""),
    ("/?tab=rated&before=99999999999~1", 200, ""),
    ("/?tab=popular&after=nan~1", 200, ""),
    ("/venues", 200, "NIPS"),
    ("/venue/conf/nips", 200, "Faster R-CNN"),
    ("/venue/conf/nips?year=2015", 200, "Faster R-CNN"),
    ("/venue/conf/none", 404, ""),
    ("/author/kaiming-he", 200, "Faster R-CNN"),
    ("/author/none", 404, ""),
    ("/users", 200, "Mira Solheim"),
    ("/user/mira", 200, "Pool once"),
    ("/user/none", 404, ""),
    ("/tags", 200, "detection"),
    ("/tag/detection", 200, "Proposals for free"),
    ("/tag/none", 404, ""),
    ("/search?q=anchors", 200, "Faster R-CNN"),
    ("/search", 200, "Search"),
    ("/about", 200, "Shortlist"),
    ("/help", 200, "<math"),
    ("/no/such/page", 404, ""),
]


@pytest.mark.usefixtures("library")
def test_pages(guest: Browser) -> None:
    for path, status, holds in PAGES:
        page = guest.get(path)
        assert page.status == status, path
        assert holds in page.text, path
        assert "Set-Cookie" not in page.response.headers, path


@pytest.mark.usefixtures("library")
def test_a_paper_is_followed_both_ways(guest: Browser) -> None:
    there = guest.get("/paper/conf/nips/RenHGS15")
    assert "/paper/conf/iccv/Girshick15" in there.links()
    back = guest.get("/paper/conf/iccv/Girshick15")
    assert "/paper/conf/nips/RenHGS15" in back.links()
    assert "Cited by summaries" in back.text


@pytest.mark.usefixtures("library")
def test_an_element_has_its_writers_name(guest: Browser) -> None:
    tree = guest.get("/paper/conf/nips/RenHGS15").tree
    assert [each.tag for each in tree.iter() if each.get("id") == "mira"] == ["article"]


@pytest.mark.usefixtures("library")
def test_random_leads_to_a_summary(guest: Browser) -> None:
    answer = guest.get("/random")
    assert answer.status == 302
    assert answer.location in ("/paper/conf/nips/RenHGS15", "/paper/conf/iccv/Girshick15")


def test_an_empty_library_says_so(guest: Browser) -> None:
    for path in ("/", "/venues", "/users", "/tags", "/search?q=x"):
        assert guest.get(path).status == 200
    assert guest.get("/random").location == "/"


def test_pages_stay_in_place_while_new_ones_arrive(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 10)
    for number in range(25):
        make_summary(
            session,
            make_paper(session, f"conf/x/P{number}"),
            source=f"text{number}.",
            created_at=START + timedelta(hours=number),
        )
    opened = {}
    for tab in ("popular", "recent", "rated"):
        first = guest.get(f"/?tab={tab}")
        following = next(link for link in first.links() if "after=" in link)
        opened[tab] = (first, following, guest.get(following))
    make_summary(session, source="a new one", created_at=START + timedelta(days=9))
    for tab, (first, following, second) in opened.items():
        assert guest.get(following).text == second.text, tab
        seen = [f"text{number}." for number in range(25) if f"text{number}." in first.text]
        then = [f"text{number}." for number in range(25) if f"text{number}." in second.text]
        assert (len(seen), len(then)) == (10, 10), tab
        assert not set(seen) & set(then), tab
        back = next(link for link in second.links() if "before=" in link)
        shown = guest.get(back).text
        assert all(text in shown for text in seen), tab


def test_old_page_numbers_work(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 10)
    for number in range(12):
        make_summary(session, source=f"text{number}.", created_at=START + timedelta(hours=number))
    page = guest.get("/?tab=recent&page=2").text
    assert "text1." in page
    assert "text0." in page
    assert "text5." not in page


def test_the_best_summary_comes_first(guest: Browser, session: Session) -> None:
    from app.services import votes

    paper = make_paper(session)
    make_summary(session, paper, source="the first")
    better = make_summary(session, paper, source="the better")
    votes.cast_vote(session, make_user(session), better.id, 1)
    session.commit()
    page = guest.get(f"/paper/{paper.key}").text
    assert page.index("the better") < page.index("the first")


def test_names_and_titles_are_escaped(guest: Browser, session: Session) -> None:
    attack = "<script>alert(1)</script>"
    paper = make_paper(
        session, "conf/x/A1", attack, authors=(attack,), abstract=attack, keywords=attack, year=2020
    )
    user = make_user(session, "mallory", attack)
    make_summary(session, paper, user, attack, takeaway=attack, tags=[attack])
    for path in (
        "/",
        "/paper/conf/x/A1",
        "/user/mallory",
        "/users",
        "/venue/conf/x",
        "/tags",
        f"/search?q={attack}",
        f"/paper/{attack}",
        "/feed.atom",
        "/rss.xml",
    ):
        assert attack not in guest.get(path).text, path
