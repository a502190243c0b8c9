"""Drafts: kept while somebody types, listed, discarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.queries import drafts as queries
from app.queries import summaries
from app.services.refusals import Refusal
from app.services.renderer import render_lines
from app.services.summaries import drafts
from app.services.summaries.drafts import DraftConflict
from app.text.openings import cut_opening
from app.views.http.access import db, load_paper_or_404, needs_sign_in, signed_in
from app.views.http.forms import SummaryForm
from app.views.http.paths import see_other
from app.views.http.security import DRAFT_LIMIT, WRITE_LIMIT
from app.views.summaries import editor_form

blueprint = Blueprint("drafts", __name__)

MAX_RENDERED_LINES = 100  # lines of all drafts on a page


@dataclass(frozen=True)
class RenderedLine:
    """One line of an opening as HTML; a title stands apart."""

    html: Markup
    is_title: bool


@blueprint.get("/drafts")
@needs_sign_in
def index() -> str:
    found = queries.list_drafts(db(), signed_in())
    openings = _render_openings([draft.source for draft in found])
    return render_template("drafts/index.html", drafts=list(zip(found, openings, strict=True)))


def _render_openings(sources: Sequence[str]) -> list[list[RenderedLine]]:
    """The first lines of some texts, with their formulas as readers see them.

    A draft is not rendered when it is saved, at each pause in typing.
    """
    openings = [cut_opening(source) for source in sources]
    lines = [line.text for opening in openings for line in opening]
    made = iter(render_lines(lines, MAX_RENDERED_LINES))
    return [[RenderedLine(next(made), line.is_title) for line in opening] for opening in openings]


@blueprint.get("/token")
@needs_sign_in
def token() -> Response:
    """A new CSRF token for an editor that was open before signing in.

    Its reader has signed in again since.

    Pages of other sites cannot read the answer, and the session cookie is not sent for them.
    """
    return jsonify(csrf_token=generate_csrf(), user=signed_in().name)


@blueprint.post("/write/<path:key>/draft")
@DRAFT_LIMIT
@needs_sign_in
def save(key: str) -> Response | tuple[Response, int]:
    """The autosave of the editor: JSON."""
    form = SummaryForm()
    try:
        draft = editor_form.save_form_as_draft(editor_form.find_target(key, form), form)
    except DraftConflict as elsewhere:
        db().rollback()
        other = elsewhere.other
        return jsonify(
            error=str(elsewhere),
            **vars(other.content),
            revision=other.revision,
            base=other.settings.to_text() if other.settings else "",
            version=other.version,
            summary=other.summary_id or 0,
            saved_at=other.saved_at.isoformat(),
        ), 409
    except Refusal as refused:
        db().rollback()
        return jsonify(error=refused.message), 422
    db().commit()
    if draft is None:
        return jsonify(version=0, saved_at=None)
    return jsonify(version=draft.version, saved_at=draft.saved_at.isoformat())


@blueprint.post("/write/<path:key>/draft/discard")
@WRITE_LIMIT
@needs_sign_in
def discard(key: str) -> Response:
    """Forget the draft of the summary that the form names, or of a new text."""
    paper = load_paper_or_404(key)
    number = request.form.get("summary", 0, type=int)
    summary = summaries.find_own_summary(db(), number, signed_in()) if number else None
    if number and summary is None:
        abort(404)
    aim = editor_form.EditorTarget(paper if summary is None else summary.paper, summary, key)
    drafts.discard_draft(db(), signed_in(), aim.paper, aim.summary)
    db().commit()
    flash("Draft deleted.", "good")
    after = {
        "drafts": url_for("drafts.index"),
        "paper": url_for("papers.show", key=aim.paper.key),
    }
    return see_other(after.get(request.form.get("next", ""), editor_form.target_url(aim)))
