"""What is known of retractions, by the names of papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import RetractionRecord
from app.sources.retractions import Retraction, RetractionNotice, find_state

MAX_NAMES = 500  # in a statement
Key = TypeVar("Key", bound=Hashable)


def has_notices(session: Session) -> bool:
    """Whether any notice was ever read in."""
    return session.scalar(select(RetractionRecord.id).limit(1)) is not None


def find_retractions(
    session: Session, names: Mapping[Key, tuple[Collection[str], Collection[str]]]
) -> dict[Key, Retraction]:
    """Which of some papers are retracted, or of concern.

    Args:
        names: the DOIs (in lower case) and PubMed IDs of each paper, by whatever tells it.
    """
    dois = sorted({doi for each, _ in names.values() for doi in each})
    pubmed_ids = sorted({number for _, each in names.values() for number in each})
    if not (dois or pubmed_ids) or not has_notices(session):
        return {}
    by_doi = _load(session, RetractionRecord.doi, dois)
    by_pubmed_id = _load(session, RetractionRecord.pubmed_id, pubmed_ids)
    found = {}
    for key, (own_dois, own_ids) in names.items():
        notices = {each for doi in own_dois for each in by_doi.get(doi, ())}
        notices |= {each for number in own_ids for each in by_pubmed_id.get(number, ())}
        state = find_state(notices) if notices else None
        if state is not None:
            found[key] = state
    return found


def _load(
    session: Session, column: InstrumentedAttribute[Any], values: Sequence[str]
) -> dict[str, list[RetractionNotice]]:
    found = defaultdict(list)
    for start in range(0, len(values), MAX_NAMES):
        query = select(RetractionRecord).where(column.in_(values[start : start + MAX_NAMES]))
        for record in session.scalars(query.execution_options(populate_existing=True)):
            found[getattr(record, column.key)].append(record.notice)
    return dict(found)
