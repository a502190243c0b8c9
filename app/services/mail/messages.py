"""The text of a mail.

A template of plain text is sent as it is, and once more as simple HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.paths import TEMPLATES

SUBJECT = "Subject: "  # the first line of each text
# Lines of 7 bits: not every server takes others. A header that would have two lines is refused.
POLICY = SMTP.clone(cte_type="7bit")
# Shorter lines would cut a long URL in a header, which its readers do not put together again. This
# is as long as a line may be (RFC 5322, section 2.1.1).
_LONG_HEADERS = POLICY.clone(max_line_length=998)


@dataclass(frozen=True)
class Letter:
    """What goes into a mail.

    Args:
        template: name of its text in `templates/mail/`.
        facts: what the text tells, by name.
        unsubscribe_url: where one click turns such mail off (RFC 8058); empty for what was asked.
    """

    template: str
    site_name: str
    sender: str
    address: str
    message_id: str
    facts: dict[str, Any]
    unsubscribe_url: str = ""


def make_message_id(unique: str, sender: str) -> str:
    """The Message-ID of a mail from this sender."""
    return f"<{unique}@{sender.rpartition('@')[2]}>"


def compose_message(letter: Letter, moment: datetime) -> EmailMessage:
    """Write a mail, in plain text and in HTML that needs nothing from elsewhere."""
    facts = {"site_name": letter.site_name, **letter.facts}
    rendered = _environment().get_template(f"{letter.template}.txt").render(facts)
    first, _, text = rendered.strip().partition("\n")
    subject = first.removeprefix(SUBJECT)
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(letter.site_name, addr_spec=letter.sender)
    message["To"] = Address(addr_spec=letter.address)
    message["Subject"] = subject
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = letter.message_id
    # No answering machine is to answer this (RFC 3834; the other one is Exchange's).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(f"{text.strip()}\n", cte="quoted-printable")
    paragraphs = [part.strip() for part in text.strip().split("\n\n")]
    html = _environment().get_template("frame.html").render(subject=subject, paragraphs=paragraphs)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def pack_message(message: EmailMessage) -> bytes:
    """A mail as it is sent and kept."""
    return message.as_bytes(policy=_LONG_HEADERS)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES / "mail"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
