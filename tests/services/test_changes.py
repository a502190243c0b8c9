"""What follows from changes: once a commit, for all that was noted, and for nothing else."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import (
    Identifier,
    Link,
    Paper,
    SearchEntry,
    SimilarMark,
    Summary,
    Venue,
    VenueYear,
    Writer,
)
from app.services import changes, votes
from app.services.counters import counts
from app.services.links.stale import STALE
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary, make_user, publish
from tests.helpers.queries import count_queries

APP = Path(__file__).parents[2] / "app"
# What is derived, and who may bring it into step: `changes`, and who makes all of it anew.
DERIVED = {
    "app.services.counters.counted_changes": {"count_changes"},
    "app.services.counters.counts": {"recount", "set_sections"},
    "app.services.counters.totals": {
        "recount_tags",
        "recount_writers",
        "add_votes",
        "carry_scores",
    },
    "app.services.links.resolving": {"resolve_links"},
    "app.services.search_index.indexing": {
        "index_summaries",
        "index_authors",
        "renumber_papers",
        "rename_writer",
    },
    "app.services.unused": {"remove_unused"},
    "app.services.similar.similarity": {"remove_traces", "compared"},
}


def entry(session: Session, paper: Paper) -> str:
    query = select(SearchEntry.title).where(
        SearchEntry.paper_id == paper.id, SearchEntry.summary_id.is_(None)
    )
    return session.scalars(query).one()


def years(session: Session) -> list[tuple[int, int, int]]:
    query = select(VenueYear.year, VenueYear.papers, VenueYear.summarised)
    return [tuple(row) for row in session.execute(query.order_by(VenueYear.year))]


def test_all_that_hangs_on_a_paper_follows(session: Session) -> None:
    paper = make_paper(session, "conf/x/A", title="The old title", year=2016)
    make_summary(session, paper)
    begin_writing(session)
    changes.note(session, "paper", paper.id)
    paper.title, paper.year = "Another name", 2017
    session.commit()
    assert entry(session, paper) == "another name"
    assert years(session) == [(2017, 1, 1)]
    assert session.scalar(select(SimilarMark.id).where(SimilarMark.paper_id == paper.id))
    check_counts(session)


def test_what_is_noted_first_counts(session: Session) -> None:
    paper = make_paper(session, "conf/x/A", year=2016)
    begin_writing(session)
    for year in (2017, 2018, 2019):
        changes.note(session, "paper", paper.id)
        paper.year = year
        session.flush()
    session.commit()
    assert years(session) == [(2019, 1, 0)]


def test_what_was_rolled_back_leaves_nothing(database: Database, session: Session) -> None:
    paper = make_paper(session, "conf/x/A", title="A title", year=2016)
    begin_writing(session)
    changes.note(session, "paper", paper.id)
    paper.year = 2017
    session.rollback()
    begin_writing(session)
    with count_queries(database) as queries:
        session.commit()
    assert queries == []
    assert years(session) == [(2016, 1, 0)]


def test_a_savepoint_that_is_rolled_back_leaves_nothing(session: Session) -> None:
    one, other = (make_paper(session, f"conf/x/{name}", year=2016) for name in "AB")
    begin_writing(session)
    with session.begin_nested() as point:
        changes.note(session, "paper", one.id)
        one.year = 2017
        session.flush()
        point.rollback()
    with session.begin_nested():
        changes.note(session, "paper", other.id)
        other.year = 2018
    assert years(session) == [(2016, 2, 0)]  # nothing is done before the commit of the whole
    session.commit()
    assert years(session) == [(2016, 1, 0), (2018, 1, 0)]
    check_counts(session)


def test_thirty_papers_take_as_many_statements_as_two(database: Database, session: Session) -> None:
    papers = [make_paper(session, f"conf/x/P{number}", year=2000) for number in range(30)]

    def count(some: list[Paper], year: int) -> int:
        ids = [paper.id for paper in some]
        with count_queries(database) as queries:
            begin_writing(session)
            changes.note(session, "paper", *ids)
            session.execute(update(Paper).where(Paper.id.in_(ids)).values(year=year))
            session.commit()
        return len(queries)

    assert abs(count(papers[:2], 2001) - count(papers, 2002)) <= 5
    assert years(session) == [(2002, 30, 0)]


def test_a_removed_paper_is_taken_out(session: Session) -> None:
    paper, kept = (make_paper(session, f"conf/x/{name}", year=2016) for name in "AB")
    begin_writing(session)
    changes.note(session, "paper", paper.id)
    session.delete(session.get_one(Paper, paper.id))
    session.commit()
    assert years(session) == [(2016, 1, 0)]
    venue = session.scalars(select(Venue)).one()
    session.refresh(venue)
    assert (venue.papers_count, entry(session, kept) != "") == (1, True)
    check_counts(session)


def test_links_find_a_paper_by_a_name_that_it_gets(session: Session) -> None:
    paper = make_paper(session, "conf/y/A")
    summary = make_summary(session, source="See \\cite{conf/y/Later}.")
    assert session.scalars(select(Link.target_id)).one() is None
    begin_writing(session)
    changes.note(session, "paper", paper.id)
    name = {"value": "conf/y/Later", "folded": "conf/y/later"}
    session.add(Identifier(paper_id=paper.id, kind="key", **name))
    session.commit()
    session.expire_all()
    assert session.scalars(select(Link.target_id)).one() == paper.id
    assert session.get_one(Summary, summary.id).renderer_version == STALE


def test_votes_and_a_new_text_in_one_transaction(session: Session) -> None:
    writer, reader = make_user(session), make_user(session)
    paper = make_paper(session)
    begin_writing(session)
    summary = publish(session, writer, paper, source="A text.")
    votes.cast_vote(session, reader, summary.id, 1)
    changes.note(session, "summary", summary.id)
    summary.anonymous = True
    session.commit()
    found = session.execute(select(Writer.summaries, Writer.votes)).all()
    assert [tuple(row) for row in found if row[0] or row[1]] == []
    check_counts(session)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_changes_in_one_transaction(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    papers = [make_paper(session, f"conf/x/P{n}", year=2010 + n) for n in range(4)]
    texts = [make_summary(session, chance.choice(papers), make_user(session)) for _ in range(8)]
    reader = make_user(session)
    for _ in range(10):
        begin_writing(session)
        for _ in range(chance.randint(1, 6)):
            paper, text = chance.choice(papers), chance.choice(texts)
            what = chance.randrange(4)
            if what == 0:
                changes.note(session, "paper", paper.id)
                paper.year = chance.choice((None, 2010, 2020))
            elif what == 1:
                changes.note(session, "summary", text.id)
                text.visibility = chance.choice(("public", "private"))
            elif what == 2:
                changes.note(session, "summary", text.id)
                text.anonymous = not text.anonymous
            else:
                votes.cast_vote(session, reader, text.id, chance.choice((1, -1)))
            session.flush()
        if chance.random() < 0.2:
            session.rollback()
            session.expire_all()
        else:
            session.commit()
        check_counts(session)
        public = select(func.count()).where(Summary.visibility == "public")
        entries = select(func.count()).where(SearchEntry.summary_id.is_not(None))
        assert session.scalar(public) == session.scalar(entries)


def test_nobody_else_brings_derived_rows_into_step() -> None:
    found = set()
    for path in APP.rglob("*.py"):
        module = ".".join(path.relative_to(APP.parent).with_suffix("").parts)
        if module in (*DERIVED, "app.services.changes"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                found |= {(module, each) for each in names & DERIVED.get(node.module or "", set())}
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                for home, names in DERIVED.items():
                    if node.value.id == home.rpartition(".")[2] and node.attr in names:
                        found.add((module, node.attr))
    assert found == set()


def test_what_was_not_changed_is_forgotten(database: Database, session: Session) -> None:
    paper = make_paper(session, "conf/x/A")
    begin_writing(session)
    changes.note(session, "paper", paper.id)
    changes.forget(session, "paper", paper.id)
    with count_queries(database) as queries:
        session.commit()
    assert not [each for each in queries if "search_entries" in each or "similar" in each]


def test_when_what_follows_fails_nothing_is_kept(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_paper(session, "conf/x/A", year=2016)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    begin_writing(session)
    changes.note(session, "paper", paper.id)
    paper.year = 2017
    with monkeypatch.context() as patched:
        patched.setattr(counts, "recount", fail)
        with pytest.raises(ZeroDivisionError):
            session.commit()
    with pytest.raises(RuntimeError, match="roll back first"):
        session.commit()  # as if nothing had happened
    session.rollback()
    session.expire_all()
    assert (paper.year, years(session)) == (2016, [(2016, 1, 0)])


def test_no_session_begins_to_write_within_a_savepoint(session: Session) -> None:
    session.execute(select(Paper.id))
    with session.begin_nested(), pytest.raises(RuntimeError, match="first savepoint"):
        begin_writing(session)
