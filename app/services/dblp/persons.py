"""Persons as dblp tells them apart.

Their names are joined, and they get number and ORCID iD.

Their records come anywhere in the file, so they wait on the disk until all works are in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import Author, AuthorName, PaperAuthor
from app.services import changes
from app.services.bulk import among
from app.services.papers.facts import MAX_NAME
from app.sources.dblp_dump.reader import DumpPerson
from app.text.lines import visible_line
from app.text.person_names import make_author_key, number_of_key, remove_number

BATCH = 2000
MAX_DBLP_ID = 80
MAX_NAMES = 40  # of one person


class People:
    """The persons of one file; the caller commits."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._file = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (closed with this)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def keep(self, persons: Iterable[DumpPerson]) -> None:
        """Let persons wait."""
        self._file.writelines(json.dumps(person) + "\n" for person in persons)

    def batches(self, skip: int) -> Iterator[list[DumpPerson]]:
        """Those who wait, in their order, after the first `skip`."""
        self._file.seek(0)
        batch: list[DumpPerson] = []
        for number, line in enumerate(self._file):
            if number < skip:
                continue
            dblp_id, names, orcid = json.loads(line)
            batch.append(DumpPerson(dblp_id, tuple(names), orcid))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def join(self, persons: Sequence[DumpPerson]) -> int:
        """Give persons who wrote a paper that is here what dblp knows of them.

        An author's row belongs to a person when it is spelt as one of their names and no other
        person's: "José García" and "Jose Garcia" stand under one key, and may be two.

        Returns:
            For how many something was new.
        """
        known = _KnownAuthors(self._session, persons)
        changed = sum([known.join(person) for person in persons])
        known.write()
        changes.note(self._session, "author", *known.searched_anew)
        return changed


@dataclass(slots=True)
class _AuthorRow:
    """An author's row; `changed` until it is written."""

    id: int
    key: str
    name: str
    dblp_id: str | None
    orcid: str | None
    changed: bool = False


