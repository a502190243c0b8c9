"""Making one paper of two that are one work.

One transaction that the caller commits. All that belongs to the paper that goes moves to the one
that stays: identifiers (its key among them, so that its address leads on), summaries with votes,
tags and versions, drafts, links, entries of reading lists and shelves, readings. No text is
changed, and nobody learns of one that they could not see before: a writer of both papers has two
summaries on one page then, each as it was. What undoing needs is kept in `PaperMerge`
(`services.papers.merge_undo`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import (
    DeletedSummary,
    Identifier,
    Link,
    Paper,
    PaperAuthor,
    PaperDifference,
    PaperMerge,
    PaperRevision,
    SearchEntry,
    Summary,
    User,
)
from app.models.papers.revision import MAX_REASON
from app.queries import papers
from app.queries.catalogue import merges
from app.queries.visibility import public
from app.services import changes
from app.services.links.stale import mark_stale
from app.services.lists import joining
from app.services.papers.editing import add_revision
from app.services.papers.fact_changes import FactChange, list_facts
from app.services.papers.paper_copies import copy_paper
from app.services.refusals import Refusal
from app.services.row_values import encode_value
from app.services.shelves.joining import move_readings, move_shelf_entries
from app.services.similar.similarity import lock_similar_papers
from app.services.summaries import draft_merge

# Where and when it appeared is one fact: of two records a citation would be made that is nobody's.
_APPEARED = ("year", "venue_id", "venue_name", "doi", "published_on")
_SINGLE = ("section_slug", "arxiv_id", "url", "abstract", "abstract_html", "keywords")
FILLED_COLUMNS = (*_APPEARED, *_SINGLE)


def merge_papers(
    session: Session,
    kept: Paper,
    removed: Paper,
    user: User | None,
    *,
    by_rule: bool = False,
    fill: bool = True,
) -> PaperMerge:
    """Let one paper stay, with everything of another one, which is removed.

    Facts that the first lacks are filled in from the second, with `fill`.

    Args:
        user: who decided it; with `by_rule`, when `sources.same_work` did, who added one of
        them.

    Raises:
        Refusal: for one paper twice, or one that is gone by now.
    """
    if kept.id == removed.id:
        raise Refusal("other", "These are the same paper.")
    begin_writing(session)
    lock_papers(session, alone=True)
    lock_similar_papers(session)
    kept, removed = _present(session, kept.id), _present(session, removed.id)
    changes.note(session, "paper", kept.id, removed.id)
    count = select(func.count(Summary.id)).where(Summary.paper_id == removed.id, public())
    merge = PaperMerge(
        kept_id=kept.id,
        kept_key=kept.key,
        kept_title=kept.title,
        removed_key=removed.key,
        removed_title=removed.title,
        removed_title_folded=removed.title_folded,
        paper_id=kept.id,
        summaries=session.scalar(count) or 0,
        by_rule=by_rule,
        user_id=None if user is None else user.id,
        merged_at=now(),
    )
    data: dict[str, Any] = {
        **copy_paper(removed),
        "merges": _ids(session, PaperMerge.id, PaperMerge.kept_id == removed.id),
        "leading": _ids(session, PaperMerge.id, PaperMerge.paper_id == removed.id),
        "revisions": _ids(session, PaperRevision.id, PaperRevision.paper_id == removed.id),
        "deleted": _ids(session, DeletedSummary.id, DeletedSummary.paper_id == removed.id),
    }
    further = update(PaperMerge).where(PaperMerge.paper_id == removed.id)
    session.execute(further.values(paper_id=kept.id))
    session.add(merge)
    session.flush()
    data["drafts"] = draft_merge.move_drafts(session, merge, kept, removed)
    data["entries"] = joining.move_entries(session, merge, kept, removed)
    data["shelved"] = move_shelf_entries(session, merge, kept, removed)
    data["readings"] = move_readings(session, kept, removed)
    data["summaries"] = _move_summaries(session, kept, removed)
    data["adopted"] = draft_merge.attach_new_drafts(session, kept, merge)
    data["identifiers"] = _move_identifiers(session, kept, removed)
    data["differences"] = _move_differences(session, kept, removed, user)
    data["filled"] = {}
    if fill:
        _fill_with_revision(session, data, kept, removed, None if by_rule else user)
    merge.data = data
    _move_links(session, kept, removed)
    session.flush()
    session.execute(delete(Paper).where(Paper.id == removed.id))
    session.expunge(removed)
    return merge


def mark_different(session: Session, one: Paper, other: Paper, user: User) -> None:
    """Note that two papers are two works, though they look like one."""
    begin_writing(session)
    lock_papers(session, alone=True)
    one, other = _present(session, one.id), _present(session, other.id)
    add_difference(session, one.id, other.id, user)


def add_difference(session: Session, one: int, other: int, user: User | None) -> None:
    """Write that down, once."""
    if one == other:
        raise Refusal("other", "These are the same paper.")
    pair = {
        "one_id": min(one, other),
        "other_id": max(one, other),
        "user_id": None if user is None else user.id,
        "decided_at": now(),
    }
    insert_missing(session, PaperDifference, [pair], ["one_id", "other_id"])


def _present(session: Session, paper_id: int) -> Paper:
    paper = papers.reload_paper(session, paper_id)
    if paper is None:
        raise Refusal("other", "One of these papers has just been merged. Compare them again.")
    return paper


def _ids(session: Session, column: Any, condition: Any) -> list[int]:
    return list(session.scalars(select(column).where(condition).order_by(column)))


def _move_summaries(session: Session, kept: Paper, removed: Paper) -> list[list[int]]:
    """Move the summaries, each behind those that its writer has there.

    Returns:
        Their numbers, each with its place before.
    """
    last = select(Summary.user_id, func.max(Summary.place)).where(Summary.paper_id == kept.id)
    places = dict(session.execute(last.group_by(Summary.user_id)).all())
    query = (
        select(Summary.id, Summary.user_id, Summary.place)
        .where(Summary.paper_id == removed.id)
        .order_by(Summary.place, Summary.id)
    )
    moved = session.execute(query).all()
    for number, user_id, _ in moved:
        places[user_id] = places.get(user_id, -1) + 1
        session.execute(
            update(Summary)
            .where(Summary.id == number)
            .values(paper_id=kept.id, place=places[user_id])
        )
    deleted = update(DeletedSummary).where(DeletedSummary.paper_id == removed.id)
    session.execute(deleted.values(paper_id=kept.id))
    return [[number, place] for number, _, place in moved]


def _move_identifiers(session: Session, kept: Paper, removed: Paper) -> list[list[str]]:
    ours = Identifier.paper_id == removed.id
    query = select(Identifier.kind, Identifier.folded).where(ours).order_by(Identifier.id)
    names = [[kind, name] for kind, name in session.execute(query)]
    session.execute(update(Identifier).where(ours).values(paper_id=kept.id))
    return names


def _move_differences(
    session: Session, kept: Paper, removed: Paper, user: User | None
) -> dict[str, list[int]]:
    """What differs from the one differs from both."""
    others = sorted(merges.find_distinct_paper_ids(session, removed) - {kept.id})
    known = merges.find_distinct_paper_ids(session, kept)
    added = [other for other in others if other not in known]
    for other in added:
        add_difference(session, kept.id, other, user)
    return {"before": others, "added": added}


def _fill_with_revision(
    session: Session, data: dict[str, Any], kept: Paper, removed: Paper, user: User | None
) -> None:
    """Fill in what the kept paper lacks, and write that down as any edit."""
    before = list_facts(kept)
    data["filled"] = _fill(session, kept, removed)
    session.flush()
    present = _present(session, kept.id)
    after = list_facts(present)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return
    old, new = ({name: facts[name] for name in changed} for facts in (before, after))
    reason = f"Filled in from {removed.key}, merged into this paper"
    change = FactChange(old, new)
    if len(reason) > MAX_REASON:  # of a key that is nearly as long as an address
        reason = f"{reason[: MAX_REASON - 1]}…"
    data["revision"] = add_revision(session, present, change, user, reason=reason).id


def _fill(session: Session, kept: Paper, removed: Paper) -> dict[str, Any]:
    """Give the kept paper the facts that it lacks; says which."""
    filled: dict[str, Any] = {}
    appeared = _fits(kept, removed)
    for name in FILLED_COLUMNS if appeared else _SINGLE:
        value = getattr(removed, name)
        if value and not getattr(kept, name):
            setattr(kept, name, value)
            filled[name] = encode_value(value)
    if "abstract_html" in filled:
        kept.renderer_version = min(kept.renderer_version, removed.renderer_version)
    if appeared and removed.details:
        # That a list of authors goes on is said of the list that it belongs to.
        own = {"authors"} if kept.authorships else set()
        kept.details = {name: text for name, text in removed.details.items() if name not in own}
        filled["details"] = kept.details
    if removed.authorships and not kept.authorships:
        rows = [
            {
                "paper_id": kept.id,
                "position": each.position,
                "author_id": each.author_id,
                "name": each.name,
            }
            for each in removed.authorships
        ]
        session.execute(insert(PaperAuthor), rows)
        filled["authors"] = [author.key for author in removed.authors]
    return filled


def _fits(kept: Paper, removed: Paper) -> bool:
    """Whether the one can tell where and when the other appeared: if that says nothing of it but,
    perhaps, the same year and DOI."""
    if kept.venue_id is not None or kept.details:
        return False
    return all(
        getattr(kept, name) in (None, getattr(removed, name))
        for name in ("year", "doi", "published_on")
    )


def _move_links(session: Session, kept: Paper, removed: Paper) -> None:
    ours = Link.target_id == removed.id
    mark_stale(session, session.scalars(select(Link.summary_id).where(ours).distinct()).all())
    session.execute(update(Link).where(ours).values(target_id=kept.id))
    entry = SearchEntry.paper_id == removed.id
    session.execute(delete(SearchEntry).where(entry, SearchEntry.summary_id.is_(None)))
    session.execute(update(SearchEntry).where(entry).values(paper_id=kept.id))
