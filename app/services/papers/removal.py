"""Removing a paper on which nothing hangs, and bringing it back.

Whether it can be removed tells whether somebody has a private text about it, so only
administrators may try.

One transaction each, which the caller commits.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import begin_writing, lock_papers
from app.models import (
    DeletedSummary,
    Draft,
    Link,
    ListEntry,
    Paper,
    PaperMerge,
    PaperRevision,
    Reading,
    SearchEntry,
    ShelfEntry,
    Summary,
    User,
)
from app.queries import papers
from app.queries.catalogue import merges
from app.queries.identifiers import find_papers
from app.references.identifiers import PaperRef
from app.references.labels import KIND_LABELS
from app.services import changes
from app.services.links.stale import mark_stale
from app.services.papers.editing import add_revision, check_reason, mark_undone, undo_edit
from app.services.papers.fact_changes import FactChange, list_facts, render_facts
from app.services.papers.merging import add_difference
from app.services.papers.paper_copies import copy_paper, restore_authors, restore_row
from app.services.papers.paper_names import give_names, known_names, name_of
from app.services.refusals import JUST_MERGED, Refusal
from app.services.similar.similarity import lock_similar_papers

# All reasons in one sentence: which of them it is could tell that a private text exists.
IN_USE = (
    "This paper is in use: papers with summaries, drafts, notes or merges, or on a shelf, can’t be"
    " removed. Is it a duplicate? Merge it instead."
)


def remove_paper(session: Session, paper: Paper, user: User, reason: str) -> PaperRevision:
    """Remove a paper; links to it wait for it again.

    Raises:
        Refusal: when something hangs on it, or no reason is given.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    lock_similar_papers(session)
    reason = check_reason(reason, True)
    present = papers.reload_paper(session, paper.id)
    if present is None:
        raise Refusal("paper", JUST_MERGED)
    if _find_used(session, [present.id]):
        raise Refusal("paper", IN_USE)
    changes.note(session, "paper", present.id)
    facts = {name: text for name, text in list_facts(present).items() if text}
    data = _whole(session, present)
    revision = add_revision(
        session, present, FactChange(facts, {}, data), user, kind="removal", reason=reason
    )
    revision.paper_id = None
    # By its last key all of them are found, when there is no paper any more that they belong to.
    ours = PaperRevision.id.in_(data["revisions"])
    session.execute(update(PaperRevision).where(ours).values(paper_key=present.key))
    _delete_rows(session, [present.id])
    session.expunge(present)
    return revision


def remove_unused_papers(session: Session, ids: Collection[int]) -> None:
    """Remove those of some papers with which nobody has done anything since they were added.

    Nothing tells which were removed: that one stays may be due to a private text. The caller holds
    `lock_papers` alone.
    """
    lock_similar_papers(session)
    known = (ListEntry.paper_id, Link.target_id, PaperRevision.paper_id)
    used = {number for column in known for number in _find_in(session, column, ids)}
    used |= _find_used(session, ids)
    unused = sorted(set(ids) - used)
    if unused:
        changes.note(session, "paper", *unused)
        _delete_rows(session, unused)


def _delete_rows(session: Session, ids: Collection[int]) -> None:
    """Delete papers that are noted as changed; links to them wait for them again."""
    leading = Link.target_id.in_(ids)
    mark_stale(session, session.scalars(select(Link.summary_id).where(leading).distinct()).all())
    session.execute(update(Link).where(leading).values(target_id=None))
    session.execute(delete(SearchEntry).where(SearchEntry.paper_id.in_(ids)))
    session.flush()
    session.execute(delete(Paper).where(Paper.id.in_(ids)))


def undo_revision(
    session: Session, revision_id: int, user: User
) -> tuple[PaperRevision, list[str]]:
    """Undo an edit, or bring a removed paper back.

    Returns:
        The revision that does so, and what people call the facts that could not be set back.

    Raises:
        Refusal: for what is undone already, or cannot be any more.
    """
    revision = session.get(PaperRevision, revision_id)
    is_edit = revision is not None and revision.kind != "removal"
    former = render_facts(revision.before if revision is not None and is_edit else {})
    begin_writing(session)
    lock_papers(session, alone=True)
    revision = session.get(PaperRevision, revision_id, populate_existing=True)
    if revision is None or revision.undone_at is not None:
        raise Refusal("revision", "Already undone.")
    if not revision.before:
        raise Refusal("revision", "A paper that was restored can only be removed again.")
    if is_edit:
        return undo_edit(session, revision, former, user)
    return _restore_paper(session, revision, user)


def _find_used(session: Session, ids: Collection[int]) -> set[int]:
    """Those of some papers on which anything hangs."""
    is_undone = PaperMerge.undone_at.is_not(None)
    found = {
        number
        for column in (Summary.paper_id, DeletedSummary.paper_id, Draft.paper_id)
        for number in _find_in(session, column, ids)
    }
    found |= _find_in(session, ListEntry.paper_id, ids, ListEntry.words != "")
    found |= _find_in(session, ShelfEntry.paper_id, ids)
    found |= _find_in(session, Reading.paper_id, ids)
    for column in (PaperMerge.kept_id, PaperMerge.paper_id):
        found |= _find_in(session, column, ids, ~is_undone)
    return found


def _find_in(
    session: Session,
    column: InstrumentedAttribute[Any],
    ids: Collection[int],
    *conditions: ColumnElement[bool],
) -> set[int]:
    return set(session.scalars(select(column).where(column.in_(ids), *conditions)))


def _whole(session: Session, paper: Paper) -> dict[str, Any]:
    """All of a paper that bringing it back needs."""
    ours = PaperRevision.paper_id == paper.id
    return {
        **copy_paper(paper),
        "identifiers": [
            [each.kind, each.value] for each in papers.list_identifiers(session, paper)
        ],
        "differences": sorted(merges.find_distinct_paper_ids(session, paper)),
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
    paper = restore_row(session, data)
    changes.note_new(session, "paper", paper.id)
    taken = known_names(session, map(name_of, refs))
    free = [ref for ref in refs if name_of(ref) not in taken]
    give_names(session, paper.id, free)
    for column, kind in (("doi", "doi"), ("arxiv_id", "arxiv")):
        value = getattr(paper, column)
        if value and name_of(PaperRef(kind, value)) in taken:
            setattr(paper, column, None)
    restore_authors(session, paper, data)
    there = set(session.scalars(select(Paper.id).where(Paper.id.in_(data["differences"]))))
    for other_id in sorted(there - {paper.id}):
        add_difference(session, paper.id, other_id, user)
    theirs = PaperRevision.id.in_([*data["revisions"], revision.id])
    session.flush()
    session.execute(update(PaperRevision).where(theirs).values(paper_id=paper.id))
    present = papers.reload_paper(session, paper.id)
    assert present is not None
    facts = {name: text for name, text in list_facts(present).items() if text}
    undoing = add_revision(session, present, FactChange({}, facts), user, kind="undo")
    mark_undone(revision, user)
    lost = [ref for ref in refs if name_of(ref) in taken]
    return undoing, [f"{KIND_LABELS[ref.kind]} {ref.value}" for ref in lost]
