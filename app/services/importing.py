"""Bringing summaries in from files: each in a transaction of its own, so that a run can be stopped
or fail at any file, and be started again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, Summary, User
from app.queries.people import user_by_name
from app.services import accounts, votes
from app.services.front_matter import BadFile
from app.services.identifiers import find_paper
from app.services.library_files import SummaryFile
from app.services.papers import AlreadyThere, add_paper
from app.services.picture_references import take_in
from app.services.pictures import store
from app.services.problems import Refused
from app.services.summaries import MAX_TAGS, normal, parse_tags, publish, tag_names
from app.sources.record import PaperRecord

# Accounts for texts whose writers are not known begin so.
ANONYMOUS = "shortscience-anon"


@dataclass(frozen=True)
class Incoming:
    """A file, or one item of a file.

    Attributes:
        name: as the report names it.
        read: gives what it says, or raises `BadFile`.
        picture: gives the bytes of a picture beside it by its path; `None` when there is none.
        line: where in the file an item begins.
    """

    name: str
    read: Callable[[], SummaryFile]
    picture: Callable[[str], bytes | None] | None = None
    line: int = 1


@dataclass(frozen=True)
class Options:
    """How to import.

    Attributes:
        writer: name of the account for files that name none; it is made when it is missing.
        only: whose summaries may be written at all, for an import by themselves; `None`: all.
        all_mine: with `only`, take texts under other names as theirs.
        visibility: of new summaries whose files do not say.
        dry_run: write nothing.
    """

    writer: str = ""
    only: User | None = None
    all_mine: bool = False
    visibility: str = "public"
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a file: `added`, `changed`, `unchanged`, `kept` (the one here is newer) or
    `refused` with the line and reason. `notes` are what its owner should know besides, and
    `writer` is whose it is: `can_sign_in` tells whether somebody has that account already."""

    name: str
    status: str
    line: int = 1
    message: str = ""
    key: str = ""
    writer: str = ""
    can_sign_in: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class _Run:
    """What a run remembers: for a dry run, what earlier files would have made."""

    options: Options
    papers: set[str] = field(default_factory=set)


def import_files(
    session: Session, incoming: Iterable[Incoming], options: Options
) -> Iterator[Outcome]:
    """Import files one by one; commits after each.

    Links that waited for a new paper are only marked; the caller lets `rerender.renew_marked` make
    them anew at the end.
    """
    run = _Run(options)
    for each in incoming:
        try:
            outcome = _import(session, each, run)
        except BadFile as error:
            outcome = Outcome(each.name, "refused", each.line + error.line - 1, str(error))
        except Refused as refused:
            outcome = Outcome(each.name, "refused", each.line, refused.message)
        if options.dry_run or outcome.status in ("refused", "kept", "unchanged"):
            session.rollback()
        else:
            session.commit()
        session.expunge_all()  # a long run must not keep all that it wrote
        yield outcome


def _import(session: Session, incoming: Incoming, run: _Run) -> Outcome:
    file = incoming.read()
    name = _writer_name(session, file, run.options)
    paper, is_new = _paper(session, file.record, run)
    notes = [f"the field {name!r} is not known and was left out" for name in file.unknown]
    if paper is None:  # a dry run, in which an earlier file would have added it
        return Outcome(incoming.name, "added", incoming.line, key=file.record.key)
    user = _writer(session, name, file, paper)
    text = _with_pictures(session, user, normal(file.text), incoming, run.options, notes)
    here = session.scalar(
        select(Summary).where(Summary.paper_id == paper.id, Summary.user_id == user.id)
    )
    present = None if here is None else _present(session, here)
    wanted = _wanted(file, text, present, run.options, notes)
    outcome = Outcome(
        incoming.name,
        "unchanged",
        incoming.line,
        key=paper.key,
        writer=user.name,
        can_sign_in=user.password_hash is not None,
        notes=tuple(notes),
    )
    if here is not None:
        if wanted == present and file.votes in (0, here.imported_votes):
            return replace(outcome, status="changed") if is_new else outcome
        moment = file.edited or file.created
        if wanted != present and moment and moment < (here.edited_at or here.created_at):
            return replace(outcome, status="kept", message="the one here was edited later")
    summary = publish(
        session,
        user,
        paper,
        **vars(wanted),
        created_at=file.created if here is None else None,
        edited_at=_edited(file, here),
    )
    if file.votes and summary.imported_votes != file.votes:
        summary.imported_votes = file.votes
        votes.recount(session, summary)
    return replace(outcome, status="added" if here is None else "changed")


