"""Votes, and the two figures that follow from them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from app.db import begin_writing, lock_papers, now
from app.models import Summary, User, Vote
from app.services import changes
from app.services.bulk import is_sqlite
from app.services.counters.counted_changes import ScoreChange
from app.services.refusals import Refusal
from app.statements import connection_of, run

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
# Days of age that ten times as many votes make up for. Reddit's formula had half a day; summaries
# of papers are read for months.
TENFOLD_DAYS = 90
# Between the ranks of texts with a score above zero, of zero, and below: more than dates differ by.
_BAND = 100_000

# A vote is the most frequent write. Its statements are built once, and run past the session's
# objects: that makes it five times as cheap.
_OF_SUMMARY = Vote.summary_id == bindparam("which")
_LOCK = (
    select(
        *(Summary.id, Summary.paper_id, Summary.user_id, Summary.visibility, Summary.anonymous),
        *(Summary.score, Summary.imported_votes, Summary.published_at, Summary.created_at),
    )
    .where(Summary.id == bindparam("which"))
    .with_for_update()
)
_TOTAL = select(func.coalesce(func.sum(Vote.value), 0)).where(_OF_SUMMARY)
_SET_FIGURES = (
    update(Summary)
    .where(Summary.id == bindparam("which"))
    .values(score=bindparam("score"), popularity=bindparam("popularity"))
)
_WITHDRAW = delete(Vote).where(_OF_SUMMARY, Vote.user_id == bindparam("user_id"))


def _build_cast(insert: Any) -> Any:
    """The statement that casts a vote, or replaces one of another value."""
    statement = insert(Vote)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["summary_id", "user_id"],
        set_={"value": new.value, "cast_at": new.cast_at},
        where=Vote.value != new.value,
    )


_CAST = {True: _build_cast(sqlite_insert), False: _build_cast(postgresql_insert)}  # by `is_sqlite`


def cast_vote(
    session: Session, user: User, summary_id: int, value: int, cast_at: datetime | None = None
) -> int | None:
    """Set one's vote on a summary to 1 or -1, replacing an earlier one.

    Args:
        cast_at: the moment that a file knows; else the present one.

    Returns:
        The summary's new score, or `None` when there is none that the user may see.

    Raises:
        Refusal: for a vote on one's own summary, or another value.
    """
    if value not in (1, -1):
        raise Refusal("value", "A vote is up or down.")
    found = _lock(session, user, summary_id)
    if found is None:
        return None
    if found.user_id == user.id:
        raise Refusal("value", "You can’t vote on your own summary.")
    vote = {"summary_id": found.id, "user_id": user.id, "value": value}
    run(connection_of(session), _CAST[is_sqlite(session)], {**vote, "cast_at": cast_at or now()})
    return _recount(session, found)


def withdraw_vote(session: Session, user: User, summary_id: int) -> int | None:
    """Take one's vote back; returns as `cast_vote` does."""
    found = _lock(session, user, summary_id)
    if found is None:
        return None
    run(connection_of(session), _WITHDRAW, {"which": found.id, "user_id": user.id})
    return _recount(session, found)


def compute_popularity(score: int, published_at: datetime) -> float:
    """Rank on the Popular tab: votes count by their logarithm, and newer is higher.

    `sign(s) · log10(|s|) + age / TENFOLD_DAYS`, the age in days from 2020 to `published_at`. It is
    the "hot" ranking that Reddit published with its source (`_hot` in `r2/lib/db/_sorts.pyx`),
    which counts a score of 0 as 1: there whatever is new stands first. Here the logarithm of 0 is
    taken at its word, as minus infinity: `_BAND` is subtracted, so that a text without votes, new
    as it may be, stands below all that somebody voted for, and `2 · _BAND` from one that was voted
    down. Among each other these are ordered by the same sum.

    It decays with time without ever being computed again: older rows fall because newer ones
    begin higher.
    """
    sign = (score > 0) - (score < 0)
    age = (published_at - _EPOCH).total_seconds() / 86400
    return (sign - 1) * _BAND + sign * math.log10(max(abs(score), 1)) + age / TENFOLD_DAYS


def recount_votes(session: Session, summary: Summary) -> None:
    """Work out a summary's score and popularity from its votes."""
    recount_all(session, [summary.id])


def recount_all(session: Session, summary_ids: Iterable[int]) -> None:
    """Work out the scores of several summaries.

    In one order, so that no two wait for each other.
    """
    session.flush()
    for summary_id in sorted(set(summary_ids)):
        found = run(connection_of(session), _LOCK, {"which": summary_id}).one_or_none()
        if found is not None:
            _recount(session, found)


def _lock(session: Session, user: User, summary_id: int) -> Any | None:
    begin_writing(session)
    lock_papers(session, alone=False)  # who changes a paper's row marks texts behind it
    session.flush()
    # Votes on one summary queue here, so that each recount sees all votes before it. SQLite
    # ignores the lock: there the whole transaction has the write lock already.
    found = run(connection_of(session), _LOCK, {"which": summary_id}).one_or_none()
    if found is None or (found.visibility != "public" and found.user_id != user.id):
        return None
    return found


def _recount(session: Session, found: Any) -> int:
    connection = connection_of(session)
    total = run(connection, _TOTAL, {"which": found.id}).scalar()
    score: int = found.imported_votes + int(total)
    popularity = compute_popularity(score, found.published_at or found.created_at)
    figures = {"score": score, "popularity": popularity}
    run(connection, _SET_FIGURES, {"which": found.id, **figures})
    is_counted = found.visibility == "public" and not found.anonymous
    changes.note_score(
        session,
        found.id,
        ScoreChange(found.paper_id, found.user_id, score - found.score if is_counted else 0),
    )
    if (loaded := session.identity_map.get(identity_key(Summary, found.id))) is not None:
        for name, value in figures.items():
            set_committed_value(loaded, name, value)
    return score
