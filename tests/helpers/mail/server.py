"""A mail server on this machine: it speaks SMTP, and keeps what it is given."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from app.settings.mail import MailSettings
from tests.helpers.waiting import SAFETY

CERTIFICATE = Path(__file__).parent / "certificate" / "certificate.pem"
KEY = CERTIFICATE.with_name("key.pem")


@dataclass
class MailServer:
    """What the server says, and what it was given.

    Attributes:
        replies: by command, instead of its usual answers; an empty one ends the connection.
        mails: what it took.
        commands: all that it was told, but for the texts.
    """

    port: int = 0
    replies: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def settings(self, security: str = "none", **more: Any) -> MailSettings:
        return MailSettings(
            "papers@example.org", "localhost", self.port, security, seconds=5, **more
        )


@contextmanager
def running_mail_server(security: str = "none") -> Iterator[MailServer]:
    """Such a server while the block runs."""
    state = MailServer()

    class Handler(_Conversation):
        mail_server = state
        is_encrypted = security == "tls"
        offers_tls = security == "starttls"
        timeout = SAFETY

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


class _Conversation(StreamRequestHandler):
    mail_server: MailServer
    is_encrypted: bool
    offers_tls: bool

    def handle(self) -> None:
        if self.is_encrypted:
            self.encrypt()
        self.say("220 localhost")
        while line := self.rfile.readline():
            command = line.decode().strip()
            self.mail_server.commands.append(command)
            verb = command.split()[0].upper()
            if not self.answer(verb):
                return

    def answer(self, verb: str) -> bool:
        """Answer a command; says whether the conversation goes on."""
        reply = self.mail_server.replies.get(verb)
        if reply is not None:
            return self.say(reply)
        if verb == "EHLO":
            more = ["250-STARTTLS"] if self.offers_tls and not self.is_encrypted else []
            return self.say("250-localhost", *more, "250 AUTH PLAIN")
        if verb == "STARTTLS":
            self.say("220 go on")
            self.encrypt()
            return True
        if verb == "AUTH":
            return self.say("235 2.7.0 welcome")
        if verb == "DATA":
            self.say("354 go on")
            return self.take_text()
        self.say("221 bye" if verb == "QUIT" else "250 2.0.0 fine")
        return verb != "QUIT"

    def take_text(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        message = message_from_bytes(b"".join(lines), policy=default)
        reply = self.mail_server.replies.get("TEXT", "250 2.0.0 taken")
        if reply.startswith("250") or not reply:  # it may take a mail and never say so
            self.mail_server.mails.append(message)  # type: ignore[arg-type]  # by its policy
        return self.say(reply)

    def say(self, *lines: str) -> bool:
        if not lines[0]:
            return False
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
        self.wfile.flush()
        return True

    def encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.is_encrypted = True
        self.setup_streams()

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def setup_streams(self) -> None:
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
