"""The papers of the rows of a list: found, or made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ListImportRow, Paper, User
from app.queries.identifiers import find_papers
from app.references.identifiers import PaperRef
from app.services.importing.lists.matching import match_rows
from app.services.papers.adding import add_new_papers, add_prepared, make_key
from app.services.papers.deduplication import match_record
from app.services.papers.facts import list_record_identifiers
from app.services.papers.insertion import PreparedPaper, prepare
from app.services.papers.paper_names import name_of
from app.services.refusals import PaperExists, Refusal
from app.sources.lists.listed_paper import ListedPaper
from app.text.words import title_folded

SOURCE = "pasted"  # nobody vouches for what a member's file says
SKIPPED = "Skipped, as you chose."
NOT_FOUND = "no source knows this paper"
OPEN = ("new", "here", "same", "unclear", "asked")


def prepare_papers(
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


class PaperFinder:
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
