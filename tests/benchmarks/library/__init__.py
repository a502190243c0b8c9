"""Made-up libraries of any size, the same at each run: for benchmarks, and to try things with.

    path = library.make(folder / "big.sqlite3", summaries=100_000, papers=1_000_000)
    path = library.cached(summaries=20_000, papers=15_000)

A million papers take about two minutes and 3 GB. `cached` keeps them below the folder that
SHORTLIST_TEST_DATA names (else one in the temporary folder), and finds them again.
"""

from __future__ import annotations

import os
import tempfile
from collections import deque
from pathlib import Path

from alembic.script import ScriptDirectory

from app.db import Database, begin_writing
from app.paths import MIGRATIONS
from app.services.counters import counts
from app.services.operation import schema
from app.services.search_index import indexing
from tests.benchmarks.library import papers as catalogue_rows
from tests.benchmarks.library import summaries as summary_rows
from tests.benchmarks.library.filling import filled, insert
from tests.benchmarks.library.papers import Catalogue
from tests.benchmarks.library.summaries import READER, Writing
from tests.helpers.samples.search_texts import index_texts

__all__ = ["READER", "cached", "fill", "make"]

VERSION = 1  # of what is made; another one makes cached libraries anew
SITE = "http://localhost"


def make(path: Path, *, summaries: int, papers: int, searchable: bool = False) -> Path:
    """Make a library in a new SQLite file."""
    database = Database(f"sqlite:///{path}", site_url=SITE)
    schema.upgrade(database)
    fill(database, summaries=summaries, papers=papers, searchable=searchable)
    database.close()
    return path


def cached(
    *, summaries: int, papers: int, searchable: bool = False, data: Path | None = None
) -> Path:
    """The SQLite file of a library, which is made unless it is there already."""
    named = os.environ.get("SHORTLIST_TEST_DATA")
    folder = data or Path(named or Path(tempfile.gettempdir()) / "shortlist-libraries")
    folder.mkdir(parents=True, exist_ok=True)
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    name = f"{papers}-papers-{summaries}-summaries{'-searchable' if searchable else ''}"
    path = folder / f"{name}-{head}-{VERSION}.sqlite3"
    if not path.exists():
        unfinished = path.with_suffix(f".{os.getpid()}")
        make(unfinished, summaries=summaries, papers=papers, searchable=searchable)
        unfinished.rename(path)
    return path


def fill(database: Database, *, summaries: int, papers: int, searchable: bool = False) -> None:
    """Fill a migrated, empty database of either kind; only a `searchable` one is indexed."""
    texts: dict[int, str] = {}
    catalogue = Catalogue(papers)
    with filled(database) as connection:

        def put(table: str, columns: dict[str, tuple[str, ...]], rows: object) -> None:
            insert(connection, table, columns[table], rows)  # type: ignore[arg-type]

        columns = catalogue_rows.COLUMNS
        put("venues", columns, catalogue.venue_rows())
        waiting = []
        for chunk in catalogue.chunks():
            for table in ("papers", "identifiers"):
                put(table, columns, getattr(chunk, table))
            waiting.append(chunk.paper_authors)
        put("authors", columns, catalogue.author_rows())
        for rows in waiting:
            put("paper_authors", columns, rows)
        writing = Writing(summaries, catalogue)
        columns = summary_rows.COLUMNS
        put("users", columns, writing.user_rows())
        put("tags", columns, writing.tag_rows())
        for made in writing.chunks():
            for table in ("summaries", "revisions", "votes", "summary_tags", "links"):
                put(table, columns, getattr(made, table))
            if searchable:
                texts.update(made.texts)
    with database.session() as session:
        begin_writing(session)
        counts.recount_all(session)
        session.commit()
        if searchable:
            deque(indexing.index_missing(session), maxlen=0)
            begin_writing(session)
            index_texts(session, texts)
            session.commit()
