"""Names the pages that a write puts out of date, for the log of changes.

A name is the path of a page about one thing. Pages that link to it are out of date too, and so are
all pages about many things: that is what caches make of a name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from app.change_log import (
    EVERYTHING,
    MAX_NAMES,
    name_changes,
    name_of_facts,
    name_of_path,
    name_of_text,
    name_of_title,
    name_of_user,
)
from app.models import Paper, Shelf, Summary, SummaryTag, Tag, User, Venue
from app.queries.visibility import public
from app.statements import connection_of, run

# The tables whose changes the names of papers, summaries and users tell. Authors have no names:
# their pages stand on anything.
_OF_SEARCH = ("search_entries", "search_words")  # which follow all of these
_OF_PAPERS = frozenset(
    {
        *_OF_SEARCH,
        *("papers", "identifiers", "authors", "author_names", "paper_authors", "venues"),
        *("venue_years", "paper_revisions", "similar_papers", "links", "totals"),
        *("summaries", "summary_tags"),  # which hold the section of their paper
    }
)
_OF_SUMMARIES = frozenset(
    {
        *_OF_SEARCH,
        *("summaries", "revisions", "links", "tags", "summary_tags", "writers", "totals"),
        *("papers", "venues", "venue_years"),  # what is counted there
    }
)
_OF_USERS = frozenset({*_OF_SEARCH, "users", "former_names"})
_OF_SHELVES = frozenset({"shelves", "shelf_entries", "reading_groups", "readings"})

# Built once: each write runs some of these.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PAPERS = (
    select(Paper.key, Paper.title_folded, Venue.key)
    .outerjoin(Venue, Paper.venue)
    .where(Paper.id.in_(_IDS))
)
_PUBLIC_SUMMARIES = (  # one row for each tag
    select(
        *(Summary.id, Summary.anonymous, User.name, Paper.key),
        *(Venue.key.label("venue"), Tag.name.label("tag")),
    )
    .join(User, Summary.user_id == User.id)
    .join(Paper, Summary.paper_id == Paper.id)
    .outerjoin(Venue, Paper.venue)
    .outerjoin(SummaryTag, SummaryTag.summary_id == Summary.id)
    .outerjoin(Tag, Tag.id == SummaryTag.tag_id)
    .where(Summary.id.in_(_IDS), public())
)


def name_papers(session: Session, paper_ids: Collection[int]) -> None:
    """Name the pages of papers as changed, and those of their venues."""
    if len(paper_ids) > MAX_NAMES:
        name_everything(session)
        return
    names: set[str] = set()
    if paper_ids:
        found = run(connection_of(session), _PAPERS, {"ids": list(paper_ids)})
        for key, title, venue in found:
            path = name_of_path("paper", key)
            names |= {path, name_of_facts(path), name_of_text(path), name_of_title(title)}
            names |= {name_of_path("venue", venue)} if venue else set()
    name_changes(connection_of(session), names, _OF_PAPERS)


def name_summaries(
    session: Session, summary_ids: Collection[int], voted: Collection[int] = ()
) -> None:
    """Name the pages of summaries that everybody may read, of their papers, writers and tags.

    Args:
        voted: of these numbers, those of summaries of which only the votes change.
    """
    if len(summary_ids) > MAX_NAMES:
        name_everything(session)
        return
    names: set[str] = set()
    if summary_ids:
        which = {"ids": list(summary_ids)}
        for row in run(connection_of(session), _PUBLIC_SUMMARIES, which):
            paths = name_of_path("summary", str(row.id)), name_of_path("paper", row.key)
            names.update(paths)
            names.update(() if row.id in voted else map(name_of_text, paths))
            names |= set() if row.anonymous else {name_of_path("user", row.name)}
            names |= {name_of_path("venue", row.venue)} if row.venue else set()
            names |= {name_of_path("tag", row.tag)} if row.tag else set()
    name_changes(connection_of(session), names, _OF_SUMMARIES)


def name_users(session: Session, user_ids: Iterable[int]) -> None:
    """Name the pages of users as changed."""
    names = session.scalars(select(User.name).where(User.id.in_(list(user_ids))))
    paths = [name_of_path("user", each) for each in names]
    called = [name_of_user(path) for path in paths]
    name_changes(connection_of(session), [*paths, *called], _OF_USERS)


def name_shelf(session: Session, shelf: Shelf, paper_ids: Collection[int] = ()) -> None:
    """Name what shows a shelf as changed: nothing, unless it is public.

    Args:
        paper_ids: of papers that came on it.
    """
    names: set[str] = set()
    if shelf.visibility == "public":
        owner = session.scalar(select(User.name).where(User.id == shelf.user_id))
        keys = session.scalars(select(Paper.key).where(Paper.id.in_(paper_ids)))
        paths = [name_of_path("paper", key) for key in keys]
        names = {name_of_path("user", owner or ""), *paths, *map(name_of_text, paths)}
    name_changes(connection_of(session), names, _OF_SHELVES)


def name_search(session: Session) -> None:
    """Name what search finds as changed, where it alone is."""
    name_changes(connection_of(session), ("/search",), _OF_SEARCH)


def name_everything(session: Session) -> None:
    """Put all pages out of date.

    For what takes something from readers: it must be gone from every page, whichever showed it.
    """
    name_changes(connection_of(session), (EVERYTHING,), ())
