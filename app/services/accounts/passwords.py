"""Passwords: which can be taken, and how they are kept and compared."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.orm import Session

from app.services.accounts.common_passwords import is_common
from app.services.refusals import Refusal

MIN_PASSWORD = 8
MAX_PASSWORD = 1000


def check_password(password: str, field: str, names: Sequence[str]) -> None:
    """Refuse what cannot be somebody's password.

    Args:
        field: the one that the refusal names.
        names: what the user is called: no password may be made of that.

    Raises:
        Refusal: for such a password.
    """
    if len(password) < MIN_PASSWORD:
        raise Refusal(field, f"Use at least {MIN_PASSWORD} characters.")
    if len(password) > MAX_PASSWORD:
        raise Refusal(field, f"Use at most {MAX_PASSWORD:,} characters.")
    if is_common(password, names):
        raise Refusal(field, "This password is too common. Choose a longer or less common one.")


def hash_password(session: Session, password: str) -> str:
    """What is kept of a password; takes as long as the settings say."""
    return _hasher(session.info["password_cost"]).hash(password)


def verify_password(session: Session, stored: str | None, password: str) -> bool:
    """Whether a password is the one that is kept.

    Where none is kept, finding that out takes as long.
    """
    cost = session.info["password_cost"]
    try:
        matches = _hasher(cost).verify(stored or _dummy_hash(cost), password[:MAX_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return matches and stored is not None


def renew_hash(session: Session, stored: str, password: str) -> str:
    """The hash to keep: another one when the settings ask for more work."""
    hasher = _hasher(session.info["password_cost"])
    return hasher.hash(password) if hasher.check_needs_rehash(stored) else stored


@lru_cache(maxsize=4)
def _hasher(cost: int) -> PasswordHasher:
    if cost == 0:  # for tests: no installation can be set to it
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=cost)


@lru_cache(maxsize=4)
def _dummy_hash(cost: int) -> str:
    return _hasher(cost).hash(secrets.token_hex(16))
