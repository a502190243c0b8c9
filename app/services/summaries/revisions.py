"""Earlier versions of summaries: what they said, and since when everybody could read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Update, insert, select, update
from sqlalchemy.orm import Session

from app.models import Revision, Summary
from app.services.summaries.state import find_last_revision_number
from app.statements import connection_of, run

_ADD = insert(Revision)  # built once, and run past the session's objects: each text that is saved


def keep_revision_html(session: Session, summary: Summary) -> None:
    """Give the last revision the HTML that the summary is about to lose."""
    session.execute(
        _update_last(session, summary).values(
            html=summary.html,
            takeaway_html=summary.takeaway_html,
            renderer_version=summary.renderer_version,
        )
    )


def note_public(session: Session, summary: Summary, moment: datetime) -> None:
    """Note that everybody can read the last revision from now on, unless they could before."""
    session.flush()
    hidden = _update_last(session, summary).where(Revision.public_since.is_(None))
    session.execute(hidden.values(public_since=moment))


def _update_last(session: Session, summary: Summary) -> Update:
    number = find_last_revision_number(session, summary)
    return update(Revision).where(Revision.summary_id == summary.id, Revision.number == number)


def is_last_public(session: Session, summary: Summary) -> bool:
    """Whether others could read the last revision, now or before."""
    query = select(Revision.public_since).where(Revision.summary_id == summary.id)
    return session.scalar(query.order_by(Revision.number.desc()).limit(1)) is not None


def note_provenance(session: Session, summary: Summary) -> None:
    """Note what is stated of the last revision, whose text is still the same.

    A version that others have seen keeps what they were told: what is stated later, perhaps while
    the summary is hidden, is another version's.
    """
    session.flush()
    hidden = _update_last(session, summary).where(Revision.public_since.is_(None))
    session.execute(hidden.values(read=summary.read, made=summary.made))


def add_revision(
    session: Session, summary: Summary, moment: datetime, saved_at: datetime, *, is_first: bool
) -> None:
    """Keep a summary and what is stated of it as its next revision.

    Args:
        moment: the present one, from which on others can read it, if they can.
    """
    last = 0 if is_first else find_last_revision_number(session, summary)
    session.flush()
    row = {
        "summary_id": summary.id,
        "number": last + 1,
        "public_since": moment if summary.visibility == "public" else None,
        "source": summary.source,
        "takeaway": summary.takeaway,
        "read": summary.read,
        "made": summary.made,
        "saved_at": saved_at,
    }
    run(connection_of(session), _ADD, row)
