"""What shows that it is still the user, before an account is changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import User
from app.services.accounts import sessions
from app.services.accounts.passwords import verify_password
from app.services.refusals import Refusal


@dataclass(frozen=True)
class Proof:
    """The password, or a recent sign-in where none can be typed.

    Args:
        password: as somebody typed it; `None` where they have none to type.
        token: of the browser's session, which counts then; empty when it has none.
    """

    password: str | None = None
    token: str = ""


def check_proof(session: Session, user: User, proof: Proof) -> None:
    """Refuse to change the account of a user who may be somebody else by now.

    Raises:
        Refusal: of the field "current".
    """
    if proof.password is None:
        if not sessions.is_fresh(session, user, proof.token):
            raise Refusal(
                "form", f"You signed in over {sessions.FRESH_MINUTES} minutes ago. Sign in again."
            )
    elif user.password_hash is None or not verify_password(
        session, user.password_hash, proof.password
    ):
        raise Refusal("current", "Current password is incorrect.")
