"""What the viewer's reading list says of the papers of a page.

A view loads it for all papers of its page, in one query; templates look it up.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, g

from app.models import Paper
from app.queries.lists.own_entries import OwnEntry, load_own_entries
from app.views.http.access import db, viewer


def init(app: Flask) -> None:
    """Make it known to the templates."""
    app.add_template_global(own_entry)


def load_for_page(paper_ids: Iterable[int]) -> None:
    """Load what the viewer's list says of papers; no query for a guest."""
    found = load_own_entries(db(), viewer(), list(paper_ids))
    g.own_entries = {**g.get("own_entries", {}), **found}


def own_entry(paper: Paper) -> OwnEntry | None:
    """What the viewer's list says of a paper that was loaded for the page."""
    return find_loaded(paper.id)


def find_loaded(paper_id: int) -> OwnEntry | None:
    """The same, of a paper by its number."""
    found: dict[int, OwnEntry] = g.get("own_entries", {})
    return found.get(paper_id)
