"""Counts of papers, venues and years: after whatever happened they are what a recount finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import (
    DeletedSummary,
    Paper,
    Summary,
    User,
    Venue,
    VenueYear,
)
from app.models.papers.paper import rank
from app.services import changes, votes
from app.services.accounts import merging
from app.services.accounts.administration import delete_user
from app.services.counters import counts
from app.services.refusals import Refusal
from app.services.summaries.deletion import delete_summary, restore_summary
from app.services.summaries.sharing import change_visibility
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary, make_user


def year_of(session: Session, venue: str, year: int) -> tuple[int, int] | None:
    found = session.execute(
        select(VenueYear.papers, VenueYear.summarised)
        .join(Venue, Venue.id == VenueYear.venue_id)
        .where(Venue.key == venue, VenueYear.year == year)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def test_a_paper_counts_in_its_venue_and_year(session: Session) -> None:
    make_paper(session, "conf/x/A", year=2016)
    make_paper(session, "conf/x/B", year=2016)
    make_paper(session, "conf/x/C")
    assert year_of(session, "conf/x", 2016) == (2, 0)
    assert year_of(session, "conf/x", 0) == (1, 0)
    venue = session.scalars(select(Venue)).one()
    assert (venue.papers_count, venue.summaries_count) == (3, 0)
    check_counts(session)


def test_only_public_summaries_count(session: Session) -> None:
    paper = make_paper(session, "conf/x/A", year=2016)
    private = make_summary(session, paper, visibility="private")
    make_summary(session, paper, visibility="unlisted")
    session.refresh(paper)
    assert (paper.summaries_count, paper.rank) == (0, rank(0, 2016, 0))
    change_visibility(session, private, visibility="public", anonymous=True)
    make_summary(session, paper)
    session.commit()
    session.refresh(paper)
    assert (paper.summaries_count, paper.rank) == (2, rank(2, 2016, 0))
    assert year_of(session, "conf/x", 2016) == (1, 1)
    venue = session.scalars(select(Venue)).one()
    session.refresh(venue)
    assert venue.summaries_count == 2
    change_visibility(session, private, visibility="private", anonymous=True)
    session.commit()
    session.refresh(paper)
    assert paper.summaries_count == 1


def test_votes_carry_a_paper_up(session: Session) -> None:
    paper = make_paper(session, "conf/x/A", year=2016)
    summary = make_summary(session, paper)
    reader = make_user(session)
    votes.cast_vote(session, reader, summary.id, -1)
    session.commit()
    session.refresh(paper)
    assert (paper.top_score, paper.rank) == (-1, rank(1, 2016, -1))
    votes.withdraw_vote(session, reader, summary.id)
    session.commit()
    session.refresh(paper)
    assert (paper.top_score, paper.rank) == (0, rank(1, 2016, 0))


def test_a_paper_moves_to_another_year(session: Session) -> None:
    paper = make_paper(session, "conf/x/A", year=2016)
    make_summary(session, paper)
    begin_writing(session)
    changes.note(session, "paper", paper.id)
    paper.year = 2017
    session.commit()
    assert year_of(session, "conf/x", 2016) is None
    assert year_of(session, "conf/x", 2017) == (1, 1)
    check_counts(session)


def test_the_database_ranks_like_the_program(session: Session) -> None:
    paper = make_paper(session)
    for count, year, score in product(
        (0, 3), (None, 1500, 2016, 2200), (-(10**6), -499_999, 0, 7, 499_999, 10**6)
    ):
        begin_writing(session)
        paper.summaries_count, paper.year, paper.top_score = count, year, score
        session.flush()
        assert session.scalar(select(counts._rank()).select_from(Paper)) == rank(count, year, score)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_whatever_happened_counts_are_exact(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    papers = [
        make_paper(session, f"conf/{venue}/P{year}", year=year, section=section)
        for venue, section in (("x", "cs"), ("y", ""))
        for year in (None, 2015, 2016)
    ]
    users = [make_user(session) for _ in range(6)]

    def a_summary() -> Summary:
        return chance.choice(session.scalars(select(Summary).order_by(Summary.id)).all())

    def write() -> None:
        how = chance.choice(("public", "public", "private", "unlisted"))
        make_summary(
            session,
            chance.choice(papers),
            chance.choice(users),
            visibility=how,
            anonymous=chance.random() < 0.3,
            tags=chance.sample(["one", "two", "three"], 2),
        )

    def change() -> None:
        summary = a_summary()
        how = chance.choice(("public", "private", "unlisted"))
        change_visibility(session, summary, visibility=how, anonymous=False)

    def vote() -> None:
        summary, reader = a_summary(), chance.choice(users)
        if summary.user_id != reader.id:
            votes.cast_vote(session, reader, summary.id, chance.choice((1, -1)))

    def unvote() -> None:
        votes.withdraw_vote(session, chance.choice(users), a_summary().id)

    def remove() -> None:
        delete_summary(session, a_summary())

    def restore() -> None:
        deleted = session.scalars(select(DeletedSummary).order_by(DeletedSummary.id)).all()
        for each in deleted[:1]:
            taken = select(Summary.id).where(
                Summary.paper_id == each.paper_id, Summary.user_id == each.user_id
            )
            if session.scalar(taken) is None:
                restore_summary(session, session.get_one(User, each.user_id), each.id)

    acts: tuple[Callable[[], None], ...] = (write, change, vote, vote, unvote, remove, restore)
    for _ in range(8):
        write()
    for _ in range(25):
        chance.choice(acts)()
        session.commit()
    check_counts(session)
    begin_writing(session)
    merging.merge(session, users[0], users[1])
    session.commit()
    delete_user(session, users[2], with_summaries=True)
    session.commit()
    check_counts(session)


def test_writers_in_one_venue_do_not_block_each_other(any_file_database: Database) -> None:
    with any_file_database.session() as session:
        papers = [make_paper(session, f"conf/x/P{n}", year=2016).id for n in range(2)]
        users = [make_user(session).id for _ in range(4)]
    barrier, failed = Barrier(4), []

    def work(user_id: int) -> None:
        try:
            with any_file_database.session() as session:
                user = session.get_one(User, user_id)
                barrier.wait()
                for paper_id in papers if user_id % 2 else papers[::-1]:
                    summary = make_summary(session, session.get_one(Paper, paper_id), user)
                    for other in session.scalars(select(Summary.id)).all():
                        with suppress(Refusal):  # one's own
                            votes.cast_vote(session, user, other, 1)
                        session.commit()
                    delete_summary(session, summary)
                    session.commit()
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=work, args=(user_id,)) for user_id in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with any_file_database.session() as session:
        check_counts(session)
