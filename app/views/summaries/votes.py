"""Voting on summaries."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, request, url_for
from werkzeug.wrappers import Response

from app.services import votes
from app.services.refusals import Refusal
from app.views.http.access import db, needs_sign_in, signed_in
from app.views.http.paths import local_url, see_other
from app.views.http.security import VOTE_LIMIT

blueprint = Blueprint("votes", __name__)


@blueprint.post("/summary/<int:summary_id>/vote")
@VOTE_LIMIT
@needs_sign_in
def cast(summary_id: int) -> Response:
    value = {"1": 1, "-1": -1}.get(request.form.get("value", ""), 0)
    try:
        score = votes.cast_vote(db(), signed_in(), summary_id, value)
    except Refusal as refused:
        db().rollback()
        abort(403 if value else 422, refused.message)
    return _answer(summary_id, score, value)


@blueprint.post("/summary/<int:summary_id>/vote/withdraw")
@blueprint.delete("/summary/<int:summary_id>/vote")
@VOTE_LIMIT
@needs_sign_in
def withdraw(summary_id: int) -> Response:
    return _answer(summary_id, votes.withdraw_vote(db(), signed_in(), summary_id), 0)


def _answer(summary_id: int, score: int | None, my_vote: int) -> Response:
    if score is None:
        abort(404)
    db().commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(score=score, my_vote=my_vote)
    # Back to where the reader was, else to the summary's own page.
    fallback = url_for("summaries.show", summary_id=summary_id)
    return see_other(local_url(request.form.get("next"), fallback))
