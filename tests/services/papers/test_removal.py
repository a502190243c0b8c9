"""Removing papers on which nothing hangs, and bringing them back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Author, Identifier, Link, Paper, PaperRevision, SearchEntry, User, Venue
from app.queries import identifiers, papers
from app.queries.catalogue import merges
from app.queries.search import results
from app.services.accounts.administration import set_role
from app.services.operation import rerender
from app.services.papers.editing import PaperEdit, edit_paper
from app.services.papers.fact_changes import list_facts
from app.services.papers.merging import mark_different, merge_papers
from app.services.papers.removal import IN_USE, remove_paper, undo_revision
from app.services.refusals import Refusal
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary, make_user, save_draft

FACTS: dict[str, Any] = {
    "title": "Of no use",
    "authors": ("Solo Author", "Ann Lee"),
    "orcids": ("0000-0002-1825-0097", ""),
    "year": 2001,
    "venue": "Only Here",
    "doi": "10.1000/one",
    "arxiv_id": "1506.01497",
    "url": "https://example.org/one",
    "section": "cs",
    "details": {"volume": "1"},
}


@pytest.fixture
def curator(session: Session) -> User:
    user = make_user(session, "cura")
    set_role(session, user, "trusted")
    session.commit()
    return user


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_paper_goes_with_all_that_is_its_own_and_comes_back(
    session: Session, curator: User
) -> None:
    paper = make_paper(session, "a/b/C", **FACTS)
    other = make_paper(session, "d/e/F", authors=("Ann Lee",))
    mark_different(session, paper, other, curator)
    session.commit()
    make_summary(session, other, None, "See \\cite{a/b/C}.")
    number = paper.id
    edit_paper(session, paper, PaperEdit({"keywords": "spam"}, "", "Test"), curator)
    session.commit()
    present = papers.reload_paper(session, number)
    assert present is not None
    before = list_facts(present)
    removal = remove_paper(session, present, curator, "Spam.")
    session.commit()
    assert identifiers.find_paper(session, "a/b/C") is None
    assert session.scalar(select(Link.target_id)) is None
    names = session.scalars(select(Author.name)).all()
    assert (list(names), count(session, Venue)) == (["Ann Lee"], 0)
    left = select(func.count()).select_from(SearchEntry).where(SearchEntry.paper_id == number)
    assert session.scalar(left) == 0
    assert results.list_found_papers(session, "useless", None, limit=5, offset=0) == []
    assert (removal.paper_id, removal.paper_key, removal.before["title"]) == (
        *(None, "a/b/C"),
        "Of no use",
    )
    check_counts(session)
    undoing, lost = undo_revision(session, removal.id, curator)
    session.commit()
    assert lost == []
    back = identifiers.find_paper_by_any_key(session, "a/b/C")
    assert back is not None
    assert list_facts(back) == before
    assert back.authors[0].orcid == "0000-0002-1825-0097"
    for name in ("10.1000/one", "1506.01497", "https://example.org/one"):
        found = identifiers.find_paper(session, name)
        assert found is not None, name
        assert found.id == back.id
    assert session.scalar(select(Link.target_id)) == back.id
    assert merges.find_distinct_paper_ids(session, back) == {other.id}
    theirs = select(func.count(PaperRevision.id)).where(PaperRevision.paper_id == back.id)
    assert session.scalar(theirs) == 3
    check_counts(session)
    with pytest.raises(Refusal, match="Already undone"):
        undo_revision(session, removal.id, curator)
    with pytest.raises(Refusal, match="only be removed again"):
        undo_revision(session, undoing.id, curator)


@pytest.mark.parametrize(
    "what", ["public", "private", "unlisted", "anonymous", "deleted", "draft", "merge"]
)
def test_a_paper_in_use_stays_and_nobody_learns_why(
    session: Session, curator: User, what: str
) -> None:
    paper = make_paper(session, "a/b/C")
    if what == "draft":
        content = Content("Mine.")
        save_draft(session, make_user(session), paper, content, base_revision=0, seen_version=0)
        session.commit()
    elif what == "merge":
        merge_papers(session, paper, make_paper(session), curator)
        session.commit()
    elif what == "anonymous":
        make_summary(session, paper, anonymous=True)
    else:
        visibility = "public" if what == "deleted" else what
        summary = make_summary(session, paper, visibility=visibility)
        if what == "deleted":
            delete_summary(session, summary)
            session.commit()
    revisions = count(session, PaperRevision)
    with pytest.raises(Refusal) as refused:
        remove_paper(session, paper, curator, "Spam.")
    session.rollback()
    assert (refused.value.field, refused.value.message) == ("paper", IN_USE)
    assert count(session, Paper) == 1
    assert count(session, PaperRevision) == revisions


def test_a_reason_is_needed(session: Session, curator: User) -> None:
    paper = make_paper(session)
    with pytest.raises(Refusal) as refused:
        remove_paper(session, paper, curator, " \n ")
    assert refused.value.field == "reason"


def test_what_others_have_by_now_stays_theirs(session: Session, curator: User) -> None:
    removal = remove_paper(session, make_paper(session, "a/b/C", **FACTS), curator, "Spam.")
    session.commit()
    other = make_paper(session, "d/e/F", doi="10.1000/one")
    _, lost = undo_revision(session, removal.id, curator)
    session.commit()
    assert lost == ["DOI 10.1000/one"]
    back = identifiers.find_paper_by_any_key(session, "a/b/C")
    assert back is not None
    assert (back.doi, back.arxiv_id) == (None, "1506.01497")
    owner = select(Identifier.paper_id).where(Identifier.kind == "doi")
    assert session.scalars(owner).all() == [other.id]
    again = remove_paper(session, back, curator, "Spam.")
    session.commit()
    make_paper(session, "A/B/c")
    with pytest.raises(Refusal, match="leads to another paper by now, A/B/c"):
        undo_revision(session, again.id, curator)


def test_html_of_an_older_renderer_is_made_anew(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", "On $x$")
    begin_writing(session)
    session.execute(update(Paper).values(title_html="old", renderer_version=1))
    session.commit()
    session.expire_all()
    removal = remove_paper(session, paper, curator, "Twice")
    session.commit()
    list(rerender.renew_stale(session))
    assert not rerender.is_due(session)
    undo_revision(session, removal.id, curator)
    session.commit()
    assert rerender.is_due(session)
    list(rerender.renew_stale(session))
    [title_html] = session.scalars(select(Paper.title_html))
    assert "<math" in title_html
    assert not rerender.is_due(session)
