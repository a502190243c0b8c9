from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import Database, begin_writing, lock_papers
from app.models import Paper, Summary, User, Vote
from app.services import votes
from app.services.operation import schema
from app.services.refusals import Refusal
from tests.helpers.factories import make_paper, make_summary, make_user
from tests.helpers.waiting import pids_that_wait, wait_until


def test_one_vote_a_person_and_it_can_change(session: Session) -> None:
    summary, ann, ben = make_summary(session), make_user(session), make_user(session)
    for user, value, score in [(ann, 1, 1), (ann, 1, 1), (ben, 1, 2), (ann, -1, 0)]:
        assert votes.cast_vote(session, user, summary.id, value) == score
    assert votes.withdraw_vote(session, ben, summary.id) == -1
    assert votes.withdraw_vote(session, ben, summary.id) == -1
    assert summary.score == -1  # also in objects that are loaded


def test_not_on_oneself_and_not_twice_as_much(session: Session) -> None:
    writer = make_user(session)
    summary = make_summary(session, None, writer)
    with pytest.raises(Refusal, match="own summary"):
        votes.cast_vote(session, writer, summary.id, 1)
    with pytest.raises(Refusal, match="up or down"):
        votes.cast_vote(session, make_user(session), summary.id, 2)


def test_nobody_votes_on_what_they_cannot_see(session: Session) -> None:
    summary = make_summary(session, visibility="private")
    assert votes.cast_vote(session, make_user(session), summary.id, 1) is None
    assert votes.cast_vote(session, make_user(session), 12345, 1) is None


def test_votes_at_once_are_all_counted(any_file_database: Database) -> None:
    assert _vote_at_once(any_file_database) == (40, 40)


def _vote_at_once(database: Database) -> tuple[int, int]:
    with database.session() as session:
        summary_id = make_summary(session).id
        users = [make_user(session).id for _ in range(40)]

    def vote(user_id: int) -> None:
        with database.session() as session:
            user = session.get_one(User, user_id)
            # As a view does: the summary is read before it is locked.
            session.get_one(Summary, summary_id)
            votes.cast_vote(session, user, summary_id, -1)
            session.commit()
            votes.cast_vote(session, user, summary_id, 1)
            session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(vote, users))
    with database.session() as session:
        score = session.get_one(Summary, summary_id).score
        return score, session.scalar(select(func.count()).select_from(Vote)) or 0


def test_what_was_read_before_the_lock_does_not_count(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'votes.sqlite3'}")
    schema.upgrade(database)
    with database.session() as first, database.session() as second:
        summary = make_summary(first)
        ann, ben = make_user(first), make_user(first)
        assert second.get_one(Summary, summary.id).score == 0
        second.commit()
        votes.cast_vote(first, ann, summary.id, 1)
        first.commit()
        votes.cast_vote(second, second.get_one(User, ben.id), summary.id, -1)
        second.commit()
        first.expire_all()
        assert first.get_one(Summary, summary.id).score == 0
    database.close()


def test_popularity_decays() -> None:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    older = day - timedelta(days=votes.TENFOLD_DAYS)
    assert votes.compute_popularity(10, older) == pytest.approx(votes.compute_popularity(1, day))
    assert (
        votes.compute_popularity(1, day)
        > votes.compute_popularity(0, day)
        > votes.compute_popularity(-1, day)
    )
    for score in (3, 0, -3):
        assert votes.compute_popularity(score, older) < votes.compute_popularity(score, day)
    assert votes.compute_popularity(-3, day) < votes.compute_popularity(-1, day)


def test_popularity_of_what_is_new_needs_a_vote() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    assert votes.compute_popularity(1, first) > votes.compute_popularity(0, last)
    assert votes.compute_popularity(0, first) > votes.compute_popularity(-1, last)
    # Seconds still count between the two.
    later = datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)
    assert votes.compute_popularity(0, later) > votes.compute_popularity(
        0, later - timedelta(seconds=1)
    )


def test_a_vote_waits_for_who_changes_a_paper(any_file_database: Database) -> None:
    if any_file_database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with any_file_database.session() as session:
        summary = make_summary(session, make_paper(session, "conf/x/A", year=2016))
        number, paper_id, reader = summary.id, summary.paper_id, make_user(session).id
        before = pids_that_wait(session)
        session.rollback()

        def vote() -> None:
            with any_file_database.session() as own:
                votes.cast_vote(own, own.get_one(User, reader), number, 1)
                own.commit()

        begin_writing(session)
        lock_papers(session, alone=True)
        session.execute(update(Paper).where(Paper.id == paper_id).values(year=2017))
        with ThreadPoolExecutor(1) as pool:
            voted = pool.submit(vote)
            with any_file_database.session() as looking:
                wait_until(lambda: pids_that_wait(looking) - before, "the vote to wait")
            # Would be a deadlock if the vote held the summary and waited for the paper.
            session.execute(update(Summary).where(Summary.id == number).values(takeaway="New"))
            session.commit()
            voted.result()
        assert session.get_one(Summary, number, populate_existing=True).score == 1
