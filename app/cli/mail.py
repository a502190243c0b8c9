"""`shortlist mail`: what was sent, what is kept in the spool, and a test."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import click

from app.cli.common import library, print_table, settings, stop

COLUMNS = ("mail", "queued", "state", "to", "user", "what")


@click.group()
def mail() -> None:
    """List and test mail.

    Without SHORTLIST_SMTP_HOST, mail isn't sent but kept in the data directory, in the folder mail.
    """


@mail.command("list")
def list_() -> None:
    """List the latest 100 mails with their state.

    Times are UTC. "sent" also means kept in the data directory, when no mail server is set;
    "refused", that the address takes no mail; "unknown", that the process ended while the server
    was taking the mail, so it isn't sent again. "failed" mail can be sent with
    `shortlist jobs retry mail`.

    \b
    Example:
      shortlist mail list
    """
    from app.queries.accounts import list_mail
    from app.services.mail.kinds import MAIL_KINDS

    with library(quiet=True) as database, database.session() as session:
        rows = list_mail(session)
    states = {"sending": "unknown"}
    print_table(
        COLUMNS,
        (
            (
                str(row.number),
                f"{row.queued_at:%Y-%m-%d %H:%M}",
                "failed" if row.is_failed else states.get(row.state, row.state),
                row.address,
                row.user_name,
                MAIL_KINDS[row.kind].says,
            )
            for row in rows
        ),
    )


@mail.command()
@click.argument("number", type=click.IntRange(min=1))
def show(number: int) -> None:
    """Print the mail NUMBER that is kept in the data directory.

    \b
    Example:
      shortlist mail show 17
    """
    from app.services.mail.transport import FOLDER

    path = settings().data_dir / FOLDER / f"{number}.eml"
    if not path.exists():
        stop(f"Mail {number} isn't kept here: it was sent, is still waiting, or doesn't exist.")
    _print_file(path)


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a test mail to ADDRESS now, and print what the server answers.

    \b
    Example:
      shortlist mail test you@example.org
    """
    from app.references.email_addresses import parse_email_address
    from app.services.mail import outbox
    from app.services.mail.transport import AddressRefused, MailUnavailable

    parsed = parse_email_address(address)
    if parsed is None:
        stop(f"{address} isn't an email address.")
    host = settings().mail.host
    with library(quiet=True) as database, database.session() as session:
        try:
            path = outbox.send_test(session, parsed)
        except AddressRefused as refused:
            stop(f"{host} takes no mail for {parsed}: {refused.answer}")
        except MailUnavailable as error:
            stop(f"Mail can't be sent: {error.answer or error.strerror}")
        except OSError as error:
            stop(f"Mail can't be sent by {host or 'file'}: {error.strerror or error}")
    if path:
        click.echo(f"No mail server is set (SHORTLIST_SMTP_HOST). The mail is in {path}:\n")
        _print_file(Path(path))
    else:
        click.echo(f"{host} took the mail for {parsed}.")


def _print_file(path: Path) -> None:
    message = message_from_bytes(path.read_bytes(), policy=default)
    for name in ("From", "To", "Date", "Subject"):
        click.echo(f"{name}: {message[name]}")
    body = message.get_body(("plain",))
    click.echo(f"\n{'' if body is None else body.get_content().rstrip()}")
