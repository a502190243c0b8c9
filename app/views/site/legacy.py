"""The addresses of ShortScience.org, each with one permanent redirect to where it lives here.

Fragments (`#martinthoma`) are not sent to servers: browsers carry them over, and a summary's
element has its writer's name as its id.
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.queries import identifiers, people, summaries
from app.references.parsing import parse_identifier
from app.views.http.access import db

blueprint = Blueprint("legacy", __name__)


@blueprint.get("/paper")
def paper() -> Response:
    """The old address of a paper.

    `/paper?bibtexKey=conf/nips/RenHGS15&a=martinthoma`, and `…&code=…` for a shared one.
    """
    asked = request.args.get("bibtexKey", "").strip()
    code = request.args.get("code", "")
    if code and summaries.find_shared_summary(db(), code, None) is not None:
        return redirect(url_for("sharing.shared", code=code), 302)
    if not asked:
        abort(404)
    found = identifiers.find_paper(db(), asked)
    if found is None:
        ref = parse_identifier(asked)
        return _moved(url_for("papers.show", key=asked if ref is None else ref.value))
    # Only a name that stands on a summary: else the page would repeat it.
    writer = people.find_user(db(), request.args.get("a", ""))
    by = (
        writer.name if writer is not None and summaries.is_written_by(db(), found, writer) else None
    )
    return _moved(url_for("papers.show", key=found.key, by=by))


@blueprint.get("/venue")
def venue() -> Response:
    """The old address of a venue.

    `/venue?key=conf/nips&year=2016`
    """
    key = request.args.get("key", "").strip("/ ")
    if not key:
        return _moved(url_for("venues.index"))
    year = request.args.get("year", "")
    return _moved(url_for("venues.show", key=key, year=year if year.isdecimal() else None))


@blueprint.get("/user")
def user() -> Response:
    """The old address of a user.

    `/user?name=joecohen`
    """
    name = request.args.get("name", "").strip()
    if not name or "/" in name:
        return _moved(url_for("users.index"))
    found = people.find_user(db(), name)
    return _moved(url_for("users.show", name=name if found is None else found.name))


def _moved(address: str) -> Response:
    return redirect(address, 301)
