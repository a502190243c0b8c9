"""The pages of a shelf: its papers, feed, map, and comparison."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.queries.links import graph
from app.queries.paging import Slice
from app.queries.papers import PaperRow
from app.queries.shelves import contents, overview
from app.queries.shelves import readings as reading_queries
from app.queries.shelves.access import SeenShelf
from app.queries.shelves.contents import ShelvedPaper
from app.queries.shelves.readings import LATEST_READINGS
from app.services.refusals import Refusal
from app.services.shelves.entries import MAX_NOTE_CHARS
from app.views.http import listing
from app.views.http.access import db, needs_sign_in, signed_in, viewer
from app.views.http.paths import is_read, this_address
from app.views.http.security import COMPARE_LIMIT, SEARCH_LIMIT, open_to_other_sites
from app.views.http.shared_pages import shared
from app.views.maps.maps import max_papers, show_map
from app.views.papers.sections import TextSection, split_sections
from app.views.parts.places import render_macro
from app.views.parts.rows import show_papers
from app.views.shelves.loading import at_shelf, place_of, with_shelf
from app.views.site.feeds import answer_xml

blueprint = Blueprint("shelves", __name__)
MIN_COMPARED, MAX_COMPARED = 2, 6
FEED_PAPERS = 30


@blueprint.get("/shelves")
@needs_sign_in
def index() -> str:
    shelves = overview.load_own_shelves(db(), signed_in())
    return render_template("shelves/index.html", shelves=shelves)


@at_shelf(blueprint)
@shared("page")
@with_shelf
def show(seen: SeenShelf) -> str:
    return render_shelf(seen)


def render_shelf(
    seen: SeenShelf, problem: Refusal | None = None, typed: dict[str, str] | None = None
) -> str:
    """The page of a shelf.

    Args:
        problem: why what was sent was refused.
        typed: what was sent.
    """
    here = listing.page_number() if is_read() else 1
    lines = contents.list_shelved_papers(
        db(), seen.shelf, size=listing.ROWS + 1, skip=(here - 1) * listing.ROWS
    )
    shown, more = lines[: listing.ROWS], len(lines) > listing.ROWS
    total = contents.count_shelved_papers(db(), seen.shelf)
    rows = show_papers(Slice(list(shown), None, None), _make_notes(seen, shown)).rows
    if is_read():
        page = listing.make_number_page(rows, more)
    else:
        at = place_of(seen)
        page = listing.Page(rows, None, url_for("shelves.show", **at, page=2) if more else None)
    group = reading_queries.find_group(db(), seen.shelf)
    return render_template(
        "shelves/show.html",
        seen=seen,
        at=place_of(seen),
        page=page,
        total=total,
        readings=reading_queries.list_readings(db(), seen, LATEST_READINGS),
        reads_together=group is not None and group.is_on,
        invitation=None if seen.role else overview.find_invitation(db(), seen.shelf, viewer()),
        min_compared=MIN_COMPARED,
        max_compared=MAX_COMPARED,
        max_note=MAX_NOTE_CHARS,
        problem=problem,
        typed=typed or {},
    )


@at_shelf(blueprint, "/feed.atom")
@shared()
@with_shelf
def atom(seen: SeenShelf) -> Response:
    added = contents.list_latest_additions(db(), seen.shelf, FEED_PAPERS)
    updated: datetime = max(
        (line.notes[0].added_at for _, line in added), default=seen.shelf.created_at
    )
    answer = answer_xml(
        "feeds/shelf.xml",
        "application/atom+xml",
        seen=seen,
        at=place_of(seen),
        added=added,
        updated=updated,
    )
    if seen.is_public:
        return open_to_other_sites(answer)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@at_shelf(blueprint, before="/map")
@SEARCH_LIMIT
@with_shelf
def show_links(seen: SeenShelf) -> str | Response:
    """The map of the links among the papers of a shelf."""
    ids = contents.list_shelved_ids(db(), seen.shelf)
    linked = graph.load_graph_of_papers(db(), ids, viewer(), max_papers=max_papers())
    back = url_for("shelves.show", **place_of(seen))
    return show_map(linked, seen.shelf.title, back, is_hidden=not seen.is_public)


@at_shelf(blueprint, "/compare")
@COMPARE_LIMIT
@with_shelf
def compare(seen: SeenShelf) -> str | tuple[str, int]:
    """Some papers of a shelf as a table of takeaways and headings."""
    asked = list(dict.fromkeys(listing.read_numbers(request.args.getlist("paper")[:100])))
    rows: list[PaperRow] = []
    if MIN_COMPARED <= len(asked) <= MAX_COMPARED:
        rows = contents.load_compared_papers(db(), seen.shelf, asked, viewer())
    page = render_template(
        "shelves/compare.html",
        seen=seen,
        at=place_of(seen),
        rows=list(zip(rows, _read_headings(rows), strict=True)),
        min_compared=MIN_COMPARED,
        max_compared=MAX_COMPARED,
    )
    return page if len(rows) >= MIN_COMPARED else (page, 422)


def _read_headings(rows: Sequence[PaperRow]) -> list[list[TextSection]]:
    """The headings of the best summary of each paper."""
    best = [0 if row.best is None else row.best.summary.id for row in rows]
    texts = contents.load_texts(db(), [each for each in best if each], viewer())
    return [
        [section for section in split_sections(texts.get(each, "")) if section.name]
        for each in best
    ]


def _make_notes(seen: SeenShelf, lines: Sequence[ShelvedPaper]) -> dict[int, Markup]:
    """What the shelf says of each of its papers, below the row."""
    back = this_address() if is_read() else ""
    beside = [None, *(line.entry_id for line in lines), None]
    return {
        line.id: render_macro(
            "shelves", "shelf_notes", seen, line, viewer(), beside[place], beside[place + 2], back
        )
        for place, line in enumerate(lines)
    }
