from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.models import User
from app.services.accounts import account
from tests.helpers.client import PASSWORD


def test_a_sign_in_that_overlaps_a_change_of_password_fails(
    any_file_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with any_file_database.session() as session, any_file_database.session() as other:
        user = account.sign_up(session, "ann", "", PASSWORD)
        session.commit()
        real = account.verify_password

        def verify(*arguments: object) -> bool:
            found = real(*arguments)  # type: ignore[arg-type]  # handed on as they came
            monkeypatch.setattr(account, "verify_password", real)
            account.set_password(other, other.get_one(User, user.id), "another password")
            other.commit()
            return found

        monkeypatch.setattr(account, "verify_password", verify)
        assert account.sign_in(session, "ann", PASSWORD) is None
        session.rollback()
        session.expire_all()
        assert account.sign_in(session, "ann", PASSWORD) is None
        assert account.sign_in(session, "ann", "another password") is not None


def test_a_hash_is_renewed_when_the_cost_is_raised(session: Session) -> None:
    user = account.sign_up(session, "ann", "", PASSWORD)
    session.commit()
    before = user.password_hash
    session.info["password_cost"] = 1
    assert account.sign_in(session, "ann", PASSWORD) is not None
    session.commit()
    assert user.password_hash != before
    assert account.sign_in(session, "ann", PASSWORD) is not None


def test_users_without_a_password_cannot_sign_in(session: Session) -> None:
    user = account.sign_up(session, "ann", "", PASSWORD)
    user.password_hash = None
    session.commit()
    assert account.sign_in(session, "ann", "") is None
    assert account.sign_in(session, "ann", PASSWORD) is None
