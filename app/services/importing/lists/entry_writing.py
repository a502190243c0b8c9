"""Entries of a list, made or completed by an import, with what undoing it needs.

`EntryCopy.data` of an import holds `made` (whether it made the entry), `paper` (whether it made
the paper), `before` (the columns that it changed, as they were), `after` (digests of what it
wrote), `labels` (those that it added), and `shelved` (see `shelving`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import insert_missing, now
from app.models import EntryCopy, EntryLabel, ListEntry, ListImport, ListLabel, User
from app.models.papers.list_entry import DATE_COLUMNS
from app.queries.lists.own_entries import load_label_names
from app.services.importing.lists.shelving import Shelved
from app.services.lists.copies import WHOLE
from app.services.lists.entries import (
    LIST_FULL,
    begin_list,
    check_citekey,
    find_room,
    make_entry,
)
from app.services.lists.joining import join_facts
from app.services.lists.labels import (
    MAX_LABELS,
    MAX_LABELS_OF_READER,
    find_labels,
    make_labels,
)
from app.services.lists.words import refresh_words
from app.services.ordering import GAP
from app.services.refusals import Refusal
from app.services.row_values import encode_row, encode_value, make_digest
from app.text.folding import fold_label

# `changed_at` follows from the others; `position` is never changed.
COLUMNS = tuple(name for name in WHOLE if name not in ("changed_at", "position"))


@dataclass(frozen=True)
class IncomingEntry:
    """What a row says of an entry.

    Attributes:
        says_status: whether the row has a status of its own; else that is for new entries alone.
    """

    paper_id: int
    status: str
    says_status: bool
    status_at: datetime | None
    added_at: datetime | None
    priority: int
    remark: str
    citekey: str
    labels: tuple[str, ...]


class EntryWriter:
    """Writes the entries of some rows of one import, in a session that writes.

    Args:
        keys: of the papers, by their numbers.
        citekeys: that the rows bring.
    """

    def __init__(
        self,
        session: Session,
        user: User,
        found: ListImport,
        keys: Mapping[int, str],
        citekeys: Iterable[str],
    ) -> None:
        self._session = session
        self._user = user
        self._import = found
        self._keys = keys
        theirs = ListEntry.user_id == user.id
        query = select(ListEntry).where(theirs, ListEntry.paper_id.in_(keys))
        query = query.execution_options(populate_existing=True)
        self._entries = {entry.paper_id: entry for entry in session.scalars(query)}
        self._labels = {
            entry_id: {fold_label(name): name for name in names}
            for entry_id, names in load_label_names(
                session, [entry.id for entry in self._entries.values()]
            ).items()
        }
        copies = select(EntryCopy).where(
            EntryCopy.import_id == found.id, EntryCopy.paper_id.in_(keys)
        )
        self._copies = {copy.paper_id: copy for copy in session.scalars(copies)}
        labels = select(ListLabel.folded).where(ListLabel.user_id == user.id)
        self._known_labels = set(session.scalars(labels))
        taken = select(ListEntry.citekey).where(theirs, ListEntry.citekey.in_(list(citekeys)))
        self._taken = set(session.scalars(taken))
        self._room, self._highest = find_room(session, user)
        self._new_labels: dict[int, list[str]] = {}
        self._touched: dict[int, ListEntry] = {}
        begin_list(session, user)

    def write(self, incoming: IncomingEntry, *, is_made: bool) -> tuple[str, list[str]]:
        """Make or complete an entry.

        Args:
            is_made: whether the import made its paper just now.

        Returns:
            `added`, `changed`, `unchanged` or `refused`, and what its reader should know.
        """
        notes: list[str] = []
        entry = self._entries.get(incoming.paper_id)
        if entry is None:
            if self._room <= 0:
                self.note_paper(incoming.paper_id, is_made=is_made)
                return "refused", [LIST_FULL]
            entry = self._make(incoming)
            self._set_citekey(entry, incoming, notes)
            self._copy(incoming.paper_id, {"made": True, "paper": is_made})
            self._add_labels(entry, incoming, notes)
            self._note_after(entry)
            return "added", notes
        before = encode_row(entry, COLUMNS)
        self._join(entry, incoming)
        self._set_citekey(entry, incoming, notes)
        after = encode_row(entry, COLUMNS)
        changed = {name: before[name] for name in COLUMNS if before[name] != after[name]}
        labels = self._add_labels(entry, incoming, notes)
        if changed or labels or is_made:
            data = {"made": False, "paper": is_made, "before": changed, "labels": labels}
            self._copy(incoming.paper_id, data)
            self._note_after(entry)
        if not (changed or labels):
            return "unchanged", notes
        entry.changed_at = now()
        return "changed", notes

    def note_shelved(self, paper_id: int, shelved: Shelved) -> None:
        """Keep what undoing needs of what was put on shelves."""
        self._copy(paper_id, {"made": False, "paper": False, "shelved": shelved})

    def finish(self) -> None:
        """Write labels and the words by which entries are found."""
        self._session.flush()
        names = {fold_label(name): name for each in self._new_labels.values() for name in each}
        make_labels(self._session, self._user.id, list(names.values()))
        ids = find_labels(self._session, self._user.id, list(names.values()))
        rows = [
            {"entry_id": self._entries[paper_id].id, "label_id": ids[fold_label(name)]}
            for paper_id, each in self._new_labels.items()
            for name in each
        ]
        insert_missing(self._session, EntryLabel, rows, ["entry_id", "label_id"])
        refresh_words(self._session, [entry.id for entry in self._touched.values()])

    def _make(self, incoming: IncomingEntry) -> ListEntry:
        self._room -= 1
        self._highest += GAP
        entry = make_entry(self._user.id, incoming.paper_id, incoming.status, self._highest)
        moment = entry.added_at
        entry.added_at = min(incoming.added_at or moment, moment)
        column = DATE_COLUMNS[entry.status]
        setattr(entry, column, min(incoming.status_at or entry.added_at, moment))
        entry.priority, entry.remark = incoming.priority, incoming.remark
        self._session.add(entry)
        self._entries[incoming.paper_id] = entry
        self._touched[incoming.paper_id] = entry
        return entry

    def _join(self, entry: ListEntry, incoming: IncomingEntry) -> None:
        """Let an entry have what a row says besides; nothing that it says itself is lost."""
        status = incoming.status if incoming.says_status else entry.status
        other = make_entry(self._user.id, entry.paper_id, status, entry.position)
        moment = other.added_at
        setattr(other, DATE_COLUMNS[status], None)
        if incoming.says_status and incoming.status_at is not None:
            setattr(other, DATE_COLUMNS[status], min(incoming.status_at, moment))
        other.added_at = min(incoming.added_at or moment, moment)
        other.changed_at = entry.changed_at
        other.priority, other.remark = incoming.priority, incoming.remark
        former = entry.status
        join_facts(entry, other)
        if entry.status != former and getattr(entry, DATE_COLUMNS[entry.status]) is None:
            setattr(entry, DATE_COLUMNS[entry.status], moment)
        self._touched[entry.paper_id] = entry

    def _set_citekey(self, entry: ListEntry, incoming: IncomingEntry, notes: list[str]) -> None:
        """Give an entry the reader's own key, byte for byte, if it has none and that is free."""
        key, own = incoming.citekey, self._keys[incoming.paper_id]
        if entry.citekey or not key or key == own:
            return
        try:
            check_citekey(key)
        except Refusal as refused:
            notes.append(f"the key {key[:60]} was left out: {refused.message}")
            return
        if key in self._taken:
            notes.append(f"you use the key {key[:60]} for another paper")
            return
        if re.fullmatch(rf"{re.escape(own)}-\d+", key) and self._session.scalar(
            select(ListEntry.id).where(
                ListEntry.user_id == self._user.id, func.lower(ListEntry.citekey) == own.lower()
            )
        ):
            return  # as our own export numbers it
        entry.citekey = key
        self._taken.add(key)

    def _add_labels(self, entry: ListEntry, incoming: IncomingEntry, notes: list[str]) -> list[str]:
        """Choose the labels that an entry gets besides its own."""
        carried = {**self._labels.get(entry.id or 0, {})}
        waiting = self._new_labels.setdefault(incoming.paper_id, [])
        carried |= {fold_label(name): name for name in waiting}
        wanted = {fold_label(name): name for name in incoming.labels}
        new = [name for folded, name in wanted.items() if folded not in carried]
        if len(carried) + len(new) > MAX_LABELS:
            notes.append(f"only {MAX_LABELS} labels were kept")
            new = new[: max(0, MAX_LABELS - len(carried))]
        new = [name for name in new if self._has_room(name, notes)]
        waiting += new
        if new:
            self._touched[incoming.paper_id] = entry
        return new

    def _has_room(self, name: str, notes: list[str]) -> bool:
        folded = fold_label(name)
        if folded not in self._known_labels and len(self._known_labels) >= MAX_LABELS_OF_READER:
            notes.append(f"the label {name} was left out: you have {MAX_LABELS_OF_READER}")
            return False
        self._known_labels.add(folded)
        return True

    def _copy(self, paper_id: int, data: dict[str, Any]) -> None:
        """Keep what undoing needs; of several rows of one paper the first knows what was before."""
        copy = self._copies.get(paper_id)
        if copy is not None:
            before = {**data.get("before", {}), **copy.data.get("before", {})}
            lists = {
                name: [*copy.data.get(name, ()), *data.get(name, ())]
                for name in ("labels", "shelved")
            }
            copy.data = {**copy.data, "before": before, **lists}
            return
        copy = EntryCopy(
            user_id=self._user.id,
            paper_id=paper_id,
            import_id=self._import.id,
            made_at=now(),
            data=data,
        )
        self._session.add(copy)
        self._copies[paper_id] = copy

    def _note_after(self, entry: ListEntry) -> None:
        copy = self._copies[entry.paper_id]
        columns = ("remark", "notes") if copy.data["made"] else copy.data.get("before", {})
        copy.data = {**copy.data, "after": make_digests(entry, columns)}

    def note_paper(self, paper_id: int, *, is_made: bool) -> None:
        """Remember a paper that was made without an entry."""
        if is_made:
            self._copy(paper_id, {"made": False, "paper": True})


def make_digests(entry: ListEntry, columns: Iterable[str]) -> dict[str, str]:
    """What tells whether columns of an entry are still what was written."""
    return {name: make_digest(encode_value(getattr(entry, name))) for name in columns}
