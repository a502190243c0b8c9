"""Search with PostgreSQL's tsvector; the column and its index are made by the migrations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, column, text

from app.search.clauses import Clause, Phrase
from app.search.reading import ENTRY_COLUMNS, Engine

_WEIGHTS = {"title": "A", "people": "B", "facts": "C", "body": "D"}
# In the order of numbers, which is that of importance: for frequent words the rows are read in
# this order until there are enough, for rare ones the index finds them all.
_ENTRIES = text(
    """
    SELECT e.paper_id, e.summary_id, e.title, e.people,
           p.year, p.venue_id, p.section_slug, p.top_score, e.id
    FROM search_entries AS e JOIN papers AS p ON p.id = e.paper_id
    WHERE e.vector @@ CAST(:query AS tsquery) AND e.id >= :start
    ORDER BY e.id
    LIMIT :limit
    """
).columns(*ENTRY_COLUMNS)
_PAPERS = text(
    """
    SELECT paper_id FROM search_entries
    WHERE vector @@ CAST(:query AS tsquery)
    ORDER BY id
    LIMIT :limit
    """
).columns(column("paper_id", Integer))
_ANY_ENTRY = text("SELECT 1 FROM search_entries WHERE vector @@ CAST(:query AS tsquery) LIMIT 1")
# By bytes, as the index has them, whatever the locale.
_TITLES = text(
    """
    SELECT id FROM papers WHERE title_folded ~>=~ :first AND title_folded ~<~ :last LIMIT :limit
    """
).columns(column("id", Integer))


def _build_expression(clauses: Sequence[Clause], within: str) -> str:
    """The clauses in the language of tsquery."""
    parts = []
    for clause in clauses:
        columns = "" if clause.negative else within
        choices = " | ".join(_build_phrase(each, columns) for each in clause.choices)
        parts.append(f"{'!' if clause.negative else ''}({choices})")
    return " & ".join(parts)


def _build_phrase(phrase: Phrase, within: str) -> str:
    # Words hold letters, digits and the signs of marks only: once quoted, nothing is syntax.
    weights = "".join(_WEIGHTS[name] for name in (phrase.column or within).split())
    marks = [weights] * len(phrase.words)
    if phrase.is_begun:
        marks[-1] += "*"
    terms = [
        f"'{word}':{mark}" if mark else f"'{word}'"
        for word, mark in zip(phrase.words, marks, strict=True)
    ]
    return "(" + " <-> ".join(terms) + ")"


ENGINE = Engine(_ENTRIES, _PAPERS, _ANY_ENTRY, _TITLES, _build_expression)
