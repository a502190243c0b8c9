"""The rows of search results: those of lists, with the words marked in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from app.models import User
from app.queries import summaries
from app.queries.lists.own_facts import OwnFacts
from app.queries.search.hits import SearchHit
from app.search.snippets import Piece, mark_pieces
from app.views.http.access import db, viewer
from app.views.parts.own_rows import RowFacts
from app.views.parts.places import MemberPlaces, describe_paper, name_writer
from app.views.parts.row_html import print_row
from app.views.parts.row_places import PLACES
from app.views.parts.rows import fill_row


class FoundRow(NamedTuple):
    """A result as all readers share it.

    It has marks where something is filled in for each of them.
    """

    facts: RowFacts
    html: str


def make_found_rows(hits: Sequence[SearchHit]) -> dict[int, FoundRow]:
    """The rows of the results that everybody is shown the same, by paper."""
    return {hit.paper.id: _make_row(hit) for hit in hits if not hit.is_for_viewer}


def _make_row(hit: SearchHit) -> FoundRow:
    html = _print_row(hit, hit.paper, hit.entry, None, PLACES)
    of_paper = describe_paper(hit.paper)
    if hit.entry is None:
        of_part = {"whose": "", **of_paper}
        return FoundRow(RowFacts(0, hit.paper.id, 0, None, False, of_part, None), html)
    row, of_part = hit.entry.summary, {"whose": name_writer(hit.entry), **of_paper}
    facts = RowFacts(row.id, hit.paper.id, row.score, row.user_id, row.anonymous, of_part, None)
    return FoundRow(facts, html)


def show_hits(
    hits: Sequence[SearchHit], rows: Mapping[int, FoundRow], own: OwnFacts
) -> list[Markup]:
    """The rows of some results, for who reads, with what is their own.

    Args:
        rows: what `make_found_rows` gave.
    """
    reader = viewer()
    ours = _render_alone([hit for hit in hits if hit.is_for_viewer], reader)
    places = MemberPlaces(None if reader is None else reader.id, own.votes)
    shown = []
    for hit in hits:
        if not hit.is_for_viewer:
            shown.append(fill_row(places, *rows[hit.paper.id]))
        elif hit.paper.id in ours:
            shown.append(ours[hit.paper.id])
    return shown


def show_pieces(pieces: Sequence[Piece]) -> Markup:
    """A text in pieces, those that were looked for marked; nothing for no text."""
    return Markup(mark_pieces(pieces))  # noqa: S704  (escaped, or made of formulas)


def _render_alone(hits: Sequence[SearchHit], reader: User | None) -> Mapping[int, Markup]:
    """Rows that are made for one reader, by paper; all of them show a summary of theirs."""
    numbers = [hit.summary.id for hit in hits if hit.summary is not None]
    entries = summaries.load_entries(db(), numbers, reader) if numbers else {}
    rows = {}
    for hit in hits:
        entry = entries.get(hit.summary.id) if hit.summary is not None else None
        if entry is not None:
            row = _print_row(hit, entry.paper, entry, reader)
            rows[hit.paper.id] = Markup(row)  # noqa: S704  (made of escaped texts)
    return rows


def _print_row(
    hit: SearchHit,
    paper: Any,
    entry: Any,
    reader: User | None,
    places: Mapping[str, str] | None = None,
) -> str:
    whose = anchor = ""
    if entry is not None and hit.summaries_count > 1:
        role = "matches the summary by" if hit.summary_is_found else "top summary by"
        whose, anchor = role, entry.fragment
    return print_row(
        *(paper, entry, hit.summaries_count, reader),
        whose=whose,
        anchor=anchor,
        title=show_pieces(hit.title),
        excerpt=show_pieces(hit.excerpt),
        places=places,
    )
