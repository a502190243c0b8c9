"""What becomes of a paper that is the same work as another one here."""

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
from app.services.refusals import PaperExists
from app.sources.lookup import arxiv
from app.sources.record import PaperRecord
from tests.helpers.factories import make_paper, make_summary, make_user

AUTHORS = ("Shaoqing Ren", "Kaiming He", "Ross B. Girshick", "Jian Sun 0001")
TITLE = "Faster R-CNN: Towards Real-Time Object Detection"


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
