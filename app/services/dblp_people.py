"""Persons as dblp tells them apart: their names are joined, and they get number and ORCID iD.

Their records come anywhere in the file, so they wait on the disk until all works are in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import Author, AuthorName, PaperAuthor
from app.services.bulk import among
from app.services.dblp_works import without_number
from app.services.paper_facts import MAX_NAME, clean
from app.services.papers import author_key
from app.sources.dblp_dump import DumpPerson

BATCH = 2000
MAX_DBLP_ID = 80
MAX_NAMES = 40  # of one person


class People:
    """The persons of one file; the caller commits."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._file = TemporaryFile("w+", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def keep(self, person: DumpPerson) -> None:
        """Let a person wait."""
        self._file.write(json.dumps(person) + "\n")

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
        known = _Known(self._session, persons)
        return sum(known.join(person) for person in persons)


class _Known:
    """The rows that some persons may have: authors by key and by dblp's number, other names."""

    def __init__(self, session: Session, persons: Sequence[DumpPerson]) -> None:
        self._session = session
        keys = {key for person in persons for key in _names(person)}
        self._others = {
            key: number
            for key, number in session.execute(
                select(AuthorName.key, AuthorName.author_id).where(
                    among(session, AuthorName.key, keys)
                )
            )
        }
        query = select(Author).where(
            or_(
                among(session, Author.key, keys),
                among(session, Author.dblp_id, [person.dblp_id for person in persons]),
            )
        )
        found = session.scalars(query.execution_options(populate_existing=True)).all()
        self._by_key = {author.key: author for author in found}
        self._by_number = {author.dblp_id: author for author in found if author.dblp_id}

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
        renamed = first.key != usual and usual not in self._by_key and usual not in self._others
        if renamed:
            self._rename(first, usual, without_number(names[usual]))
        changed = renamed or bool(others)
        if first.dblp_id != person.dblp_id:
            first.dblp_id, changed = person.dblp_id, True
            self._by_number[person.dblp_id] = first
        if person.orcid and first.orcid != person.orcid:
            first.orcid, changed = person.orcid, True
        return self._keep_names(first, names) or changed

    def _rows_of(self, person: DumpPerson, names: dict[str, str]) -> list[Author]:
        """A person's rows, that of their usual name first if there is one."""
        rows = []
        for key, name in names.items():
            row = self._by_key.get(key)
            if row is None or row.dblp_id not in (None, person.dblp_id):
                continue
            if row.dblp_id == person.dblp_id or row.name == without_number(name):
                rows.append(row)
        numbered = self._by_number.get(person.dblp_id)
        if numbered is not None and numbered not in rows:
            rows.append(numbered)
        return rows

    def _merge(self, other: Author, into: Author) -> None:
        session = self._session
        session.flush()
        session.execute(
            update(PaperAuthor)
            .where(PaperAuthor.author_id == other.id, PaperAuthor.name.is_(None))
            .values(name=other.name)
            .execution_options(synchronize_session=False)
        )
        for column in (PaperAuthor.author_id, AuthorName.author_id):
            session.execute(
                update(column.class_)
                .where(column == other.id)
                .values(author_id=into.id)
                .execution_options(synchronize_session=False)
            )
        into.orcid = into.orcid or other.orcid
        if other.dblp_id:
            into.dblp_id = into.dblp_id or other.dblp_id
        self._others = {
            key: into.id if number == other.id else number for key, number in self._others.items()
        }
        del self._by_key[other.key]
        session.execute(delete(Author).where(Author.id == other.id))
        session.expunge(other)

    def _rename(self, author: Author, key: str, name: str) -> None:
        """Call an author by their usual name; on their papers the name stays that was there."""
        session = self._session
        old = author.key
        session.execute(
            update(PaperAuthor)
            .where(PaperAuthor.author_id == author.id, PaperAuthor.name.is_(None))
            .values(name=author.name)
            .execution_options(synchronize_session=False)
        )
        insert_missing(
            session, AuthorName, [{"key": old, "author_id": author.id, "name": author.name}], ["key"]
        )
        self._others.setdefault(old, author.id)
        del self._by_key[old]
        author.key, author.name = key, name
        self._by_key[key] = author
        session.flush()

    def _keep_names(self, author: Author, names: dict[str, str]) -> bool:
        new = [
            {"key": key, "author_id": author.id, "name": without_number(name)}
            for key, name in names.items()
            if key != author.key and key not in self._others and key not in self._by_key
        ]
        insert_missing(self._session, AuthorName, new, ["key"])
        self._others |= {str(row["key"]): author.id for row in new}
        return bool(new)


def _names(person: DumpPerson) -> dict[str, str]:
    """A person's names by key, the usual one first."""
    found: dict[str, str] = {}
    for name in person.names[:MAX_NAMES]:
        name = " ".join(clean(name).split())[:MAX_NAME]
        if name:
            found.setdefault(author_key(name), name)
    return found
