from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.db import now
from app.services.mail.messages import (
    Letter,
    compose_message,
    make_message_id,
    pack_message,
)
from app.services.mail.transport import AddressRefused, MailUnavailable, deliver_message
from app.settings.mail import MailSettings
from tests.helpers.mail.server import CERTIFICATE, running_mail_server

SENDER = "papers@example.org"


def letter(**facts: str) -> Letter:
    given = {"link": "https://papers.example.org/x", "user_name": "ann", **facts}
    message_id = make_message_id("unique", SENDER)
    return Letter("confirm", "Łab <b>papers</b>", SENDER, "ann@example.org", message_id, given)


def send(settings: MailSettings, folder: Path, name: str = "1") -> list[str]:
    """Send a mail; says whether it was handed over."""
    handed: list[str] = []
    message = compose_message(letter(), now())
    for _ in deliver_message(message, settings, folder, name, lambda: handed.append("handed")):
        pass
    return handed


def test_a_mail_has_text_html_and_the_headers_that_machines_need() -> None:
    message = compose_message(letter(), now())
    assert message["From"].addresses[0].display_name == "Łab <b>papers</b>"
    assert (message["To"], message["Message-ID"]) == ("ann@example.org", "<unique@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime is not None
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "\n\nhttps://papers.example.org/x\n\n" in plain.get_content()
    assert '<a href="https://papers.example.org/x">' in html.get_content()
    assert "&lt;b&gt;papers" in html.get_content()
    assert "src=" not in html.get_content()
    assert max(pack_message(message)) < 128


def test_a_mail_that_nobody_asked_for_can_be_turned_off_by_machines() -> None:
    url = f"https://papers.department.university.example.org/mail/unsubscribe/{'k' * 43}"
    packed = pack_message(compose_message(replace(letter(), unsubscribe_url=url), now()))
    lines = packed.split(b"\r\n")
    assert f"List-Unsubscribe: <{url}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"List-Unsubscribe" not in pack_message(compose_message(letter(), now()))
    body = lines[lines.index(b"") :]
    assert max(map(len, body)) <= 100


def test_no_text_can_add_a_header() -> None:
    with pytest.raises(ValueError, match="CR or LF"):
        compose_message(
            Letter("confirm", "A\r\nBcc: x@y.org", SENDER, "a@b.org", "<1@b>", letter().facts),
            now(),
        )
    message = compose_message(letter(user_name="ann\r\nBcc: x@y.org"), now())
    assert message["Bcc"] is None


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_is_given_a_mail(
    tmp_path: Path, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    signing_in = {} if security == "none" else {"user": "me", "password": "secret"}
    with running_mail_server(security) as server:
        assert send(server.settings(security, **signing_in), tmp_path) == ["handed"]
        (mail,) = server.mails
        assert mail["Message-ID"] == "<unique@example.org>"
        assert f"MAIL FROM:<{SENDER}>".lower() in [each.lower() for each in server.commands]
        assert ("AUTH" in " ".join(server.commands)) == bool(signing_in)
    assert not list(tmp_path.iterdir())


def test_a_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    with running_mail_server("tls") as server, pytest.raises(OSError, match="CERTIFICATE"):
        send(server.settings("tls"), tmp_path)


def test_nothing_is_sent_without_the_encryption_that_is_set(tmp_path: Path) -> None:
    with running_mail_server() as server:
        with pytest.raises(MailUnavailable, match="SMTPNotSupportedError"):
            send(server.settings("starttls"), tmp_path)
        assert not any(each.startswith("MAIL") for each in server.commands)


@pytest.mark.parametrize(
    ("command", "reply", "says"),
    [
        ("MAIL", "550 5.7.1 not from ann@example.org", "localhost answered 550 5.7.1."),
        ("RCPT", "450 4.2.1 ann@example.org is busy", "localhost answered 450 4.2.1."),
        ("RCPT", "550 5.7.1 ann@example.org: relaying denied", "localhost answered 550 5.7.1."),
        ("RCPT", "554 ann@example.org denied", "localhost answered 554."),
        ("TEXT", "451 later", "localhost answered 451."),
        ("DATA", "", "SMTPServerDisconnected"),
    ],
)
def test_what_a_server_says_is_told_without_addresses(
    tmp_path: Path, command: str, reply: str, says: str
) -> None:
    with running_mail_server() as server:
        server.replies[command] = reply
        with pytest.raises(MailUnavailable) as error:
            send(server.settings(), tmp_path)
    assert says in (error.value.strerror or "")
    assert "ann@" not in (error.value.strerror or "")
    assert reply.partition(" ")[2] in error.value.answer


def test_an_address_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with running_mail_server() as server:
        server.replies["RCPT"] = "550 5.1.1 no such user"
        with pytest.raises(AddressRefused, match=r"550 5\.1\.1 no such user"):
            send(server.settings(), tmp_path)
        assert not server.mails


def test_a_farewell_that_fails_does_not_count(tmp_path: Path) -> None:
    with running_mail_server() as server:
        server.replies["QUIT"] = ""
        assert send(server.settings(), tmp_path) == ["handed"]
        assert len(server.mails) == 1


def test_without_a_server_a_mail_is_one_private_file(tmp_path: Path) -> None:
    spool = tmp_path / "mail"
    for _ in range(2):
        assert send(MailSettings(), spool, "17") == []
    (file,) = spool.iterdir()
    assert file.name == "17.eml"
    assert (file.stat().st_mode & 0o777, spool.stat().st_mode & 0o777) == (0o600, 0o700)
