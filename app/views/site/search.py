"""Search, and suggestions while somebody types."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import identifiers
from app.queries.search import results as search
from app.queries.search import suggestions
from app.views.http import listing
from app.views.http.access import db, search_text, viewer
from app.views.http.security import SEARCH_LIMIT, TYPING_LIMIT
from app.views.papers.paper import MAX_QUERY_CHARS, add_paper_url

blueprint = Blueprint("search", __name__)

FACETS = {
    "has": "Summaries",
    "year": "Year",
    "venue": "Venue",
    "section": "Section",
    "tag": "Tag",
    "author": "Author",
}


@blueprint.get("/search")
@SEARCH_LIMIT
def results() -> str | Response:
    query = _typed()
    paper = identifiers.find_paper_exactly(db(), query)
    if paper is not None:
        return redirect(url_for("papers.show", key=paper.key), 302)
    size = listing.ROWS
    offset = (listing.page_number() - 1) * size
    found = search.results(db(), query, viewer(), limit=size, offset=offset)
    return render_template(
        "search/results.html",
        q=query,
        page=listing.by_number(found.hits, offset + size < found.total, q=query),
        found=found,
        facet_names=FACETS,
        add_url=add_paper_url(query),
    )


@blueprint.get("/search/suggest")
@TYPING_LIMIT
def suggest() -> str:
    """What may be meant: a page, or with `part=list` the list alone, for `suggest.js`."""
    query = _typed()
    found = suggestions.for_typed(db(), query)
    template = "list" if request.args.get("part") == "list" else "suggest"
    return render_template(
        f"search/{template}.html",
        q=query,
        exact=identifiers.find_paper_exactly(db(), query),
        found=found,
    )


def _typed() -> str:
    return search_text(MAX_QUERY_CHARS)
