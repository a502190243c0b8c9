"""Search with SQLite's FTS5; the table `search_index.indexing` is made by the migrations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, column, text

from app.prepared_statements import UNNAMED
from app.search.clauses import Clause, Phrase
from app.search.reading import ENTRY_COLUMNS, Engine

# In the order of numbers, which is that of importance: FTS5 stops when it has enough.
_ENTRIES = (
    text(
        """
    SELECT e.paper_id, e.summary_id, e.title, e.people,
           p.year, p.venue_id, p.section_slug, p.top_score, e.id
    FROM search_index
    CROSS JOIN search_entries AS e ON e.id = search_index.rowid
    CROSS JOIN papers AS p ON p.id = e.paper_id
    WHERE search_index MATCH :query AND search_index.rowid >= :start
    ORDER BY search_index.rowid
    LIMIT :limit
    """
    )
    .columns(*ENTRY_COLUMNS)
    .execution_options(**UNNAMED)
)
_PAPERS = text(
    """
    SELECT e.paper_id
    FROM search_index CROSS JOIN search_entries AS e ON e.id = search_index.rowid
    WHERE search_index MATCH :query
    ORDER BY search_index.rowid
    LIMIT :limit
    """
).columns(column("paper_id", Integer))
_ANY_ENTRY = text("SELECT 1 FROM search_index WHERE search_index MATCH :query LIMIT 1")
_TITLES = text(
    """
    SELECT id FROM papers WHERE title_folded >= :first AND title_folded < :last LIMIT :limit
    """
).columns(column("id", Integer))


def _build_expression(clauses: Sequence[Clause], within: str) -> str:
    """The clauses in FTS5's language."""
    wanted = [_build_either(clause.choices, within) for clause in clauses if not clause.negative]
    unwanted = [_build_either(clause.choices, "") for clause in clauses if clause.negative]
    found = " AND ".join(wanted)
    return f"({found}) NOT ({' OR '.join(unwanted)})" if unwanted else found


def _build_either(choices: Sequence[Phrase], within: str) -> str:
    return f"({' OR '.join(_build_phrase(each, within) for each in choices)})"


def _build_phrase(phrase: Phrase, within: str) -> str:
    # Words hold letters, digits and the signs of marks only: once quoted, nothing is syntax.
    quoted = f'"{" ".join(phrase.words)}"{" *" if phrase.is_begun else ""}'
    columns = phrase.column or within
    return f"{{{columns}}} : {quoted}" if columns else quoted


ENGINE = Engine(_ENTRIES, _PAPERS, _ANY_ENTRY, _TITLES, _build_expression)
