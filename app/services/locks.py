"""Whom a write waits for, and what may have happened meanwhile."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.models import Paper, User
from app.services.refusals import JUST_MERGED, Refusal
from app.statements import connection_of, run

# Built once: each text that is saved runs these.
_LOCK_USER = select(User.id).where(User.id == bindparam("which")).with_for_update()
_PAPER = select(Paper.id).where(Paper.id == bindparam("which"))


def lock_user(session: Session, user_id: int) -> None:
    """Let one user's writes wait for each other: two saves at once make one summary.

    SQLite has one writer at a time anyway, and ignores the lock.
    """
    session.flush()
    run(connection_of(session), _LOCK_USER, {"which": user_id})


def lock_account(session: Session, user: User) -> None:
    """Lock an account that was read before.

    And see that it is still the same.

    Raises:
        Refusal: when somebody has renamed or removed it in this moment.
    """
    lock_user(session, user.id)
    name = session.scalar(select(User.name).where(User.id == user.id))
    if name is None:
        raise Refusal("name", f"User {user.name} no longer exists.")
    if name != user.name:
        raise Refusal("name", f"{user.name} is called {name} now.")


def check_paper_exists(session: Session, paper: Paper) -> None:
    """Refuse to write about a paper that was merged away meanwhile.

    It was merged into another one since it was read.

    The caller holds `lock_papers`, so that it cannot happen any more. Its old key leads to the
    other paper from now on: what is sent again arrives there.
    """
    if run(connection_of(session), _PAPER, {"which": paper.id}).first() is None:
        raise Refusal("source", JUST_MERGED)
