"""Maps of the papers around a paper, and of other groups.

Those that a tag's, a venue's or a user's summaries link.
"""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import people
from app.queries.catalogue import overview, venues
from app.queries.links import graph
from app.queries.links.edges import Graph
from app.services.exporting import graph_files
from app.views.http.access import db, load_paper_or_404, viewer
from app.views.http.security import SEARCH_LIMIT
from app.views.http.shared_pages import shared
from app.views.maps import timeline
from app.views.maps.drawing import list_lines

blueprint = Blueprint("maps", __name__)
MAX_DRAWN = 40  # papers: of more, nobody can read the labels or follow the lines
MAX_LISTED = 80  # papers whose links a page lists
MAX_PAPERS = 300  # in a file
MAX_NEIGHBOURS = 60
MAX_SUMMARIES = 300  # whose links make the map of a tag, a venue or a user
# The same on a phone, whose width it has.
NARROW_WIDTH = 340.0
MAX_NARROW_PAPERS = 30


@blueprint.get("/map/paper/<path:key>")
@shared("steps", "as")
@SEARCH_LIMIT
def paper(key: str) -> str | Response:
    found = load_paper_or_404(key)
    steps = 2 if request.args.get("steps") == "2" else 1
    around = graph.load_neighbourhood_graph(
        db(),
        found,
        viewer(),
        steps=steps,
        max_papers=max_papers() if steps == 2 else MAX_NEIGHBOURS,
    )
    back = url_for("papers.show", key=found.key)
    return show_map(around, found.title, back, center=found, steps=steps)


@blueprint.get("/map/tag/<name>")
@shared("as")
@SEARCH_LIMIT
def tag(name: str) -> str | Response:
    found = overview.find_tag(db(), name)
    if found is None:
        abort(404)
    linked = graph.load_tag_graph(db(), found, **_bounds())
    return show_map(linked, found.name, url_for("tags.show", name=found.name))


@blueprint.get("/map/venue/<path:key>")
@shared("as")
@SEARCH_LIMIT
def venue(key: str) -> str | Response:
    found = venues.find_venue(db(), key)
    if found is None:
        abort(404)
    linked = graph.load_venue_graph(db(), found, viewer(), **_bounds())
    return show_map(linked, found.name, url_for("venues.show", key=found.key))


@blueprint.get("/map/user/<name>")
@shared("as")
@SEARCH_LIMIT
def user(name: str) -> str | Response:
    found = people.find_user(db(), name)
    if found is None:
        abort(404)
    linked = graph.load_user_graph(db(), found, viewer(), **_bounds())
    return show_map(linked, found.display_name, url_for("users.show", name=found.name))


def max_papers() -> int:
    """How many papers the graph has at most that is asked for.

    In a file there are more than on a page.
    """
    return MAX_PAPERS if _form() else MAX_LISTED


def _bounds() -> dict[str, int]:
    return {
        "max_papers": max_papers(),
        "newest": graph.SUMMARIES_READ if _form() else MAX_SUMMARIES,
    }


def _form() -> str:
    """The kind of file that is asked for; empty for the page."""
    form = request.args.get("as", "")
    return form if form in graph_files.FORMATS else ""


def show_map(
    found: Graph,
    name: str,
    back: str,
    *,
    center: Paper | None = None,
    steps: int = 0,
    is_hidden: bool = False,
) -> str | Response:
    """The page of a map, or the file of it that is asked for.

    Args:
        back: the page that it belongs to.
        is_hidden: whether no search engine may list it.
    """
    # Inside, because this takes longer to load than all else, and is needed by few.
    from app.views.maps import layout

    form = _form()
    if form:
        # The same for everybody who sees the same links; a browser saves what it cannot show.
        return Response(graph_files.write(found, form), mimetype=graph_files.FORMATS[form])
    number = None if center is None else center.id
    drawn = found.best_linked(MAX_DRAWN) if center is None else found.limited(MAX_DRAWN)
    return render_template(
        "maps/map.html",
        map=layout.draw(drawn, number),
        narrow=timeline.draw_timeline(drawn, number, NARROW_WIDTH, MAX_NARROW_PAPERS),
        lines=list_lines(found),
        listed=len(found.papers) - len(drawn.papers),
        unlisted=found.left_out,
        name=name,
        center=center,
        steps=steps,
        back=back,
        forms=list(graph_files.FORMATS),
        is_hidden=is_hidden,
    )
