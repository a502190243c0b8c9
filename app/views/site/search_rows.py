"""The rows of search results: kept without title and excerpt, where the words are marked."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial

from markupsafe import Markup, escape

from app.cache.parts import PagePart
from app.change_log import name_of_path, name_of_text
from app.models import Paper, User
from app.queries import papers, summaries
from app.queries.catalogue import list_lines
from app.queries.search.hits import SearchHit
from app.queries.summary_entries import SummaryEntry
from app.search.snippets import Piece
from app.views.http.access import db, viewer
from app.views.parts import own_entries
from app.views.parts.kept import find_parts, make_mark, make_part
from app.views.parts.places import MemberPlaces, describe_paper, name_writer, render_macro
from app.views.parts.rows import PLACES, fill_row

_TITLE, _EXCERPT = map(make_mark, ("title-pieces", "excerpt-pieces"))
_Loaded = tuple[Paper, SummaryEntry | None]


def show_hits(hits: Sequence[SearchHit]) -> list[Markup]:
    """The rows of some results, for who reads."""
    reader = viewer()
    votes: dict[int, int] = {}
    if reader is not None and hits:
        own_entries.load_for_page(hit.paper.id for hit in hits)
        shown = [hit.summary.id for hit in hits if hit.summary is not None]
        votes = list_lines.load_own_votes(db(), reader, shown) if shown else {}
    keys = {hit.paper.id: _key(hit) for hit in hits if not hit.is_for_viewer}
    kept = find_parts(keys.values())
    shared = [hit for hit in hits if hit.paper.id in keys and keys[hit.paper.id] not in kept]
    loaded = _load(shared, None) | _load([hit for hit in hits if hit.is_for_viewer], reader)
    places = MemberPlaces(None if reader is None else reader.id, votes)
    rows = []
    for hit in hits:
        title = show_pieces(hit.title) or Markup(hit.paper.title_html)  # noqa: S704  (rendered)
        excerpt = show_pieces(hit.excerpt)
        found = loaded.get(hit.paper.id)
        if hit.is_for_viewer:
            if found is not None:
                rows.append(_render(hit, found, title, excerpt, reader))
            continue
        part = kept.get(keys[hit.paper.id])
        if part is None and found is not None:
            part = _make(keys[hit.paper.id], hit, found)
        if part is not None:
            rows.append(_fill(places, part, hit, title, excerpt))
    return rows


def show_pieces(pieces: Sequence[Piece]) -> Markup:
    """A text in pieces, those that were looked for marked; nothing for no text.

    Formulas are set.
    """
    html = []
    for piece in pieces:
        text = piece.html or str(escape(piece.text))
        html.append(f"<mark>{text}</mark>" if piece.is_hit else text)
    return Markup("".join(html))  # noqa: S704  (escaped, or made of formulas)


def _key(hit: SearchHit) -> Hashable:
    number = hit.summary.id if hit.summary is not None else 0
    shape = (hit.summaries_count, hit.summary_is_found, bool(hit.excerpt))
    return ("result", hit.paper.id, number, *shape)


def _load(hits: Sequence[SearchHit], reader: User | None) -> dict[int, _Loaded]:
    """Papers and summaries of rows that are not kept, by paper."""
    numbers = [hit.summary.id for hit in hits if hit.summary is not None]
    alone = [hit.paper.id for hit in hits if hit.summary is None]
    found: dict[int, _Loaded] = {}
    if numbers:
        entries = summaries.load_entries(db(), numbers, reader)
        found = {entry.paper.id: (entry.paper, entry) for entry in entries.values()}
    if alone:
        found |= {each.id: (each, None) for each in papers.load_listed_papers(db(), alone)}
    return found


def _render(
    hit: SearchHit,
    loaded: _Loaded,
    title: Markup,
    excerpt: Markup,
    reader: User | None,
    places: dict[str, Markup] | None = None,
) -> Markup:
    paper, entry = loaded
    whose = "matches the summary by" if hit.summary_is_found else "top summary by"
    whose = whose if hit.summaries_count > 1 else ""
    anchor = entry.fragment if entry is not None else ""
    shown = (paper, entry, hit.summaries_count, reader)
    return render_macro("rows", "row", *shown, False, whose, anchor, title, excerpt, False, places)


def _make(key: Hashable, hit: SearchHit, loaded: _Loaded) -> PagePart:
    """The row that all readers share."""
    paper, entry = loaded
    title, excerpt = map(Markup, (_TITLE, _EXCERPT if hit.excerpt else ""))
    render = partial(_render, hit, loaded, title, excerpt, None, PLACES)
    names = set()
    if entry is not None:
        names.add(name_of_text(name_of_path("summary", str(entry.summary.id))))
    whose = name_writer(entry) if entry is not None else ""
    return make_part(key, render, names, whose=whose, **describe_paper(paper))


def _fill(
    places: MemberPlaces, part: PagePart, hit: SearchHit, title: Markup, excerpt: Markup
) -> Markup:
    summary = hit.summary
    number, score, writer = (
        (summary.id, summary.score, summary.user_id) if summary is not None else (0, 0, None)
    )
    html = str(fill_row(places, part, number, score, writer))
    html = html.replace(_TITLE, str(title)).replace(_EXCERPT, str(excerpt))
    return Markup(html)  # noqa: S704  (templates made all of it)
