"""One's own summaries as search finds them, also those that are not public.

These are in no index: an index is shared, and what others wrote must neither change what one finds
nor how long that takes. The texts of one writer are few enough to be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from app.models import HiddenEntry, Paper, SearchEntry, Summary, User
from app.models.search_entry import is_paper_entry
from app.search.clauses import Clause, Phrase, build_clauses
from app.search.query import Part, Query
from app.search.ranking import common_beginning

MAX_OWN = 1000  # texts that one search finds
_Texts = Mapping[str, SQLColumnExpression[str]]


def entries_of(
    session: Session, viewer: User, query: Query, completions: Mapping[Part, Sequence[str]]
) -> list[Any]:
    """The viewer's texts that are not public and fulfil a query, as engines give them.

    Of a query `in:mine` also their public ones.
    """
    # What may be a beginning is looked for as one: no text need be searched for all its endings.
    clauses = build_clauses(query, dict.fromkeys(completions, ()))
    found = list(session.execute(_hidden(clauses, viewer)))
    if query.is_mine:
        found += session.execute(_public(clauses, viewer))
    return [tuple(row) for row in found]


def may_find_own(session: Session, viewer: User, query: Query) -> bool:
    """Whether a query may find a text of the viewer that is not public.

    It is asked before every search of a member, so by one statement that is made once: whether any
    of these texts has a word that begins as one that must be there.
    """
    words = {part: () for part in query.plain if part.words[1:] == ()}
    must = build_clauses(Query("", query.plain), words)
    begun = [common_beginning([each.words[0] for each in clause.choices]) for clause in must]
    longest = max(begun, key=len, default="")
    if not longest:
        return True
    escaped = re.sub("([/%_])", r"/\1", longest)
    values = {"viewer": viewer.id, "wanted": f"% {escaped}%"}
    return session.connection().execute(_select_any_hidden(), values).first() is not None


@cache
def _select_any_hidden() -> Select[Any]:
    entry = aliased(SearchEntry, name="entry")
    wanted: BindParameter[str] = bindparam("wanted", type_=String)
    texts = (entry.title, entry.people, entry.facts, HiddenEntry.tags, HiddenEntry.body)
    return (
        select(Summary.id)
        .join(HiddenEntry, HiddenEntry.summary_id == Summary.id)
        .join(entry, (entry.paper_id == Summary.paper_id) & is_paper_entry(entry))
        .where(
            Summary.user_id == bindparam("viewer", type_=Integer),
            Summary.visibility != "public",
            or_(*((literal(" ") + text).like(wanted, escape="/") for text in texts)),
        )
        .limit(1)
    )


def hidden_texts(session: Session, summary_ids: Sequence[int], viewer: User) -> dict[int, str]:
    """What those of some summaries say that only the viewer may find."""
    query = (
        select(HiddenEntry.summary_id, HiddenEntry.text)
        .join(Summary, Summary.id == HiddenEntry.summary_id)
        .where(HiddenEntry.summary_id.in_(summary_ids), Summary.user_id == viewer.id)
    )
    return dict(session.execute(query).all())


def _hidden(clauses: Sequence[Clause], viewer: User) -> Select[Any]:
    entry = aliased(SearchEntry, name="entry")  # the paper's
    texts = {
        "title": entry.title,
        "people": entry.people,
        "facts": entry.facts + " " + HiddenEntry.tags,
        "body": HiddenEntry.body,
    }
    return (
        _columns(entry)
        .join(HiddenEntry, HiddenEntry.summary_id == Summary.id)
        .join(entry, (entry.paper_id == Summary.paper_id) & is_paper_entry(entry))
        .where(
            Summary.user_id == viewer.id,
            Summary.visibility != "public",
            match_clauses(clauses, texts),
        )
    )


def _public(clauses: Sequence[Clause], viewer: User) -> Select[Any]:
    entry = aliased(SearchEntry, name="entry")
    texts = {
        "title": entry.title,
        "people": entry.people,
        "facts": entry.facts,
        "body": entry.body,
    }
    return (
        _columns(entry)
        .join(entry, entry.summary_id == Summary.id)
        .where(Summary.user_id == viewer.id, match_clauses(clauses, texts))
    )


def _columns(entry: type[SearchEntry]) -> Select[Any]:
    columns: list[Any] = [
        *(Summary.paper_id, Summary.id, entry.title, entry.people),
        *(Paper.year, Paper.venue_id, Paper.section_slug, Paper.top_score, entry.id),
    ]
    return (
        select(*columns)
        .select_from(Summary)
        .join(Paper, Paper.id == Summary.paper_id)
        .order_by(Summary.id.desc())
        .limit(MAX_OWN)
    )


def select_entries() -> Select[Any]:
    """Entries with their papers, in the form of an engine's rows."""
    columns: list[Any] = [
        *(SearchEntry.paper_id, SearchEntry.summary_id, SearchEntry.title, SearchEntry.people),
        *(Paper.year, Paper.venue_id, Paper.section_slug, Paper.top_score, SearchEntry.id),
    ]
    return select(*columns).select_from(SearchEntry).join(Paper, Paper.id == SearchEntry.paper_id)


def match_clauses(clauses: Sequence[Clause], texts: _Texts) -> ColumnElement[bool]:
    """Whether an entry fulfils the clauses."""
    return and_(true(), *(_is(clause, texts) for clause in clauses))


def _is(clause: Clause, texts: _Texts) -> ColumnElement[bool]:
    found = or_(*(_has(phrase, texts) for phrase in clause.choices))
    return not_(found) if clause.negative else found


def _has(phrase: Phrase, texts: _Texts) -> ColumnElement[bool]:
    wanted = f" {' '.join(phrase.words)}{'' if phrase.is_begun else ' '}"
    columns = [phrase.column] if phrase.column else list(texts)
    padded = (literal(" ") + texts[column] + " " for column in columns)
    return or_(*(text.contains(wanted, autoescape=True) for text in padded))
