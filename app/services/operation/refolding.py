"""Bring folded texts to the present rules of `app.text`.

After an upgrade.

Authors, identifiers and the names of venues and users in addresses are not folded so: they are
what they were (`app.text.folding`), and no two rows become one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import begin_writing, insert_missing
from app.models import DerivedVersion, Link, Paper, PaperMerge, Summary, Tag, Venue
from app.models.papers.venue import venue_folded
from app.models.summaries.link import MAX_LABEL_FOLDED
from app.services.links.stale import STALE
from app.services.lists.words import renew_words
from app.services.search_index import indexing
from app.services.similar import similarity
from app.text import TEXT_VERSION
from app.text.folding import fold
from app.text.words import indexable, title_folded

BATCH = 4000  # rows in one transaction
NAME = "text"
Column = InstrumentedAttribute[Any]


def is_due(session: Session) -> bool:
    """Whether this library was folded by other rules."""
    stored = select(DerivedVersion.version).where(DerivedVersion.name == NAME)
    return session.scalar(stored) != TEXT_VERSION


def refold(session: Session) -> Iterator[int]:
    """Fold everything anew: titles, labels of links, venues, tags, lists, the search index.

    Similar papers and texts with citations are marked; jobs do these. Commits in between: it can be
    stopped at any moment, and then begins again at the next start; readers and writers go on.

    Yields:
        How many papers have been indexed since the last time.
    """
    _renew(session, Paper.id, Paper.title_folded, [Paper.title], title_folded)
    _renew(
        session,
        PaperMerge.id,
        PaperMerge.removed_title_folded,
        [PaperMerge.removed_title],
        title_folded,
    )
    _renew(session, Link.id, Link.label_folded, [Link.label], _label_folded)
    _renew(session, Venue.id, Venue.folded, [Venue.key, Venue.name, Venue.title], venue_folded)
    _renew(session, Tag.id, Tag.folded, [Tag.name], fold)
    for _ in renew_words(session):
        pass
    yield from indexing.renew(session)
    if similarity.has_known_words(session):
        similarity.mark_known(session)
    begin_writing(session)
    citing = select(Link.summary_id).where(Link.kind == "cite")
    session.execute(
        update(Summary)
        .where(Summary.id.in_(citing))
        .values(renderer_version=STALE)
        .execution_options(synchronize_session=False)
    )
    # Two nodes may start at the same time, and both come to this end.
    insert_missing(session, DerivedVersion, [{"name": NAME, "version": TEXT_VERSION}], ["name"])
    done = update(DerivedVersion).where(DerivedVersion.name == NAME)
    session.execute(done.values(version=TEXT_VERSION))
    session.commit()


def _label_folded(label: str) -> str:
    return indexable(label)[:MAX_LABEL_FOLDED]


def _renew(
    session: Session,
    number: Column,
    folded: Column,
    sources: Sequence[Column],
    make: Callable[..., str],
) -> None:
    """Write a folded column anew where it is not what `make` makes of the `sources`.

    What is empty stays so where titles and labels are not compared: undone merges, old links.
    """
    is_name = number.class_ in (Venue, Tag)
    query = select(number, folded, *sources).order_by(number).limit(BATCH)
    query = query if is_name else query.where(folded != "")
    # What somebody has changed meanwhile is left alone: it was folded by them.
    change = (
        update(number.class_.__table__)
        .where(number == bindparam("which"), sources[0] == bindparam("seen"))
        .values({folded.key: bindparam("made")})
    )
    last = 0
    while rows := session.execute(query.where(number > last)).all():
        last = rows[-1][0]
        changed = [
            {"which": row[0], "seen": row[2], "made": made}
            for row in rows
            if (made := make(*row[2:])) != row[1]
        ]
        if changed:
            begin_writing(session)
            session.connection().execute(change, changed)
        session.commit()
