"""The mail of accounts.

It is queued in the transaction of what it is about, and sent by a job.

A mail is handed to the server once: the row says so before its text is sent. When the connection
breaks after that and before the server has answered, nobody knows whether the mail was taken. It is
then sent again, with the same Message-ID, if this process lives; if the process ended, it is not.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, now
from app.models import Bounce, EmailAddress, Mail, User
from app.models.mail import MAX_ANSWER
from app.references.email_addresses import fold_email_address
from app.services.mail import tokens
from app.services.mail.kinds import MAIL_KINDS
from app.services.mail.messages import Letter, compose_message, make_message_id
from app.services.mail.transport import (
    FOLDER,
    AddressRefused,
    deliver_message,
    remove_kept_files,
)
from app.services.queue import queue_job
from app.settings.mail import MailSettings

JOB = "mail"
PAUSE = timedelta(hours=1)  # between two mails that nobody asked for
KEPT = timedelta(days=30)  # for which a mail that was sent is listed, and its file is kept
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FALLBACK_URL = "http://127.0.0.1:5000"


class MailSentElsewhere(RuntimeError):
    """Another process is sending this mail."""


def queue_mail(
    session: Session,
    kind: str,
    user_id: int,
    address: str,
    *,
    link_base: str | None = None,
    **facts: Any,
) -> None:
    """Queue a mail to a user; the caller commits.

    Args:
        kind: a name in `MAIL_KINDS`.
        link_base: what `find_link_base` said of the request that it follows from; `None` for the
            present one.
        facts: what its text tells besides; nothing secret.
    """
    begin_writing(session)
    mail = _add_mail(session, kind, user_id, address, facts, link_base)
    queue_job(session, JOB, str(mail.id), {"mail_id": mail.id})


def queue_notice(session: Session, kind: str, user_id: int, **facts: Any) -> None:
    """Queue a mail that its reader did not ask for; the caller commits.

    Nothing happens when they have no address or turned such mail off. There is at most one in an
    hour: a second one waits, and a third is not queued while that waits.
    """
    begin_writing(session)
    address = session.scalar(
        select(EmailAddress.address).where(
            EmailAddress.user_id == user_id, EmailAddress.tells_sign_ins
        )
    )
    unasked = [name for name, each in MAIL_KINDS.items() if not each.is_asked]
    last = session.scalars(
        select(Mail)
        .where(Mail.user_id == user_id, Mail.kind.in_(unasked))
        .order_by(Mail.id.desc())
        .limit(1)
    ).first()
    if address is None or (last is not None and last.state == "waiting"):
        return
    moment = now()
    due_at = moment if last is None else max(moment, (last.sent_at or last.queued_at) + PAUSE)
    mail = _add_mail(session, kind, user_id, address, facts)
    queue_job(session, JOB, str(mail.id), {"mail_id": mail.id}, due_at=due_at)


def _add_mail(
    session: Session,
    kind: str,
    user_id: int,
    address: str,
    facts: dict[str, Any],
    link_base: str | None = None,
) -> Mail:
    settings: MailSettings = session.info["mail"]
    mail = Mail(
        user_id=user_id,
        kind=kind,
        address=address,
        facts=facts,
        site_url=link_base or find_link_base(session),
        message_id=make_message_id(secrets.token_hex(16), settings.sender),
        queued_at=now(),
    )
    session.add(mail)
    session.flush()
    return mail


def find_link_base(session: Session) -> str:
    """The address with which links in mail begin.

    Where no setting says it, a request may have, but only that it is for this machine: whoever
    asks for a mail to somebody else must not choose where its link leads.
    """
    configured: str = session.info["link_base"]
    asked: str = session.info["site_url"]
    if configured:
        return configured
    return asked if urlsplit(asked).hostname in _LOOPBACK else _FALLBACK_URL


def send_mail(session: Session, mail_id: int) -> Iterator[object]:
    """Send a mail that is queued; the work of a job.

    Raises:
        MailUnavailable, OSError: when another attempt may help.
    """
    mail = session.get(Mail, mail_id)
    if mail is None or mail.state != "waiting":
        return
    if is_refused(session, mail.address):
        _end_mail(session, mail, "refused")
        return
    key = None if MAIL_KINDS[mail.kind].is_asked else _find_unsubscribe_key(session, mail)
    if key is None and not MAIL_KINDS[mail.kind].is_asked:  # turned off while it waited
        begin_writing(session)
        session.delete(mail)
        session.commit()
        return
    message = _compose(session, mail, key)
    session.commit()  # the token is known before anybody can follow the link
    yield None
    spool = session.info["data_dir"] / FOLDER

    def hand_over() -> None:
        begin_writing(session)
        mine = update(Mail).where(Mail.id == mail.id, Mail.state == "waiting")
        taken = mine.values(state="sending").returning(Mail.id)
        is_mine = session.scalar(taken.execution_options(synchronize_session=False)) is not None
        session.commit()
        if not is_mine:
            raise MailSentElsewhere

    try:
        yield from deliver_message(message, session.info["mail"], spool, str(mail.id), hand_over)
    except AddressRefused as refused:
        _note_bounce(session, mail.address, refused.answer)
        _end_mail(session, mail, "refused")
    except MailSentElsewhere:
        return
    except Exception:
        _end_mail(session, mail, "waiting")
        raise
    else:
        _end_mail(session, mail, "sent")


def send_test(session: Session, address: str) -> str:
    """Send a mail that says that mail works, now.

    Returns:
        The file that it is in, empty when a server was given it.

    Raises:
        AddressRefused, MailUnavailable, OSError: when it could not be sent.
    """
    settings: MailSettings = session.info["mail"]
    unique = secrets.token_hex(16)
    letter = Letter(
        "test",
        session.info["site_name"],
        settings.sender,
        address,
        make_message_id(unique, settings.sender),
        {"site_url": session.info["site_url"]},
    )
    spool: Path = session.info["data_dir"] / FOLDER
    message = compose_message(letter, now())
    name = f"test-{unique[:8]}"
    for _ in deliver_message(message, settings, spool, name, lambda: None):
        pass
    return "" if settings.host else str(spool / f"{name}.eml")


def is_refused(session: Session, address: str) -> bool:
    """Whether a server said that an address takes no mail."""
    folded = fold_email_address(address)
    return session.scalar(select(Bounce.address).where(Bounce.address == folded)) is not None


def forget_bounce(session: Session, address: str) -> None:
    """Send mail to an address again; the caller commits."""
    begin_writing(session)
    session.execute(delete(Bounce).where(Bounce.address == fold_email_address(address)))


def purge_mail(session: Session) -> None:
    """Forget mail that was sent long ago, its files, and tokens that have expired.

    The caller commits.
    """
    begin_writing(session)
    before = now() - KEPT
    session.execute(delete(Mail).where(Mail.queued_at < before))
    tokens.purge_tokens(session)
    remove_kept_files(session.info["data_dir"] / FOLDER, before)


def unsubscribe(session: Session, key: str) -> bool:
    """Turn off what nobody asked for; the caller commits.

    Returns:
        Whether a mail had this key.
    """
    begin_writing(session)
    off = update(EmailAddress).where(EmailAddress.unsubscribe_key == key)
    found = off.values(tells_sign_ins=False).returning(EmailAddress.user_id)
    return session.scalar(found) is not None


def _find_unsubscribe_key(session: Session, mail: Mail) -> str | None:
    """The key for the link in a mail; `None` when its reader wants no such mail."""
    return session.scalar(
        select(EmailAddress.unsubscribe_key).where(
            EmailAddress.user_id == mail.user_id,
            EmailAddress.address == mail.address,
            EmailAddress.tells_sign_ins,
        )
    )


def _compose(session: Session, mail: Mail, unsubscribe_key: str | None) -> EmailMessage:
    kind = MAIL_KINDS[mail.kind]
    settings: MailSettings = session.info["mail"]
    facts = {
        **mail.facts,
        "user_name": session.scalar(select(User.name).where(User.id == mail.user_id)),
        "site_url": mail.site_url,
    }
    if kind.path:
        token = tokens.make_token(session, kind, mail.user_id, mail.address)
        facts["link"] = mail.site_url + kind.path.format(token=token)
    unsubscribe_url = ""
    if unsubscribe_key is not None:
        unsubscribe_url = f"{mail.site_url}/mail/unsubscribe/{unsubscribe_key}"
        facts["unsubscribe_link"] = unsubscribe_url
    letter = Letter(
        mail.kind,
        session.info["site_name"],
        settings.sender,
        mail.address,
        mail.message_id,
        facts,
        unsubscribe_url,
    )
    return compose_message(letter, now())


def _end_mail(session: Session, mail: Mail, state: str) -> None:
    begin_writing(session)
    facts = {"state": state, "sent_at": now() if state == "sent" else None}
    ended = update(Mail).where(Mail.id == mail.id).values(facts)
    session.execute(ended.execution_options(synchronize_session=False))
    session.commit()


def _note_bounce(session: Session, address: str, answer: str) -> None:
    begin_writing(session)
    row = {
        "address": fold_email_address(address),
        "answer": answer[:MAX_ANSWER],
        "refused_at": now(),
    }
    insert_missing(session, Bounce, [row], ["address"])
