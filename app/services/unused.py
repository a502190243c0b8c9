"""Authors and venues that nobody has any more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.models import Author, Paper, PaperAuthor, Venue
from app.references.identifiers import OWN_VENUES
from app.services.bulk import split_into_batches


def remove_unused(session: Session, authors: Collection[int], venues: Collection[int]) -> None:
    """Remove those of some authors and venues that neither a paper nor dblp has.

    In the list of papers that is locked.
    """
    wrote = exists().where(PaperAuthor.author_id == Author.id)
    for some in split_into_batches(authors):
        lost = select(Author.id).where(Author.id.in_(some), Author.dblp_id.is_(None), ~wrote)
        if ids := session.scalars(lost).all():
            session.execute(delete(Author).where(Author.id.in_(ids)))
    own = Venue.key.startswith(OWN_VENUES, autoescape=True)
    appeared = exists().where(Paper.venue_id == Venue.id)
    for some in split_into_batches(venues):
        left = select(Venue.id).where(Venue.id.in_(some), own, ~appeared)
        if ids := session.scalars(left).all():
            session.execute(delete(Venue).where(Venue.id.in_(ids)))
