"""The yardstick of S6: iterparse, and executemany into the same tables.

It commits as often as the import does, and its connection has the import's settings.
"""

from __future__ import annotations

import sys
from time import process_time
from typing import Any

from lxml import etree

from app.db import Database
from app.engines import sqlite_module
from app.services.operation import schema

BATCH = 2000
STATEMENTS = {
    "venues": "INSERT INTO venues (id, key, name, title, kind) VALUES (?, ?, ?, '', 'other')",
    "papers": "INSERT INTO papers (id, key, title, title_html, title_folded, year, venue_id, doi,"
    " abstract, abstract_html, keywords, source, source_stamp, details, rank, renderer_version,"
    " added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', '', 'dblp', ?, '{}', ?, 1, '2026-01-01')",
    "identifiers": "INSERT OR IGNORE INTO identifiers (paper_id, kind, value, folded)"
    " VALUES (?, ?, ?, ?)",
    "authors": "INSERT OR IGNORE INTO authors (id, key, name) VALUES (?, ?, ?)",
    "paper_authors": "INSERT INTO paper_authors (paper_id, position, author_id) VALUES (?, ?, ?)",
    "search_entries": "INSERT INTO search_entries (id, paper_id, title, people, facts, body)"
    " VALUES (?, ?, ?, ?, ?, ?)",
    "persons": "UPDATE authors SET dblp_id = ?, orcid = ? WHERE key = ? AND dblp_id IS NULL",
}
# What the DOCTYPE of dblp's DTD would declare, of what the generated file has.
ENTITIES = b'<!DOCTYPE dblp [<!ENTITY iacute "&#237;">]>\n'


class Stream:
    """The file with a DOCTYPE that needs no other file."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "rb")  # noqa: SIM115
        declaration, _ = self._file.readline(), self._file.readline()
        self._start = declaration + ENTITIES

    def read(self, size: int) -> bytes:
        start, self._start = self._start, b""
        return start or self._file.read(size)


def main(source: str, target: str) -> float:
    """Fill a database; returns the CPU time that it took, in seconds."""
    database = Database(f"sqlite:///{target}")
    schema.upgrade(database)
    database.close()
    connection = sqlite_module.connect(target)
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -32000",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    start = process_time()
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in STATEMENTS}
    known: dict[str, dict[str, int]] = {"venues": {}, "authors": {}}
    tags = ("article", "inproceedings", "www")
    number = 0
    for _, element in etree.iterparse(Stream(source), events=("end",), tag=tags):
        if element.tag == "www":
            name, page = element.findtext("author"), element.get("key")[10:]
            rows["persons"].append((page, element.findtext("url"), _key(name)))
        else:
            number += 1
            _work(element, number, rows, known)
        if len(rows["papers"]) == BATCH:
            _write(connection, rows)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    _write(connection, rows)
    connection.close()
    return process_time() - start


def _work(
    element: Any, number: int, rows: dict[str, list[tuple[Any, ...]]], known: dict[str, Any]
) -> None:
    key, year = element.get("key"), int(element.findtext("year"))
    title = "".join(element.find("title").itertext())
    venue = key[: key.rindex("/")]
    if venue not in known["venues"]:
        known["venues"][venue] = len(known["venues"]) + 1
        rows["venues"].append((known["venues"][venue], venue, venue))
    doi = element.findtext("ee")[16:]
    folded = title.lower()
    rows["papers"].append(
        (number, key, title, title, folded, year, known["venues"][venue], doi, "0" * 64, year)
    )
    rows["identifiers"] += [
        (number, "key", key, key.lower()),
        (number, "doi", doi, doi.lower()),
    ]
    names = [each.text for each in element.iterchildren("author")]
    for position, name in enumerate(names):
        if name not in known["authors"]:
            known["authors"][name] = len(known["authors"]) + 1
            rows["authors"].append((known["authors"][name], _key(name), name))
        rows["paper_authors"].append((number, position, known["authors"][name]))
    people = " ".join(names).lower()
    rows["search_entries"].append((number, number, folded, people, f"{venue} {year}", doi))


def _key(name: str) -> str:
    return name.lower().replace(" ", "-")


def _write(connection: Any, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for name, statement in STATEMENTS.items():
        connection.executemany(statement, rows[name])
        rows[name].clear()
    connection.execute("COMMIT")


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2]))
