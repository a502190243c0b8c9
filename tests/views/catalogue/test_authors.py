"""An author's page: names, years, co-authors, papers, and the addresses that lead to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Author, AuthorName
from app.queries.catalogue import authors
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary


@pytest.fixture
def carberry(session: Session) -> Author:
    """Somebody with two names and three papers, one of them with a summary."""
    for number, others in enumerate([("Ann Bo", "Cy Do"), ("Ann Bo",), ()]):
        paper = make_paper(
            session,
            title=f"Psychoceramics, part {number}",
            authors=("Josiah Carberry", *others),
            year=2010 + number // 2,
        )
    make_summary(session, paper)
    begin_writing(session)
    found = session.scalars(select(Author).where(Author.key == "josiah-carberry")).one()
    found.dblp_id, found.orcid = "c/JCarberry", "0000-0002-1825-0097"
    session.add(AuthorName(key="j-s-carberry", author_id=found.id, name="J. S. Carberry"))
    session.commit()
    return found


@pytest.mark.usefixtures("carberry")
def test_what_the_page_shows(guest: Browser) -> None:
    page = guest.get("/author/josiah-carberry").text
    assert "Also known as <bdi>J. S. Carberry</bdi>" in page
    assert 'href="https://dblp.org/pid/c/JCarberry"' in page
    assert 'href="https://orcid.org/0000-0002-1825-0097"' in page
    assert page.index("Psychoceramics, part 2") < page.index("Psychoceramics, part 1")
    assert 'href="/author/josiah-carberry?year=2010"' in page
    assert "2 papers, 0 with summaries" in page
    assert "1 paper, 1 with a summary" in page
    side = page[page.index("Co-authors") :]
    assert side.index("Ann Bo") < side.index("Cy Do")
    assert 'title="2 papers together">2<' in side
    assert 'title="1 paper together">1<' in side


@pytest.mark.usefixtures("carberry")
def test_one_year(guest: Browser) -> None:
    page = guest.get("/author/josiah-carberry?year=2010").text
    assert "Psychoceramics, part 0" in page
    assert "Psychoceramics, part 2" not in page
    assert "All years of" in page
    assert (
        "No papers by this author from 1999" in guest.get("/author/josiah-carberry?year=1999").text
    )


@pytest.mark.usefixtures("carberry")
@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("j-s-carberry", "/author/josiah-carberry"),
        ("J. S. Carberry", "/author/josiah-carberry"),
        ("Josiah Carberry", "/author/josiah-carberry"),
        ("JOSIAH-CARBERRY?year=2010", "/author/josiah-carberry?year=2010"),
    ],
)
def test_other_addresses_lead_there(guest: Browser, typed: str, leads_to: str) -> None:
    answer = guest.get(f"/author/{typed}")
    assert (answer.status, answer.location) == (301, leads_to)


@pytest.mark.usefixtures("carberry")
@pytest.mark.parametrize("typed", ["nobody", "josiah-carberry-0001", "%00", "…"])
def test_nobody_of_this_name(guest: Browser, typed: str) -> None:
    assert guest.get(f"/author/{typed}").status == 404


def test_namesakes_have_pages_of_their_own(guest: Browser, session: Session) -> None:
    make_paper(session, title="By the first", authors=("Wei Wang 0001",))
    make_paper(session, title="By nobody knows whom", authors=("Wei Wang",))
    assert "By nobody knows whom" in guest.get("/author/wei-wang").text
    assert "By the first" not in guest.get("/author/wei-wang").text
    assert "By the first" in guest.get("/author/wei-wang-0001").text


def test_a_paper_by_very_many(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authors, "MAX_JOINT_AUTHORSHIPS", 5)
    make_paper(session, authors=("Some Body", *(f"Author {number}" for number in range(30))))
    found = session.scalars(select(Author).where(Author.key == "some-body")).one()
    assert len(authors.list_co_authors(session, found)) == 5
