"""What a write changes, by name, and all that follows from it.

A service says which rows it is about to change or remove (`note`), or has made (`note_new`).
When the transaction is committed, what hangs on them is brought into step, here and nowhere else:
links that waited for a paper, similar papers, search entries, counts, marks of retractions, authors
and venues that no paper has any more. So none of them can be
forgotten, each is done once for all that a transaction changed, and nobody sees the one without
the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import BindParameter, bindparam, event, select
from sqlalchemy.orm import Session, SessionTransaction

from app.db import begin_writing
from app.models import Paper, PaperAuthor, User
from app.services import changed_pages
from app.services.bulk import split_into_batches
from app.services.counters.counted_changes import ScoreChange, count_changes
from app.services.counters.differences import Placement
from app.services.counters.summary_states import SummaryState, is_less_public, load_states
from app.services.links.resolving import resolve_links
from app.services.links.stale import mark_stale
from app.services.retractions.marking import mark_papers
from app.services.search_index import indexing
from app.services.similar import similarity
from app.services.unused import remove_unused
from app.statements import connection_of, run

Kind = Literal["paper", "summary", "author", "writer"]
_KEY = "changes"

# Built once: each write runs these.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PAPERS = select(Paper.id).where(Paper.id.in_(_IDS)).order_by(Paper.id)
_NAMES = select(User.id, User.name).where(User.id.in_(_IDS))


@dataclass
class _Changes:
    """What is noted in one transaction.

    Attributes:
        papers, summaries: how each stood before, by number; `None` for what is new.
        authors_before: who wrote each of the papers before.
        scores: summaries whose votes change.
        authors, writers: whose names change.
        names_before: what the users who are noted were called.
        texts: the plain texts of summaries that were rendered.
        has_failed: whether what follows was begun and not finished.
    """

    transaction: SessionTransaction | None
    papers: dict[int, Placement | None] = field(default_factory=dict)
    summaries: dict[int, SummaryState | None] = field(default_factory=dict)
    authors_before: dict[int, set[int]] = field(default_factory=dict)
    scores: dict[int, ScoreChange] = field(default_factory=dict)
    authors: set[int] = field(default_factory=set)
    writers: set[int] = field(default_factory=set)
    names_before: dict[int, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    has_failed: bool = False

    @property
    def are_more_than_votes(self) -> bool:
        return bool(self.papers or self.summaries or self.authors or self.writers)


def note(session: Session, kind: Kind, *ids: int) -> None:
    """Note rows that are about to change, or to be removed.

    Before the first change to them, in a session that writes. Papers need `lock_papers` alone,
    summaries need it shared.

    Args:
        kind: `paper` for its facts, names and authors, `summary` for text, tags, links, writer and
            who can see it, `author` for the names of an author, `writer` for those of a user.
        ids: numbers of the rows; noting one twice does nothing.
    """
    changes = _changes(session)
    if kind == "paper":
        new = [each for each in ids if each not in changes.papers]
        changes.papers |= _placements(session, new)
        changes.authors_before |= _authors_of(session, new)
        changed_pages.name_papers(session, new)
    elif kind == "summary":
        new = [each for each in ids if each not in changes.summaries]
        changes.summaries |= load_states(session, new)
        changed_pages.name_summaries(session, new)
    elif kind == "writer":
        new = [each for each in ids if each not in changes.writers]
        changes.writers.update(new)
        changes.names_before |= _names(session, new)
    else:
        changes.authors.update(ids)


def forget(session: Session, kind: Literal["paper", "summary"], *ids: int) -> None:
    """Take back notes of rows that were not changed after all, nor by anybody before."""
    changes = _changes(session)
    rows: dict[int, Any] = changes.papers if kind == "paper" else changes.summaries
    for each in ids:
        rows.pop(each, None)
        if kind == "paper":
            changes.authors_before.pop(each, None)


def note_new(session: Session, kind: Literal["paper", "summary"], *ids: int) -> None:
    """Note rows that were made in this transaction."""
    changes = _changes(session)
    rows: dict[int, Placement | None] | dict[int, SummaryState | None]
    rows = changes.papers if kind == "paper" else changes.summaries
    for each in ids:
        rows.setdefault(each, None)


def note_score(session: Session, summary_id: int, change: ScoreChange) -> None:
    """Note that only the votes on a summary have changed.

    Its row is locked.
    """
    scores = _changes(session).scores
    before = scores.get(summary_id)
    votes = change.votes + (before.votes if before is not None else 0)
    scores[summary_id] = change._replace(votes=votes)


def note_text(session: Session, summary_id: int, plain: str) -> None:
    """Note what a summary that is noted says, without markup."""
    _changes(session).texts[summary_id] = plain


def apply(session: Session) -> None:
    """Bring into step what follows from the changes that are noted.

    A commit does so by itself.
    """
    session.flush()
    changes: _Changes | None = session.info.get(_KEY)
    if changes is None or changes.transaction is not session.get_transaction():
        return  # of a transaction that was rolled back
    if changes.has_failed:
        raise RuntimeError("What follows from the changes could not be written: roll back first.")
    changes.has_failed = True  # until all is done: half of it must not be kept
    present = load_states(session, changes.summaries)
    pointed: Collection[int] = ()
    if changes.are_more_than_votes:
        pointed = resolve_links(session, _existing_papers(session, changes.papers))
        mark_stale(session, pointed)
        _follow_similar(session, changes, present)
        _follow_search(session, changes, present)
    count_changes(session, changes.papers, changes.summaries, present, changes.scores)
    if changes.papers:
        mark_papers(session, changes.papers)
        _remove_unused(session, changes)
    session.flush()
    if pointed:
        changed_pages.name_summaries(session, pointed)
    _name_pages(session, changes, present)
    del session.info[_KEY]


@event.listens_for(Session, "before_commit")
def _apply_at_commit(session: Session) -> None:
    if _KEY in session.info and not session.in_nested_transaction():
        apply(session)


def _changes(session: Session) -> _Changes:
    begin_writing(session)
    transaction = session.get_transaction()
    found: _Changes | None = session.info.get(_KEY)
    if found is None or found.transaction is not transaction:
        found = session.info[_KEY] = _Changes(transaction)
    return found


def _follow_similar(session: Session, changes: _Changes, present: dict[int, SummaryState]) -> None:
    hidden: list[tuple[int, frozenset[int]]] = []
    marked: list[int] = []
    for number, before in changes.summaries.items():
        after = present.get(number)
        if after is not None and after.is_public:
            marked += (after.paper_id, *sorted(after.targets))
            marked += () if before is None else (before.paper_id, *sorted(before.targets))
        elif before is not None and before.was_public:
            hidden.append((before.paper_id, before.targets))
    similarity.remove_traces(session, hidden)
    new = {number for number, before in changes.papers.items() if before is None}
    if changed := changes.papers.keys() - new:
        marked += similarity.find_compared_papers(session, changed)
    marked += (paper_id for paper_id, targets in hidden for paper_id in (paper_id, *targets))
    similarity.mark_papers(session, _existing_papers(session, {*new, *marked}))


def _follow_search(session: Session, changes: _Changes, present: dict[int, SummaryState]) -> None:
    known = indexing.index_summaries(session, list(changes.summaries), changes.texts)
    both = (*changes.summaries.items(), *present.items())
    numbers = {state.paper_id for _, state in both if state is not None}
    indexing.renumber_papers(session, numbers, known)
    indexing.index_papers(session, sorted(changes.papers))
    indexing.index_authors(session, changes.authors)
    for user in _existing_users(session, changes.writers):
        indexing.rename_writer(session, user)


def _remove_unused(session: Session, changes: _Changes) -> None:
    before = (each for each in changes.papers.values() if each is not None)
    venues = {each.venue_id for each in before if each.venue_id is not None}
    remove_unused(session, set().union(*changes.authors_before.values()), venues)


def _authors_of(session: Session, ids: Iterable[int]) -> dict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    wrote = select(PaperAuthor.paper_id, PaperAuthor.author_id)
    for some in split_into_batches(ids):
        for paper_id, author_id in session.execute(wrote.where(PaperAuthor.paper_id.in_(some))):
            found[paper_id].add(author_id)
    return dict(found)


def _name_pages(session: Session, changes: _Changes, present: dict[int, SummaryState]) -> None:
    """Name what is changed, and where it stands now; what it was before is named when it is noted.

    What readers may not see any more puts all pages out of date.
    """
    linked = {
        target
        for state in (*changes.summaries.values(), *present.values())
        if state is not None and state.is_public
        for target in state.targets
    }
    if changes.papers or linked:
        changed_pages.name_papers(session, {*changes.papers, *linked})
    if changes.summaries or changes.scores:
        voted = changes.scores.keys() - changes.summaries.keys()
        changed_pages.name_summaries(session, {*present, *voted}, voted)
    if changes.writers:
        changed_pages.name_users(session, changes.writers)
    is_less = (
        any(is_less_public(state, present.get(id)) for id, state in changes.summaries.items())
        or len(_existing_papers(session, changes.papers)) < len(changes.papers)
        or _names(session, changes.writers) != changes.names_before
        or changes.authors
    )
    if is_less:
        changed_pages.name_everything(session)


def _names(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    return dict(run(connection_of(session), _NAMES, {"ids": list(user_ids)})) if user_ids else {}


def _placements(session: Session, ids: Iterable[int]) -> dict[int, Placement]:
    columns = (Paper.id, Paper.venue_id, Paper.year, Paper.summaries_count)
    rows = (
        session.execute(select(*columns).where(Paper.id.in_(some)))
        for some in split_into_batches(ids)
    )
    return {row[0]: Placement(row[1], row[2], row[3]) for each in rows for row in each}


def _existing_papers(session: Session, ids: Collection[int]) -> list[int]:
    connection = connection_of(session)
    return [
        number
        for some in split_into_batches(ids)
        for number in run(connection, _PAPERS, {"ids": some}).scalars()
    ]


def _existing_users(session: Session, ids: Collection[int]) -> list[User]:
    return [user for each in sorted(ids) if (user := session.get(User, each)) is not None]
