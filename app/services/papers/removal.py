"""Removing a paper on which nothing hangs, and bringing it back.

One transaction each, which the caller commits.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers
from app.models import (
    DeletedSummary,
    Draft,
    Identifier,
    Link,
    Paper,
    PaperMerge,
    PaperRevision,
    SearchEntry,
    Summary,
    User,
    Venue,
    folded,
)
from app.queries import merges, papers
from app.queries.identifiers import find_papers
from app.references.identifiers import PaperRef
from app.services import changes
from app.services.links.stale import mark_stale
from app.services.papers import spellings
from app.services.papers.editing import add_revision, check_reason, mark_undone, undo_edit
from app.services.papers.fact_changes import FactChange, facts_of, remove_unused
from app.services.papers.insertion import set_orcids
from app.services.papers.known_names import known_names, name_of
from app.services.papers.merge_undo import restore_row
from app.services.papers.merging import OF_A_PAPER, add_authors, add_difference, written_authors
from app.services.refusals import Refusal
from app.services.row_values import encode_row

_OF_A_VENUE = ("key", "name", "title", "kind", "section_slug")
# All reasons in one sentence: which of them it is could tell that a private text exists.
IN_USE = (
    "A paper stays while it has summaries or drafts of anybody, private, unlisted or in the trash,"
    " or was merged with another one. If it is here twice, merge it instead."
)


def remove_paper(session: Session, paper: Paper, user: User, reason: str) -> PaperRevision:
    """Remove a paper; links to it wait for it again.

    Raises:
        Refusal: when something hangs on it, or no reason is given.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    reason = check_reason(reason, is_needed=True)
    present = papers.reload_paper(session, paper.id)
    if present is None:
        raise Refusal("paper", "This paper was merged or removed in the meantime.")
    if _is_used(session, present):
        raise Refusal("paper", IN_USE)
    changes.note(session, "paper", present.id)
    facts = {name: text for name, text in facts_of(present).items() if text}
    data = _whole(session, present)
    authors = [each.author_id for each in present.authorships]
    revision = add_revision(
        session, present, FactChange(facts, {}, data), user, kind="removal", reason=reason
    )
    revision.paper_id = None
    leading = Link.target_id == present.id
    mark_stale(session, session.scalars(select(Link.summary_id).where(leading).distinct()).all())
    session.execute(update(Link).where(leading).values(target_id=None))
    session.execute(delete(SearchEntry).where(SearchEntry.paper_id == present.id))
    session.flush()
    session.execute(delete(Paper).where(Paper.id == present.id))
    session.expunge(present)
    changes.apply(session)
    revision.data = {**data, "orcids": remove_unused(session, authors, present.venue_id)}
    return revision


def undo_revision(
    session: Session, revision_id: int, user: User
) -> tuple[PaperRevision, list[str]]:
    """Undo an edit, or bring a removed paper back.

    Returns:
        The revision that does so, and the names of what could not be set back.

    Raises:
        Refusal: for what is undone already, or cannot be any more.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    revision = session.get(PaperRevision, revision_id, populate_existing=True)
    if revision is None or revision.undone_at is not None:
        raise Refusal("revision", "This change has already been undone.")
    if not revision.before:
        raise Refusal("revision", "A paper that was restored can only be removed again.")
    if revision.kind != "removal":
        return undo_edit(session, revision, user)
    return _restore_paper(session, revision, user)


def _is_used(session: Session, paper: Paper) -> bool:
    merged = or_(PaperMerge.kept_id == paper.id, PaperMerge.paper_id == paper.id)
    hanging = (
        exists().where(Summary.paper_id == paper.id),
        exists().where(DeletedSummary.paper_id == paper.id),
        exists().where(Draft.paper_id == paper.id),
        exists().where(merged, PaperMerge.undone_at.is_(None)),
    )
    return bool(session.scalar(select(or_(*hanging))))


def _whole(session: Session, paper: Paper) -> dict[str, Any]:
    """All of a paper that bringing it back needs."""
    ours = PaperRevision.paper_id == paper.id
    return {
        "paper": encode_row(paper, OF_A_PAPER),
        "authors": written_authors(paper),
        "venue": None if paper.venue is None else encode_row(paper.venue, _OF_A_VENUE),
        "printed_venue": spellings.whole_venue(paper),
        "identifiers": [[each.kind, each.value] for each in papers.identifiers(session, paper)],
        "differences": sorted(merges.distinct_paper_ids(session, paper)),
        "revisions": list(session.scalars(select(PaperRevision.id).where(ours))),
    }


def _restore_paper(
    session: Session, revision: PaperRevision, user: User
) -> tuple[PaperRevision, list[str]]:
    data = revision.data
    refs = [PaperRef(kind, value) for kind, value in data["identifiers"]]
    key = data["paper"]["key"]
    for other in find_papers(session, [PaperRef("key", key)]).values():
        raise Refusal("revision", f"{key} leads to another paper by now, {other.key}.")
    paper = restore_row(session, _with_venue(session, data), data["printed_venue"])
    changes.note_new(session, "paper", paper.id)
    taken = known_names(session, map(name_of, refs))
    free = [ref for ref in refs if name_of(ref) not in taken]
    session.add_all(
        Identifier(paper_id=paper.id, kind=ref.kind, value=ref.value, folded=folded(ref.value))
        for ref in free
    )
    for column, kind in (("doi", "doi"), ("arxiv_id", "arxiv")):
        value = getattr(paper, column)
        if value and name_of(PaperRef(kind, value)) in taken:
            setattr(paper, column, None)
    add_authors(session, paper, data["authors"])
    set_orcids(session, data["orcids"])
    there = set(session.scalars(select(Paper.id).where(Paper.id.in_(data["differences"]))))
    for other_id in sorted(there - {paper.id}):
        add_difference(session, paper.id, other_id, user)
    theirs = PaperRevision.id.in_([*data["revisions"], revision.id])
    session.flush()
    session.execute(update(PaperRevision).where(theirs).values(paper_id=paper.id))
    present = papers.reload_paper(session, paper.id)
    assert present is not None
    facts = {name: text for name, text in facts_of(present).items() if text}
    undoing = add_revision(session, present, FactChange({}, facts), user, kind="undo")
    mark_undone(revision, user)
    return undoing, [f"{ref.kind} {ref.value}" for ref in refs if name_of(ref) in taken]


def _with_venue(session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """The row of a paper with the number that its venue has today; the venue is made again."""
    venue = data["venue"]
    if venue is None:
        return {**data["paper"], "venue_id": None}
    insert_missing(session, Venue, [venue], ["key"])
    number = session.scalar(select(Venue.id).where(Venue.key == venue["key"]))
    return {**data["paper"], "venue_id": number}
