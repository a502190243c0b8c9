"""Commands about accounts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from app.cli.common import format_count, library, print_table, stop, summaries

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NAME = click.argument("name")
YES = click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
PASSWORD = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input instead of generating one.",
)
COLUMNS = (
    *("name", "display name", "joined", "public", "unlisted", "private", "drafts", "sign-in"),
    "role",
)
ROLES = ("member", "trusted", "administrator")
ROLE_NAMES = {"member": "member", "trusted": "trusted user", "administrator": "administrator"}


@click.group()
def user() -> None:
    """Manage accounts."""


@user.command()
@NAME
@click.option("--display-name", default="", help="Name shown on summaries; defaults to NAME.")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="member",
    show_default=True,
    help="What the account may do; see `shortlist user role --help`.",
)
@PASSWORD
def create(name: str, display_name: str, role: str, password_stdin: bool) -> None:
    """Create the account NAME and print its password.

    \b
    Example:
      shortlist user create mira --display-name "Mira Lindqvist"
    """
    from app.services.accounts import administration

    with _change() as session:
        password = _password(password_stdin)
        made = administration.create_account(session, name, display_name, password)
        if role != "member":
            administration.set_role(session, made, role)
        session.commit()
    _tell_password(made.name, password, given=password_stdin)


@user.command()
def invite() -> None:
    """Print a link with which one person can sign up within 14 days.

    It works while SHORTLIST_SIGNUP is "invitation". Set SHORTLIST_SITE_URL, so that it leads to
    your site.

    \b
    Example:
      shortlist user invite
    """
    from app.services.accounts import invitations
    from app.services.mail.outbox import find_link_base

    with _change() as session:
        token = invitations.make_invitation(session)
        session.commit()
        base = find_link_base(session)
    click.echo(f"{base}/signup?invitation={token}")


@user.command()
@NAME
def link(name: str) -> None:
    """Print a link with which NAME can sign in once, within an hour.

    For who can't sign in any other way, such as when a provider is gone. Give it to them alone.
    Set SHORTLIST_SITE_URL, so that it leads to your site.

    \b
    Example:
      shortlist user link mira
    """
    from app.services.accounts import administration
    from app.services.accounts.sign_in import sign_in_links
    from app.services.mail.outbox import find_link_base

    with _change() as session:
        found = administration.find_account(session, name)
        address = sign_in_links.make_sign_in_link(session, found, find_link_base(session))
        session.commit()
    click.echo(address)


@user.command("list")
@click.option("--without-password", is_flag=True, help="Only accounts that can't sign in yet.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def list_(without_password: bool, as_json: bool) -> None:
    """List accounts with their summary counts and sign-in status.

    Imported accounts can't sign in until you set a password with `shortlist user password`.

    \b
    Example:
      shortlist user list --without-password
    """
    from app.queries import people

    with library(quiet=as_json) as database, database.session() as session:
        rows = (
            row
            for row in people.list_accounts(session)
            if not (without_password and row.can_sign_in)
        )
        if as_json:
            for row in rows:
                facts = {**vars(row), "joined_at": row.joined_at.isoformat()}
                click.echo(json.dumps(facts, ensure_ascii=False))
        else:
            print_table(
                COLUMNS,
                (
                    [
                        row.name,
                        row.display_name,
                        f"{row.joined_at:%Y-%m-%d}",
                        *(
                            str(each)
                            for each in (row.public, row.unlisted, row.private, row.drafts)
                        ),
                        "yes" if row.can_sign_in else "no",
                        row.role,
                    ]
                    for row in rows
                ),
            )


@user.command()
@NAME
@PASSWORD
def password(name: str, password_stdin: bool) -> None:
    """Reset the password of NAME, print it, end all sessions and remove all passkeys.

    Linked accounts stay, and are listed. Use this to hand over an imported account to its owner.

    \b
    Example:
      shortlist user password mira
    """
    from app.queries.accounts import list_identities
    from app.services.accounts import account, administration
    from app.services.accounts.sign_in.passkeys import drop_passkeys

    with _change() as session:
        found = administration.find_account(session, name)
        new = _password(password_stdin)
        drop_passkeys(session, found)
        account.set_password(session, found, new)
        linked = [f"{each.label} ({each.issuer})" for each in list_identities(session, found)]
        session.commit()
    _tell_password(found.name, new, given=password_stdin)
    if linked:
        click.echo(f"Linked accounts that can still sign in: {', '.join(linked)}.")


@user.command()
@click.argument("old")
@click.argument("new")
@click.option("--forget-old", is_flag=True, help="Don't redirect the old name to the new one.")
def rename(old: str, new: str, forget_old: bool) -> None:
    """Rename the user OLD to NEW.

    The old profile URL redirects, and the old name stays reserved.

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
    click.echo(f"Renamed {before} to {found.name}.")


@user.command()
@NAME
@click.argument("role", type=click.Choice(ROLES))
def role(name: str, role: str) -> None:
    """Set the role of NAME.

    Members write and vote. Trusted users can also correct, merge and remove papers, and undo
    that. Administrators can do everything the browser offers.

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
        f"{found.name} is now {'an' if role == 'administrator' else 'a'} {ROLE_NAMES[role]}."
    )


@user.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="INTO")
@YES
def merge(source: str, target: str, yes: bool) -> None:
    """Move everything from the user FROM to INTO, then delete FROM.

    If both wrote about the same paper, the text edited last is kept and the other one goes into
    its history. Nothing private becomes public, and anonymous summaries stay anonymous.

    \b
    Example:
      shortlist user merge mira-old mira
    """
    from app.services.accounts import administration, merging

    with _change() as session:
        one, other = (administration.find_account(session, each) for each in (source, target))
        _ask(f"Move everything from {one.name} to {other.name}? This can't be undone.", yes)
        done = merging.merge(session, one, other)
        session.commit()
    click.echo(
        f"{other.name} received {summaries(done.moved)}"
        f" and {format_count(done.votes, 'vote')} from {one.name};"
        f" {done.joined:,} combined with their own."
    )


@user.command()
@NAME
@click.option("--with-summaries", is_flag=True, help="Also delete their summaries.")
@YES
def delete(name: str, with_summaries: bool, yes: bool) -> None:
    """Delete NAME with their drafts, images and votes.

    This can't be undone. Users with summaries are only deleted with --with-summaries. The name
    stays reserved.

    \b
    Example:
      shortlist user delete spammer --with-summaries
    """
    from app.services.accounts import administration
    from app.services.pictures.storage import find_storage, remove_files

    with _change() as session:
        found = administration.find_account(session, name)
        what = " and all summaries" if with_summaries else ""
        _ask(f"Delete {found.name}{what} permanently?", yes)
        done = administration.delete_user(session, found, with_summaries=with_summaries)
        session.commit()
        remove_files(find_storage(session.info), done.files)
    click.echo(
        f"Deleted {found.name} with {summaries(done.summaries)},"
        f" {format_count(done.votes, 'vote')} and {format_count(len(done.files), 'image')}."
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

    return sys.stdin.readline().rstrip("\r\n") if from_stdin else administration.make_password()


def _tell_password(name: str, password: str, *, given: bool) -> None:
    click.echo(f"{name} can now sign in{' with that password' if given else ''}.")
    if not given:
        click.echo(f"Password: {password}")


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        stop("This needs confirmation. Add --yes to run it without asking.")
    click.confirm(question, abort=True)
