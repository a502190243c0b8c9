"""Marks papers as retracted, by their identifiers.

The mark stands in the paper's row, so that every page that shows the paper has it at hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Identifier, Paper
from app.queries.catalogue.retractions import find_retractions, has_notices
from app.references.identifiers import PaperRef
from app.services.bulk import among, split_into_batches
from app.sources.retractions import find_pubmed_id, list_dois, to_json

_NAMING = ("doi", "arxiv", "acl", "url")


def mark_papers(session: Session, paper_ids: Iterable[int]) -> list[int]:
    """Bring the marks of papers into step, in a session that writes.

    Returns:
        The numbers of those whose marks were others.
    """
    if not has_notices(session):
        return []
    changed = []
    for some in split_into_batches(paper_ids):
        states = find_retractions(session, _load_names(session, some))
        marked = Paper.retraction_state.is_not(None)
        present = select(Paper.id, Paper.retraction_state).where(among(session, Paper.id, some))
        before: dict[int, Any] = dict(session.execute(present.where(marked)).all())
        wanted = {number: to_json(state) for number, state in states.items()}
        differing = [each for each in some if before.get(each) != wanted.get(each)]
        for number in differing:
            paper = session.get(Paper, number)
            if paper is not None:
                paper.retraction_state = wanted.get(number)
                changed.append(number)
    session.flush()
    return changed


def _load_names(session: Session, ids: list[int]) -> dict[int, tuple[set[str], set[str]]]:
    dois: defaultdict[int, set[str]] = defaultdict(set)
    pubmed_ids: defaultdict[int, set[str]] = defaultdict(set)
    query = select(Identifier.paper_id, Identifier.kind, Identifier.folded).where(
        among(session, Identifier.paper_id, ids), Identifier.kind.in_(_NAMING)
    )
    for paper_id, kind, value in session.execute(query):
        dois[paper_id].update(list_dois(PaperRef(kind, value)))
        if kind == "url" and (found := find_pubmed_id(value)):
            pubmed_ids[paper_id].add(found)
    return {each: (dois[each], pubmed_ids[each]) for each in dois.keys() | pubmed_ids.keys()}
