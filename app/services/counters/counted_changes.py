"""What counts gain or lose by the papers, summaries and votes that a transaction wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.models import User
from app.services.counters import counts, totals
from app.services.counters.differences import Placement
from app.services.counters.summary_states import SummaryState
from app.statements import connection_of, run

# Built once: each write runs it.
_USERS = select(User.id).where(User.id.in_(bindparam("ids", expanding=True)))


class ScoreChange(NamedTuple):
    """What other votes on a summary change.

    `votes` is by how many more its writer has, as long as everybody knows who that is.
    """

    paper_id: int
    user_id: int
    votes: int


def count_changes(
    session: Session,
    papers_before: Mapping[int, Placement | None],
    summaries_before: Mapping[int, SummaryState | None],
    present: Mapping[int, SummaryState],
    scores: Mapping[int, ScoreChange],
) -> None:
    """Bring all counts into step with what was written.

    Args:
        papers_before, summaries_before: how each stood that was written, by number; `None` for
            what is new.
        present: how those of the summaries stand now that are still there.
        scores: summaries whose votes change, by number.
    """
    before = [state for state in summaries_before.values() if state is not None]
    papers = {state.paper_id for state in (*before, *present.values())}
    counts.set_sections(session, {*papers, *papers_before})
    only_voted = [each for number, each in scores.items() if number not in summaries_before]
    papers.update(each.paper_id for each in only_voted)
    counts.recount(session, papers, papers_before)
    totals.carry_scores(session, sorted({*present, *scores}))
    tags: Counter[int] = Counter()
    summaries: Counter[int] = Counter()
    votes = Counter[int]()
    for each in only_voted:
        votes[each.user_id] += each.votes
    for sign, states in ((-1, before), (1, list(present.values()))):
        for state in states:
            if state.is_public:
                tags.update(dict.fromkeys(state.tags, sign))
            if state.is_public and state.is_named:
                summaries[state.user_id] += sign
                votes[state.user_id] += sign * state.votes
    totals.add_to_tags(session, tags)
    _follow_writers(session, summaries, votes)


def _follow_writers(session: Session, summaries: Counter[int], votes: Counter[int]) -> None:
    changed = {each for each in (*summaries, *votes) if summaries[each] or votes[each]}
    if not changed:
        return
    # Whoever has a summary has an account. So only who has fewer of them than before may be gone.
    fewer = sorted(each for each in changed if summaries[each] < 0)
    found = run(connection_of(session), _USERS, {"ids": fewer}).scalars() if fewer else ()
    gone = set(fewer).difference(found)
    numbers = {each: (summaries[each], votes[each]) for each in changed - gone}
    totals.add_to_writers(session, numbers, len(gone))
