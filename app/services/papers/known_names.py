"""Which of many names belong to papers that are here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Identifier, folded
from app.references.identifiers import PaperRef
from app.services.bulk import among

Name = tuple[str, str]  # kind and folded value of an identifier


def name_of(ref: PaperRef) -> Name:
    """The name of a reference as identifiers have it."""
    return ref.kind, folded(ref.value)


def known_names(session: Session, names: Iterable[Name]) -> dict[Name, int]:
    """The numbers of the papers to which these names belong; one query for each kind."""
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for kind, value in names:
        by_kind[kind].add(value)
    found: dict[Name, int] = {}
    for kind, values in sorted(by_kind.items()):
        query = select(Identifier.folded, Identifier.paper_id).where(
            Identifier.kind == kind, among(session, Identifier.folded, values)
        )
        found |= {(kind, value): number for value, number in session.execute(query)}
    return found
