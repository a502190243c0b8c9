from __future__ import annotations

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.models.papers.paper import ListedAuthors
from app.queries import papers, summaries
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary

MANY = tuple(f"Ann Author{number}" for number in range(300))


def test_a_list_reads_a_few_of_many_authors(guest: Browser, session: Session) -> None:
    paper = make_paper(session, "conf/test/Many", authors=MANY)
    summary = make_summary(session, paper)
    session.expunge_all()
    entry = summaries.load_entries(session, [summary.id], None)[summary.id]
    assert entry.paper.listed_authors == ListedAuthors(MANY[:4], 300)
    assert "authorships" in inspect(entry.paper).unloaded
    session.commit()
    page = guest.get("/?tab=recent").text
    assert "<bdi>Ann Author2</bdi> and 297 more" in page
    assert "Ann Author3" not in page


def test_few_authors_are_all_named(guest: Browser, session: Session) -> None:
    for count in (0, 1, 4, 5):
        paper = make_paper(session, f"conf/test/P{count}", authors=MANY[:count])
        make_summary(session, paper)
    page = guest.get("/venue/conf/test").text
    assert "<bdi>Ann Author2</bdi>, <bdi>Ann Author3</bdi></span>" in page
    assert "<bdi>Ann Author2</bdi> and 2 more" in page
    session.expunge_all()
    found = papers.find_paper_by_key(session, "conf/test/P5")
    assert found is not None
    assert found.listed_authors == ListedAuthors(MANY[:4], 5)
