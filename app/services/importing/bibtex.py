"""BibTeX entries as papers of the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import Paper
from app.queries.identifiers import find_known_keys, list_reference_names
from app.queries.papers import find_paper_by_key
from app.references.identifiers import PaperRef
from app.references.labels import field_label
from app.services.bulk import among
from app.services.importing import faults
from app.services.importing.fitting import fit_entry
from app.services.importing.terms import ImportOutcome, ImportRun, IncomingPaper
from app.services.papers.adding import add_new_papers, add_paper
from app.services.papers.completion import complete_paper
from app.services.papers.deduplication import find_newest_paper_id, is_record_of, match_record
from app.services.papers.facts import list_record_identifiers
from app.services.papers.insertion import PreparedPaper, prepare
from app.services.papers.paper_names import Name, known_names, name_of
from app.services.refusals import PaperExists, Refusal
from app.sources.bibtex.reading import BadEntry, FoundEntry
from app.sources.record import PaperRecord
from app.sources.same_work import title_words
from app.text.words import title_folded

BATCH = 100
SOURCE = "bibtex"


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
    if run.newest_before is None:
        run.newest_before = find_newest_paper_id(session)
    try:
        if len(batch) == 1:
            outcomes = [_outcome(session, each, run) for each in batch]
        else:
            outcomes = _EntryBatch(session, run).outcomes(batch)
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
        said = faults.describe_refusal(error, f"{only.name}:{only.entry.line}")
        return [ImportOutcome(only.name, "refused", only.entry.line, said, notes=only.notes)]
    session.expunge_all()  # a long run must not keep all that it wrote
    return outcomes


def _outcome(session: Session, incoming: IncomingPaper, run: ImportRun) -> ImportOutcome:
    entry = incoming.entry
    if isinstance(entry, BadEntry):
        return _bad(incoming, entry)
    notes = [*incoming.notes, *entry.notes]
    try:
        record = fit_entry(session, entry.record, notes, is_member=run.is_member)
        outcome = _import(session, record, run, notes)
    except Refusal as refused:
        return _refused(incoming, entry, refused, notes)
    return replace(outcome, name=incoming.name, line=entry.line, notes=tuple(notes))


def _bad(incoming: IncomingPaper, entry: BadEntry) -> ImportOutcome:
    return ImportOutcome(incoming.name, "refused", entry.line, entry.message, notes=incoming.notes)


def _refused(
    incoming: IncomingPaper, entry: FoundEntry, refused: Refusal, notes: Sequence[str]
) -> ImportOutcome:
    key = entry.record.key or "an entry without a key"
    said = f"{key:.60}: {field_label(refused.field)}: {refused.message}"
    return ImportOutcome(incoming.name, "refused", entry.line, said, notes=tuple(notes))


@dataclass(frozen=True)
class _Entry:
    """An entry that can be kept.

    Attributes:
        names: all by which a paper here might be found to be the same, or to have its key.
        title: in search words.
    """

    incoming: IncomingPaper
    found: FoundEntry
    record: PaperRecord
    notes: list[str]
    names: frozenset[Name]
    title: str


class _EntryBatch:
    """Reads entries in their order, those together that have nothing to do with a paper here.

    Each outcome is the same as when they are read one by one.
    """

    def __init__(self, session: Session, run: ImportRun) -> None:
        self._session = session
        self._run = run
        self._names: set[Name] = set()  # of papers here and of entries before
        self._titles: set[str] = {""}
        self._new: list[tuple[int, _Entry, PreparedPaper]] = []
        self._outcomes: dict[int, ImportOutcome] = {}

    def outcomes(self, batch: Sequence[IncomingPaper]) -> list[ImportOutcome]:
        entries = {number: self._read(number, each) for number, each in enumerate(batch)}
        kept = {number: entry for number, entry in entries.items() if entry is not None}
        begin_writing(self._session)
        lock_papers(self._session, alone=True)
        self._add_known(list(kept.values()))
        for number, entry in kept.items():
            if not self._prepare(number, entry):
                self._add()
                self._outcomes[number] = _outcome(self._session, entry.incoming, self._run)
                self._names.add(name_of(PaperRef("key", self._outcomes[number].key)))
            self._names |= entry.names
            self._titles.add(entry.title)
        self._add()
        return [self._outcomes[number] for number in range(len(batch))]

    def _read(self, number: int, incoming: IncomingPaper) -> _Entry | None:
        entry = incoming.entry
        if isinstance(entry, BadEntry):
            self._outcomes[number] = _bad(incoming, entry)
            return None
        notes = [*incoming.notes, *entry.notes]
        try:
            record = fit_entry(self._session, entry.record, notes, is_member=self._run.is_member)
        except Refusal as refused:
            self._outcomes[number] = _refused(incoming, entry, refused, notes)
            return None
        refs = [ref for ref in list_record_identifiers(record) if ref.value]
        names = {name for ref in refs for name in list_reference_names(ref)}
        return _Entry(incoming, entry, record, notes, frozenset(names), title_folded(record.title))

    def _add_known(self, entries: Sequence[_Entry]) -> None:
        """Find out which names and titles are those of papers here."""
        names = (name for entry in entries for name in entry.names)
        self._names |= known_names(self._session, names).keys()
        titles = {entry.title for entry in entries}
        query = select(Paper.title_folded).where(among(self._session, Paper.title_folded, titles))
        self._titles |= set(self._session.scalars(query))

    def _prepare(self, number: int, entry: _Entry) -> bool:
        """Prepare an entry that is surely a new paper; says whether it is dealt with."""
        is_new = self._names.isdisjoint(entry.names) and entry.title not in self._titles
        if not (is_new and entry.record.key):
            return False
        try:
            self._new.append((number, entry, prepare(entry.record)))
        except Refusal as refused:
            outcome = _refused(entry.incoming, entry.found, refused, entry.notes)
            self._outcomes[number] = outcome
        return True

    def _add(self) -> None:
        papers = [prepared for _, _, prepared in self._new]
        add_new_papers(self._session, papers, SOURCE, self._run.options.only)
        for number, entry, _ in self._new:
            self._outcomes[number] = ImportOutcome(
                entry.incoming.name,
                "added",
                entry.found.line,
                key=entry.record.key,
                notes=tuple(entry.notes),
            )
        self._new = []


def _import(
    session: Session, record: PaperRecord, run: ImportRun, notes: list[str]
) -> ImportOutcome:
    own = run.options.only is None  # who runs the library, not one of its members
    found = match_record(session, record, run.newest_before, takes_back=own)
    notes += found.notes
    if found.paper is not None:
        filled = complete_paper(session, found.paper, found.record, "BibTeX") if own else []
        if filled:
            notes.append(f"filled in: {', '.join(filled)}")
        status = "changed" if filled else "unchanged"
        return ImportOutcome("", status, key=found.paper.key)
    record = _without_known_keys(session, found.record)
    if run.options.dry_run and _is_told(record, run):
        return ImportOutcome("", "unchanged", key=record.key)
    try:
        paper = add_paper(session, record, SOURCE, run.options.only)
    except PaperExists as there:  # by its title, or a name that only reading its key tells
        return _there(session, record, there.key)
    if record.key and paper.key != record.key:  # add_paper knows what preprints became
        notes.append(f"preprint of {paper.key}, merged with it")
        return ImportOutcome("", "changed", key=paper.key)
    return ImportOutcome("", "added", key=paper.key)


def _there(session: Session, record: PaperRecord, key: str) -> ImportOutcome:
    paper = find_paper_by_key(session, key)
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
    known = find_known_keys(session, [PaperRef("key", key) for key in record.other_keys])
    free = tuple(key for key in record.other_keys if PaperRef("key", key) not in known)
    return replace(record, other_keys=free)
