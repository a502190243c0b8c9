"""What a library needs now and then.

It forgets what is past bringing back, and unused pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.models import Change
from app.services.importing.lists import receiving
from app.services.lists import copies
from app.services.lookup import asking, cache, offers
from app.services.mail import outbox
from app.services.pictures import addresses
from app.services.pictures import uploads as pictures
from app.services.similar import similarity
from app.services.summaries import deletion

KEPT_CHANGES = 10_000


@dataclass(frozen=True)
class TidyResult:
    """How much was removed."""

    pictures: int = 0
    summaries: int = 0


def tidy(session: Session) -> Iterator[TidyResult]:
    """Forget summaries that were deleted too long ago, and remove pictures that nothing shows.

    Also forget old look-ups, imports of lists, mail, changes and answers of the outside. In a
    library from before version 0004 of the schema, texts that share a picture get addresses of
    their own; in one from before 0010, the similar papers of all are marked.

    Yields:
        What each step removed, after its commit.
    """
    forgotten = deletion.purge_deleted(session)
    offers.purge(session)
    copies.forget_old_copies(session)
    receiving.purge_imports(session)
    outbox.purge_mail(session)
    _shorten_log(session)
    session.commit()
    yield TidyResult(summaries=forgotten)
    for _ in addresses.separate_all_addresses(session):
        yield TidyResult()
    cache.remove_old_answers(session.info["data_dir"] / asking.FOLDER)
    if not similarity.has_known_words(session):
        similarity.mark_all(session, every=False)
    for removed in pictures.tidy(session):
        yield TidyResult(pictures=removed)


def _shorten_log(session: Session) -> None:
    # Who has not looked for longer takes everything for changed.
    newest = session.scalar(select(func.max(Change.number))) or 0
    session.execute(delete(Change).where(Change.number <= newest - KEPT_CHANGES))
