"""The history of a summary: its versions, what differs between two, and bringing one back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Revision
from app.queries import revisions
from app.queries.summary_entries import SummaryEntry
from app.services.exporting import citations
from app.services.refusals import Refusal
from app.services.summaries import publishing as summary_services
from app.services.summaries.content import Edit
from app.sources.provenance import Provenance
from app.text import diffs
from app.views.http.access import config, db, load_entry_or_404, needs_sign_in, viewer
from app.views.http.paths import see_other
from app.views.http.security import COMPARE_LIMIT, WRITE_LIMIT
from app.views.summaries.messages import tell_of_addresses

blueprint = Blueprint("history", __name__)
MAX_REVISION_ID = 2**31


@blueprint.get("/summary/<int:summary_id>/history")
def index(summary_id: int) -> str:
    entry = load_entry_or_404(summary_id)
    rows = revisions.list_revisions(db(), entry.summary, viewer())
    return render_template("history/index.html", entry=entry, paper=entry.paper, rows=rows)


@blueprint.get("/revision/<int:revision_id>")
def show(revision_id: int) -> str:
    revision, entry = _revision_or_404(revision_id)
    rows = revisions.list_revisions(db(), entry.summary, viewer())
    row = next(each for each in rows if each.id == revision.id)
    summary = entry.summary
    return render_template(
        "history/revision.html",
        entry=entry,
        paper=entry.paper,
        revision=revision,
        row=row,
        of=len(rows),
        html=summary.html if row.is_current else revision.html,
        takeaway_html=summary.takeaway_html if row.is_current else revision.takeaway_html,
        provenance=summary.provenance
        if row.is_current
        else Provenance(revision.read, revision.made, summary.interest),
        bibtex=citations.format_revision_bibtex(
            entry, revision, _address(revision), config().site_name
        ),
    )


@blueprint.get("/summary/<int:summary_id>/compare")
@COMPARE_LIMIT
def compare(summary_id: int) -> str | Response:
    """Two versions side by side; without a choice the last two."""
    entry = load_entry_or_404(summary_id)
    rows = {row.id: row for row in revisions.list_revisions(db(), entry.summary, viewer())}
    latest = list(rows)
    asked = [_number(name) for name in ("from", "to")]
    if None in asked:
        if len(latest) < 2:
            return redirect(url_for("history.index", summary_id=summary_id), 302)
        asked = [asked[0] or latest[1], asked[1] or latest[0]]
    chosen = [rows.get(number or 0) for number in asked]
    if None in chosen:
        abort(404)
    old, new = (db().get_one(Revision, number) for number in asked)
    return render_template(
        "history/compare.html",
        entry=entry,
        paper=entry.paper,
        rows=list(rows.values()),
        old=rows[old.id],
        new=rows[new.id],
        takeaways=(old.takeaway, new.takeaway),
        differences=diffs.compare(old.source, new.source),
    )


@blueprint.post("/revision/<int:revision_id>/restore")
@WRITE_LIMIT
@needs_sign_in
def restore(revision_id: int) -> Response:
    """Make an earlier version the present one again; it becomes a new version."""
    revision, entry = _revision_or_404(revision_id)
    if not entry.is_mine:
        abort(403)
    summary = entry.summary
    try:
        saved = summary_services.change_summary(
            db(),
            summary,
            Edit(
                source=revision.source,
                takeaway=revision.takeaway,
                read=revision.read,
                made=revision.made,
            ),
        )
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
        return see_other(url_for("history.show", revision_id=revision_id))
    db().commit()
    flash("Version restored. The previous one is still in the history.", "good")
    tell_of_addresses(saved)
    return see_other(url_for("history.index", summary_id=summary.id))


def _revision_or_404(revision_id: int) -> tuple[Revision, SummaryEntry]:
    found = None
    if revision_id < MAX_REVISION_ID:
        found = revisions.find_revision(db(), revision_id, viewer())
    if found is None:
        abort(404)
    return found


def _address(revision: Revision) -> str:
    path = url_for("history.show", revision_id=revision.id)
    return f"{db().info['site_url']}{path}"


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None
