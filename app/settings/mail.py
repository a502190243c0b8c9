"""How mail is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.settings.values import EMAIL_ADDRESS, PREFIX, ConfigError, read_choice, read_number

# How the connection to a mail server is encrypted, and the port that is usual for it.
SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class MailSettings:
    """How mail is sent.

    Args:
        sender: the address that it comes from.
        host: of the SMTP server; empty means that mail is kept in a folder and not sent.
        port: of the server.
        security: one of `SMTP_PORTS`.
        user, password: to sign in to the server with; empty for one that asks for none.
        seconds: for each step of the conversation with the server.
    """

    sender: str = "shortlist@localhost"
    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: int = 10


NO_MAIL_SERVER = MailSettings()


def read_mail(given: Mapping[str, str], site_url: str) -> MailSettings:
    """Read them.

    Raises:
        ConfigError: for what cannot be used.
    """
    host = given.get("SMTP_HOST", "")
    if not host and any(name.startswith("SMTP_") for name in given):
        raise ConfigError(f"{PREFIX}SMTP_HOST must be set when other settings of SMTP are.")
    if host and not re.fullmatch(r"[\w.-]{1,200}|[0-9a-fA-F:]{2,45}", host, re.A):
        raise ConfigError(f"{PREFIX}SMTP_HOST must be the name of a server, not {host!r}.")
    if host and not site_url:
        raise ConfigError(f"{PREFIX}SMTP_HOST needs {PREFIX}SITE_URL, for the links in mail.")
    security = read_choice(given, "SMTP_SECURITY", tuple(SMTP_PORTS))
    user, password = given.get("SMTP_USER", ""), given.get("SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise ConfigError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD go together.")
    if user and security == "none":
        raise ConfigError(
            f"{PREFIX}SMTP_PASSWORD is only sent encrypted: set {PREFIX}SMTP_SECURITY."
        )
    site_host = urlsplit(site_url).hostname or "localhost"
    sender = given.get("MAIL_FROM", f"shortlist@{site_host}")
    if not re.fullmatch(EMAIL_ADDRESS, sender, re.A):
        raise ConfigError(
            f"{PREFIX}MAIL_FROM must be a mail address, such as papers@example.org, not {sender!r}."
        )
    return MailSettings(
        sender=sender,
        host=host,
        port=read_number(given, "SMTP_PORT", SMTP_PORTS[security], 1, 65535),
        security=security,
        user=user,
        password=password,
        seconds=read_number(given, "SMTP_SECONDS", 10, 1, 30),
    )
