"""Search."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import search
from app.services import identifiers
from app.views import listing
from app.views.access import db, viewer
from app.views.papers import LONGEST_QUERY, add_address
from app.views.security import SEARCH_LIMIT

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@SEARCH_LIMIT
def results() -> str | Response:
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    paper = identifiers.find_exactly(db(), query)
    if paper is not None:
        return redirect(url_for("papers.show", key=paper.key), 302)
    size = listing.PAPERS
    offset = (listing.number() - 1) * size
    found = search.results(db(), query, viewer(), limit=size, offset=offset)
    more = not found.total_is_exact or offset + size < found.total
    return render_template(
        "search/results.html",
        q=query,
        page=listing.by_number(found.hits, more and len(found.hits) == size, q=query),
        total=found.total,
        total_is_exact=found.total_is_exact,
        add_url=add_address(query),
    )
