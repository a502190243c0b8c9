"""One's own drafts, as a search `in:mine` finds them.

Nothing else of a search knows of them.

A draft is in no index and not rendered, so its words are folded while its writer waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.models import Draft, Paper, SearchEntry, User
from app.models.search_entry import is_paper_entry
from app.queries.search.shelved import shelf_conditions
from app.search import Hits
from app.search.clauses import Clause, Phrase, build_clauses
from app.search.entries import SummaryFacts, build_summary_body
from app.search.snippets import Marker, Piece
from app.sources.provenance import Provenance
from app.text.openings import plain_line

MAX_DRAFTS = 100  # drafts that are looked into, the latest ones
MAX_FOLDED_CHARS = 400_000  # characters of all of them


@dataclass(frozen=True)
class FoundDraft:
    """A draft that has the words; `summary_id` is the summary that it changes, if any."""

    key: str
    title_html: str
    summary_id: int | None
    saved_at: datetime
    excerpt: list[Piece]


def find_drafts(session: Session, viewer: User, hits: Hits, marker: Marker) -> list[FoundDraft]:
    """The drafts of a user that fulfil a query, the latest first.

    Args:
        hits: what the query found otherwise.
        marker: of its words.
    """
    # As in `own`: what may be a beginning is looked for as one.
    clauses = build_clauses(hits.query, dict.fromkeys(hits.completions, ()))
    entry = aliased(SearchEntry, name="entry")
    drafts = session.execute(
        select(
            *(Paper.key, Paper.title_html, Draft.summary_id, Draft.saved_at, Draft.source),
            *(Draft.read, Draft.made, Draft.interest),
            *(Draft.takeaway, Draft.tags, entry.title, entry.people, entry.facts),
        )
        .join(Paper, Paper.id == Draft.paper_id)
        .join(entry, (entry.paper_id == Draft.paper_id) & is_paper_entry(entry))
        .where(Draft.user_id == viewer.id, *shelf_conditions(hits.query, viewer, Draft.paper_id))
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
        .limit(MAX_DRAFTS)
    )
    found: list[FoundDraft] = []
    room = MAX_FOLDED_CHARS
    for row in drafts:
        room -= len(row.source)
        if room < 0:
            break
        tags = [tag.strip() for tag in row.tags.split(",") if tag.strip()]
        stated = list(Provenance(row.read, row.made, row.interest).terms)
        said = SummaryFacts(0, row.takeaway, row.source, tags, stated=stated)
        texts = {
            "title": row.title,
            "people": row.people,
            "facts": " ".join([row.facts, *said.marks]),
            "body": build_summary_body(said),
        }
        if all(_fulfils(clause, texts) for clause in clauses):
            read = "\n".join(map(plain_line, [row.takeaway, *row.source.split("\n")]))
            excerpt = marker.excerpt(read.strip())
            found.append(FoundDraft(row.key, row.title_html, row.summary_id, row.saved_at, excerpt))
    return found


def _fulfils(clause: Clause, texts: Mapping[str, str]) -> bool:
    return clause.negative != any(_has(phrase, texts) for phrase in clause.choices)


def _has(phrase: Phrase, texts: Mapping[str, str]) -> bool:
    """What `own` asks of the database about summaries."""
    wanted = f" {' '.join(phrase.words)}{'' if phrase.is_begun else ' '}"
    columns: Sequence[str] = [phrase.column] if phrase.column else list(texts)
    return any(wanted in f" {texts[column]} " for column in columns)
