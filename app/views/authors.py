"""An author's papers."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from app.queries import papers, people
from app.views import listing
from app.views.access import db, viewer

blueprint = Blueprint("authors", __name__)


@blueprint.get("/author/<key>")
def show(key: str) -> str:
    author = people.author_by_key(db(), key)
    if author is None:
        abort(404)
    found = papers.by_author(db(), author, viewer(), **listing.cursors(listing.PAPERS))
    return render_template("authors/author.html", author=author, page=listing.by_cursor(found))
