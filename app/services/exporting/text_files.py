"""Sets of papers as text: BibTeX, RIS, CSL-JSON and a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.references.own_lines import ListedFacts
from app.services.exporting.paper_set import ExportedPaper, PaperSet, read_exported_papers
from app.sources.bibtex import writing as bibtex_writing
from app.sources.formats import csl_writing, ris_writing
from app.sources.formats.table_cells import join_names, make_cell
from app.sources.lists.jabref_groups import write_group_tree
from app.sources.lists.jabref_shelves import ShelfGroup, clean_group_name

_COLUMNS = (
    *("key", "title", "authors", "year", "venue", "doi", "arxiv", "url", "keywords"),
    *("summaries", "retraction", "address"),
)
_OWN_COLUMNS = ("status", "status_date", "added", "priority", "labels", "remark")
# Without it spreadsheets take the file for one in the letters of their system.
_MARK = "\ufeff"
_JABREF_PRIORITIES = {"high": "prio1", "medium": "prio2", "low": "prio3"}

Parts = Callable[[Iterator[ExportedPaper], PaperSet], Iterator[str]]
Write = Callable[[Session, PaperSet, BinaryIO], None]


def make_writer(parts: Parts) -> Write:
    """What writes a set into a file, from what makes pieces of text."""

    def write(session: Session, chosen: PaperSet, file: BinaryIO) -> None:
        for part in parts(read_exported_papers(session, chosen), chosen):
            file.write(part.encode("utf-8", "replace"))

    return write


def write_bibtex(papers: Iterator[ExportedPaper], _: PaperSet) -> Iterator[str]:
    """Entries with an empty line between two.

    With notes, the status, priority and labels of the reader's list too, as JabRef has them: labels
    are its groups, and so are the reader's shelves, within each other by their titles.
    """
    start = ""
    labels: dict[str, None] = {}
    shelves: dict[ShelfGroup, None] = {}
    for paper in papers:
        own, names = _make_own_fields(paper)
        labels |= dict.fromkeys(names)
        shelves |= dict.fromkeys(paper.shelves)
        note = "\n\n".join(filter(None, (own["remark"], paper.note)))
        yield f"{start}{bibtex_writing.entry(paper.record, note, own)}\n"
        start = "\n"
    if labels or shelves:
        yield start + write_group_tree(labels, shelves)


def _make_own_fields(paper: ExportedPaper) -> tuple[dict[str, str], list[str]]:
    """What JabRef has of a list with the remark, and the labels as it calls them.

    The remark stands in `annote` too, which styles print.
    """
    own = paper.own or ListedFacts()
    labels = list(filter(None, map(clean_group_name, own.labels)))
    groups = ", ".join(dict.fromkeys([*labels, *(shelf.name for shelf in paper.shelves)]))
    priority = _JABREF_PRIORITIES.get(own.priority, "")
    fields = {"readstatus": own.status, "priority": priority, "groups": groups}
    return {**fields, "remark": own.remark}, labels


def write_ris(papers: Iterator[ExportedPaper], _: PaperSet) -> Iterator[str]:
    """Entries one after the other, as the format wants them.

    With notes, the status, priority and labels of the reader's list too.
    """
    for paper in papers:
        yield ris_writing.entry(paper.located_record, paper.note, paper.own)


def write_csl(papers: Iterator[ExportedPaper], _: PaperSet) -> Iterator[str]:
    """A list of items of CSL-JSON; with notes as `write_ris`."""
    start = "[\n"
    for paper in papers:
        item = csl_writing.item(paper.located_record, paper.note, paper.own)
        yield start + json.dumps(item, ensure_ascii=False)
        start = ",\n"
    yield "[]\n" if start == "[\n" else "\n]\n"


def write_csv(papers: Iterator[ExportedPaper], chosen: PaperSet) -> Iterator[str]:
    """A table (RFC 4180) that a spreadsheet opens without running anything in it.

    For a member with what their list says of each paper.
    """
    own = () if chosen.reader is None else _OWN_COLUMNS
    notes = ("note",) if chosen.has_notes else ()
    yield _MARK + _line((*_COLUMNS, *own, *notes))
    for paper in papers:
        cells = [*_cells(paper), *(_own_cells(paper) if own else ())]
        yield _line((*cells, *((paper.note,) if notes else ())))


def _cells(paper: ExportedPaper) -> tuple[str, ...]:
    record = paper.record
    return (
        *(record.key, record.title, "; ".join(record.authors), str(record.year or "")),
        *(record.venue_title or record.venue, record.doi, record.arxiv_id, record.url),
        *(record.keywords, str(paper.summaries_count), record.note, paper.address),
    )


def _own_cells(paper: ExportedPaper) -> tuple[str, ...]:
    entry = paper.entry
    if entry is None:
        return ("",) * len(_OWN_COLUMNS)
    return (
        *(entry.status, entry.status_date, entry.added_at.date().isoformat(), entry.priority),
        *(join_names(entry.labels), entry.remark),
    )


def _line(cells: tuple[str, ...]) -> str:
    written = StringIO()
    csv.writer(written).writerow([make_cell(cell) for cell in cells])
    return written.getvalue()
