"""The ballot about what a group reads next: opening, closing, voting."""

from __future__ import annotations

from flask import Blueprint, abort, flash, request, url_for
from werkzeug.wrappers import Response

from app.services.refusals import Refusal
from app.services.shelves import ballot
from app.views.http.access import db, needs_sign_in, signed_in
from app.views.http.listing import read_numbers
from app.views.http.paths import see_other
from app.views.http.security import LIST_LIMIT, WRITE_LIMIT
from app.views.shelves.loading import load_addable_shelf, load_own_shelf, place_of
from app.views.shelves.readings import render_index

blueprint = Blueprint("ballots", __name__)
_CHANGES = {
    "open": (ballot.open_ballot, "The vote is open."),
    "close": (ballot.close_ballot, "The vote is closed."),
    "clear": (ballot.clear_ballot, "The vote was removed."),
}


@blueprint.post("/shelf/<name>/<slug>/ballot")
@WRITE_LIMIT
@needs_sign_in
def change(name: str, slug: str) -> Response | tuple[str, int]:
    """Open, close or remove the ballot."""
    seen = load_own_shelf(name, slug)
    asked = request.form.get("value", "")
    if asked not in _CHANGES:
        abort(400)
    service, said = _CHANGES[asked]
    try:
        service(db(), seen.shelf)
    except Refusal as refused:
        db().rollback()
        return render_index(load_own_shelf(name, slug), refused), 422
    db().commit()
    flash(said, "good")
    return see_other(url_for("readings.index", **place_of(seen), _anchor="page-ballot"))


@blueprint.post("/shelf/<name>/<slug>/ballot/vote")
@LIST_LIMIT
@needs_sign_in
def vote(name: str, slug: str) -> Response | tuple[str, int]:
    """Replace the viewer's votes."""
    seen = load_addable_shelf(name, slug)
    chosen = read_numbers(request.form.getlist("entry"))
    try:
        ballot.vote_for_papers(db(), signed_in(), seen.shelf, chosen)
    except Refusal as refused:
        db().rollback()
        return render_index(load_addable_shelf(name, slug), refused), 422
    db().commit()
    flash("Your votes are saved.", "good")
    return see_other(url_for("readings.index", **place_of(seen), _anchor="page-ballot"))
