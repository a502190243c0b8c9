"""Of the ways to sign in each account keeps one."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Identity
from app.services.accounts.sign_in.ways import UsableWays, take_away
from app.services.refusals import Refusal
from tests.helpers.factories import make_user

WAYS = UsableWays(passwords=False, issuers={"one": "One", "two": "Two"})


def test_a_refusal_has_taken_nothing_away(session: Session) -> None:
    user = make_user(session)
    begin_writing(session)
    rows = [
        Identity(user_id=user.id, issuer=name, subject="s", label="l", created_at=now())
        for name in ("one", "two", "off")
    ]
    session.add_all(rows)
    session.commit()
    assert take_away(session, user, Identity, rows[0].id, WAYS) is not None
    session.commit()
    with pytest.raises(Refusal):
        take_away(session, user, Identity, rows[1].id, WAYS)
    session.commit()  # as a caller might that has to keep something else
    left = select(func.count()).where(Identity.id == rows[1].id)
    assert session.scalar(left) == 1