class _KnownAuthors:
    """The rows that some persons may have: authors by key and by dblp's number, other names.

    Attributes:
        searched_anew: numbers of the authors who are called otherwise than search knows.
    """

    def __init__(self, session: Session, persons: Sequence[DumpPerson]) -> None:
        self._session = session
        self.searched_anew: set[int] = set()
        keys = {key for person in persons for key in _names(person)}
        others = select(AuthorName.key, AuthorName.author_id).where(
            among(session, AuthorName.key, keys)
        )
        self._others: dict[str, int] = dict(session.execute(others).all())
        self._by_key: dict[str, _AuthorRow] = {}
        self._by_number: dict[str, _AuthorRow] = {}
        self._new_names: list[dict[str, Any]] = []
        numbers = [person.dblp_id for person in persons]
        for which in (among(session, Author.key, keys), among(session, Author.dblp_id, numbers)):
            self._find(which)

    def _find(self, which: ColumnElement[bool]) -> None:
        columns = (Author.id, Author.key, Author.name, Author.dblp_id, Author.orcid)
        for found in self._session.execute(select(*columns).where(which)):
            row = self._by_key.setdefault(found.key, _AuthorRow(*found))
            if row.dblp_id:
                self._by_number[row.dblp_id] = row

    def join(self, person: DumpPerson) -> bool:
        """Make one of all rows of a person; returns whether something changed."""
        names = _names(person)
        rows = self._rows_of(person, names)
        if not rows or len(person.dblp_id) > MAX_DBLP_ID:
            return False
        first, *others = rows
        for other in others:
            self._merge(other, first)
        usual = next(iter(names))
        if first.key != usual and usual not in self._by_key and usual not in self._others:
            self._rename(first, usual, remove_number(names[usual]))
        orcid = person.orcid or first.orcid
        if (first.dblp_id, first.orcid) != (person.dblp_id, orcid):
            first.dblp_id, first.orcid, first.changed = person.dblp_id, orcid, True
            self._by_number[person.dblp_id] = first
        return self._keep_names(first, names) or first.changed or bool(others)

    def write(self) -> None:
        """Write what was put off."""
        rows = [row for row in self._by_key.values() if row.changed]
        if rows:
            self._session.connection().execute(
                update(Author)
                .where(Author.id == bindparam("which"))
                .values(
                    {name: bindparam(f"new_{name}") for name in ("key", "name", "dblp_id", "orcid")}
                ),
                [
                    {
                        "which": row.id,
                        "new_key": row.key,
                        "new_name": row.name,
                        "new_dblp_id": row.dblp_id,
                        "new_orcid": row.orcid,
                    }
                    for row in rows
                ],
            )
        insert_missing(self._session, AuthorName, self._new_names, ["key"])

    def _rows_of(self, person: DumpPerson, names: dict[str, str]) -> list[_AuthorRow]:
        """A person's rows, that of their usual name first if there is one."""
        rows = []
        for key, name in names.items():
            row = self._by_key.get(key)
            if row is None or row.dblp_id not in (None, person.dblp_id):
                continue
            if row.dblp_id == person.dblp_id or row.name == remove_number(name):
                rows.append(row)
        numbered = self._by_number.get(person.dblp_id)
        if numbered is not None and numbered not in rows:
            rows.append(numbered)
        return rows

    def _merge(self, other: _AuthorRow, into: _AuthorRow) -> None:
        session = self._session
        self._keep_printed(other)
        self._new_names = [
            {**row, "author_id": into.id} if row["author_id"] == other.id else row
            for row in self._new_names
        ]
        for column in (PaperAuthor.author_id, AuthorName.author_id):
            session.execute(
                update(column.class_)
                .where(column == other.id)
                .values(author_id=into.id)
                .execution_options(synchronize_session=False)
            )
        session.execute(
            delete(Author).where(Author.id == other.id).execution_options(synchronize_session=False)
        )
        into.orcid = into.orcid or other.orcid
        into.changed = True
        self.searched_anew.discard(other.id)
        self.searched_anew.add(into.id)
        self._others = {
            key: into.id if number == other.id else number for key, number in self._others.items()
        }
        del self._by_key[other.key]

    def _rename(self, author: _AuthorRow, key: str, name: str) -> None:
        """Call an author by their usual name; on their papers the name stays that was there."""
        self._keep_printed(author)
        old = author.key
        self._new_names.append({"key": old, "author_id": author.id, "name": author.name})
        self._others[old] = author.id
        del self._by_key[old]
        author.key, author.name, author.changed = key, name, True
        self.searched_anew.add(author.id)
        self._by_key[key] = author

    def _keep_printed(self, author: _AuthorRow) -> None:
        """Note on papers what the author is called there, before the usual name becomes another."""
        self._session.execute(
            update(PaperAuthor)
            .where(PaperAuthor.author_id == author.id, PaperAuthor.name.is_(None))
            .values(name=author.name)
            .execution_options(synchronize_session=False)
        )

    def _keep_names(self, author: _AuthorRow, names: dict[str, str]) -> bool:
        new: list[dict[str, Any]] = [
            {"key": key, "author_id": author.id, "name": remove_number(name)}
            for key, name in names.items()
            if key != author.key and key not in self._others and key not in self._by_key
        ]
        self._new_names += new
        self._others |= {str(row["key"]): author.id for row in new}
        if any(row["name"] != author.name or number_of_key(row["key"]) for row in new):
            self.searched_anew.add(author.id)
        return bool(new)


def _names(person: DumpPerson) -> dict[str, str]:
    """A person's names by key, the usual one first."""
    found: dict[str, str] = {}
    for name in person.names[:MAX_NAMES]:
        shown = visible_line(name)[:MAX_NAME]
        if shown:
            found.setdefault(make_author_key(shown), shown)
    return found
