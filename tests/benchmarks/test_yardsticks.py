"""What is measured against does no more than it must: its steps are counted."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import jinja2
import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from app.db import Database, begin_writing
from app.engines import sqlite_module
from tests.benchmarks import __main__ as program
from tests.benchmarks import library, postgresql, search
from tests.benchmarks.measure import Figure
from tests.benchmarks.pages import Reader
from tests.benchmarks.yardsticks import ROWS, SIZE, plain_page
from tests.helpers.engines import POSTGRESQL
from tests.helpers.factories import make_paper


def count(monkeypatch: pytest.MonkeyPatch, counter: Counter[str], owner: type, name: str) -> None:
    """Count the calls of a method from now on."""
    original = getattr(owner, name)

    def counted(*given: object, **named: object) -> object:
        counter[f"{owner.__name__}.{name}"] += 1
        return original(*given, **named)

    monkeypatch.setattr(owner, name, counted)


@pytest.fixture
def filled(sqlite_template: Database, tmp_path: Path) -> str:
    """The address of a small library."""
    url = f"sqlite:///{tmp_path / 'library.sqlite3'}"
    database = Database(url)
    source, target = sqlite_template.engine.raw_connection(), database.engine.raw_connection()
    source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
    source.close()
    target.close()
    library.fill(database, summaries=60, papers=50)
    database.close()
    return url


@pytest.mark.slow
def test_the_plain_page_compiles_its_template_and_its_query_once(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter: Counter[str] = Counter()
    for owner, name in (
        (jinja2.Environment, "compile"),
        (SQLCompiler, "__init__"),
        (Session, "__init__"),
    ):
        count(monkeypatch, counter, owner, name)
    app = plain_page(filled)
    reader = Reader(app)
    for _ in range(5):
        reader.view("/")
    assert counter == {"Environment.compile": 1, "SQLCompiler.__init__": 1}
    page = app.test_client().get("/").get_data(as_text=True)
    assert SIZE <= len(page) <= 1.2 * SIZE
    assert len(re.findall('<article class="row">', page)) == ROWS


def test_bare_ranking_finds_what_fts5_ranks_first() -> None:
    connection = sqlite_module.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE plain USING fts5(title)")
    texts = [(number, " ".join(["learning"] + ["other"] * number)) for number in range(40)]
    connection.executemany("INSERT INTO plain(rowid, title) VALUES (?, ?)", texts[::-1])
    ranked = "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT 20"
    found = [
        connection.execute(query, ("learning",)).fetchall() for query in (search.RANKED, ranked)
    ]
    connection.close()
    assert found[0] == found[1]
    assert found[0] == [(number,) for number in range(20)]


@pytest.mark.skipif(not POSTGRESQL, reason="SHORTLIST_TEST_POSTGRESQL_URL names no server")
def test_postgresql_ranks_its_texts_and_says_its_time(postgresql_tables: Database) -> None:
    url = postgresql_tables.engine.url
    with postgresql_tables.session() as session:
        begin_writing(session)
        few = make_paper(session, "few", "Learning and much else")
        most = make_paper(session, "most", "Learning learning learns learning")
        session.commit()
        numbers = [(2 * most.id,), (2 * few.id,)]
    server = postgresql.Server(url.render_as_string(hide_password=False))
    before = server.read_seconds()
    with server.connect() as connection:
        postgresql.make_plain_index(connection)
        assert postgresql.rank_texts(connection, ["learning"]) == numbers
        assert postgresql.rank_texts(connection, ["learning", "mu*"]) == numbers[1:]
        connection.execute("DROP TABLE plain")
        assert server.read_seconds() > before


@pytest.mark.parametrize(
    ("figure", "reached", "bound"),
    [
        (Figure("S7", "a", 2.4, 2.5), True, "≤ 2.5 ×  pass"),
        (Figure("S7", "a", 2.6, 2.5), False, "≤ 2.5 ×  short"),
        (Figure("S1", "a", 2.6, least=2.5), True, "≥ 2.5 ×  pass"),
        (Figure("S1", "a", 0.004, least=2.5), False, "0.004 ×    ≥ 2.5 ×  short"),
    ],
)
def test_a_figure_says_whether_it_reaches_its_bar(
    figure: Figure, reached: bool, bound: str
) -> None:
    assert figure.reached is reached
    assert str(figure).endswith(bound)


def test_help_lists_every_group() -> None:
    said = CliRunner().invoke(program.main, ["--help"]).output
    assert re.findall(r"^  (?:  )?([a-z]+) {2,}\S", said, re.MULTILINE) == sorted(program.GROUPS)
