"""A set of papers to export, and what the formats say of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ListEntry, Paper, User
from app.queries.catalogue import full_texts
from app.queries.lists.own_entries import EntryFacts, list_label_names, load_entry_facts
from app.queries.papers import load_whole_papers
from app.queries.shelves.overview import load_own_shelves_of_papers, load_own_titles
from app.queries.summary_entries import SummaryEntry
from app.references.addresses import paper_path
from app.references.own_lines import ListedFacts
from app.services.exporting.citations import record_of
from app.sources.lists.jabref_shelves import ShelfGroup, make_shelf_groups
from app.sources.record import PaperRecord
from app.sources.works import address_of

BATCH = 200  # papers that are in memory at once


@dataclass(frozen=True)
class PaperSet:
    """Papers in an order, for one reader.

    Attributes:
        title: what they are, as a heading.
        paper_ids: their numbers; what is gone meanwhile is left out.
        reader: whose keys, list and summaries are shown besides what everybody sees.
        path: of the page that shows them.
        writer: whose summaries alone are meant, if not everybody's.
        has_notes: whether the reader's remark and a summary stand beside each paper.
    """

    title: str
    paper_ids: Sequence[int]
    reader: User | None = None
    path: str = "/"
    writer: User | None = None
    has_notes: bool = False


@dataclass(frozen=True)
class ExportedPaper:
    """A paper as its reader cites it.

    Attributes:
        entry: what their list says of it.
        own: what of that a file with notes has; `None` in others.
        shelves: those of the reader on which it is, in a file with notes.
    """

    record: PaperRecord
    address: str
    summaries_count: int
    entry: EntryFacts | None = None
    note: str = ""
    own: ListedFacts | None = None
    shelves: tuple[ShelfGroup, ...] = ()

    @property
    def located_record(self) -> PaperRecord:
        """The record with an address: that of its page here, if there is no other.

        By that address an import knows it again, whatever key it has there.
        """
        record = self.record
        return record if address_of(record) else replace(record, url=self.address)


def read_exported_papers(session: Session, chosen: PaperSet) -> Iterator[ExportedPaper]:
    """The papers of a set in its order; a batch is in memory."""
    site = session.info["site_url"]
    key_of = _choose_keys(session, chosen.reader)
    groups = _load_shelf_groups(session, chosen)
    for start in range(0, len(chosen.paper_ids), BATCH):
        ids = chosen.paper_ids[start : start + BATCH]
        papers = load_whole_papers(session, ids)
        entries = load_entry_facts(session, chosen.reader, ids)
        texts = _load_texts(session, chosen, ids) if chosen.has_notes else {}
        shelved = _load_shelved(session, chosen.reader, ids) if groups else {}
        for paper in (papers[each] for each in ids if each in papers):
            key, entry = key_of(paper), entries.get(paper.id)
            record = record_of(paper, sorted(paper.identifiers, key=lambda name: name.id))
            # By the key that the paper has here it is found when the file is read again.
            others = () if key == paper.key else (paper.key,)
            yield ExportedPaper(
                replace(record, key=key, other_keys=others),
                site + paper_path(paper.key),
                paper.summaries_count,
                entry,
                _make_note(texts.get(paper.id), site),
                _make_own_facts(entry) if chosen.has_notes and entry is not None else None,
                tuple(groups[each] for each in shelved.get(paper.id, ()) if each in groups),
            )
        session.expunge_all()


def _load_shelf_groups(session: Session, chosen: PaperSet) -> dict[int, ShelfGroup]:
    """The groups of the reader's shelves, which a file with notes names."""
    if chosen.reader is None or not chosen.has_notes:
        return {}
    titles = load_own_titles(session, chosen.reader)
    return make_shelf_groups(titles, list_label_names(session, chosen.reader))


def _load_shelved(
    session: Session, reader: User | None, ids: Collection[int]
) -> dict[int, list[int]]:
    return {} if reader is None else load_own_shelves_of_papers(session, reader, ids)


def _choose_keys(session: Session, reader: User | None) -> Callable[[Paper], str]:
    """What tells by which key a reader cites a paper.

    Another paper whose key the reader took for one of their own gets a number behind its key.
    """
    own: dict[int, str] = {}
    if reader is not None:
        listed = select(ListEntry.paper_id, ListEntry.citekey)
        listed = listed.where(ListEntry.user_id == reader.id, ListEntry.citekey.is_not(None))
        own = {paper_id: key for paper_id, key in session.execute(listed) if key}
    taken = {key.lower() for key in own.values()}

    def choose(paper: Paper) -> str:
        numbered = (f"{paper.key}-{number}" for number in count(2))
        free = (each for each in chain([paper.key], numbered) if each.lower() not in taken)
        return own.get(paper.id) or next(free)

    return choose


def _load_texts(
    session: Session, chosen: PaperSet, ids: Collection[int]
) -> dict[int, SummaryEntry]:
    """One summary of each paper: the reader's own, else the best."""
    found = full_texts.choose_texts(session, ids, chosen.reader, chosen.writer, per_paper=1)
    numbers = [number for texts in found.values() for number in texts]
    return {
        entry.paper.id: entry for entry in full_texts.load_texts(session, numbers, chosen.reader)
    }


def _make_own_facts(entry: EntryFacts) -> ListedFacts:
    labels = tuple(entry.labels)
    return ListedFacts(entry.status, entry.status_date, entry.priority, labels, entry.remark)


def _make_note(text: SummaryEntry | None, site: str) -> str:
    """A summary with its writer and address, as paragraphs."""
    if text is None:
        return ""
    writer = "Anonymous" if text.writer is None else text.writer.display_name
    address = f"{site}/summary/{text.summary.id}"
    licence = text.summary.published_under
    facts = [f"Summary by {writer}", *text.summary.provenance.terms.values()]
    stated = ", ".join(facts if licence is None else [*facts, licence.name])
    parts = (text.summary.takeaway, text.summary.source, f"{stated}: {address}")
    return "\n\n".join(filter(None, parts))
