"""Whose a text is that comes in from a file."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, Summary, User
from app.queries.people import find_user
from app.services.accounts import account
from app.services.accounts.user_names import UNKNOWN
from app.services.importing.terms import ImportOptions
from app.services.summaries.content import normalise_source
from app.services.summaries.files.reading import SummaryFile
from app.sources.formats.front_matter import BadFile


def choose_writer_name(session: Session, file: SummaryFile, options: ImportOptions) -> str:
    """The name of the account that a text is for.

    Raises:
        BadFile: when nothing says it, or it is not for whom the import is.
    """
    if options.only is not None:
        if file.user and not options.all_by_writer:
            _check_theirs(session, file, options.only, options.called)
        return options.only.name
    name = file.user or options.writer
    if not name:
        raise BadFile("Whose text is it? The file has no user; give one with --user NAME.")
    return name


def ensure_writer(session: Session, name: str, file: SummaryFile, paper: Paper) -> User:
    """The account of this name, which is made when it is missing.

    Raises:
        Refusal: for a name that no account can have.
    """
    if name == UNKNOWN:
        return _anonymous(session, file, paper)
    return find_user(session, name) or account.add_from_file(session, name, file.display_name)


def _check_theirs(session: Session, file: SummaryFile, user: User, called: str) -> None:
    if file.user == UNKNOWN:
        raise BadFile(
            "This text has no name, so it may not be yours. Tick “I wrote everything in this file”"
            " to import texts without a name too.",
            field="user",
        )
    found = find_user(session, file.user)
    if found is not None and found.id == user.id:
        return
    if called.strip().lstrip("@").casefold() not in {name.casefold() for name in file.names}:
        raise BadFile(
            f"This text is by {file.names[0] if file.names else file.user:.60}, and you are"
            f" {user.name}. If it’s yours, say so in the form.",
            field="user",
        )


def _anonymous(session: Session, file: SummaryFile, paper: Paper) -> User:
    """An account for a text whose writer is not known: the first that did not write about this
    paper, unless one of them wrote just this text."""
    number = 1
    free = None
    while True:
        name = UNKNOWN if number == 1 else f"{UNKNOWN}-{number}"
        user = session.scalar(select(User).where(User.name == name))
        if user is None:
            return free or account.add_from_file(session, name, "Anonymous")
        written = session.scalar(
            select(Summary).where(Summary.paper_id == paper.id, Summary.user_id == user.id)
        )
        if written is None:
            free = free or user
        elif written.source == normalise_source(file.text):
            return user
        number += 1
