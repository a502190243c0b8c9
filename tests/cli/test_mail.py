"""`shortlist mail`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import Database
from app.services.mail import outbox
from tests.helpers.commands import assert_refused, run
from tests.helpers.factories import make_user
from tests.helpers.mail.server import running_mail_server
from tests.helpers.running import make_installation


@pytest.fixture
def library(tmp_path: Path, sqlite_template: Database) -> Iterator[Database]:
    database = make_installation(tmp_path, sqlite_template)
    with database.session() as session:
        user = make_user(session, "ann")
        outbox.queue_mail(session, "recovery", user.id, "ann@example.org")
        session.commit()
    yield database
    database.close()


def test_mail_is_listed_and_shown(tmp_path: Path, library: Database) -> None:
    listed = run(tmp_path, "mail", "list").stdout.splitlines()
    assert listed[1].split()[3:] == ["waiting", "ann@example.org", "ann", "reset", "a", "password"]
    assert_refused(run(tmp_path, "mail", "show", "1"), "Mail 1 isn't kept here")
    assert run(tmp_path, "jobs", "run").returncode == 0
    assert " sent " in run(tmp_path, "mail", "list").stdout
    shown = run(tmp_path, "mail", "show", "1").stdout
    assert "To: ann@example.org\n" in shown
    assert "http://127.0.0.1:5000/recover/" in shown


def test_a_test_mail_is_sent(tmp_path: Path, library: Database) -> None:
    kept = run(tmp_path, "mail", "test", "me@example.org").stdout
    assert "No mail server is set" in kept
    assert "Subject: Test mail from Shortlist" in kept
    assert_refused(run(tmp_path, "mail", "test", "me@@x"), "isn't an email address")
    with running_mail_server() as server:
        settings = {
            "SHORTLIST_SMTP_HOST": "localhost",
            "SHORTLIST_SMTP_PORT": str(server.port),
            "SHORTLIST_SMTP_SECURITY": "none",
            "SHORTLIST_SITE_URL": "https://papers.example.org",
            "SHORTLIST_SITE_NAME": "Our papers",
        }
        sent = run(tmp_path, "mail", "test", "me@example.org", **settings)
        assert sent.stdout == "localhost took the mail for me@example.org.\n"
        (mail,) = server.mails
        assert str(mail["From"]) == "Our papers <shortlist@papers.example.org>"
        server.replies["RCPT"] = "550 5.1.1 nobody"
        refused = run(tmp_path, "mail", "test", "me@example.org", **settings)
        assert_refused(refused, "takes no mail for me@example.org: 550 5.1.1 nobody")
        server.replies["RCPT"] = "554 not today"
        assert_refused(run(tmp_path, "mail", "test", "me@example.org", **settings), "not today")
    assert_refused(
        run(tmp_path, "mail", "test", "me@example.org", **settings), "Mail can't be sent"
    )
