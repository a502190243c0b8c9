"""Deleting one's summary, and bringing it back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from app.services.refusals import Refusal
from app.services.summaries import deletion
from app.views.http.access import db, load_own_entry_or_404, needs_sign_in, signed_in
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT

blueprint = Blueprint("deletion", __name__)


@blueprint.get("/summary/<int:summary_id>/delete")
@needs_sign_in
def confirm(summary_id: int) -> str:
    entry = load_own_entry_or_404(summary_id)
    return render_template(
        "summaries/delete.html", entry=entry, paper=entry.paper, days=deletion.MAX_TRASH_DAYS
    )


@blueprint.post("/summary/<int:summary_id>/delete")
@WRITE_LIMIT
@needs_sign_in
def delete(summary_id: int) -> Response:
    entry = load_own_entry_or_404(summary_id)
    deletion.delete_summary(db(), entry.summary)
    deletion.purge_deleted(db())
    db().commit()  # a second press of the button finds it done
    flash(
        f"Summary deleted. You can restore it here for {deletion.MAX_TRASH_DAYS} days.",
        "good",
    )
    return see_other(url_for("deletion.index"))


@blueprint.get("/deleted")
@needs_sign_in
def index() -> str:
    return render_template(
        "summaries/deleted.html",
        deleted=deletion.list_deleted_summaries(db(), signed_in()),
        days=deletion.MAX_TRASH_DAYS,
    )


@blueprint.post("/deleted/<int:summary_id>/restore")
@WRITE_LIMIT
@needs_sign_in
def restore(summary_id: int) -> Response:
    user = signed_in()
    try:
        summary = None
        if summary_id < 2**31:
            summary = deletion.restore_summary(db(), user, summary_id)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
        return see_other(url_for("deletion.index"))
    if summary is None:
        abort(404)
    db().commit()
    flash("Summary restored.", "good")
    return see_other(url_for("summaries.show", summary_id=summary.id))


@blueprint.post("/deleted/<int:summary_id>/forget")
@WRITE_LIMIT
@needs_sign_in
def forget(summary_id: int) -> Response:
    if summary_id >= 2**31 or not deletion.delete_permanently(db(), signed_in(), summary_id):
        abort(404)
    db().commit()
    flash("Deleted permanently.", "good")
    return see_other(url_for("deletion.index"))
