"""Commands about accounts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.common import format_count, library, stop, summaries

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NAME = click.argument("name")
YES = click.option("--yes", is_flag=True, help="Do not ask.")
PASSWORD = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input; else one is made up and printed.",
)
COLUMNS = (
    *("name", "display name", "joined", "public", "unlisted", "private", "drafts", "sign-in"),
    "role",
)
ROLE_NAMES = {"member": "member", "trusted": "trusted user", "administrator": "administrator"}


@click.group()
def user() -> None:
    """Manage accounts: the people who write and vote here."""


@user.command()
@NAME
@click.option("--display-name", default="", help="What stands on summaries; else the name.")
@PASSWORD
def create(name: str, display_name: str, password_stdin: bool) -> None:
    """Make an account for NAME and print its password.

    \b
    Example:
      shortlist user create mira --display-name "Mira Lindqvist"
    """
    from app.services.accounts import administration

    with _change() as session:
        password = _password(password_stdin)
        made = administration.create_account(session, name, display_name, password)
        session.commit()
    _tell_password(made.name, password, given=password_stdin)


@user.command("list")
@click.option("--without-password", is_flag=True, help="Only those who cannot sign in yet.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(without_password: bool, as_json: bool) -> None:
    """List all accounts, with how much each wrote and whether they can sign in.

    Accounts that came from files cannot until `shortlist user password` hands them over.

    \b
    Example:
      shortlist user list --without-password
    """
    from app.queries import people

    with library(quiet=as_json) as database, database.session() as session:
        rows = (
            row for row in people.accounts(session) if not (without_password and row.can_sign_in)
        )
        if as_json:
            for row in rows:
                facts = {**vars(row), "joined_at": row.joined_at.isoformat()}
                click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            _table(
                [
                    row.name,
                    row.display_name,
                    f"{row.joined_at:%Y-%m-%d}",
                    *(str(each) for each in (row.public, row.unlisted, row.private, row.drafts)),
                    "yes" if row.can_sign_in else "no",
                    row.role,
                ]
                for row in rows
            )


@user.command()
@NAME
@PASSWORD
def password(name: str, password_stdin: bool) -> None:
    """Give NAME a new password, print it, and sign every browser out.

    This also hands over an account that came from files.

    \b
    Example:
      shortlist user password mira
    """
    from app.services.accounts import account, administration

    with _change() as session:
        found = administration.find_account(session, name)
        new = _password(password_stdin)
        account.set_password(session, found, new)
        session.commit()
    _tell_password(found.name, new, given=password_stdin)


@user.command()
@click.argument("old")
@click.argument("new")
@click.option("--forget-old", is_flag=True, help="Let no earlier name lead to the new one.")
def rename(old: str, new: str, forget_old: bool) -> None:
    """Give the user OLD the name NEW.

    The old address leads there, and nobody gets the old name.

    \b
    Example:
      shortlist user rename mira mira.lindqvist
    """
    from app.services.accounts import administration

    with _change() as session:
        found = administration.find_account(session, old)
        before = found.name
        administration.rename_account(session, found, new, forget_old=forget_old)
        session.commit()
    click.echo(f"{before} is {found.name} now.")


@user.command()
@NAME
@click.argument("role", type=click.Choice(["member", "trusted", "administrator"]))
def role(name: str, role: str) -> None:
    """Say what NAME may do.

    A member writes and votes. A trusted user may also merge two papers that are one work, and undo
    it. An administrator may do all that can be done in the browser.

    \b
    Example:
      shortlist user role mira trusted
    """
    from app.services.accounts import administration

    with _change() as session:
        found = administration.find_account(session, name)
        administration.set_role(session, found, role)
        session.commit()
    click.echo(
        f"{found.name} is {'an' if role == 'administrator' else 'a'} {ROLE_NAMES[role]} now."
    )


@user.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="INTO")
@YES
def merge(source: str, target: str, yes: bool) -> None:
    """Give everything of the user FROM to INTO, and remove FROM.

    Where both wrote about a paper, the text that was edited later stays and the other is in its
    history. Nothing private becomes public, and nothing anonymous gets a name.

    \b
    Example:
      shortlist user merge mira-old mira
    """
    from app.services.accounts import administration, merging

    with _change() as session:
        one, other = (administration.find_account(session, each) for each in (source, target))
        _ask(f"Give everything of {one.name} to {other.name}, for good?", yes)
        done = merging.merge(session, one, other)
        session.commit()
    click.echo(
        f"{other.name} has {summaries(done.moved)}"
        f" and {format_count(done.votes, 'vote')} of {one.name};"
        f" {done.joined:,} of them are joined with an own one."
    )


@user.command()
@NAME
@click.option("--with-summaries", is_flag=True, help="Remove what they wrote as well.")
@YES
def delete(name: str, with_summaries: bool, yes: bool) -> None:
    """Remove NAME, with drafts, pictures and votes.

    It can't be undone.

    Who has written summaries stays unless they are to go as well; nobody gets the name again.

    \b
    Example:
      shortlist user delete spammer --with-summaries
    """
    from app.services.accounts import administration

    with _change() as session:
        found = administration.find_account(session, name)
        what = "with all summaries " if with_summaries else ""
        _ask(f"Remove {found.name} {what}for good?", yes)
        done = administration.delete_user(session, found, with_summaries=with_summaries)
        session.commit()
        _unlink(done.files)
    click.echo(
        f"{found.name} is removed, with {summaries(done.summaries)},"
        f" {format_count(done.votes, 'vote')} and {format_count(len(done.files), 'picture')}."
    )


@contextmanager
def _change() -> Iterator[Session]:
    """A session on the library; what a service refuses is told in its words."""
    from app.services.refusals import Refusal

    with library(quiet=True) as database, database.session() as session:
        try:
            yield session
        except Refusal as refused:
            stop(" ".join(each.message for each in refused.all))


def _password(from_stdin: bool) -> str:
    from app.services.accounts import administration

    return sys.stdin.readline().rstrip("\r\n") if from_stdin else administration.new_password()


def _tell_password(name: str, password: str, *, given: bool) -> None:
    click.echo(f"{name} can sign in{' with that password' if given else ''}.")
    if not given:
        click.echo(f"Password: {password}")


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        stop("This asks before it does it. Add --yes where nobody can answer.")
    click.confirm(question, abort=True)


def _unlink(files: Sequence[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)


def _table(rows: Iterator[list[str]]) -> None:
    shown = [list(COLUMNS), *rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
