"""What somebody wrote and hides: they alone find it, and nobody else can tell that it is there."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import HiddenEntry, Paper, Summary, User
from app.queries.search import results, suggestions
from app.services.search_index import hidden
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish, save_draft

QUERIES = [
    "secretword",
    "secretw",
    '"plain secretword"',
    "residual secretword",
    "tag:secrettag",
    "secretword year:2016",
    "-nothing secretword",
    "in:mine",
    "in:mine secretword",
    "in:mine tag:secrettag",
    "IN:mine residual",
]
NOT_FOUND = [
    "secretword year:2017",
    "secretword -residual",
    "tag:secret",
    "in:mine elsewhere",
    '"secretword plain"',
    "has:summary secretword",
]


def found(session: Session, typed: str, viewer: User | None) -> list[tuple[str, str]]:
    page = results.load_search_page(session, results.Asked(typed, limit=20, is_exact=True), viewer)
    return [
        (hit.paper.key, "".join(piece.text for piece in hit.excerpt))
        for hit in [*page.hits, *page.partial]
    ]


@pytest.fixture
def paper(session: Session) -> Paper:
    make_paper(session, "other", "Elsewhere")
    return make_paper(session, "paper", "Deep residual learning", year=2016)


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_hidden_texts_are_found_by_their_writer_alone(
    session: Session, paper: Paper, visibility: str
) -> None:
    writer, reader = make_user(session, "writer"), make_user(session, "reader")
    others = [(typed, who) for typed in [*QUERIES, *NOT_FOUND] for who in (None, reader)]
    before = [
        results.load_search_page(session, results.Asked(q, limit=9), who) for q, who in others
    ]
    make_summary(
        session, paper, writer, "A plain secretword.", tags=["secrettag"], visibility=visibility
    )
    session.expire_all()
    for typed in QUERIES:
        assert [key for key, _ in found(session, typed, writer)] == ["paper"], typed
    assert "A plain secretword." in found(session, "secretword", writer)[0][1]
    for typed in NOT_FOUND:
        assert [key for key, text in found(session, typed, writer) if "secret" in text] == []
    after = [results.load_search_page(session, results.Asked(q, limit=9), who) for q, who in others]
    for (typed, who), old, new in zip(others, before, after, strict=True):
        shown = [
            (
                page.total,
                page.correction,
                [(hit.paper.id, hit.summaries_count, hit.excerpt) for hit in page.hits],
                [(hit.paper.id, hit.summaries_count, hit.excerpt) for hit in page.partial],
                [(facet.name, facet.values) for facet in page.facets],
            )
            for page in (old, new)
        ]
        assert shown[0] == shown[1], (typed, who)
    assert suggestions.suggest_completions(session, "secretw").papers == []


def test_entries_follow_their_summaries(session: Session, paper: Paper) -> None:
    writer = make_user(session, "writer")
    summary = make_summary(session, paper, writer, "A secretword.", visibility="private")

    def count() -> int | None:
        return session.scalar(select(func.count()).select_from(HiddenEntry))

    assert count() == 1
    publish(session, writer, paper, source="A secretword.", visibility="public")
    session.commit()
    assert count() == 0
    assert [key for key, _ in found(session, "in:mine secretword", writer)] == ["paper"]
    assert found(session, "in:mine secretword", make_user(session)) == []
    publish(session, writer, paper, source="A secretword.", visibility="private")
    session.commit()
    hidden.renew_hidden(session)
    assert [key for key, _ in found(session, "secretword", writer)] == ["paper"]
    summary = session.get_one(Summary, summary.id)
    delete_summary(session, summary)
    session.commit()
    assert count() == 0
    assert found(session, "secretword", writer) == []


def test_a_guest_is_asked_to_sign_in(guest: Browser) -> None:
    page = guest.get("/search?q=in:mine+attention").text
    assert "Sign in to search your summaries" in page
    assert 'href="/login?next=' in page
    assert 'href="/search?q=attention"' in page


def test_a_page_shows_what_is_private(app: Flask, session: Session, paper: Paper) -> None:
    writer = Browser(app.test_client()).sign_up("ann")
    user = session.scalars(select(User).where(User.name == "ann")).one()
    make_summary(session, paper, user, "A secretword.", visibility="private")
    page = writer.get("/search?q=secretword").text
    assert "<mark>secretword</mark>" in page
    assert "private" in page.lower()


def test_drafts_are_found_by_their_writer_alone(session: Session, paper: Paper) -> None:
    writer, reader = make_user(session, "writer"), make_user(session, "reader")
    content = Content("A plain *secretword*.", "", "secrettag")
    save_draft(session, writer, paper, content, base_revision=0, seen_version=0)
    session.commit()

    def drafts(typed: str, viewer: User | None, offset: int = 0) -> list[str]:
        asked = results.Asked(typed, limit=20, offset=offset, is_exact=True)
        page = results.load_search_page(session, asked, viewer)
        assert (page.total, page.hits, page.partial, page.facets) == (0, [], [], [])
        return ["".join(piece.text for piece in draft.excerpt) for draft in page.drafts]

    for typed in QUERIES:
        if "in:mine" in typed.lower():
            assert len(drafts(typed, writer)) == 1, typed
    for typed in ("secretword", '"plain secretword"', "tag:secrettag"):
        assert drafts(typed, writer) == []
    assert drafts("in:mine secretw", writer) == ["A plain secretword."]
    for typed in ("in:mine elsewhere", "in:mine secretword -residual", "in:mine year:2017"):
        assert drafts(typed, writer) == []
    for viewer in (reader, None):
        assert drafts("in:mine secretword", viewer) == []
    assert drafts("in:mine", writer, offset=20) == []


def test_a_page_leads_to_ones_drafts(app: Flask, session: Session, paper: Paper) -> None:
    writer = Browser(app.test_client()).sign_up("ann")
    user = session.scalars(select(User).where(User.name == "ann")).one()
    content = Content("A secretword in $x^2$.")
    save_draft(session, user, paper, content, base_revision=0, seen_version=0)
    session.commit()
    page = writer.get("/search?q=in:mine+secretword").text
    assert "Your drafts" in page
    assert "<mark>secretword</mark>" in page
    assert 'href="/write/paper"' in page
    assert "No results" not in page
    assert "Your drafts" not in writer.get("/search?q=secretword").text
