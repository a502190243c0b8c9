"""When two papers are one work by title, authors and year, and when they are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Paper, PaperMerge, SearchEntry, User
from app.queries.identifiers import find_paper
from app.services.accounts.administration import set_role
from app.services.papers.adding import add_paper
from app.services.papers.duplicates import suggest_duplicates
from app.services.papers.same_work import (
    WorkFacts,
    differences_between,
    find_same_work,
    is_same,
    may_be_same,
)
from app.services.refusals import PaperExists
from app.sources.lookup import arxiv
from app.sources.record import PaperRecord
from tests.helpers.factories import make_paper, make_summary, make_user

AUTHORS = ("Shaoqing Ren", "Kaiming He", "Ross B. Girshick", "Jian Sun 0001")
TITLE = "Faster R-CNN: Towards Real-Time Object Detection"
PREPRINT = WorkFacts(TITLE, AUTHORS, 2015, "preprint")
PUBLISHED = WorkFacts(TITLE, AUTHORS, 2015, "conference")


def test_a_preprint_and_what_came_of_it_are_one() -> None:
    assert is_same(PREPRINT, PUBLISHED)
    assert is_same(PUBLISHED, PREPRINT)


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "Faster R-CNN : towards real-time object detection."},
        {"title": "Fäster R–CNN — Towards Real Time Object Detection"},
        {"authors": ("S. Ren", "K. He", "R. Girshick", "J. Sun")},
        {"authors": ("Shaoqing Ren", "Kaiming He", "Ross Girshick", "Jian Sun")},
        {"year": 2016},
        {"year": 2014},
        {"kind": "journal"},
        {"kind": ""},
    ],
)
def test_small_differences_do_not_matter(facts: dict[str, Any]) -> None:
    assert is_same(PREPRINT, replace(PUBLISHED, **facts))


@pytest.mark.parametrize(
    "facts",
    [
        {"title": TITLE + " II"},
        {"title": TITLE + ", Part 2"},
        {"title": "Faster R-CNN"},
        {"title": ""},
        {"authors": ()},
        {"authors": AUTHORS[:3]},
        {"authors": (*AUTHORS[1:], AUTHORS[0])},
        {"authors": ("Shaoqing Ren", "Karl He", "Ross Girshick", "Jian Sun")},
        {"authors": ("T. Ren", "K. He", "R. Girshick", "J. Sun")},
        {"year": 2017},
        {"year": None},
        {"kind": "preprint"},
    ],
)
def test_other_differences_do(facts: dict[str, Any]) -> None:
    assert not is_same(PREPRINT, replace(PUBLISHED, **facts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Theory of Fast Solvers, Part I", "Theory of Fast Solvers, Part II"),
        ("Theory of Fast Solvers 1", "Theory of Fast Solvers 2"),
        ("Theory of Fast Solvers (A)", "Theory of Fast Solvers (B)"),
        ("Learning to Program in C++", "Learning to Program in C"),
        ("The 5th Workshop of Solvers", "The 6th Workshop of Solvers"),
    ],
)
def test_parts_and_numbers_are_works_of_their_own(one: str, other: str) -> None:
    assert not is_same(replace(PREPRINT, title=one), replace(PUBLISHED, title=other))
    assert not may_be_same(replace(PREPRINT, title=one), replace(PUBLISHED, title=other))


@pytest.mark.parametrize(
    "title",
    [
        "Preface",
        "Editorial",
        "Introduction",
        "Erratum",
        "Author Index",
        "Guest Editorial: Special Issue on Learning",
        "Erratum to: A Theory of Everything",
        "Introduction to the Special Issue on Vision",
        "Message from the Program Chairs",
    ],
)
def test_titles_of_many_texts_tell_nothing(title: str) -> None:
    one, other = replace(PREPRINT, title=title), replace(PUBLISHED, title=title)
    assert not is_same(one, other)
    assert not may_be_same(one, other)
    assert "Many texts have such a title." in differences_between(one, other)


def test_a_journals_version_never_joins_a_conferences() -> None:
    journal = replace(PUBLISHED, kind="journal", year=2016)
    assert not is_same(PUBLISHED, journal)
    assert may_be_same(PUBLISHED, journal)
    # nor the preprint, which may be that of the shorter one
    assert find_same_work(PREPRINT, [PUBLISHED, journal]) is PUBLISHED
    assert find_same_work(journal, [PREPRINT, PUBLISHED]) is None
    assert find_same_work(journal, [PREPRINT]) is PREPRINT
    assert "may be an extended one" in " ".join(differences_between(PUBLISHED, journal))


def test_in_doubt_nothing_is_joined() -> None:
    assert find_same_work(PUBLISHED, [PREPRINT, replace(PREPRINT, year=2016)]) is None
    assert find_same_work(PUBLISHED, [PREPRINT, replace(PREPRINT)]) is None


def test_others_with_the_same_title_are_not_even_suggested() -> None:
    assert not may_be_same(PREPRINT, replace(PUBLISHED, authors=("Ann Other",)))
    assert may_be_same(PREPRINT, replace(PUBLISHED, authors=("Ann Other", "K. He"), year=2001))
    assert may_be_same(PREPRINT, replace(PUBLISHED, authors=()))


def preprint(session: Session, **facts: Any) -> Paper:
    return make_paper(
        session,
        "journals/corr/RenHG015",
        TITLE,
        authors=AUTHORS,
        year=2015,
        arxiv_id="1506.01497",
        **facts,
    )


def published(**facts: Any) -> PaperRecord:
    record = PaperRecord(
        title=TITLE, authors=AUTHORS, key="conf/nips/RenHGS15", year=2015, venue="NIPS"
    )
    return replace(record, **facts)


def test_the_conference_paper_takes_its_preprint_in(session: Session) -> None:
    before = preprint(session, abstract="What it says.")
    make_summary(session, before)
    paper = add_paper(session, published(doi="10.5555/2969239"), "form")
    session.commit()
    session.expire_all()
    assert session.scalar(select(func.count(Paper.id))) == 1
    assert paper.key == "conf/nips/RenHGS15"
    found = session.get_one(Paper, paper.id)
    assert (found.arxiv_id, found.abstract, found.summaries_count) == (
        "1506.01497",
        "What it says.",
        1,
    )
    for name in ("journals/corr/RenHG015", "arXiv:1506.01497v2", "10.5555/2969239"):
        meant = find_paper(session, name)
        assert meant is not None
        assert meant.id == paper.id
    merge = session.scalars(select(PaperMerge)).one()
    assert merge.by_rule
    assert merge.user_id is None


def test_the_preprint_joins_the_conference_paper(session: Session) -> None:
    paper = add_paper(session, published(), "form")
    session.commit()
    again = preprint(session)
    assert again.id == paper.id
    assert session.scalar(select(func.count(Paper.id))) == 1
    assert session.scalar(select(Paper.arxiv_id)) == "1506.01497"


def member(session: Session, role: str = "member") -> User:
    user = make_user(session)
    set_role(session, user, role)
    session.commit()
    return user


@pytest.mark.parametrize("source", ["form", "pasted", "bibtex", "file"])
def test_what_a_member_typed_changes_no_paper(session: Session, source: str) -> None:
    paper = add_paper(session, published(doi="10.5555/2969239"), "bibtex")
    session.commit()
    ann = member(session)
    facts: dict[str, Any] = {"title": TITLE, "authors": AUTHORS, "year": 2015}
    invented = PaperRecord(**facts, arxiv_id="9912.99999", abstract="HACKED")
    for record in (invented, replace(invented, doi="10.5555/2969239")):
        with pytest.raises(PaperExists) as there:
            add_paper(session, record, source, ann)
        session.commit()  # as the view does, to keep names that were learnt
        assert there.value.key == paper.key
    session.expire_all()
    found = session.scalars(select(Paper)).one()
    assert (found.abstract, found.arxiv_id) == ("", None)
    assert find_paper(session, "9912.99999") is None
    assert session.scalar(select(func.count(PaperMerge.id))) == 0
    assert session.scalar(select(func.count(SearchEntry.id))) == 1


@pytest.mark.parametrize(("role", "source"), [("trusted", "form"), ("member", arxiv.KIND)])
def test_who_joins_two_papers_is_named(session: Session, role: str, source: str) -> None:
    paper = add_paper(session, published(), "bibtex")
    user = member(session, role)
    record = PaperRecord(title=TITLE, authors=AUTHORS, year=2015, arxiv_id="1506.01497")
    assert add_paper(session, record, source, user).id == paper.id
    session.commit()
    merge = session.scalars(select(PaperMerge)).one()
    assert (merge.by_rule, merge.user_id) == (True, user.id)


def test_what_was_invented_earlier_becomes_no_fact(session: Session) -> None:
    record = PaperRecord(
        title=TITLE, authors=AUTHORS, year=2015, arxiv_id="9912.99999", abstract="HACKED"
    )
    add_paper(session, record, "file", member(session))
    session.commit()
    paper = add_paper(session, published(), "bibtex")
    session.commit()
    session.expire_all()
    assert session.scalars(select(Paper.key)).all() == [paper.key]
    found = session.get_one(Paper, paper.id)
    assert (found.abstract, found.arxiv_id) == ("", None)


def test_an_extended_version_stays_apart_and_is_suggested(session: Session) -> None:
    paper = add_paper(session, published(), "form")
    journal = add_paper(
        session, published(key="journals/pami/RenHG017", venue="TPAMI", year=2016), "form"
    )
    session.commit()
    assert paper.id != journal.id
    assert [each.id for each in suggest_duplicates(session, journal)] == [paper.id]


def test_prefaces_stay_apart(session: Session) -> None:
    for key in ("conf/x/A", "journals/corr/abs-1506-00001"):
        make_paper(session, key, "Preface", authors=("Ann Editor",), year=2015)
    assert session.scalar(select(func.count(Paper.id))) == 2
    assert session.scalar(select(func.count(PaperMerge.id))) == 0


def test_a_paper_learns_further_names(session: Session) -> None:
    paper = add_paper(session, published(doi="10.5555/2969239"), "form")
    session.commit()
    waiting = make_summary(session, source="See https://arxiv.org/abs/1506.01497.")
    assert "paper-link" in waiting.html
    with pytest.raises(PaperExists):
        add_paper(session, published(key="", doi="10.5555/2969239", arxiv_id="1506.01497"), "x")
    session.commit()
    found = find_paper(session, "1506.01497")
    assert found is not None
    assert found.id == paper.id


def test_a_mistyped_name_teaches_nothing(session: Session) -> None:
    add_paper(session, published(doi="10.5555/2969239"), "form")
    session.commit()
    record = PaperRecord(title="Another", doi="10.5555/2969239", arxiv_id="1506.01497")
    with pytest.raises(PaperExists):
        add_paper(session, record, "form")
    session.commit()
    assert find_paper(session, "1506.01497") is None
