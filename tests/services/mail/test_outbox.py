from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing, now
from app.models import Bounce, Job, Mail, MailToken, User
from app.services.mail import outbox, tokens
from app.services.mail.kinds import MAIL_KINDS
from app.services.operation.jobs import runner
from app.services.operation.jobs.kinds import KINDS
from tests.helpers.factories import make_user
from tests.helpers.jobs import one_row
from tests.helpers.mail.server import MailServer, running_mail_server

ADDRESS = "ann@example.org"


@pytest.fixture
def server(database: Database) -> Iterator[MailServer]:
    with running_mail_server() as found:
        before = database.info["mail"]
        database.info["mail"] = found.settings()
        yield found
        database.info["mail"] = before


@pytest.fixture
def ann(database: Database) -> User:
    with database.session() as session:
        return make_user(session, "ann")


def queue(session: Session, user: User, kind: str = "confirm") -> Mail:
    outbox.queue_mail(session, kind, user.id, ADDRESS)
    session.commit()
    mail = session.scalars(select(Mail).order_by(Mail.id.desc()).limit(1)).one()
    session.commit()
    return mail


def run(database: Database) -> None:
    """Run the jobs that send mail, whenever they are due."""
    with database.session() as session:
        begin_writing(session)
        for job in session.scalars(select(Job).where(Job.kind == "mail", Job.key != "")):
            job.due_at = now()
        session.commit()
    runner.run_due(database, lambda: False, {"mail": KINDS["mail"]})


def state(session: Session, mail: Mail) -> str:
    session.commit()
    session.refresh(mail)
    session.commit()
    return mail.state


def test_a_mail_is_sent_with_a_link_that_works_once(
    database: Database, session: Session, server: MailServer, ann: User
) -> None:
    mail = queue(session, ann)
    assert session.scalar(select(MailToken)) is None
    session.commit()
    run(database)
    assert state(session, mail) == "sent"
    (sent,) = server.mails
    assert sent["Message-ID"] == mail.message_id
    body = sent.get_body(("plain",))
    assert body is not None
    token = body.get_content().split("/email/confirm/")[1].split()[0]
    assert "ann" in body.get_content()
    rows = " ".join(str(vars(row)) for row in session.scalars(select(Mail)))
    rows += " ".join(str(vars(row)) for row in session.scalars(select(MailToken)))
    assert token not in rows
    assert tokens.take_token(session, "recovery", token) is None
    row = tokens.take_token(session, "confirm", token)
    assert row is not None
    assert (row.user_id, row.address) == (ann.id, ADDRESS)
    assert tokens.take_token(session, "confirm", token) is None


def test_a_token_expires(session: Session, ann: User) -> None:
    token = tokens.make_token(session, MAIL_KINDS["recovery"], ann.id, ADDRESS)
    session.commit()
    assert tokens.find_token(session, "recovery", token) is not None
    begin_writing(session)
    session.scalars(select(MailToken)).one().expires_at = now()
    session.commit()
    assert tokens.find_token(session, "recovery", token) is None
    assert tokens.take_token(session, "recovery", token) is None
    tokens.purge_tokens(session)
    assert session.scalar(select(MailToken)) is None


def test_a_mail_that_cannot_be_sent_is_tried_again_and_shown(
    database: Database, session: Session, server: MailServer, ann: User
) -> None:
    mail = queue(session, ann)
    server.replies["TEXT"] = "451 4.3.0 ann@example.org: later"
    run(database)
    job = one_row(session, "mail", str(mail.id))
    assert (state(session, mail), job.attempts) == ("waiting", 1)
    assert job.error == "MailUnavailable: localhost answered 451 4.3.0."
    session.commit()
    server.replies.clear()
    run(database)
    assert state(session, mail) == "sent"
    assert len(server.mails) == 1


def test_a_mail_is_not_sent_again_after_its_process_was_killed(
    database: Database, session: Session, server: MailServer, ann: User
) -> None:
    mail = queue(session, ann)

    class Killed(BaseException):
        pass

    def end(_self: object, _text: object) -> None:
        raise Killed

    # The process ends while the server takes the text.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smtplib.SMTP.data", end)
        with database.session() as other, pytest.raises(Killed):
            list(outbox.send_mail(other, mail.id))
    assert state(session, mail) == "sending"
    run(database)
    assert state(session, mail) == "sending"
    assert not server.mails


def test_two_processes_do_not_send_one_mail(
    database: Database, session: Session, server: MailServer, ann: User
) -> None:
    mail = queue(session, ann)
    with database.session() as one, database.session() as other:
        first = outbox.send_mail(one, mail.id)
        next(first)
        list(outbox.send_mail(other, mail.id))
        list(first)
    assert state(session, mail) == "sent"
    assert len(server.mails) == 1


def test_a_mail_that_may_have_arrived_has_the_same_id_when_sent_again(
    database: Database, session: Session, server: MailServer, ann: User
) -> None:
    mail = queue(session, ann)
    server.replies["TEXT"] = ""
    run(database)
    assert state(session, mail) == "waiting"
    server.replies.clear()
    run(database)
    assert [each["Message-ID"] for each in server.mails] == [mail.message_id] * 2


def test_no_mail_goes_to_an_address_that_bounced(
    database: Database, session: Session, server: MailServer, ann: User
) -> None:
    server.replies["RCPT"] = "550 5.1.1 no such user"
    mail = queue(session, ann)
    run(database)
    assert state(session, mail) == "refused"
    assert session.scalars(select(Bounce)).one().answer == "550 5.1.1 no such user"
    session.commit()
    asked = len(server.commands)
    second = queue(session, ann)
    run(database)
    assert state(session, second) == "refused"
    assert len(server.commands) == asked
    outbox.forget_bounce(session, ADDRESS.upper())
    session.commit()
    server.replies.clear()
    third = queue(session, ann)
    run(database)
    assert state(session, third) == "sent"


def test_links_of_kept_mail_lead_here(session: Session, ann: User) -> None:
    for given, found in (
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://evil.example", "http://127.0.0.1:5000"),
        ("http://localhost@evil.example", "http://127.0.0.1:5000"),
    ):
        session.info.update(site_url=given, link_base="")
        assert queue(session, ann).site_url == found
        session.info["link_base"] = "https://papers.example.org"
        assert queue(session, ann).site_url == "https://papers.example.org"


def test_old_mail_is_forgotten(database: Database, session: Session, ann: User) -> None:
    old, new = queue(session, ann), queue(session, ann)
    run(database)
    folder: Path = session.info["data_dir"] / "mail"
    assert {path.name for path in folder.iterdir()} == {f"{old.id}.eml", f"{new.id}.eml"}
    begin_writing(session)
    old.queued_at = now() - timedelta(days=31)
    outbox.purge_mail(session)
    session.commit()
    assert list(session.scalars(select(Mail.id))) == [new.id]
