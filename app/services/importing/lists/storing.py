"""Stores a list that its reader has started, in steps that can be repeated.

First the papers and entries, then the notes: these may link to papers of later rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import ListImport, ListImportRow, Paper, User
from app.queries.identifiers import find_papers
from app.references.identifiers import PaperRef
from app.services.importing import faults
from app.services.importing.fitting import fit_entry
from app.services.importing.lists.entry_writing import EntryWriter, IncomingEntry
from app.services.importing.lists.matching import match_rows
from app.services.importing.lists.previews import list_askable_names
from app.services.locks import lock_user
from app.services.lookup import asking
from app.services.papers.adding import (
    add_new_papers,
    add_prepared,
    make_key,
    prepare,
)
from app.services.papers.deduplication import match_record
from app.services.papers.facts import list_record_identifiers
from app.services.papers.insertion import PreparedPaper
from app.services.papers.paper_names import name_of
from app.services.refusals import PaperExists, Refusal
from app.sources.lists.listed_paper import ListedPaper, from_json
from app.text.words import title_folded

BATCH = 100
SOURCE = "pasted"  # nobody vouches for what a member's file says
SKIPPED = "Skipped, as you chose."
NOT_FOUND = "no source knows this paper"
OPEN = ("new", "here", "same", "unclear", "asked")
Found = Mapping[int, int]  # the papers of rows, by position


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
    prepared = _prepare(listed, [row for row in rows if row.state in ("new", "unclear")])
    begin_writing(session)
    lock_papers(session, alone=True)
    lock_user(session, user.id)
    session.refresh(found)
    if found.state != "waiting" or found.position != rows[0].position:
        session.rollback()  # undone, or stored by another process meanwhile
        return len(rows)
    finder = _PaperFinder(session, user, rows, listed, prepared)
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


def _prepare(
    listed: Mapping[int, ListedPaper], rows: Sequence[ListImportRow]
) -> dict[int, PreparedPaper | Refusal]:
    """What is rendered of papers that may be new, before others wait for us."""
    found: dict[int, PreparedPaper | Refusal] = {}
    for row in rows:
        try:
            found[row.position] = prepare(listed[row.position].record)
        except Refusal as refused:
            found[row.position] = refused
    return found


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


class _PaperFinder:
    """Finds or makes the papers of some rows, in a session that writes.

    Attributes:
        ids: the papers, by the position of the row.
        made: those that were made for a row.
        problems: why there is none.
    """

    def __init__(
        self,
        session: Session,
        user: User,
        rows: Sequence[ListImportRow],
        listed: Mapping[int, ListedPaper],
        prepared: Mapping[int, PreparedPaper | Refusal],
    ) -> None:
        self._session = session
        self._user = user
        self._rows = [row for row in rows if row.state in OPEN]
        self._listed = listed
        self._prepared = prepared
        self._group: dict[int, PreparedPaper] = {}
        self._group_names: set[Any] = set()
        self.ids: dict[int, int] = {}
        self.made: set[int] = set()
        self.problems: dict[int, str] = {}

    def take_answer(self, row: ListImportRow, answer: tuple[PreparedPaper, str] | str) -> None:
        """Take what others said of a row of which only identifiers are known."""
        if isinstance(answer, str):
            self.problems[row.position] = answer
            return
        prepared, kind = answer
        self._add_alone(row.position, prepared, kind)

    def find_all(self) -> None:
        """Find the papers of all rows that have none yet."""
        keys = {row.position: self._known_key(row) for row in self._rows}
        refs = {key: PaperRef("key", key) for key in keys.values() if key}
        known = find_papers(self._session, refs.values())
        for position, key in keys.items():
            if key and refs[key] in known:
                self.ids[position] = known[refs[key]].id
        rest = [row for row in self._rows if self._is_open(row)]
        matches = match_rows(self._session, [self._listed[row.position] for row in rest])
        for row, match in zip(rest, matches, strict=True):
            if match.paper is not None and row.state != "unclear":
                self.ids[row.position] = match.paper.id
            else:
                self._make(row, is_alone=match.is_alone)
        self._add_group()
        for row in self._rows:
            if row.state == "same":
                self._take_first(row)

    def _is_open(self, row: ListImportRow) -> bool:
        position = row.position
        return row.state != "same" and position not in self.ids and position not in self.problems

    def _known_key(self, row: ListImportRow) -> str:
        if row.state != "unclear":
            return row.key
        choice: str = row.data.get("choice", "skip")
        if choice == "skip":
            self.problems[row.position] = SKIPPED
        return choice if choice in row.data["candidates"] else ""

    def _make(self, row: ListImportRow, *, is_alone: bool) -> None:
        """Make the paper of a row: with others, if it surely has nothing to do with one here."""
        position, record = row.position, self._listed[row.position].record
        prepared = self._prepared.get(position)
        if not record.title or prepared is None:  # it was here when its reader looked
            prepared = self._prepare_again(position)
        if isinstance(prepared, Refusal):
            self.problems[position] = prepared.message
            return
        key = record.key or make_key(self._session, record)
        names = {name_of(ref) for ref in list_record_identifiers(replace(record, key=key))}
        names.add(("title", title_folded(record.title)))
        if is_alone and self._group_names.isdisjoint(names):
            self._group[position] = replace(prepared, record=replace(record, key=key))
            self._group_names |= names
            return
        self._add_group()
        self._add_alone(position, prepared, SOURCE)

    def _prepare_again(self, position: int) -> PreparedPaper | Refusal:
        record = self._listed[position].record
        if not record.title:
            return Refusal("title", NOT_FOUND)
        try:
            return prepare(record)
        except Refusal as refused:
            return refused

    def _add_group(self) -> None:
        positions, papers = list(self._group), list(self._group.values())
        self._group, self._group_names = {}, set()
        add_new_papers(self._session, papers, SOURCE, self._user)
        keys = {each.record.key: place for each, place in zip(papers, positions, strict=True)}
        query = select(Paper.key, Paper.id).where(Paper.key.in_(keys))
        for key, number in self._session.execute(query) if keys else ():
            self.ids[keys[key]] = number
            self.made.add(number)

    def _add_alone(self, position: int, prepared: PreparedPaper, source: str) -> None:
        record = prepared.record
        try:
            if source == SOURCE:
                match = match_record(self._session, record, None)
                if match.paper is not None:
                    self.ids[position] = match.paper.id
                    return
                record = match.record
            newest = self._newest()
            paper = add_prepared(
                self._session, replace(prepared, record=record), source, self._user
            )
            self.ids[position] = paper.id
            if paper.id > newest:
                self.made.add(paper.id)
        except PaperExists as there:
            known = find_papers(self._session, [PaperRef("key", there.key)])
            for each in known.values():
                self.ids[position] = each.id
        except Refusal as refused:
            self.problems[position] = refused.message

    def _newest(self) -> int:
        return self._session.scalar(select(Paper.id).order_by(Paper.id.desc()).limit(1)) or 0

    def _take_first(self, row: ListImportRow) -> None:
        """Let a row have the paper of the earlier one that is the same work."""
        first = row.data["first"]
        if first in self.ids:
            self.ids[row.position] = self.ids[first]
        elif first in self.problems:
            self.problems[row.position] = self.problems[first]
        else:
            earlier = self._session.get(ListImportRow, (row.import_id, first))
            key = "" if earlier is None else earlier.key
            known = find_papers(self._session, [PaperRef("key", key)]) if key else {}
            for each in known.values():
                self.ids[row.position] = each.id
            if not known:
                self.problems[row.position] = "" if earlier is None else earlier.message


def _write_entries(
    session: Session,
    found: ListImport,
    user: User,
    rows: Sequence[ListImportRow],
    listed: Mapping[int, ListedPaper],
    finder: _PaperFinder,
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
        _write_rows(rows, listed, finder, writer, choices, keys)
    writer.finish()


def _write_rows(
    rows: Sequence[ListImportRow],
    listed: Mapping[int, ListedPaper],
    finder: _PaperFinder,
    writer: EntryWriter,
    choices: _Choices,
    keys: Mapping[int, str],
) -> None:
    for row in rows:
        if row.state not in OPEN:
            continue
        paper_id = finder.ids.get(row.position)
        if paper_id is None:
            said = finder.problems.get(row.position, "")
            row.state, row.message = "refused", said
            row.data = {"title": listed[row.position].shown}
            continue
        incoming = choices.apply(listed[row.position], paper_id)
        state, notes = writer.write(incoming, is_made=paper_id in finder.made)
        finder.made.discard(paper_id)
        row.state, row.key = state, keys[paper_id]
        row.message = "; ".join(filter(None, (row.message, *notes)))
        row.data = _shorten(listed[row.position])


def _shorten(row: ListedPaper) -> dict[str, Any]:
    """What is still needed of a row whose entry is stored."""
    kept: dict[str, Any] = {"title": row.shown, "path": row.path}
    if row.notes:
        kept |= {"notes": row.notes, "links": dict(row.links)}
    return {name: value for name, value in kept.items() if value}


class _Choices:
    """How the reader wants words and labels to be understood."""

    def __init__(self, found: ListImport) -> None:
        self._statuses = {each["word"]: each["status"] for each in found.data["statuses"]}
        self._wanted = {
            (each["kind"], each["name"].casefold())
            for each in found.data["labels"]
            if each["wanted"]
        }

    def apply(self, row: ListedPaper, paper_id: int) -> IncomingEntry:
        """What a row says of the entry of its paper."""
        kinds = (("label", row.labels), ("collection", row.collections), ("keyword", row.keywords))
        return IncomingEntry(
            paper_id=paper_id,
            status=self._statuses.get(row.status, self._statuses.get("", "to-read")),
            says_status=bool(row.status),
            status_at=row.status_at,
            added_at=row.added_at,
            priority=row.priority,
            remark=row.remark,
            citekey=row.citekey,
            labels=tuple(
                name
                for kind, names in kinds
                for name in names
                if (kind, name.casefold()) in self._wanted
            ),
        )