def _writer_name(session: Session, file: SummaryFile, options: Options) -> str:
    if options.only is not None:
        if file.user and not options.all_mine and not _is_called(session, options.only, file.user):
            raise BadFile(
                f"This text is by {file.user:.60}, and you are {options.only.name}."
                " Say so in the form when it is yours all the same.",
                field="user",
            )
        return options.only.name
    name = file.user or options.writer
    if not name:
        raise BadFile("Whose text is it? The file has no user; give one with --user NAME.", 2)
    return name


def _is_called(session: Session, user: User, name: str) -> bool:
    found = user_by_name(session, name)
    return found is not None and found.id == user.id


def _paper(session: Session, record: PaperRecord, run: _Run) -> tuple[Paper | None, bool]:
    """The paper of a file, and whether it was added just now."""
    names = [each for each in (record.key, record.doi, record.arxiv_id) if each]
    for name in names:
        found = find_paper(session, name)
        if found is not None:
            return found, False
    if not record.title.strip():
        if run.options.dry_run and any(name in run.papers for name in names):
            return None, False
        raise BadFile(f"The paper {names[0]:.100} is not here yet, so its title is needed.", 2)
    try:
        paper = add_paper(session, record, "file")
    except AlreadyThere as there:  # under a name that another of its names leads to
        found = find_paper(session, there.key)
        assert found is not None
        return found, False
    if run.options.dry_run:
        run.papers.update([*names, paper.key])
    return paper, True


def _writer(session: Session, name: str, file: SummaryFile, paper: Paper) -> User:
    if name == ANONYMOUS:
        return _anonymous_writer(session, file, paper)
    return user_by_name(session, name) or accounts.add_from_file(session, name, file.display_name)


def _anonymous_writer(session: Session, file: SummaryFile, paper: Paper) -> User:
    """An account for a text whose writer is not known: the first that did not write about this
    paper, unless one of them wrote just this text."""
    number = 1
    free = None
    while True:
        name = ANONYMOUS if number == 1 else f"{ANONYMOUS}-{number}"
        user = session.scalar(select(User).where(User.name == name))
        if user is None:
            return free or accounts.add_from_file(session, name, "Anonymous")
        written = session.scalar(
            select(Summary).where(Summary.paper_id == paper.id, Summary.user_id == user.id)
        )
        if written is None:
            free = free or user
        elif written.source == normal(file.text):
            return user
        number += 1


def _with_pictures(
    session: Session,
    user: User,
    text: str,
    incoming: Incoming,
    options: Options,
    notes: list[str],
) -> str:
    if incoming.picture is None:
        return text
    find = incoming.picture

    def keep(path: str) -> str | None:
        try:
            data = find(path)
            if data is None:
                notes.append(f"the picture {path:.100} is not there")
                return None
            if options.dry_run:
                return None
            return f"/pictures/{store(session, user, data).name}"
        except (BadFile, Refused) as error:
            notes.append(f"the picture {path:.100}: {error}")
            return None

    return take_in(text, keep)


@dataclass(frozen=True)
class _Content:
    """What a summary holds besides its moments."""

    source: str
    takeaway: str
    tags: tuple[str, ...]
    visibility: str
    anonymous: bool


def _present(session: Session, summary: Summary) -> _Content:
    return _Content(
        summary.source,
        summary.takeaway,
        tuple(tag_names(session, summary)),
        summary.visibility,
        summary.anonymous,
    )


def _wanted(
    file: SummaryFile, text: str, present: _Content | None, options: Options, notes: list[str]
) -> _Content:
    """What a file asks for; where it says nothing, what is here stays."""
    default = present or _Content(text, "", (), options.visibility, False)
    takeaway = default.takeaway if file.takeaway is None else " ".join(file.takeaway.split())
    return _Content(
        source=text,
        takeaway=takeaway,
        tags=default.tags if file.tags is None else _tags(file.tags, notes),
        visibility=file.visibility or default.visibility,
        anonymous=default.anonymous if file.anonymous is None else file.anonymous,
    )


def _tags(written: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for each in written:
        try:
            found.update(parse_tags(each))
        except Refused as refused:
            notes.append(f"a tag was left out: {refused.message}")
    if len(found) > MAX_TAGS:
        notes.append(f"of {len(found)} tags the first {MAX_TAGS} were kept")
    return tuple(sorted(found)[:MAX_TAGS])


def _edited(file: SummaryFile, here: Summary | None) -> datetime | None:
    if here is None or file.edited is None:
        return file.edited
    # A file that was exported and then changed by hand still says when it was exported.
    last = here.edited_at or here.created_at
    return file.edited if file.edited > last else None
