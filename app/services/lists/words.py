"""The words by which a reader finds their own entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import ListEntry
from app.queries.lists.own_entries import load_label_names
from app.services.bulk import split_into_batches
from app.text.plurals import stems

BATCH = 500  # entries in one transaction


def refresh_words(session: Session, entry_ids: Collection[int]) -> None:
    """Write the words of entries anew, after their texts or labels changed."""
    session.flush()
    for some in split_into_batches(entry_ids):
        labels = load_label_names(session, some)
        query = select(
            ListEntry.id, ListEntry.remark, ListEntry.notes, ListEntry.citekey, ListEntry.words
        )
        changed = []
        for row in session.execute(query.where(ListEntry.id.in_(some))):
            made = _make_words([row.remark, row.citekey or "", *labels.get(row.id, []), row.notes])
            if made != row.words:
                changed.append({"id": row.id, "words": made})
        if changed:
            session.execute(update(ListEntry), changed)


def renew_words(session: Session) -> Iterator[int]:
    """Write the words of all entries anew by the present rules; commits after each batch."""
    last = 0
    query = select(ListEntry.id).order_by(ListEntry.id).limit(BATCH)
    while ids := session.scalars(query.where(ListEntry.id > last)).all():
        last = ids[-1]
        begin_writing(session)
        refresh_words(session, ids)
        session.commit()
        yield len(ids)


def _make_words(texts: Iterable[str]) -> str:
    return " ".join(word for text in texts if text for word in stems(text))
