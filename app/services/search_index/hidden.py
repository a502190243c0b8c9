"""Keep what only its writer finds: the entries of summaries that are not public."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import HiddenEntry
from app.search import entries
from app.services.search_index import facts
from app.services.search_index.facts import BATCH
from app.statements import connection_of, run

# Built once: each text that is saved runs these.
_THESE = HiddenEntry.summary_id.in_(bindparam("ids", expanding=True))
_TEXTS = select(HiddenEntry.summary_id, HiddenEntry.text).where(_THESE)
_REMOVE = delete(HiddenEntry).where(_THESE)


def stored_texts(session: Session, summary_ids: Sequence[int]) -> dict[int, str]:
    """What those of some summaries say that have such entries, without markup."""
    session.flush()
    found = run(connection_of(session), _TEXTS, {"ids": list(summary_ids)})
    return dict(found.all())


def write_hidden(
    session: Session,
    summary_ids: Sequence[int],
    texts: Mapping[int, str],
    public: Collection[int] = (),
) -> None:
    """Write the entries of summaries anew.

    A public one has none, nor one whose text is unknown.

    Args:
        public: those that are known to be public.
    """
    session.flush()
    run(connection_of(session), _REMOVE, {"ids": list(summary_ids)})
    known = [each for each in summary_ids if each in texts and each not in public]
    found = facts.load_summary_facts(session, known, texts, hidden=True) if known else []
    if found:
        rows = [
            {
                "summary_id": own.id,
                "tags": " ".join(own.marks),
                "body": entries.build_summary_body(own),
                "text": own.text,
            }
            for _, own in found
        ]
        session.execute(insert(HiddenEntry), rows)


def renew_hidden(session: Session) -> None:
    """Write all such entries anew by the present rules; commits after each batch."""
    last = 0
    query = select(HiddenEntry.summary_id).order_by(HiddenEntry.summary_id).limit(BATCH)
    while ids := session.scalars(query.where(HiddenEntry.summary_id > last)).all():
        last = ids[-1]
        begin_writing(session)
        write_hidden(session, ids, stored_texts(session, ids))
        session.commit()
