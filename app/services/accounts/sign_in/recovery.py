"""A forgotten password: a link by mail, whoever asks for it.

Who asks is told the same whether or not there is such an account. The request only queues a job, so
it does the same work, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import now
from app.models import EmailAddress, Mail, User
from app.references.email_addresses import MAX_CHARS, fold_email_address
from app.services.accounts.account import fold_user_name, store_password
from app.services.accounts.email import STALE_LINK
from app.services.accounts.passwords import check_password, hash_password
from app.services.accounts.sign_in.identities import keep_identities
from app.services.accounts.sign_in.passkeys import drop_passkeys
from app.services.accounts.sign_in.ways import UsableWays
from app.services.mail import outbox, tokens
from app.services.queue import queue_job
from app.services.refusals import Refusal
from app.services.tokens import hash_token

KIND = "recovery"
MAX_MAILS = 3  # to an account, within `PERIOD`
PERIOD = timedelta(hours=1)


def ask_for_recovery(session: Session, sought: str) -> None:
    """Let a link be sent to who has this username or address; the caller commits."""
    sought = fold_sought(sought)
    argument = {"sought": sought, "link_base": outbox.find_link_base(session)}
    # The key is shown where jobs are listed.
    queue_job(session, KIND, hash_token(sought)[:16], argument)


def fold_sought(sought: str) -> str:
    """What somebody typed who forgot a password, as it is compared."""
    return fold_user_name(sought)[:MAX_CHARS]


def answer_recovery(session: Session, sought: str, link_base: str) -> Iterator[object]:
    """Queue a mail to who has this username or confirmed address, if anybody has.

    This is a job's work."""
    query = select(EmailAddress.user_id, EmailAddress.address).join(
        User, User.id == EmailAddress.user_id
    )
    if "@" in sought:
        query = query.where(EmailAddress.address_folded == fold_email_address(sought))
    else:
        query = query.where(User.name == sought)
    found = session.execute(query.where(EmailAddress.address.is_not(None))).one_or_none()
    if found is not None and not _had_enough(session, found.user_id):
        outbox.queue_mail(session, KIND, found.user_id, found.address, link_base=link_base)
    session.commit()
    yield None


def find_user(session: Session, token: str) -> User | None:
    """Whose password a link can reset."""
    row = tokens.find_token(session, KIND, token)
    return None if row is None else session.get(User, row.user_id)


def reset_password(
    session: Session, token: str, new: str, kept: Collection[int], ways: UsableWays
) -> User:
    """Set a password by a link, which is used up, and sign every browser out.

    The passkeys of the account go, and the accounts elsewhere that are not kept: who had got into
    it may have added one. The rule is in `ways`.

    Args:
        kept: the numbers of accounts elsewhere with which its owner goes on signing in.

    Raises:
        Refusal: for a link that is of no use, or a password that cannot be taken; the link can
            still be used after the latter.
    """
    user = find_user(session, token)
    if user is None:
        raise Refusal("token", STALE_LINK)
    check_password(new, "new", [user.name, user.display_name])
    hashed = hash_password(session, new)
    if tokens.take_token(session, KIND, token) is None:  # used in this moment
        raise Refusal("token", STALE_LINK)
    drop_passkeys(session, user)
    linked = keep_identities(session, user, kept, ways)
    store_password(session, user, hashed, **linked._asdict())
    return user


def _had_enough(session: Session, user_id: int) -> bool:
    lately = select(func.count()).where(
        Mail.user_id == user_id, Mail.kind == KIND, Mail.queued_at > now() - PERIOD
    )
    return (session.scalar(lately) or 0) >= MAX_MAILS
