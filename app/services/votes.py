"""Votes, and the two figures that follow from them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import Summary, User, Vote
from app.services import changes
from app.services.refusals import Refusal

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
# Days of age that ten times as many votes make up for. Reddit's formula had half a day; summaries
# of papers are read for months.
TENFOLD_DAYS = 90
# Between the ranks of texts with a score above zero, of zero, and below: more than dates differ by.
_BAND = 100_000


def cast_vote(
    session: Session, user: User, summary_id: int, value: int, cast_at: datetime | None = None
) -> Summary | None:
    """Set one's vote on a summary to 1 or -1, replacing an earlier one.

    Args:
        cast_at: the moment that a file knows; else the present one.

    Returns:
        The summary with its new score, or `None` when there is none that the user may see.

    Raises:
        Refusal: for a vote on one's own summary, or another value.
    """
    if value not in (1, -1):
        raise Refusal("value", "A vote is up or down.")
    summary = _lock(session, user, summary_id)
    if summary is None:
        return None
    if summary.user_id == user.id:
        raise Refusal("value", "You can’t vote on your own summary.")
    moment = cast_at or now()
    vote = session.get(Vote, (summary.id, user.id))
    if vote is None:
        session.add(Vote(summary_id=summary.id, user_id=user.id, value=value, cast_at=moment))
    elif vote.value != value:
        vote.value = value
        vote.cast_at = moment
    return recount_votes(session, summary)


def withdraw_vote(session: Session, user: User, summary_id: int) -> Summary | None:
    """Take one's vote back; returns as `cast_vote` does."""
    summary = _lock(session, user, summary_id)
    if summary is None:
        return None
    session.execute(delete(Vote).where(Vote.summary_id == summary.id, Vote.user_id == user.id))
    return recount_votes(session, summary)


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


def _lock(session: Session, user: User, summary_id: int) -> Summary | None:
    begin_writing(session)
    lock_papers(session, alone=False)  # who changes a paper's row marks texts behind it
    # Votes on one summary queue here, so that each recount sees all votes before it. SQLite
    # ignores the lock: there the whole transaction has the write lock already.
    # What was read before the lock may be old: it is read again.
    summary = session.get(Summary, summary_id, with_for_update=True, populate_existing=True)
    if summary is None or (summary.visibility != "public" and summary.user_id != user.id):
        return None
    return summary


def recount_votes(session: Session, summary: Summary) -> Summary:
    """Work out a summary's score and popularity from its votes."""
    changes.note_score(session, summary)
    session.flush()
    total = select(func.coalesce(func.sum(Vote.value), 0)).where(Vote.summary_id == summary.id)
    summary.score = summary.imported_votes + int(session.scalar(total) or 0)
    summary.popularity = compute_popularity(
        summary.score, summary.published_at or summary.created_at
    )
    session.flush()
    return summary


def recount_all(session: Session, summary_ids: Iterable[int]) -> None:
    """Work out the scores of several summaries.

    In one order, so that no two wait for each other.
    """
    for summary_id in sorted(set(summary_ids)):
        summary = session.get(Summary, summary_id, with_for_update=True, populate_existing=True)
        if summary is not None:
            recount_votes(session, summary)
