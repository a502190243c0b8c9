"""Editing the facts of papers: who may, what follows, conflicts, and undoing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Author, Identifier, Link, Paper, PaperRevision, Summary, User, Venue
from app.queries import identifiers, papers
from app.queries.search import results
from app.services.accounts.administration import set_role
from app.services.papers import editing, insertion, removal
from app.services.papers.editing import ONLY_TRUSTED, PaperEdit, edit_paper, stamp_facts
from app.services.papers.fact_changes import FACTS, list_facts
from app.services.papers.merge_undo import undo_merge
from app.services.papers.merging import merge_papers
from app.services.papers.paper_names import IdentifierTaken
from app.services.papers.removal import undo_revision
from app.services.refusals import Refusal
from app.sources.record import NO_SECTION
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary, make_user


@pytest.fixture
def curator(session: Session) -> User:
    user = make_user(session, "cura")
    set_role(session, user, "trusted")
    session.commit()
    return user


def reloaded(session: Session, paper: Paper) -> Paper:
    found = papers.reload_paper(session, paper.id)
    assert found is not None
    return found


def edit(
    session: Session, paper: Paper, user: User, reason: str = "It was wrong.", **texts: str
) -> PaperRevision:
    found = edit_paper(session, paper, PaperEdit(texts, "", reason), user)
    assert found is not None
    session.commit()
    return found


def refusals(session: Session, paper: Paper, user: User, **texts: str) -> dict[str, str]:
    reason = texts.pop("reason", "It was wrong.")
    with pytest.raises(Refusal) as refused:
        edit_paper(session, paper, PaperEdit(texts, "", reason), user)
    session.rollback()
    return {each.field: each.message for each in refused.value.all}


def names(session: Session, paper: Paper) -> set[tuple[str, str]]:
    query = select(Identifier.kind, Identifier.value).where(Identifier.paper_id == paper.id)
    return {(kind, value) for kind, value in session.execute(query)}


def test_an_author_typed_the_wrong_way_is_put_right(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", "On engines", authors=("Lovelace, Ada", "Bo Lee"))
    wrong = paper.id and session.scalar(select(Author.id).where(Author.key == "lovelace-ada"))
    revision = edit(session, paper, curator, authors="Lovelace, Ada\nBo Lee")
    paper = reloaded(session, paper)
    assert [each.printed for each in paper.authorships] == ["Ada Lovelace", "Bo Lee"]
    assert session.get(Author, wrong) is None
    assert revision.before == {"authors": "{Lovelace, Ada}\nBo Lee"}
    assert revision.after == {"authors": "Ada Lovelace\nBo Lee"}
    undo_revision(session, revision.id, curator)
    session.commit()
    assert reloaded(session, paper).authorships[0].printed == "Lovelace, Ada"
    assert session.scalar(select(Author.id).where(Author.key == "ada-lovelace")) is None


FILLED: dict[str, Any] = {
    "title": "Learning to Edit",
    "authors": ("Ann Lee",),
    "year": 2001,
    "venue": "Old Venue",
    "doi": "10.1000/old",
    "arxiv_id": "1506.01497",
    "url": "https://example.org/old",
    "abstract": "Of $x$.",
    "keywords": "old",
    "section": "cs",
    "details": {"volume": "1", "pages": "1-2"},
}
NEW = {
    "title": "Learning to $y$",
    "authors": "Bo Chen\net al.",
    "year": "2002",
    "venue": "New Venue",
    "doi": "10.1000/new",
    "arxiv_id": "1506.01498",
    "url": "https://example.org/new",
    "abstract": "Of *y*.",
    "keywords": "new",
    "section": "bio",
    "key": "x/y/New",
    **{"type": "article", "volume": "2", "number": "3", "pages": "7", "month": "jun"},
    **{"publisher": "P", "address": "A", "editor": "E", "series": "S", "edition": "2"},
    **{"isbn": "1", "issn": "2", "school": "U", "institution": "I"},
}


def test_a_trusted_user_changes_every_fact_and_undoes_it(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", **FILLED)
    before = list_facts(reloaded(session, paper))
    assert NEW.keys() == set(FACTS)
    revision = edit(session, paper, curator, **NEW)
    assert list_facts(reloaded(session, paper)) == NEW
    assert revision.after == {name: NEW[name] for name in FACTS}
    check_counts(session)
    for name in ("10.1000/new", "1506.01498", "https://example.org/new", "x/y/New", "a/b/C"):
        found = identifiers.find_paper(session, name)
        assert found is not None, name
        assert found.id == paper.id
    for name in ("10.1000/old", "arXiv:1506.01497", "https://example.org/old"):
        assert identifiers.find_paper(session, name) is None, name
    assert session.scalar(select(Venue.id).where(Venue.name == "Old Venue")) is None
    found_ids = [
        row.paper.id for row in results.list_found_papers(session, "chen", None, limit=5, offset=0)
    ]
    assert found_ids == [paper.id]
    _, kept = undo_revision(session, revision.id, curator)
    session.commit()
    assert kept == []
    assert list_facts(reloaded(session, paper)) == before
    assert identifiers.find_paper(session, "x/y/New") is None  # it may be another paper's
    assert identifiers.find_paper(session, "10.1000/old") is not None
    assert session.scalar(select(Venue.id).where(Venue.name == "New Venue")) is None
    check_counts(session)


def test_a_member_fills_in_what_is_empty_and_nothing_else(session: Session) -> None:
    member = make_user(session)
    paper = make_paper(session, "a/b/C", **{**FILLED, "doi": "", "details": {}})
    allowed = {"doi", *NEW.keys() - {*FILLED, "key", "pages", "volume"}} | {"pages", "volume"}
    said = refusals(session, paper, member, **NEW)
    assert set(said) == NEW.keys() - allowed
    assert set(said.values()) == {"Only trusted users can change what is filled in."}
    texts = {name: NEW[name] for name in allowed}
    revision = edit(session, paper, member, reason="", **texts)
    assert revision.before == dict.fromkeys(allowed, "")
    assert refusals(session, paper, member, doi="") == {
        "doi": "Only trusted users can change what is filled in."
    }


def test_all_errors_are_told_at_once(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", **FILLED)
    other = make_paper(session, "d/e/F", arxiv_id="1706.03762")
    wrong = {
        "title": " ",
        "authors": "Ann Lee, Bo Chen",
        "year": "20x5",
        "doi": "not a doi",
        "url": "example.org/x",
        "key": "two words",
        "section": "nope",
        "venue": "v" * 201,
        "abstract": "x" * 20_001,
        "pages": "1" * 401,
        "reason": "",
    }
    assert set(refusals(session, paper, curator, **wrong)) == set(wrong)
    assert refusals(session, paper, curator, title="", reason="r" * 201).keys() == {
        "title",
        "reason",
    }
    with pytest.raises(Refusal) as refused:
        edit_paper(
            session, paper, PaperEdit({"arxiv_id": "1706.03762", "year": "1"}, "", "So."), curator
        )
    session.rollback()
    assert {each.field for each in refused.value.all} == {"year"}
    with pytest.raises(IdentifierTaken) as taken:
        edit_paper(session, paper, PaperEdit({"arxiv_id": "1706.03762"}, "", "So."), curator)
    assert taken.value.key == other.key


def test_what_stands_there_already_is_no_change(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", **FILLED)
    facts = list_facts(reloaded(session, paper))
    spaced = {name: f" {text}\r\n" for name, text in facts.items()}
    assert edit_paper(session, paper, PaperEdit(spaced), curator) is None
    moved = PaperEdit({"doi": "https://doi.org/10.1000/OLD"}, "", "Case")
    found = edit_paper(session, paper, moved, curator)
    assert found is None or found.after == {"doi": "10.1000/OLD"}
    assert session.scalar(select(func.count(Identifier.id)).where(Identifier.kind == "doi")) == 1


def test_an_untouched_fact_is_not_checked(session: Session) -> None:
    """What a source told may be longer or stranger than what a person may type."""
    paper = make_paper(session, "a/b/C", **{**FILLED, "doi": ""})
    begin_writing(session)
    paper = reloaded(session, paper)
    paper.abstract = "x" * 30_000
    session.commit()
    facts = list_facts(reloaded(session, paper))
    typed = PaperEdit({**facts, "doi": "10.1000/x"}, stamp_facts(facts))
    revision = edit_paper(session, paper, typed, make_user(session))
    assert revision is not None
    assert revision.after == {"doi": "10.1000/x"}


def test_two_who_edit_at_once_lose_nothing(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", **FILLED)
    facts = list_facts(reloaded(session, paper))
    stamp = stamp_facts(facts)
    edit(session, paper, curator, year="2010", volume="9")
    # Another form, opened before that, changes something else: the year stays as the first said.
    typed = PaperEdit({**facts, "keywords": "mine"}, stamp, "Better")
    revision = edit_paper(session, paper, typed, curator)
    session.commit()
    assert revision is not None
    assert revision.after == {"keywords": "mine"}
    assert list_facts(reloaded(session, paper))["year"] == "2010"
    typed = PaperEdit({**facts, "year": "1999", "pages": "5"}, stamp, "Better")
    with pytest.raises(Refusal) as refused:
        edit_paper(session, paper, typed, curator)
    session.rollback()
    said = {each.field: each.message for each in refused.value.all}
    assert said == {"year": "Someone changed this to “2010”. Save again to overwrite it."}


def test_links_by_a_name_that_is_taken_away_wait_again(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", "First", doi="10.1000/wrong")
    text = "See [it](https://doi.org/10.1000/wrong) and \\cite{a/b/C}."
    summary = make_summary(session, make_paper(session), None, text)
    by_kind = select(Link.target_kind, Link.target_id).where(Link.summary_id == summary.id)
    assert dict(session.execute(by_kind).all()) == {"doi": paper.id, "key": paper.id}
    session.commit()
    revision = edit(session, paper, curator, doi="10.1000/right")
    assert dict(session.execute(by_kind).all()) == {"doi": None, "key": paper.id}
    version = select(Summary.renderer_version).where(Summary.id == summary.id)
    assert session.scalar(version) == 0  # to be rendered again
    other = make_paper(session, "d/e/F", "Second", doi="10.1000/wrong")
    assert dict(session.execute(by_kind).all()) == {"doi": other.id, "key": paper.id}
    session.commit()
    with pytest.raises(IdentifierTaken) as taken:
        undo_revision(session, revision.id, curator)
    session.rollback()
    assert (taken.value.field, taken.value.key) == ("doi", "d/e/F")


def test_undoing_sets_back_what_nobody_changed_since(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", **FILLED)
    first = edit(session, paper, curator, year="2010", keywords="new")
    edit(session, paper, curator, year="2011")
    undoing, kept = undo_revision(session, first.id, curator)
    session.commit()
    assert (undoing.kind, undoing.after, kept) == ("undo", {"keywords": "old"}, ["year"])
    with pytest.raises(Refusal, match="Already undone"):
        undo_revision(session, first.id, curator)
    session.rollback()
    undo_revision(session, undoing.id, curator)
    session.commit()
    facts = list_facts(reloaded(session, paper))
    assert (facts["year"], facts["keywords"]) == ("2011", "new")
    again = edit(session, paper, curator, keywords="other")
    edit(session, paper, curator, keywords="last")
    with pytest.raises(Refusal, match="changed again since"):
        undo_revision(session, again.id, curator)


def test_the_venue_is_found_by_its_names_and_the_section_follows(
    session: Session, curator: User
) -> None:
    make_paper(session, "conf/nips/A", venue="NIPS", venue_key="conf/nips", venue_title="Neural")
    paper = make_paper(session, "a/b/C", venue="Typed wrong")
    for typed, key in (("NIPS", "conf/nips"), ("neural", "conf/nips"), ("conf/nips", "conf/nips")):
        edit(session, paper, curator, venue="X")
        edit(session, paper, curator, venue=typed)
        venue = reloaded(session, paper).venue
        assert venue is not None
        assert venue.key == (key if typed != "neural" else "venues/neural")
    paper = reloaded(session, paper)
    assert paper.section_slug == "cs"  # as its venue
    edit(session, paper, curator, section="bio")
    edit(session, paper, curator, venue="Elsewhere")
    assert reloaded(session, paper).section_slug == "bio"  # somebody chose it
    edit(session, paper, curator, venue="")
    assert reloaded(session, paper).venue is None
    check_counts(session)


def test_undoing_a_key_takes_away_no_other_names(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", venue="Here", year=2001)
    revision = edit(session, paper, curator, key="a/b/Wrong", doi="10.1000/x")
    edit(session, paper, curator, doi="")
    other = make_paper(session, "d/e/F", doi="10.1000/x")
    merge_papers(session, reloaded(session, paper), reloaded(session, other), curator)
    session.commit()
    _, kept = undo_revision(session, revision.id, curator)
    session.commit()
    assert kept == ["DOI"]
    found = names(session, paper)
    assert ("doi", "10.1000/x") in found
    assert ("key", "a/b/Wrong") not in found


def test_nobody_waits_for_the_rendering(
    session: Session, curator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_paper(session, "a/b/C", title="First")
    steps: list[str] = []
    rendering, locking = insertion.render_inline, editing.lock_papers

    def render(text: str) -> Any:
        steps.append(f"render {text}")
        return rendering(text)

    def lock(*args: Any, **options: Any) -> None:
        steps.append("lock")
        locking(*args, **options)

    monkeypatch.setattr(insertion, "render_inline", render)
    monkeypatch.setattr(editing, "lock_papers", lock)
    monkeypatch.setattr(removal, "lock_papers", lock)
    revision = edit(session, paper, curator, title="Second")
    undo_revision(session, revision.id, curator)
    session.commit()
    assert steps == ["render Second", "lock", "render First", "lock"]
    assert reloaded(session, paper).title_html == "First"


def test_a_member_keeps_the_choice_of_no_section(session: Session, curator: User) -> None:
    paper = make_paper(session, "a/b/C", "On graphs", arxiv_id="cs/0112017")
    edit(session, paper, curator, section=NO_SECTION)
    said = refusals(session, paper, make_user(session), section="bio")
    assert said["section"] == ONLY_TRUSTED
    assert reloaded(session, paper).section_slug is None
    edit(session, paper, curator, section="bio")
    assert reloaded(session, paper).section_slug == "bio"


def test_who_is_named_as_before_stays_the_same_author(session: Session, curator: User) -> None:
    paper = make_paper(
        session,
        "a/b/C",
        authors=("Wei Wang 0001", "Ann Lee"),
        orcids=("", "0000-0002-1825-0097"),
    )
    numbered = reloaded(session, paper).authorships[0].author_id
    revision = edit(session, paper, curator, authors="Bo Chen\nWei Wang 0001\net al.")
    authorships = reloaded(session, paper).authorships
    assert [each.author.key for each in authorships] == ["bo-chen", "wei-wang-0001"]
    assert authorships[1].author_id == numbered
    undo_revision(session, revision.id, curator)
    session.commit()
    last = reloaded(session, paper).authorships[-1].author
    assert (last.key, last.orcid) == ("ann-lee", "0000-0002-1825-0097")


def test_revisions_come_back_when_a_merge_is_undone(session: Session, curator: User) -> None:
    one, other = make_paper(session, "a/b/C", **FILLED), make_paper(session, "d/e/F", "Other")
    revision = edit(session, other, curator, year="1999")
    merge = merge_papers(session, one, other, curator)
    session.commit()
    with pytest.raises(Refusal, match="Undo that first"):
        undo_revision(session, revision.id, curator)
    session.rollback()
    undo_merge(session, merge.id, curator)
    session.commit()
    undo_revision(session, revision.id, curator)
    found = identifiers.find_paper_by_any_key(session, "d/e/F")
    assert found is not None
    assert found.year is None


def test_an_arxiv_doi_is_the_arxiv_id(session: Session) -> None:
    paper = make_paper(session, "a/b/C")
    revision = edit(session, paper, make_user(session), doi="10.48550/arXiv.1706.03762")
    assert revision.after == {"arxiv_id": "1706.03762"}


def test_a_wrong_letter_leaves_the_pages_of_author_and_venue(
    session: Session, curator: User
) -> None:
    """They go by the same key, and the wrong spelling has more accents."""
    paper = make_paper(session, "a/b/C", authors=("Ada Lovelacé",), venue="Only Heré")
    edit(session, paper, curator, authors="Ada Lovelace", venue="Only Here")
    assert session.scalars(select(Author.name)).all() == ["Ada Lovelace"]
    assert session.scalars(select(Venue.name)).all() == ["Only Here"]
    paper = reloaded(session, paper)
    assert (paper.authorships[0].name, paper.venue_name) == (None, None)
    other = make_paper(session, "d/e/F", authors=("Ada Lovelacé",))
    edit(session, other, curator, authors="Ada Lovelace")
    assert session.scalars(select(Author.name)).all() == ["Ada Lovelace"]
