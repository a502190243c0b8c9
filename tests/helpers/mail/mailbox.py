"""Mail of tests: sent by the jobs that send it, and read where it is kept."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import EmailAddress, User
from app.references.email_addresses import fold_email_address
from app.services.operation.jobs import runner
from app.services.operation.jobs.kinds import KINDS


def give_address(session: Session, user: User, address: str) -> None:
    """Let an account have a confirmed address."""
    begin_writing(session)
    folded = fold_email_address(address)
    session.add(EmailAddress(user_id=user.id, address=address, address_folded=folded))
    session.commit()


def read_mail(database: Database) -> list[EmailMessage]:
    """Do what is queued, and take what is kept then; a mail is read once."""
    kinds = {name: KINDS[name] for name in ("recovery", "mail")}
    runner.run_due(database, lambda: False, kinds)
    folder: Path = database.info["data_dir"] / "mail"
    found = []
    for path in sorted(folder.glob("*.eml"), key=lambda each: int(each.stem)):
        found.append(cast(EmailMessage, message_from_bytes(path.read_bytes(), policy=default)))
        path.unlink()
    return found


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    """The path of the one link in a mail."""
    (found,) = re.findall(r"http://localhost(/\S+)", text_of(mail))
    return str(found)
