"""Undoing a merge of two papers: each has again what was its own.

What came from the removed paper goes back to it as it is today, with edits and votes since; what
was written or added after the merge stays where it is. Facts that were filled in are taken out
again unless they were changed since.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import (
    DeletedSummary,
    Identifier,
    Paper,
    PaperAuthor,
    PaperDifference,
    PaperMerge,
    PaperRevision,
    SearchEntry,
    Summary,
    User,
)
from app.queries import papers
from app.references.identifiers import PaperRef
from app.services import changes
from app.services.links.resolving import list_link_names, release_links
from app.services.lists import joining
from app.services.papers.editing import add_revision, mark_undone
from app.services.papers.fact_changes import FactChange, list_facts
from app.services.papers.merging import FILLED_COLUMNS, add_difference
from app.services.papers.paper_copies import restore_authors, restore_row
from app.services.papers.paper_names import give_names, known_names, name_of
from app.services.refusals import Refusal
from app.services.row_values import encode_value
from app.services.shelves.joining import move_readings_back, move_shelf_entries_back
from app.services.summaries import draft_merge
from app.services.summaries.state import close_gap

BATCH = 500  # names in one statement


def undo_merge(session: Session, merge_id: int, user: User) -> Paper:
    """Make two papers of one again, as they were before a merge.

    The program does not take them for one again, nor suggest it.

    Returns:
        The paper that is back.

    Raises:
        Refusal: for one that is undone already, or whose kept paper was merged itself since.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    merge = session.get(PaperMerge, merge_id, populate_existing=True)
    if merge is None or merge.undone_at is not None:
        raise Refusal("merge", "Already undone.")
    kept = papers.reload_paper(session, merge.kept_id)
    if kept is None:
        raise Refusal(
            "merge",
            f"{merge.kept_key} has since been merged itself. Undo that first.",
        )
    data = merge.data
    changes.note(session, "paper", kept.id)
    restored = restore_row(session, data)
    changes.note_new(session, "paper", restored.id)
    draft_merge.move_drafts_back(session, merge, kept, restored)
    joining.move_entries_back(session, merge, kept, restored)
    move_shelf_entries_back(session, merge, kept, restored)
    move_readings_back(session, merge, kept, restored)
    _move_back_summaries(session, data, kept, restored)
    for paper in (kept, restored):
        draft_merge.attach_new_drafts(session, paper)
    _move_back_identifiers(session, data, kept, restored)
    _give_lost_names(session, restored)
    _undo_filling(session, data, kept, user)
    restore_authors(session, restored, data)
    _mark_different_again(session, data["differences"], kept, restored, user)
    back = update(PaperMerge).where(PaperMerge.id.in_(data["merges"]), PaperMerge.kept_id.is_(None))
    session.execute(back.values(kept_id=restored.id))
    leading = update(PaperMerge).where(PaperMerge.id.in_(data.get("leading", data["merges"])))
    session.execute(leading.values(paper_id=restored.id))
    theirs = update(PaperRevision).where(PaperRevision.id.in_(data.get("revisions", [])))
    session.execute(theirs.values(paper_id=restored.id))
    session.flush()
    release_links(session, list_link_names(session, restored.id), kept.id)
    merge.paper_id = None
    merge.undone_at = now()
    merge.undone_by_id = user.id
    merge.data = {}
    session.expire(restored)
    return restored


def _move_back_summaries(
    session: Session, data: dict[str, Any], kept: Paper, restored: Paper
) -> None:
    places = dict(data["summaries"])
    numbers = [*places, *data["deleted"]]
    deleted = update(DeletedSummary).where(
        DeletedSummary.id.in_(numbers), DeletedSummary.paper_id == kept.id
    )
    session.execute(deleted.values(paper_id=restored.id))
    query = select(Summary.id, Summary.user_id).where(
        Summary.id.in_(numbers), Summary.paper_id == kept.id
    )
    there: dict[int, int] = {}
    moving = sorted(session.execute(query).all(), key=lambda row: (places.get(row[0], 0), row[0]))
    for number, user_id in moving:
        there[user_id] = there.get(user_id, -1) + 1
        moved = update(Summary).where(Summary.id == number)
        session.execute(moved.values(paper_id=restored.id, place=there[user_id]))
    came = update(SearchEntry).where(SearchEntry.summary_id.in_([each[0] for each in moving]))
    session.execute(came.values(paper_id=restored.id))
    for user_id in there:
        close_gap(session, kept.id, user_id)


def _move_back_identifiers(
    session: Session, data: dict[str, Any], kept: Paper, restored: Paper
) -> None:
    names = [(kind, name) for kind, name in data["identifiers"]]
    for start in range(0, len(names), BATCH):
        theirs = tuple_(Identifier.kind, Identifier.folded).in_(names[start : start + BATCH])
        session.execute(
            update(Identifier)
            .where(Identifier.paper_id == kept.id, theirs)
            .values(paper_id=restored.id)
        )


def _give_lost_names(session: Session, restored: Paper) -> None:
    """Let its own DOI and arXiv ID lead to a paper again that an edit of the other one gave up."""
    told = (("doi", restored.doi), ("arxiv", restored.arxiv_id))
    own = [PaperRef(kind, value) for kind, value in told if value]
    taken = known_names(session, map(name_of, own))
    give_names(session, restored.id, [ref for ref in own if name_of(ref) not in taken])


def _undo_filling(session: Session, data: dict[str, Any], kept: Paper, user: User) -> None:
    """Take out what was filled in, and write that down as any undoing of an edit."""
    before = list_facts(kept)
    _take_out(session, data["filled"], kept)
    session.flush()
    present = papers.reload_paper(session, kept.id)
    assert present is not None
    after = list_facts(present)
    filling = session.get(PaperRevision, data.get("revision", 0), populate_existing=True)
    if filling is None:
        return  # it was merged by a version that wrote nothing down
    changed = [name for name in filling.after if after[name] != before[name]]
    if changed:
        old, new = ({name: facts[name] for name in changed} for facts in (before, after))
        add_revision(session, present, FactChange(old, new), user, kind="undo")
        if filling.undone_at is None:  # else somebody has said the same again since
            mark_undone(filling, user)


def _take_out(session: Session, filled: dict[str, Any], kept: Paper) -> None:
    """Let the kept paper lack again what it lacked, where nobody has changed it since."""
    for name in FILLED_COLUMNS:
        same = name in filled and encode_value(getattr(kept, name)) == filled[name]
        if same and name != "abstract_html":
            nullable = Paper.__table__.columns[name].nullable
            setattr(kept, name, None if nullable else "")
    if kept.venue_id is None:
        kept.venue_name = None
    if not kept.abstract:
        kept.abstract_html = ""
    details = filled.get("details", {})
    if details:
        kept.details = {
            name: text for name, text in kept.details.items() if details.get(name) != text
        }
    if filled.get("authors") and [each.key for each in kept.authors] == filled["authors"]:
        session.execute(delete(PaperAuthor).where(PaperAuthor.paper_id == kept.id))
        session.expire(kept, ["authorships"])


def _mark_different_again(
    session: Session, differences: dict[str, list[int]], kept: Paper, restored: Paper, user: User
) -> None:
    for other in differences["added"]:
        pair = sorted((kept.id, other))
        session.execute(
            delete(PaperDifference).where(
                PaperDifference.one_id == pair[0], PaperDifference.other_id == pair[1]
            )
        )
    there = set(session.scalars(select(Paper.id).where(Paper.id.in_(differences["before"]))))
    for other in sorted(there | {kept.id}):
        add_difference(session, restored.id, other, user)
