"""Stores a list that its reader has started, in steps that can be repeated.

First the papers and entries, then notes and descriptions: these may link to papers of later rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import ListImport, ListImportRow, Paper, User
from app.services.importing import faults
from app.services.importing.fitting import fit_entry
from app.services.importing.lists.entry_writing import EntryWriter, IncomingEntry
from app.services.importing.lists.names import find_label, fold_path
from app.services.importing.lists.paper_finding import (
    NOT_FOUND,
    OPEN,
    PaperFinder,
    prepare_papers,
)
from app.services.importing.lists.previews import list_askable_names
from app.services.importing.lists.shelving import (
    Labels,
    ShelvedRow,
    fill_shelves,
    find_choice,
    show_path,
)
from app.services.locks import lock_user
from app.services.lookup import asking
from app.services.papers.insertion import PreparedPaper, prepare
from app.services.refusals import Refusal
from app.sources.lists.listed_paper import ListedPaper, from_json

BATCH = 100


def store_step(session: Session, import_id: int) -> int:
    """Store some more rows of an import that waits; commits.

    Returns:
        How many rows this step dealt with; 0 when all are stored.
    """
    try:
        return _store_rows(session, import_id, BATCH)
    except Exception:  # whatever it is, the other rows are stored
        faults.roll_back(session)
        session.expunge_all()
    try:
        return _store_rows(session, import_id, 1)
    except Exception as error:
        faults.roll_back(session)
        session.expunge_all()
        _refuse_row(session, import_id, faults.describe_refusal(error, f"list {import_id}"))
        return 1


def _refuse_row(session: Session, import_id: int, message: str) -> None:
    """Go on after a row that cannot be stored."""
    begin_writing(session)
    found = session.get_one(ListImport, import_id)
    row = session.get_one(ListImportRow, (import_id, found.position))
    row.state, row.message, row.data = "refused", message, {}
    found.position += 1
    session.commit()
    session.expunge_all()


def _store_rows(session: Session, import_id: int, most: int) -> int:
    found = session.get_one(ListImport, import_id, populate_existing=True)
    user = session.get_one(User, found.user_id)
    rows = _load_rows(session, found, most)
    if not rows:
        return 0
    listed = {row.position: from_json(row.data) for row in rows if row.state in OPEN}
    asked = rows[0].state == "asked"
    answer = _ask(session, listed[rows[0].position]) if asked else None
    prepared = prepare_papers(listed, [row for row in rows if row.state in ("new", "unclear")])
    begin_writing(session)
    lock_papers(session, alone=True)
    lock_user(session, user.id)
    session.refresh(found)
    if found.state != "waiting" or found.position != rows[0].position:
        session.rollback()  # undone, or stored by another process meanwhile
        return len(rows)
    finder = PaperFinder(session, user, rows, listed, prepared)
    if answer is not None:
        finder.take_answer(rows[0], answer)
    finder.find_all()
    _write_entries(session, found, user, rows, listed, finder)
    found.position = rows[-1].position + 1
    session.commit()
    session.expunge_all()
    return len(rows)


def _load_rows(session: Session, found: ListImport, most: int) -> list[ListImportRow]:
    """The rows of the next step: one that others are asked about is a step of its own."""
    query = select(ListImportRow).where(
        ListImportRow.import_id == found.id, ListImportRow.position >= found.position
    )
    rows = list(session.scalars(query.order_by(ListImportRow.position).limit(most)))
    ends = [place for place, row in enumerate(rows) if row.state == "asked"]
    if ends:
        return rows[: max(1, ends[0])]
    return rows


def _ask(session: Session, row: ListedPaper) -> tuple[PreparedPaper, str] | str:
    """What others know of a paper, and the kind of who knows it; else why nobody said it."""
    outside = session.info["outside"]
    session.commit()  # nobody's snapshot is held while others answer
    if outside is None:
        return asking.LOOKUPS_OFF
    answer = asking.find_works(outside, list_askable_names(row.record))
    if not answer.finds:
        silent = [f"{name} {said}" for name, said in answer.silent.items()]
        return " ".join([*answer.problems, *silent]) or NOT_FOUND
    work = answer.finds[0]
    try:
        record = fit_entry(session, work.record, [], is_member=False)
        return prepare(record), work.kind
    except Refusal as refused:
        return refused.message


def _write_entries(
    session: Session,
    found: ListImport,
    user: User,
    rows: Sequence[ListImportRow],
    listed: Mapping[int, ListedPaper],
    finder: PaperFinder,
) -> None:
    keys = dict(
        session.execute(
            select(Paper.id, Paper.key).where(Paper.id.in_(set(finder.ids.values())))
        ).all()
    )
    citekeys = [row.citekey for row in listed.values() if row.citekey]
    writer = EntryWriter(session, user, found, keys, citekeys)
    choices = _Choices(found)
    with session.no_autoflush:
        placed = _write_rows(rows, listed, finder, writer, choices, keys)
    writer.finish()
    for paper_id, shelved in fill_shelves(session, user, found, placed).items():
        writer.note_shelved(paper_id, shelved)


def _write_rows(
    rows: Sequence[ListImportRow],
    listed: Mapping[int, ListedPaper],
    finder: PaperFinder,
    writer: EntryWriter,
    choices: _Choices,
    keys: Mapping[int, str],
) -> dict[int, list[ShelvedRow]]:
    """Write the entries; returns what is to be put on shelves, by the number of a collection."""
    placed: defaultdict[int, list[ShelvedRow]] = defaultdict(list)
    for row in rows:
        if row.state not in OPEN:
            _place_empty_shelf(row, choices, placed)
            continue
        paper_id = finder.ids.get(row.position)
        if paper_id is None:
            said = finder.problems.get(row.position, "")
            row.state, row.message = "refused", said
            row.data = _shorten(listed[row.position], choices.list_shelved(listed[row.position]))
            continue
        is_made = paper_id in finder.made
        if listed[row.position].is_only_shelved:
            writer.note_paper(paper_id, is_made=is_made)
            state, notes = "unchanged", list[str]()
        else:
            incoming = choices.apply(listed[row.position], paper_id)
            state, notes = writer.write(incoming, is_made=is_made)
        finder.made.discard(paper_id)
        row.state, row.key = state, keys[paper_id]
        row.add_message(*notes)
        numbers = choices.list_shelved(listed[row.position])
        for number in numbers if state != "refused" else ():
            placed[number].append(ShelvedRow(row, paper_id, listed[row.position].shelf_note))
        row.data = _shorten(listed[row.position], numbers)
    return placed


def _place_empty_shelf(
    row: ListImportRow, choices: _Choices, placed: defaultdict[int, list[ShelvedRow]]
) -> None:
    """Let the shelf of a row that is one without papers be made."""
    if not row.data.get("is_only_shelved"):
        return
    shelf = from_json(row.data)
    numbers = choices.list_shelved(shelf)
    for number in numbers:
        placed[number].append(ShelvedRow(row))
    row.data = {**_shorten(shelf, numbers), "title": show_path(shelf.collections[0])}


def _shorten(row: ListedPaper, shelves: Sequence[int]) -> dict[str, Any]:
    """What is still needed of a row whose entry is stored."""
    whole = {"title": row.shown, "path": row.path}
    kept: dict[str, Any] = {name: value for name, value in whole.items() if value}
    if row.notes:
        kept |= {"notes": row.notes, "links": dict(row.links)}
    if row.description and shelves:
        kept |= {"description": row.description, "collection": shelves[0]}
    return kept


class _Choices:
    """How the reader wants words, labels and collections to be understood."""

    def __init__(self, found: ListImport) -> None:
        labels: Labels = found.data["labels"]
        self._statuses = {each["word"]: each["status"] for each in found.data["statuses"]}
        self._labels: dict[tuple[str, str], str] = {}
        self._shelves: dict[str, int] = {}
        self._fold = cache(fold_path)  # for the rows of one step, which share collections
        for number, each in enumerate(labels):
            place, folded = find_choice(labels, number), fold_path(each["name"])
            chosen = labels[place]
            if chosen["wanted"]:
                self._labels[each["kind"], folded] = "" if chosen is each else chosen["name"]
            if "shelf" in chosen:
                self._shelves[folded] = place

    def apply(self, row: ListedPaper, paper_id: int) -> IncomingEntry:
        """What a row says of the entry of its paper."""
        labels = [*self._find_labels("label", row.labels)]
        labels += map(find_label, self._find_labels("collection", row.collections))
        labels += self._find_labels("keyword", row.keywords)
        return IncomingEntry(
            paper_id=paper_id,
            status=self._statuses.get(row.status, self._statuses.get("", "to-read")),
            says_status=bool(row.status),
            status_at=row.status_at,
            added_at=row.added_at,
            priority=row.priority,
            remark=row.remark,
            citekey=row.citekey,
            labels=tuple(filter(None, labels)),
        )

    def list_shelved(self, row: ListedPaper) -> list[int]:
        """The numbers of the collections to whose shelves a row goes."""
        found = (self._shelves.get(self._fold(path)) for path in row.collections)
        return list(dict.fromkeys(number for number in found if number is not None))

    def _find_labels(self, kind: str, names: Iterable[str]) -> Iterator[str]:
        """The names that are wanted, or what they go as."""
        for name in names:
            wanted = self._labels.get((kind, self._fold(name)))
            if wanted is not None:
                yield wanted or name
