"""S2 to S5 and S12 with PostgreSQL, each to a yardstick that asks PostgreSQL too.

The processor time of the server counts with that of this process, so it must run on this machine.
Libraries are databases of that server, made once and kept; what is written to is a copy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy.engine import make_url

from app.db import Database
from app.paths import MIGRATIONS
from app.services.operation import schema
from tests.benchmarks import growth, library, search, speed
from tests.benchmarks.measure import Figure

SERVER = "SHORTLIST_TEST_POSTGRESQL_URL"
NANOSECONDS = 1e-9
# The time of processes that help with a query is lost when they end.
ONE_PROCESS = "ALTER DATABASE {} SET max_parallel_workers_per_gather = 0"
# The yardstick of S5 ranks every match of an index that has nothing else to do.
_TEXTS = """
    CREATE TABLE plain AS
    SELECT 2 * p.id AS id, to_tsvector('simple', concat_ws(' ', p.title,
        (SELECT string_agg(a.name, ' ') FROM paper_authors AS pa
         JOIN authors AS a ON a.id = pa.author_id WHERE pa.paper_id = p.id),
        v.name, v.title, p.year, p.abstract)) AS words
    FROM papers AS p LEFT JOIN venues AS v ON v.id = p.venue_id
    UNION ALL
    SELECT 2 * summary_id + 1, to_tsvector('simple', text) FROM search_entries
    WHERE summary_id IS NOT NULL
"""
_RANKED = """
    SELECT id FROM plain WHERE words @@ to_tsquery('simple', %s)
    ORDER BY ts_rank(words, to_tsquery('simple', %s)) DESC LIMIT 20
"""


def figures() -> Iterator[Figure]:
    address = os.environ.get(SERVER)
    if not address:
        raise SystemExit(f"{SERVER} names no server, of which this measures new databases.")
    yield from figures_of(Server(address), search.QUERIES)


def figures_of(server: Server, queries: int) -> Iterator[Figure]:
    """The figures of one server."""
    measured = server.read_seconds
    source = server.make(speed.SUMMARIES, speed.PAPERS)
    with server.copied(source) as name:
        yield from speed.figures_of(server.url(name), speed.ROUNDS, measured)
    small, large = (server.url(server.make(*size)) for size in (growth.SMALL, growth.LARGE))
    yield from growth.figures_of(small, large, measured)
    with server.connect(server.make(search.SUMMARIES, search.PAPERS)) as connection:
        make_plain_index(connection)
        rank = partial(rank_texts, connection)
        yield from search.figures_of(large, rank, "ts_rank", queries, measured)


class Server:
    """A server with libraries.

    Args:
        address: of any database there, of a role that may make others.
    """

    def __init__(self, address: str) -> None:
        self._address = make_url(address).set(drivername="postgresql")  # libpq knows no driver
        with self.connect() as connection:
            pid = connection.execute("SELECT pg_backend_pid()").fetchone()
        self._main = _parent(pid[0])

    def url(self, name: str) -> str:
        return self._address.set(database=name).render_as_string(hide_password=False)

    def connect(self, name: str | None = None) -> psycopg.Connection[Any]:
        found = self.url(name or self._address.database or "postgres")
        return psycopg.connect(found, autocommit=True)

    def make(self, summaries: int, papers: int) -> str:
        """The name of a library's database, which is made unless it is there already."""
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        name = f"shortlist_{papers}_{summaries}_{head}_{library.VERSION}"
        with self.connect() as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, (name,)).fetchone():
                return name
            unfinished = f"{name}_{os.getpid()}"
            _run(connection, "CREATE DATABASE {}", unfinished)
            _run(connection, ONE_PROCESS, unfinished)
            database = Database(self.url(unfinished), site_url=library.SITE)
            schema.upgrade(database)
            library.fill(database, summaries=summaries, papers=papers, searchable=True)
            database.close()
            _run(connection, "ALTER DATABASE {} RENAME TO {}", unfinished, name)
        return name

    @contextmanager
    def copied(self, name: str) -> Iterator[str]:
        """A copy of a library, to write to."""
        copy = f"{name}_copy_{os.getpid()}"
        with self.connect() as connection:
            _run(connection, "CREATE DATABASE {} TEMPLATE {}", copy, name)
            _run(connection, ONE_PROCESS, copy)
            try:
                yield copy
            finally:
                _run(connection, "DROP DATABASE {} WITH (FORCE)", copy)

    def read_seconds(self) -> float:
        """The processor seconds that the server's present processes have taken."""
        children = Path(f"/proc/{self._main}/task/{self._main}/children").read_text().split()
        return NANOSECONDS * sum(map(_running_time, children))


def _parent(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        raise SystemExit("PostgreSQL is not on this machine: its time is not known.") from None
    return int(fields[1])


def _running_time(pid: str) -> int:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended


def _run(connection: psycopg.Connection[Any], statement: str, *names: str) -> None:
    identifiers = map(sql.Identifier, names)
    connection.execute(sql.SQL(statement).format(*identifiers))  # type: ignore[arg-type]


def make_plain_index(connection: psycopg.Connection[Any]) -> None:
    """The yardstick's table of the same texts, beside the library's."""
    query = "SELECT to_regclass('plain_words')"
    if connection.execute(query).fetchone() == (None,):
        with connection.transaction():
            connection.execute(_TEXTS)
            connection.execute("CREATE INDEX plain_words ON plain USING gin (words)")
        connection.execute("VACUUM ANALYZE plain")


def rank_texts(connection: psycopg.Connection[Any], words: Sequence[str]) -> list[Any]:
    """The numbers of the 20 texts that the yardstick ranks first."""
    query = " & ".join(f"'{word[:-1]}':*" if word.endswith("*") else f"'{word}'" for word in words)
    return connection.execute(_RANKED, (query, query), prepare=True).fetchall()
