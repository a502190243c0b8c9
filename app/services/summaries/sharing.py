"""Who can see a summary, changed without touching its text; the secret address of unlisted ones."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Summary
from app.services.locks import queue
from app.services.pictures import addresses
from app.services.refusals import Refused
from app.services.summaries.content import Edit
from app.services.summaries.publishing import ChangedMeanwhile, change_summary, new_share_code


def change_visibility(
    session: Session, summary: Summary, *, visibility: str | None, anonymous: bool | None
) -> Summary:
    """Change who can see a summary, and whether its writer's name stands on it.

    What is `None` stays as it is.

    Raises:
        Refused: for an unknown visibility, or when the text was saved elsewhere in this moment.
    """
    try:
        return change_summary(session, summary, Edit(visibility=visibility, anonymous=anonymous))
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
    addresses.renew(session, summary)
    summary.share_code = new_share_code()
    session.flush()
