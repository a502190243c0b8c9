"""What a library needs now and then.

It forgets what is past bringing back, and unused pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.lookup import asking, cache, offers
from app.services.pictures import addresses
from app.services.pictures import uploads as pictures
from app.services.similar import similarity
from app.services.summaries import deletion

SIMILAR_SECONDS = 600.0  # what is left then waits for the next day


@dataclass(frozen=True)
class TidyResult:
    """How much was removed."""

    pictures: int
    summaries: int


def tidy(session: Session) -> TidyResult:
    """Forget summaries that were deleted too long ago, and remove pictures that nothing shows.

    Also work out the similar papers that writes have left marked, and forget old look-ups and
    answers of the outside. In a library from before version 0004 of the schema, texts that share a
    picture get addresses of their own.

    Commits; it can be stopped at any moment and run again, also while others read and write.
    """
    forgotten = deletion.purge_deleted(session)
    offers.purge(session)
    session.commit()
    addresses.separate_all_addresses(session)
    cache.remove_old_answers(session.info["data_dir"] / asking.FOLDER)
    if not similarity.has_known_words(session):
        similarity.mark_all(session, every=False)
    for _ in similarity.refresh(session, SIMILAR_SECONDS):
        pass
    return TidyResult(pictures=pictures.tidy(session), summaries=forgotten)
