"""Change who can see a summary, without touching its text.

Also the secret address of unlisted ones.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Summary
from app.services.locks import lock_user
from app.services.pictures import addresses
from app.services.refusals import Refusal
from app.services.summaries.content import Edit
from app.services.summaries.publishing import (
    EditConflict,
    SavedSummary,
    change_summary,
    make_share_code,
)


def change_visibility(
    session: Session, summary: Summary, *, visibility: str | None, anonymous: bool | None
) -> SavedSummary:
    """Change who can see a summary, and whether its writer's name stands on it.

    What is `None` stays as it is.

    Raises:
        Refusal: for an unknown visibility, or when the text was saved elsewhere in this moment.
    """
    try:
        return change_summary(session, summary, Edit(visibility=visibility, anonymous=anonymous))
    except EditConflict:
        raise Refusal("visibility", "Just saved in another window. Try again.") from None


def renew_link(session: Session, summary: Summary) -> None:
    """Give an unlisted summary and its pictures other secret addresses.

    Those before lead nowhere at once.

    Raises:
        Refusal: for a summary that is not unlisted.
    """
    begin_writing(session)
    lock_user(session, summary.user_id)
    session.refresh(summary)
    if summary.visibility != "unlisted":
        raise Refusal("visibility", "Only unlisted summaries have a secret link.")
    addresses.renew_addresses(session, summary)
    summary.share_code = make_share_code()
    session.flush()
