"""S5: search in a million papers against FTS5's own ranking of the same texts.

Both are asked the same words by turns, in this process. The yardstick ranks every match of a plain
FTS5 table by `bm25` and returns 20 numbers, by one statement that the connection keeps prepared;
ours returns what the results page shows, facets, excerpts and marks included, and for a beginning
what the list below the field shows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.engines import sqlite_module
from app.models import Paper
from app.queries.search import results, suggestions
from tests.benchmarks import library
from tests.benchmarks.measure import Figure, measure_seconds, no_server

Rank = Callable[[Sequence[str]], object]  # of words, a beginning with a star
PAPERS, SUMMARIES = 1_000_000, 100_000
QUERIES = 60  # of each kind
MOST_RESULTS, MOST_SUGGESTIONS = 1.0, 0.1
_TEXTS = """
    INSERT INTO texts
    SELECT 2 * p.id, p.title,
        (SELECT group_concat(a.name, ' ') FROM library.paper_authors AS pa
         JOIN library.authors AS a ON a.id = pa.author_id WHERE pa.paper_id = p.id),
        coalesce(v.name || ' ' || v.title, '') || ' ' || coalesce(p.year, '') || ' ' || p.abstract
    FROM library.papers AS p LEFT JOIN library.venues AS v ON v.id = p.venue_id
    UNION ALL
    SELECT 2 * summary_id + 1, '', '', text FROM library.search_entries
    WHERE summary_id IS NOT NULL
"""
# Not by `rank`: FTS5 then sorts every match by itself, and does not know of the limit. SQLite keeps
# the best 20 only, which takes half the time. Numbers are all that is asked for: a score beside
# them would be worked out once more.
RANKED = "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY bm25(plain) LIMIT 20"


def figures() -> Iterator[Figure]:
    path = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    plain = _plain_index(path)
    yield from figures_of(f"sqlite:///{path}", partial(_rank, plain), "bm25", QUERIES)
    plain.close()


def figures_of(
    url: str,
    rank: Rank,
    ranking: str,
    queries: int,
    server_seconds: Callable[[], float] = no_server,
) -> Iterator[Figure]:
    """The figures of one library, which is large enough to mean something.

    Args:
        rank: finds the 20 best texts with some words, as the yardstick does.
        ranking: what it ranks by.
        queries: of each kind.
    """
    database = Database(url, site_url="http://localhost")
    with database.session() as session:
        asked = _queries(session, queries)
        _results(session, "learning")  # what is made once is made
        every = [each for kind in asked.values() for each in kind]
        compare = partial(_compare, session, rank, server_seconds)
        bare, ours = compare(_results, every)
        what = f"results for one to three words and beginnings, p95, to {ranking}"
        yield Figure("S5", what, _p95(ours) / _p95(bare), MOST_RESULTS)
        for kind, some in asked.items():
            bare, ours = compare(_results, some)
            # Told for who works on it; the bar is for all of them together.
            yield Figure("S5", f"  of these {kind}", _p95(ours) / _p95(bare), float("inf"))
        begun = asked["a beginning"] + asked["two words and a beginning"]
        bare, ours = compare(suggestions.suggest_completions, begun)
        what = f"suggestions while typing, p95, to {ranking} of the beginning"
        yield Figure("S5", what, _p95(ours) / _p95(bare), MOST_SUGGESTIONS)
    database.close()


def _plain_index(path: Path) -> Any:
    """The yardstick's table of the same texts, beside the library."""
    beside = path.with_suffix(".plain")
    found = sqlite_module.connect(str(beside), isolation_level=None)
    found.execute("PRAGMA cache_size = -32000")
    if found.execute("PRAGMA user_version").fetchone()[0] == 0:
        found.execute("ATTACH ? AS library", (str(path),))
        found.execute("BEGIN")
        found.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, title, people, body)")
        found.execute(_TEXTS)
        found.execute(
            "CREATE VIRTUAL TABLE plain"
            " USING fts5(title, people, body, content='texts', content_rowid='id')"
        )
        found.execute("INSERT INTO plain(plain) VALUES ('rebuild')")
        found.execute("PRAGMA user_version = 1")
        found.execute("COMMIT")
        found.execute("DETACH library")
    if found.execute("PRAGMA user_version").fetchone()[0] == 1:
        found.execute("BEGIN")
        found.execute("INSERT INTO plain(plain) VALUES ('optimize')")
        found.execute("PRAGMA user_version = 2")
        found.execute("COMMIT")
    return found


def _queries(session: Session, count: int) -> dict[str, list[str]]:
    """Words as they stand in titles: frequent ones come often. A star marks a beginning."""
    chance = random.Random("queries")
    last = session.scalars(select(func.max(Paper.id))).one()

    def title() -> list[str]:
        while True:
            number = chance.randint(1, last)
            found = session.scalar(select(Paper.title).where(Paper.id == number)) or ""
            words = [word for word in found.lower().split() if word.isalpha()]
            if len(words) > 2:
                return words

    def begun(word: str) -> str:
        return word[: chance.randint(3, 5)] + "*"

    return {
        "one word": [chance.choice(title()) for _ in range(count)],
        "two words": [" ".join(title()[:2]) for _ in range(count)],
        "three words": [" ".join(title()[-3:]) for _ in range(count)],
        "a beginning": [begun(chance.choice(title())) for _ in range(count)],
        "two words and a beginning": [
            f"{one} {two} {begun(three)}" for one, two, three in (title()[:3] for _ in range(count))
        ],
    }


def _compare(
    session: Session,
    rank: Rank,
    server_seconds: Callable[[], float],
    ask: Callable[[Session, str], object],
    queries: Sequence[str],
) -> tuple[list[float], list[float]]:
    """Seconds of the yardstick and of ours, by turns."""
    bare, ours = [], []
    for query in queries:
        bare.append(measure_seconds(partial(rank, query.split()), server_seconds))
        asked = partial(ask, session, query.rstrip("*"))
        ours.append(measure_seconds(asked, server_seconds))
        session.rollback()
        session.expunge_all()
    return bare, ours


def _rank(plain: Any, words: Sequence[str]) -> object:
    match = " AND ".join(f'"{word[:-1]}"*' if word.endswith("*") else f'"{word}"' for word in words)
    return plain.execute(RANKED, (match,)).fetchall()


def _results(session: Session, typed: str) -> object:
    return results.load_search_page(session, results.Asked(typed, limit=20), None)


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
