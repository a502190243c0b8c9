"""The rows of search results: those of lists, with the words marked in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from app.cache.parts import PagePart
from app.models import User
from app.queries import summaries
from app.queries.lists.own_facts import OwnFacts
from app.queries.search.hits import SearchHit
from app.search.snippets import Piece, mark_pieces
from app.views.http.access import db, viewer
from app.views.parts.places import MemberPlaces
from app.views.parts.row_html import print_row
from app.views.parts.rows import FoundTexts, fill_row, find_parts_of_rows

_EXCERPT = '<p class="row__takeaway row__excerpt" dir="auto">{}</p>'


def show_hits(hits: Sequence[SearchHit], own: OwnFacts) -> list[Markup]:
    """The rows of some results, for who reads, with what is their own."""
    reader = viewer()
    shared = [hit for hit in hits if not hit.is_for_viewer]
    counts = {hit.summary.id: hit.summaries_count for hit in shared if hit.summary is not None}
    alone = [hit.paper.id for hit in shared if hit.summary is None]
    of_texts, of_papers = find_parts_of_rows(counts, alone)
    ours = _render_alone([hit for hit in hits if hit.is_for_viewer], reader)
    places = MemberPlaces(None if reader is None else reader.id, own.votes)
    rows = []
    for hit in hits:
        if hit.is_for_viewer:
            row = ours.get(hit.paper.id)
        elif hit.summary is None:
            row = _fill(places, of_papers.get(hit.paper.id), hit)
        else:
            row = _fill(places, of_texts.get(hit.summary.id), hit)
        if row is not None:
            rows.append(row)
    return rows


def show_pieces(pieces: Sequence[Piece]) -> Markup:
    """A text in pieces, those that were looked for marked; nothing for no text."""
    return Markup(mark_pieces(pieces))  # noqa: S704  (escaped, or made of formulas)


def _fill(places: MemberPlaces, part: PagePart | None, hit: SearchHit) -> Markup | None:
    if part is None:
        return None
    excerpt = _EXCERPT.format(hit.excerpt_html) if hit.excerpt else ""
    whose = f"{_name_role(hit)} " if hit.summaries_count > 1 else ""
    texts = FoundTexts(hit.title_html, whose, excerpt)
    if hit.summary is None:
        return fill_row(places, part, texts)
    return fill_row(places, part, texts, hit.summary.id, hit.summary.score, hit.summary.user_id)


def _render_alone(hits: Sequence[SearchHit], reader: User | None) -> Mapping[int, Markup]:
    """Rows that are made for one reader, by paper; all of them show a summary of theirs."""
    numbers = [hit.summary.id for hit in hits if hit.summary is not None]
    entries = summaries.load_entries(db(), numbers, reader) if numbers else {}
    rows = {}
    for hit in hits:
        entry = entries.get(hit.summary.id) if hit.summary is not None else None
        if entry is None:
            continue
        whose, anchor = ("", "") if hit.summaries_count < 2 else (_name_role(hit), entry.fragment)
        title, excerpt = show_pieces(hit.title), show_pieces(hit.excerpt)
        row = print_row(
            *(entry.paper, entry, hit.summaries_count, reader),
            whose=whose,
            anchor=anchor,
            title=title,
            excerpt=excerpt,
        )
        rows[hit.paper.id] = Markup(row)  # noqa: S704  (made of escaped texts)
    return rows


def _name_role(hit: SearchHit) -> str:
    return "matches the summary by" if hit.summary_is_found else "top summary by"
