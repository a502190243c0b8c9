"""Under which licence a summary is published, and that its writer agreed to it.

A summary gets the licence when it is saved as public or unlisted and has none, and keeps it: also
when the site asks for another one later.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.licences import LICENCES
from app.models import LicenceAgreement, Summary
from app.queries.accounts import has_agreed
from app.services import changes
from app.services.refusals import Refusal


def publish_under(session: Session, summary: Summary, licence: str, *, agrees: bool) -> None:
    """Put a summary that its writer publishes under the site's licence.

    Called in the transaction that saved it, which has locked the writer.

    Args:
        licence: an identifier of `LICENCES`; empty where the site asks for none.
        agrees: whether the writer agrees with this form. Who has agreed before need not.

    Raises:
        Refusal: when they have not agreed to it.
    """
    if summary.visibility != "private":
        publish_later(session, summary, licence, agrees=agrees)


def publish_later(session: Session, summary: Summary, licence: str, *, agrees: bool) -> None:
    """The same for one that is published later, such as by a reading."""
    if not licence or summary.licence:
        return
    if not has_agreed(session, summary.user_id, licence):
        if not agrees:
            name = LICENCES[licence].name
            other = "show it to the group" if summary.visibility == "private" else "choose Private"
            raise Refusal("agrees", f"Agree to {name} to publish, or {other}.")
        begin_writing(session)
        agreement = LicenceAgreement(user_id=summary.user_id, licence=licence, agreed_at=now())
        session.add(agreement)
    _write(session, summary, licence)


def set_licence(session: Session, summary: Summary, licence: str) -> None:
    """Put a summary under a licence that is known to be its writer's choice."""
    if licence and summary.visibility != "private" and not summary.licence:
        _write(session, summary, licence)


def _write(session: Session, summary: Summary, licence: str) -> None:
    changes.note(session, "summary", summary.id)
    summary.licence = licence
    session.flush()
