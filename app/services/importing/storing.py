"""Bring summaries in from files.

Each in a transaction of its own, so that a run can be stopped or fail at any file, and be started
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import cast

from sqlalchemy.orm import Session

from app.models import Summary, User
from app.queries.people import can_sign_in
from app.services import votes
from app.services.accounts.licences import publish_under, set_licence
from app.services.importing import faults
from app.services.importing.bibtex import import_papers
from app.services.importing.note_links import replace_note_links
from app.services.importing.papers import find_or_add_paper
from app.services.importing.pictures import import_pictures
from app.services.importing.terms import (
    ImportOptions,
    ImportOutcome,
    ImportRun,
    IncomingFile,
    IncomingPaper,
)
from app.services.importing.writers import choose_writer_name, ensure_writer
from app.services.refusals import Refusal
from app.services.summaries.checks import MAX_TAGS, parse_tags
from app.services.summaries.content import Edit, normalise_source
from app.services.summaries.files.reading import SummaryFile, cap_moments
from app.services.summaries.publishing import change_summary, create_summary
from app.services.summaries.signatures import is_signed
from app.services.summaries.state import lock_summaries_of_writer, tag_names
from app.sources.formats.front_matter import BadFile
from app.text.lines import one_line

# What a file calls the facts that services call otherwise.
FIELDS = {"arxiv_id": "arxiv", "published_on": "published", "name": "user"}


def import_files(
    session: Session,
    incoming: Iterable[IncomingFile | IncomingPaper],
    options: ImportOptions,
    run: ImportRun | None = None,
) -> Iterator[ImportOutcome]:
    """Import files one by one, and commit after each.

    Entries of BibTeX are imported some at a time.

    Whatever goes wrong in one of them is its own fault, and the others go on. When nothing can be
    written or read any more, the last outcome says so; nothing is raised.

    Links that waited for a new paper are only marked; the caller lets `rerender.renew_marked` make
    them anew at the end.

    Args:
        run: when several sources are one run; a new one has seen nothing.
    """
    run = run or ImportRun(options)
    all_of_it = _ReadableItems(incoming)
    try:
        for papers, group in groupby(all_of_it, lambda each: isinstance(each, IncomingPaper)):
            if papers:
                yield from import_papers(session, cast(Iterator[IncomingPaper], group), run)
            else:
                yield from _import_summaries(session, cast(Iterator[IncomingFile], group), run)
        if all_of_it.trouble is not None:
            raise faults.make_stopped(all_of_it.trouble)
    except faults.ImportStopped as stopped:
        yield ImportOutcome("", "stopped", message=str(stopped))


class _ReadableItems:
    """What comes in, up to where it cannot be read any more; `trouble` is why."""

    def __init__(self, incoming: Iterable[IncomingFile | IncomingPaper]) -> None:
        self._rest = iter(incoming)
        self.trouble: Exception | None = None

    def __iter__(self) -> Iterator[IncomingFile | IncomingPaper]:
        return self

    def __next__(self) -> IncomingFile | IncomingPaper:
        try:
            return next(self._rest)
        except StopIteration:
            raise
        except Exception as error:  # whatever it is, what was done is told
            self.trouble = error
            raise StopIteration from None


def _import_summaries(
    session: Session, incoming: Iterable[IncomingFile], run: ImportRun
) -> Iterator[ImportOutcome]:
    for each in incoming:
        try:
            outcome = _tried(session, each, run)
            if run.options.dry_run or outcome.status in ("refused", "kept", "unchanged"):
                session.rollback()
            else:
                session.commit()
        except Exception as error:  # whatever it is, the others go on
            faults.roll_back(session)
            said = faults.describe_refusal(error, f"{each.name}:{each.line}")
            outcome = ImportOutcome(each.name, "refused", each.line, said)
        session.expunge_all()  # a long run must not keep all that it wrote
        yield outcome


def _tried(session: Session, incoming: IncomingFile, run: ImportRun) -> ImportOutcome:
    try:
        file = incoming.read()
    except BadFile as error:
        return ImportOutcome(incoming.name, "refused", incoming.line + error.line - 1, str(error))
    try:
        outcome, said = _import(session, incoming, file, run)
    except BadFile as error:
        return _refused(incoming, file, error.field, str(error))
    except Refusal as refused:
        field = FIELDS.get(refused.field, refused.field)
        message, further = refused.message, 0
        if field == "source" and field in file.lines and refused.line is not None:
            message = message.removeprefix(f"Line {refused.line}: ")
            further = refused.line - 1
        elif field != "source" and field in file.lines:
            message = f"{field}: {message}"
        return _refused(incoming, file, field, message, further)
    where = incoming.name if incoming.kind == "note" else f"{incoming.name}:{incoming.line}"
    written = (outcome.key, outcome.writer, outcome.summary, incoming.kind)
    run.written.setdefault(written, (where, said))
    return outcome


def _refused(
    incoming: IncomingFile, file: SummaryFile, field: str, message: str, further: int = 0
) -> ImportOutcome:
    """Refused at a field, or so many lines further on."""
    line = file.lines.get(field, file.lines.get("", incoming.line))
    return ImportOutcome(incoming.name, "refused", line + further, message)


def _import(
    session: Session, incoming: IncomingFile, file: SummaryFile, run: ImportRun
) -> tuple[ImportOutcome, int]:
    """What became of a file, and a hash of what it said."""
    options = run.options
    file = cap_moments(file)
    name = choose_writer_name(session, file, options)
    paper, is_new = find_or_add_paper(session, file.record, file.citekey, run)
    notes = [f"the field {name!r} is not known and was left out" for name in file.unknown]
    user = ensure_writer(session, name, file, paper)
    if options.only is None:
        notes += file.notes
    texts = lock_summaries_of_writer(session, user, paper)
    here = _meant(texts, file)
    place = _new_place(texts, file, user, options) if here is None else here.place
    text = import_pictures(
        session, user, normalise_source(file.text), incoming, here, notes, dry_run=options.dry_run
    )
    text = replace_note_links(session, text, incoming, run, notes, is_new=here is None)
    present = None if here is None else _present(session, here)
    wanted = _wanted(file, text, present, options, notes)
    edit = Edit(**{**vars(wanted), "tags": ",".join(wanted.tags)})
    number = -1 - place if here is None else here.id
    outcome = ImportOutcome(
        incoming.name,
        "unchanged",
        incoming.line,
        key=paper.key,
        summary=number,
        writer=user.name,
        can_sign_in=can_sign_in(session, user),
        notes=tuple(notes),
    )
    said = hash(wanted)
    # What a text was worth elsewhere counts only when who runs the library says so.
    score = file.votes if options.brings_votes else 0
    earlier = run.written.get((paper.key, user.name, number, incoming.kind))
    if earlier is not None:
        # Nobody knows which of the two is meant, unless one is a copy of the other, or a link to
        # it. But a feed and a table may tell of one text, the second better than the first.
        if earlier[1] != said:
            raise BadFile(f"{earlier[0]} is about the same paper.", field="key")
        return outcome, said
    if here is not None:
        if wanted == present and score in (0, here.imported_votes):
            return (replace(outcome, status="changed") if is_new else outcome), said
        moment = file.edited or file.created
        if wanted != present and moment and moment < (here.edited_at or here.created_at):
            kept = replace(outcome, status="kept", message="the existing one was edited later")
            return kept, said
    edited_at = _edited(file, here)
    if here is None:
        summary = create_summary(
            session, user, paper, edit, created_at=file.created, edited_at=edited_at, place=place
        ).summary
    else:
        summary = change_summary(session, here, edit, edited_at=edited_at).summary
    if options.only is None:
        set_licence(session, summary, file.licence or options.licence)
    else:
        publish_under(session, summary, options.licence, agrees=options.agrees)
    if score and summary.imported_votes != score:
        summary.imported_votes = score
        votes.recount_votes(session, summary)
    if not options.dry_run:
        number = summary.id
    status = "added" if here is None else "changed"
    return replace(outcome, status=status, summary=number), said


def _meant(texts: list[Summary], file: SummaryFile) -> Summary | None:
    """Which of a writer's texts about a paper a file is: where there are several, they may have
    changed places since it was written, but not the moments at which they were begun. A file whose
    moment is no text's changes none of them."""
    if file.created is not None and (len(texts) > 1 or file.place):
        return next((each for each in texts if each.created_at == file.created), None)
    return next((each for each in texts if each.place == file.place), None)


