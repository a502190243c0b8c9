"""How a mail leaves: to an SMTP server, or into the spool without one."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from app.services.files import write_file
from app.services.mail.messages import pack_message
from app.settings.mail import MailSettings
from app.text.lines import one_line

FOLDER = "mail"  # in the data directory
# What a server says of an address for good; other answers are about the sender, or may change.
_NO_SUCH_ADDRESS = {550, 551, 553, 556}
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")  # a code by RFC 3463
_OF_POLICY = "5.7."


class MailUnavailable(OSError):
    """The server could not be given a mail; another attempt may help.

    `strerror` says why without anything that people wrote, `answer` in the server's own words.
    """

    def __init__(self, strerror: str, answer: str = "") -> None:
        super().__init__(0, strerror)
        self.answer = answer


class AddressRefused(Exception):
    """The server says that an address takes no mail; `answer` is what it said."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


def deliver_message(
    message: EmailMessage,
    settings: MailSettings,
    spool: Path,
    name: str,
    hand_over: Callable[[], object],
) -> Iterator[None]:
    """Send a mail, or keep it in the spool when no server is set.

    Args:
        spool: the folder; it is made when it is missing.
        name: of the file there. Kept twice under one name, it is one file.
        hand_over: called just before the server is given the text, after it took the address. From
            then on the mail may be sent, whatever happens.

    Yields:
        Between two steps of the conversation, before `hand_over`.

    Raises:
        AddressRefused: when the server takes no mail for this address.
        MailUnavailable, OSError: when it could not be sent.
    """
    if settings.host:
        yield from _send_message(message, settings, hand_over)
    else:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(spool / f"{name}.eml", pack_message(message))
        yield


def remove_kept_files(spool: Path, before: datetime) -> None:
    """Remove what was put into the spool before a moment."""
    for path in spool.glob("*.eml"):
        with suppress(OSError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()


def _send_message(
    message: EmailMessage, settings: MailSettings, hand_over: Callable[[], object]
) -> Iterator[None]:
    with _report_failures(settings), closing(_connect(settings)) as server:
        yield
        _greet(server, settings)
        yield
        _expect(server.mail(settings.sender), "the sender")
        _name_recipient(server, message["To"].addresses[0].addr_spec)
        yield
        hand_over()
        _expect(server.data(pack_message(message)), "the text")
        # It is taken: that the farewell fails is no reason to send it again.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()


def probe_server(settings: MailSettings) -> None:
    """Connect and sign in to the mail server, and name the sender; nothing is sent.

    Raises:
        MailUnavailable, OSError: when that fails.
    """
    with _report_failures(settings), closing(_connect(settings)) as server:
        _greet(server, settings)
        _expect(server.mail(settings.sender), "the sender")
        server.quit()


def _greet(server: smtplib.SMTP, settings: MailSettings) -> None:
    if settings.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    if settings.user:
        server.login(settings.user, settings.password)
    server.ehlo_or_helo_if_needed()


@contextmanager
def _report_failures(settings: MailSettings) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _unavailable(settings, error) from None
    except smtplib.SMTPException as error:
        reason = f"{settings.host}: {type(error).__name__}"
        raise MailUnavailable(f"{reason}.", f"{reason}: {error}") from None
    except TimeoutError:
        reason = f"{settings.host} did not answer within {settings.seconds} seconds."
        raise MailUnavailable(reason) from None


def _connect(settings: MailSettings) -> smtplib.SMTP:
    # Its own way to find the name of this machine asks the network, and may wait long.
    me = settings.sender.rpartition("@")[2]
    to = (settings.host, settings.port, me)
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(*to, timeout=settings.seconds, context=context)
    return smtplib.SMTP(*to, timeout=settings.seconds)


def _name_recipient(server: smtplib.SMTP, address: str) -> None:
    code, answer = server.rcpt(address)
    said = _read_answer(answer)
    enhanced = _ENHANCED.search(said)
    # "5.7.1" forbids it to us, and says nothing of the address (RFC 3463, section 3.8).
    if code in _NO_SUCH_ADDRESS and not (enhanced and enhanced[0].startswith(_OF_POLICY)):
        raise AddressRefused(f"{code} {said}")
    _expect((code, answer), "the address")


def _expect(reply: tuple[int, bytes], what: str) -> None:
    code, answer = reply
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, f"{what}: ".encode() + answer)


def _unavailable(settings: MailSettings, error: smtplib.SMTPResponseException) -> MailUnavailable:
    said = _read_answer(error.smtp_error)
    enhanced = _ENHANCED.search(said)
    numbers = f"{error.smtp_code} {enhanced[0]}" if enhanced else str(error.smtp_code)
    # The words themselves may hold the address.
    return MailUnavailable(f"{settings.host} answered {numbers}.", f"{error.smtp_code} {said}")


def _read_answer(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return one_line(text)
