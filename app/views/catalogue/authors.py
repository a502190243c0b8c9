"""Authors: their papers, years and co-authors."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.queries.catalogue import authors, list_lines
from app.text.person_names import make_author_key, number_of_key
from app.views.catalogue import bars
from app.views.http import listing
from app.views.http.access import db
from app.views.http.shared_pages import shared
from app.views.parts.member_pages import for_all_members, render_page
from app.views.parts.rows import show_papers

blueprint = Blueprint("authors", __name__)


@blueprint.get("/author/<key>")
@shared("year", "before", "after", "page")
@for_all_members()
def show(key: str) -> str | Response:
    author = authors.find_author(db(), key)
    if author is None:
        return _known_otherwise(key)
    year = listing.read_year()
    found = list_lines.list_papers_of_author(db(), author, year, **listing.read_cursors())
    return render_page(
        "authors/author.html",
        author=author,
        namesakes=authors.list_namesakes(db(), author.key),
        other_names=authors.list_other_names(db(), author),
        co_authors=authors.list_co_authors(db(), author),
        bars=bars.print_year_bars(
            authors.list_author_years(db(), author), url_for("authors.show", key=author.key), year
        ),
        year=year,
        page=listing.make_cursor_page(show_papers(found), year=year),
    )


def _known_otherwise(name: str) -> Response:
    """To the author who goes by another name, or whose name was typed as it is written."""
    key = make_author_key(name)
    author = authors.find_author_by_other_name(db(), key)
    if author is None and key != name:
        author = authors.find_author(db(), key)
    if author is None:
        called_so = [] if number_of_key(key) else authors.list_namesakes(db(), key)
        meant = called_so[0] if called_so else authors.find_author_by_folded_name(db(), name)
        if meant is None:
            abort(404)
        # Not for good: somebody may come who is called exactly so.
        return redirect(url_for("authors.show", key=meant.key), 302)
    address = url_for("authors.show", key=author.key, year=request.args.get("year"))
    return redirect(address, 301)
