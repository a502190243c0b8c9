"""Whatever goes wrong in an import, the others go on, and the report says what was done."""

from __future__ import annotations

import io
import logging
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from app import engines
from app.cache.pages import PageCache
from app.config import Config
from app.db import Database
from app.engines import sqlite_module
from app.models import Paper, Summary
from app.services.importing import faults, storing
from app.services.importing.opening import BadSource, open_source
from app.services.importing.storing import import_files
from app.services.importing.terms import ImportOptions
from app.services.papers import adding
from app.services.summaries.publishing import SavedSummary
from tests.helpers.client import Browser
from tests.helpers.engines import NoLog, copy_database
from tests.helpers.samples.shortscience import HEAD, ITEM, TAIL
from tests.helpers.samples.vaults import import_vault, note, send, statuses


@pytest.fixture
def disk(
    tmp_path: Path, sqlite_template: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A library in a file, for which nobody waits long."""
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 20)
    folder = tmp_path / "data"
    folder.mkdir()
    found = Database(f"sqlite:///{folder / 'shortlist.sqlite3'}", password_cost=0, data_dir=folder)
    copy_database(sqlite_template, found)
    yield found
    found.close()


@pytest.fixture
def ann(any_app: Flask, config: Config, disk: Database, no_child: None) -> Browser:
    """Somebody who is signed in to it."""
    any_app.extensions["shortlist"] = (config, disk)
    any_app.wsgi_app.cache = PageCache(NoLog(), config.cache_bytes)  # type: ignore[attr-defined]
    return Browser(any_app.test_client()).sign_up("ann")


def notes(folder: Path, count: int) -> Path:
    for number in range(count):
        name = f"{number:02}.md"
        note(folder, name, "Text. " * 200, key=f"a/b/{number}", title=f"T {number}", user="ann")
    return folder


def zipped(count: int) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for number in range(count):
            head = f"---\nkey: a/b/{number}\ntitle: T {number}\n---\n"
            archive.writestr(f"{number:02}.md", head + "Text. " * 200)
    return found.getvalue()


def locked(disk: Database) -> Callable[[], None]:
    """Another program begins to write, and goes on with it; the answer ends that."""
    other = sqlite_module.connect(disk.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


def full(disk: Database) -> Callable[[], None]:
    """The file may not grow any more."""
    pages = [1]

    def bound(connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA max_page_count = {pages[-1]}")

    event.listen(disk.engine, "begin", bound)
    return lambda: pages.append(1_000_000)


def read_only(disk: Database) -> Callable[[], None]:
    """The database takes no write."""

    def bound(connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA query_only = ON")

    event.listen(disk.engine, "begin", bound)
    return lambda: event.remove(disk.engine, "begin", bound)


FAULTS = {
    "locked": (locked, faults.LOCKED),
    "full": (full, faults.FULL),
    "read-only": (read_only, faults.READ_ONLY),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_the_page_ends_and_says_why(name: str, ann: Browser, disk: Database) -> None:
    begin, says = FAULTS[name]
    token = ann.get("/settings/import").form("/settings/import")["csrf_token"]
    end = begin(disk)
    answer = ann.client.post(
        "/settings/import",
        data={"csrf_token": token, "file": (io.BytesIO(zipped(20)), "a.zip")},
        buffered=True,
    )
    page = answer.get_data(as_text=True)
    end()
    assert answer.status_code == 200
    assert page.endswith("</html>\n") or page.endswith("</html>")
    assert "Import stopped" in page
    assert says in page
    assert "The items above are kept" in page
    # And when that is over, the same file is read.
    again = send(ann, "a.zip", zipped(20))[1]
    assert " added" in again
    assert "Stopped" not in again
    with disk.session() as session:
        assert len(session.scalars(select(Summary.id)).all()) == 20


@pytest.mark.parametrize("name", FAULTS)
def test_what_was_read_before_is_kept(name: str, disk: Database, tmp_path: Path) -> None:
    begin, says = FAULTS[name]
    folder = notes(tmp_path / "notes", 20)
    with disk.session() as session, ExitStack() as opened:
        outcomes = import_files(session, open_source(folder, opened).incoming, ImportOptions())
        first = [next(outcomes), next(outcomes)]
        end = begin(disk)
        rest = list(outcomes)
        end()
        added = statuses([*first, *rest])["added"]
        assert (rest[-1].status, rest[-1].message) == ("stopped", says)
        assert len(session.scalars(select(Summary.id)).all()) == added >= 2
        session.rollback()
        again = import_vault(session, folder)
        assert statuses(again) == {"unchanged": added, "added": 20 - added}


@pytest.mark.parametrize("name", FAULTS)
def test_papers_alone_stop_as_well(name: str, disk: Database, tmp_path: Path) -> None:
    begin, says = FAULTS[name]
    path = tmp_path / "a.bib"
    path.write_text("".join(f"@misc{{k{n}, title={{Title {n}}}}}\n" for n in range(200)))
    with disk.session() as session:
        end = begin(disk)
        outcomes = import_vault(session, path)
        end()
        assert (outcomes[-1].status, outcomes[-1].message) == ("stopped", says)
        assert statuses(import_vault(session, path))["refused"] == 0


def test_a_connection_that_ends(
    any_file_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if any_file_database.engine.dialect.name != "postgresql":
        pytest.skip("a file has no connection that can end")
    real = storing.create_summary

    def create(
        session: Session, user: Any, paper: Paper, *args: Any, **options: Any
    ) -> SavedSummary:
        if paper.key == "a/b/1":
            with any_file_database.session() as other:
                number = session.scalar(text("SELECT pg_backend_pid()"))
                other.execute(text("SELECT pg_terminate_backend(:it)"), {"it": number})
        return real(session, user, paper, *args, **options)

    monkeypatch.setattr(storing, "create_summary", create)
    folder = notes(tmp_path / "notes", 5)
    with any_file_database.session() as session:
        outcomes = import_vault(session, folder)
        assert [each.status for each in outcomes] == ["added", "stopped"]
        assert outcomes[1].message == faults.AWAY
        monkeypatch.undo()
        assert statuses(import_vault(session, folder)) == {"unchanged": 1, "added": 4}


# -- what is wrong with one of them only


def test_a_fault_of_ours_in_one_file(
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    real = storing.create_summary

    def create(
        session: Session, user: Any, paper: Paper, *args: Any, **options: Any
    ) -> SavedSummary:
        found = real(session, user, paper, *args, **options)
        if paper.key == "a/b/1":
            raise ZeroDivisionError
        return found

    monkeypatch.setattr(storing, "create_summary", create)
    outcomes = import_vault(session, notes(tmp_path, 3))
    assert [each.status for each in outcomes] == ["added", "refused", "added"]
    assert outcomes[1].message == faults.OURS
    assert Path(outcomes[1].name).name == "01.md"
    assert "ZeroDivisionError" in caplog.text
    assert "01.md:1" in caplog.text
    # Nothing of it is left behind.
    assert session.scalars(select(Paper.key).order_by(Paper.id)).all() == ["a/b/0", "a/b/2"]


def test_a_fault_of_ours_in_one_entry(
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    real = adding.insert_papers

    def insert_papers(session: Session, papers: Any, *rest: Any, **more: Any) -> list[int]:
        found = real(session, papers, *rest, **more)
        if any(paper.record.key == "k7" for paper in papers):
            raise ZeroDivisionError
        return found

    monkeypatch.setattr(adding, "insert_papers", insert_papers)
    path = tmp_path / "a.bib"
    path.write_text("".join(f"@misc{{k{n}, title={{Title {n}}}}}\n" for n in range(60)))
    outcomes = import_vault(session, path)
    assert statuses(outcomes) == {"added": 59, "refused": 1}
    assert (outcomes[7].line, outcomes[7].message) == (8, faults.OURS)
    assert "ZeroDivisionError" in caplog.text
    assert len(session.scalars(select(Paper.id)).all()) == 59


def test_a_file_that_cannot_be_read_any_further(
    session: Session, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = note(tmp_path, "1.md", key="a/b/C", title="T", user="ann")

    def incoming() -> Iterator[Any]:
        with ExitStack() as opened:
            yield from open_source(path, opened).incoming
        raise ZeroDivisionError

    outcomes = list(import_files(session, incoming(), ImportOptions()))
    assert [each.status for each in outcomes] == ["added", "stopped"]
    assert outcomes[1].message == faults.OURS
    assert "ZeroDivisionError" in caplog.text


def test_signs_that_nothing_can_store(session: Session, tmp_path: Path) -> None:
    path = note(tmp_path, "1.md", key="a/b/C", title='"a\\uD800b"', user="ann")
    other = note(tmp_path, "2.md", key="a/b/D", title='"a\\0b"', user="ann")
    third = note(tmp_path, "3.md", "A.", key="a/b/E", title="T", user="ann", tags='"\\uDFFF"')
    note(tmp_path, "4.md", key="a/b/F", title="T", user="ann")
    outcomes = {each.name: each for each in import_vault(session, tmp_path)}
    assert len(outcomes) == 4
    assert list(outcomes.values())[3].status == "added"
    for each in (path, other, third):
        assert outcomes[str(each)].message != faults.OURS


def _damaged(data: bytes, chance: random.Random) -> bytes:
    """Bytes with something wrong somewhere."""
    at = chance.randrange(len(data))
    length = chance.choice((1, 1, 3, 40))
    odd = (b"\0", b"\xff", b"\xed\xa0\x80", b"{", b"}", b'"', b"'", b"&", b"*a", b"\\", b"$", b"\n")
    odd += (b"---\n", b"<", b"]]>", b"&#0;", b"&#xD800;", b"\xe2\x80\xae", b"9" * 30, b"- " * 60)
    odd += (
        b"$\\kern-\n1em$",
        b"$\\SI{5}{\\cubic\\metre}$",
        b"@",
        b",",
        b": ",
        b"!!x ",
        b"\t",
        b"%",
    )
    return chance.choice(
        (
            lambda: data[:at],
            lambda: data[:at] + data[at + length :],
            lambda: data[:at] + chance.choice(odd) + data[at:],
            lambda: data[:at] + chance.choice(odd) + data[at + length :],
            lambda: data[:at] + data[at : at + 300] * 3 + data[at + 300 :],
        )
    )()


BIB = b"""@string{x = "Proc."}
@inproceedings{a1, title = {One {T}itle $x^2$}, author = {A. B\\"{o} and C, D}, year = 2015,
  booktitle = x # { of X}, doi = {10.1000/a.1}, pages = {1--2}}
@article{a2, title = "Two", author = {E F}, year = {1999}, journal = {J}, eprint = {1506.01497}}
@misc{a3, title = {Three}, crossref = {a1}, keywords = {a, b}}
"""
CSV = b'a1,"One, ""two""\nthree $a$"\r\na2,Short \\cite{a/b/C}\r\n'
NOTE = b"""---
key: a/b/C
title: "A title: with $x$"
authors: [Ada B, C D]
year: 2015
venue: V
doi: 10.1000/x
user: ann
created: 2020-01-01T10:00:00Z
tags: [one, two]
takeaway: It is $y$.
---
The *text* with $\\frac{a}{b}$, \\cite{a/b/D} and

- lists
| a | b |
|---|---|
"""
SAMPLES = {
    "a.md": NOTE,
    "a.bib": BIB,
    "a.csv": CSV,
    "a.xml": (HEAD + ITEM * 2 + TAIL).encode(),
}
DAMAGES = 40  # of each kind of file


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_end_nothing(
    session: Session, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(name)
    caplog.set_level(logging.ERROR)
    good = tmp_path / f"z{name}"
    good.write_bytes(SAMPLES[name])
    papers = tmp_path / "papers.bib"
    papers.write_bytes(BIB)
    import_vault(session, papers)
    seen: Counter[str] = Counter()
    for _ in range(DAMAGES):
        path = tmp_path / name
        path.write_bytes(_damaged(SAMPLES[name], chance))
        try:
            outcomes = import_vault(session, path, ImportOptions(writer="ann"))
        except BadSource:  # as a whole, in words
            continue
        seen.update(each.status for each in outcomes)
        assert not [each for each in outcomes if each.message == faults.OURS], caplog.text
    assert seen["stopped"] == 0
    assert seen["added"] + seen["changed"] + seen["unchanged"] > 0
    # The session is as good as new.
    assert "refused" not in statuses(import_vault(session, good, ImportOptions(writer="bea")))


def test_damaged_zips_end_nothing(session: Session, tmp_path: Path) -> None:
    chance = random.Random(7)
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in SAMPLES.items():
            archive.writestr(name, content)
    path = tmp_path / "a.zip"
    for _ in range(DAMAGES):
        path.write_bytes(_damaged(found.getvalue(), chance))
        try:
            outcomes = import_vault(session, path, ImportOptions(writer="ann"))
        except BadSource:
            continue
        assert "stopped" not in statuses(outcomes)
        assert not [each for each in outcomes if each.message == faults.OURS]


FEEDS = [
    *(
        ((HEAD.replace("UTF-8", name) + ITEM + TAIL).encode(), "save it as UTF-8")
        for name in ("utf-7", "big5", "gb2312", "utf-32", "x-unknown", "rot13", "mbcs", "idna")
    ),
    (b"\xfe\xff" + (HEAD + ITEM + TAIL).encode("utf-16-le"), "unsupported file type"),
    (b"\xff\xfe" + (HEAD + ITEM + TAIL).encode(), "unsupported file type"),
    ((HEAD.replace("UTF-8", "utf-16") + ITEM + TAIL).encode(), "This is not XML"),
    ((HEAD + ITEM + TAIL).encode("utf-16"), "This is not XML"),
    ((HEAD + ITEM + ITEM[:300]).encode(), "The file breaks off here"),
    (f'<!DOCTYPE rss SYSTEM "x">{HEAD[39:]}{ITEM}{TAIL}'.encode(), "document type"),
]


@pytest.mark.slow
def test_feeds_in_another_encoding(ann: Browser) -> None:
    for data, says in FEEDS:
        status, page = send(ann, "rss.xml", data)
        assert status in (200, 422), data
        assert "</html>" in page, data
        assert says in page, data


def test_a_feed_in_utf_16_is_read(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "rss.xml"
    path.write_bytes((HEAD.replace("UTF-8", "utf-16") + ITEM + TAIL).encode("utf-16"))
    assert statuses(import_vault(session, path)) == {"added": 1}
