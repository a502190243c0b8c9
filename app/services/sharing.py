"""Who can see a summary, changed without touching its text; the secret address of unlisted ones."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Paper, Summary, User
from app.services import picture_addresses
from app.services.locks import queue
from app.services.problems import Refused
from app.services.summaries import (
    ChangedMeanwhile,
    last_revision,
    new_share_code,
    publish,
    tag_names,
)


def change_visibility(
    session: Session, user: User, summary: Summary, *, visibility: str, anonymous: bool
) -> Summary:
    """Change who can see one's own summary, and whether one's name stands on it.

    Raises:
        Refused: for an unknown visibility, or when the text was saved elsewhere in this moment.
    """
    try:
        return publish(
            session,
            user,
            session.get_one(Paper, summary.paper_id),
            source=summary.source,
            takeaway=summary.takeaway,
            tags=tag_names(session, summary),
            visibility=visibility,
            anonymous=anonymous,
            seen_revision=last_revision(session, summary),
        )
    except ChangedMeanwhile:
        raise Refused(
            "visibility", "The text was saved in another window in this moment. Please try again."
        ) from None


def renew_link(session: Session, summary: Summary) -> None:
    """Give an unlisted summary another secret address, and its pictures too; those before lead
    nowhere at once.

    Raises:
        Refused: for a summary that is not unlisted.
    """
    begin_writing(session)
    queue(session, summary.user_id)
    session.refresh(summary)
    if summary.visibility != "unlisted":
        raise Refused("visibility", "Only an unlisted summary has a secret link.")
    picture_addresses.renew(session, summary)
    summary.share_code = new_share_code()
    session.flush()