def _new_place(texts: list[Summary], file: SummaryFile, user: User, options: ImportOptions) -> int:
    """Where among a writer's texts about a paper a file puts another one.

    Only a merge of papers lets them have a second one, and only an export of ours says so; who
    runs the site may say what they like.
    """
    signed = (user.id, file.record.key, file.created, file.signature)
    if options.only is None or is_signed(options.secret, *signed):
        return file.place
    if texts:
        raise BadFile(
            "You already have a summary of this paper. A second one can only be imported from an"
            " export of this site made after duplicates were merged.",
            field="place",
        )
    return 0


@dataclass(frozen=True)
class _StoredContent:
    """What a summary holds besides its moments."""

    source: str
    takeaway: str
    tags: tuple[str, ...]
    visibility: str
    anonymous: bool
    read: str = ""
    made: str = ""
    interest: bool = False


def _present(session: Session, summary: Summary) -> _StoredContent:
    return _StoredContent(
        summary.source,
        summary.takeaway,
        tuple(tag_names(session, summary)),
        summary.visibility,
        summary.anonymous,
        **vars(summary.provenance),
    )


def _wanted(
    file: SummaryFile,
    text: str,
    present: _StoredContent | None,
    options: ImportOptions,
    notes: list[str],
) -> _StoredContent:
    """What a file asks for; where it says nothing, what is here stays."""
    default = present or _StoredContent(text, "", (), options.visibility, False)
    takeaway = default.takeaway if file.takeaway is None else one_line(file.takeaway)
    return _StoredContent(
        source=text,
        takeaway=takeaway,
        tags=default.tags if file.tags is None else _tags(file.tags, notes),
        visibility=file.visibility or default.visibility,
        anonymous=default.anonymous if file.anonymous is None else file.anonymous,
        read=default.read if file.read is None else file.read,
        made=default.made if file.made is None else file.made,
        interest=default.interest if file.interest is None else file.interest,
    )


def _tags(written: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for each in written:
        try:
            found.update(parse_tags(each))
        except Refusal as refused:
            notes.append(f"tag skipped: {refused.message}")
    if len(found) > MAX_TAGS:
        notes.append(f"kept the first {MAX_TAGS} of {len(found)} tags")
    return tuple(sorted(found)[:MAX_TAGS])


def _edited(file: SummaryFile, here: Summary | None) -> datetime | None:
    if here is None or file.edited is None:
        return file.edited
    # A file that was exported and then changed by hand still says when it was exported.
    last = here.edited_at or here.created_at
    return file.edited if file.edited > last else None
