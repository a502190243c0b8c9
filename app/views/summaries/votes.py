"""Voting on summaries."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, request, url_for
from werkzeug.wrappers import Response

from app.models import Summary
from app.services import votes
from app.services.refusals import Refusal
from app.views.http.access import (
    db,
    load_entry_or_404,
    local_url,
    needs_sign_in,
    see_other,
    signed_in,
)
from app.views.http.security import VOTE_LIMIT

blueprint = Blueprint("votes", __name__)


@blueprint.post("/summary/<int:summary_id>/vote")
@VOTE_LIMIT
@needs_sign_in
def cast(summary_id: int) -> Response:
    load_entry_or_404(summary_id)
    value = {"1": 1, "-1": -1}.get(request.form.get("value", ""), 0)
    try:
        summary = votes.cast_vote(db(), signed_in(), summary_id, value)
    except Refusal as refused:
        db().rollback()
        abort(403 if value else 422, refused.message)
    return _answer(summary, value)


@blueprint.post("/summary/<int:summary_id>/vote/withdraw")
@blueprint.delete("/summary/<int:summary_id>/vote")
@VOTE_LIMIT
@needs_sign_in
def withdraw(summary_id: int) -> Response:
    load_entry_or_404(summary_id)
    return _answer(votes.withdraw_vote(db(), signed_in(), summary_id), 0)


def _answer(summary: Summary | None, my_vote: int) -> Response:
    if summary is None:
        abort(404)
    db().commit()
    if request.accept_mimetypes.best == "application/json":
        return jsonify(score=summary.score, my_vote=my_vote)
    # Back to where the reader was, else to the summary's own page.
    fallback = url_for("summaries.show", summary_id=summary.id)
    return see_other(local_url(request.form.get("next"), fallback))
