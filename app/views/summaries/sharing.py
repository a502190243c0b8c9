"""Who can see a summary, and the secret address of unlisted ones."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from app.queries import summaries
from app.queries.summary_entries import SummaryEntry
from app.services.accounts.licences import publish_under
from app.services.refusals import Refusal
from app.services.summaries import sharing
from app.views.http.access import (
    db,
    find_open_licence,
    load_own_entry_or_404,
    needs_sign_in,
    site_licence,
    viewer,
)
from app.views.http.forms import SharingForm
from app.views.http.paths import see_other
from app.views.http.security import WRITE_LIMIT
from app.views.summaries.messages import tell_of_addresses

blueprint = Blueprint("sharing", __name__)


@blueprint.get("/shared/<code>")
def shared(code: str) -> str:
    """An unlisted summary, for whoever has its secret link."""
    entry = summaries.find_shared_summary(db(), code, viewer())
    if entry is None:
        abort(404)
    return render_template("summaries/shared.html", entry=entry, paper=entry.paper)


@blueprint.get("/summary/<int:summary_id>/sharing")
@needs_sign_in
def settings(summary_id: int) -> str:
    return _page(load_own_entry_or_404(summary_id))


@blueprint.post("/summary/<int:summary_id>/sharing")
@WRITE_LIMIT
@needs_sign_in
def change(summary_id: int) -> str | Response | tuple[str, int]:
    entry = load_own_entry_or_404(summary_id)
    form = SharingForm()
    try:
        saved = sharing.change_visibility(
            db(),
            entry.summary,
            visibility=form.visibility.data,
            anonymous=form.anonymous.data,
        )
        publish_under(db(), saved.summary, site_licence(), agrees=bool(form.agrees.data))
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _page(load_own_entry_or_404(summary_id), form), 422
    db().commit()
    flash("Visibility updated.", "good")
    tell_of_addresses(saved)
    return see_other(url_for("sharing.settings", summary_id=summary_id))


@blueprint.post("/summary/<int:summary_id>/sharing/renew")
@WRITE_LIMIT
@needs_sign_in
def renew(summary_id: int) -> Response:
    entry = load_own_entry_or_404(summary_id)
    try:
        sharing.renew_link(db(), entry.summary)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
    else:
        db().commit()
        flash(
            "Link reset. The old link no longer works, and neither do the old URLs of its images.",
            "good",
        )
    return see_other(url_for("sharing.settings", summary_id=summary_id))


def _page(entry: SummaryEntry, form: SharingForm | None = None) -> str:
    summary = entry.summary
    data = {"visibility": summary.visibility, "anonymous": summary.anonymous}
    return render_template(
        "summaries/sharing.html",
        entry=entry,
        paper=entry.paper,
        licence=find_open_licence(summary),
        form=form or SharingForm(formdata=None, data=data),
    )
