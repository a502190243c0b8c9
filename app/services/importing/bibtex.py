"""BibTeX entries as papers of the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from sqlalchemy.orm import Session

from app.queries.identifiers import known_keys
from app.queries.papers import by_key
from app.references.identifiers import PaperRef
from app.references.labels import field_label
from app.services.importing import faults
from app.services.importing.terms import ImportOutcome, ImportRun, IncomingPaper
from app.services.papers.adding import add_paper
from app.services.papers.completion import complete_paper
from app.services.papers.deduplication import is_record_of, match_record, newest_paper_id
from app.services.papers.facts import MAX_VENUE_KEY
from app.services.papers.fitting import Misfit, fit
from app.services.refusals import PaperExists, Refusal
from app.sources.bibtex.reading import BadEntry
from app.sources.record import DETAILS, PaperRecord
from app.sources.same_work import title_words
from app.text.folding import slug

BATCH = 50


def import_papers(
    session: Session, incoming: Iterable[IncomingPaper], run: ImportRun
) -> Iterator[ImportOutcome]:
    """Add the papers of entries, or complete those that are here; commits after some.

    What is here is only completed in an import of the whole library, not by one of its members.
    """
    rest = iter(incoming)
    while batch := list(islice(rest, 1 if run.options.dry_run else BATCH)):
        yield from _stored(session, batch, run)


def _stored(session: Session, batch: list[IncomingPaper], run: ImportRun) -> list[ImportOutcome]:
    """What became of some entries, in one transaction; one by one when that fails."""
    try:
        outcomes = [_outcome(session, each, run) for each in batch]
        if run.options.dry_run:
            session.rollback()
        else:
            session.commit()
    except Exception as error:  # whatever it is, the others go on
        faults.roll_back(session)
        session.expunge_all()
        if len(batch) > 1:
            return [outcome for each in batch for outcome in _stored(session, [each], run)]
        (only,) = batch
        said = faults.refusal(error, f"{only.name}:{only.entry.line}")
        return [ImportOutcome(only.name, "refused", only.entry.line, said, notes=only.notes)]
    session.expunge_all()  # a long run must not keep all that it wrote
    return outcomes


def _outcome(session: Session, incoming: IncomingPaper, run: ImportRun) -> ImportOutcome:
    entry, name = incoming.entry, incoming.name
    if isinstance(entry, BadEntry):
        return ImportOutcome(name, "refused", entry.line, entry.message, notes=incoming.notes)
    notes = [*incoming.notes, *entry.notes]
    try:
        record = _fitted(session, entry.record, notes)
        outcome = _import(session, record, run, notes)
    except Refusal as refused:
        key = entry.record.key or "an entry without a key"
        said = f"{key:.60}: {refused.field}: {refused.message}"
        return ImportOutcome(name, "refused", entry.line, said, notes=tuple(notes))
    return replace(outcome, name=name, line=entry.line, notes=tuple(notes))


def _import(
    session: Session, record: PaperRecord, run: ImportRun, notes: list[str]
) -> ImportOutcome:
    if run.newest_before is None:
        run.newest_before = newest_paper_id(session)
    own = run.options.only is None  # who runs the library, not one of its members
    if not own:  # a name that a file gives to a paper besides its own may be any paper's
        record = replace(record, other_keys=())
    found = match_record(session, record, run.newest_before, takes_back=own)
    notes += found.notes
    if found.paper is not None:
        filled = complete_paper(session, found.paper, found.record) if own else []
        if filled:
            notes.append(f"filled in: {', '.join(filled)}")
        status = "changed" if filled else "unchanged"
        return ImportOutcome("", status, key=found.paper.key)
    record = _without_known_keys(session, found.record)
    if run.options.dry_run and _is_told(record, run):
        return ImportOutcome("", "unchanged", key=record.key)
    try:
        paper = add_paper(session, record, "bibtex", run.options.only)
    except PaperExists as there:  # by its title, or a name that only reading its key tells
        return _there(session, record, there.key)
    if record.key and paper.key != record.key:  # add_paper knows what preprints became
        notes.append(f"it is the preprint of {paper.key}, and was joined with it")
        return ImportOutcome("", "changed", key=paper.key)
    return ImportOutcome("", "added", key=paper.key)


def _there(session: Session, record: PaperRecord, key: str) -> ImportOutcome:
    paper = by_key(session, key)
    if paper is not None and is_record_of(session, paper, record):
        return ImportOutcome("", "unchanged", key=key)
    raise Refusal("key", f"it names another paper here, {key}")


def _is_told(record: PaperRecord, run: ImportRun) -> bool:
    """In a dry run: whether an earlier entry would have added the paper."""
    says = "\n".join((*title_words(record.title), *record.authors))
    names = [f"{n.lower()}\n{says}" for n in (record.key, record.doi, record.arxiv_id) if n]
    is_told = any(name in run.papers for name in names)
    run.papers.update(dict.fromkeys(names, record))
    return is_told


def _without_known_keys(session: Session, record: PaperRecord) -> PaperRecord:
    """The record without further keys that are other papers'."""
    if not record.other_keys:
        return record
    known = known_keys(session, [PaperRef("key", key) for key in record.other_keys])
    free = tuple(key for key in record.other_keys if PaperRef("key", key) not in known)
    return replace(record, other_keys=free)


def _fitted(session: Session, record: PaperRecord, notes: list[str]) -> PaperRecord:
    """The record as it can be kept; the notes say what was changed for that.

    Raises:
        Refusal: when there is nothing left that could be a paper.
    """
    if "/" in record.venue and " " not in record.venue and not record.venue_key:
        # Such a name would be taken for the key of a venue.
        record = replace(record, venue_key=f"venues/{slug(record.venue)}"[:MAX_VENUE_KEY])
    record, misfits = fit(session, record)
    notes += map(_said, misfits)
    return record


def _said(misfit: Misfit) -> str:
    if misfit.is_shortened:
        return f"{'a' if misfit.field == 'name' else 'the'} {misfit.field} was shortened"
    if misfit.field in DETAILS:
        return f"the field {misfit.field} is too long and was left out"
    instead = f"it is {misfit.kept}" if misfit.kept else "it was left out"
    label = field_label(misfit.field)
    return f"the {label} {misfit.written:.80} cannot be used here; {instead}"
