"""Drafts: kept while somebody types, listed, discarded; and two texts put together."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from app.models import Draft, Paper
from app.queries import drafts as queries
from app.services import diffs, drafts, merging
from app.services.drafts import Content, Elsewhere, WrittenElsewhere
from app.services.problems import Refused
from app.views.access import db, needs_sign_in, paper_or_404, see_other, signed_in
from app.views.forms import SummaryForm
from app.views.security import DRAFT_LIMIT, WRITE_LIMIT

blueprint = Blueprint("drafts", __name__)


@blueprint.get("/drafts")
@needs_sign_in
def index() -> str:
    return render_template("drafts/index.html", drafts=queries.of_user(db(), signed_in()))


@blueprint.get("/token")
@needs_sign_in
def token() -> Response:
    """A new CSRF token for a window that was open before its reader signed in again.

    Pages of other sites cannot read the answer, and the session cookie is not sent for them.
    """
    return jsonify(csrf_token=generate_csrf(), user=signed_in().name)


@blueprint.post("/write/<path:key>/draft")
@DRAFT_LIMIT
@needs_sign_in
def save(key: str) -> Response | tuple[Response, int]:
    """The autosave of the editor: JSON."""
    paper = paper_or_404(key)
    form = SummaryForm()
    try:
        draft = keep(paper, form)
    except WrittenElsewhere as elsewhere:
        db().rollback()
        other = elsewhere.other
        return jsonify(
            error=str(elsewhere),
            source=other.source,
            revision=other.revision,
            version=other.version,
            saved_at=other.saved_at.isoformat(),
        ), 409
    except Refused as refused:
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
    paper = paper_or_404(key)
    drafts.discard(db(), signed_in(), paper)
    db().commit()
    flash("The draft is discarded.", "good")
    to = request.form.get("next")
    return see_other(
        url_for("drafts.index") if to == "drafts" else url_for("summaries.edit", key=paper.key)
    )


def keep(paper: Paper, form: SummaryForm) -> Draft | None:
    """Save what a form holds as a draft; raises as `services.drafts.save_draft`."""
    return drafts.save_draft(
        db(),
        signed_in(),
        paper,
        content(form),
        base_revision=form.revision.data or 0,
        seen_version=form.draft.data or 0,
    )


def content(form: SummaryForm) -> Content:
    """What the editor's form holds."""
    return Content(
        source=form.source.data or "",
        takeaway=form.takeaway.data or "",
        tags=form.tags.data or "",
        visibility=form.visibility.data or "public",
        anonymous=form.anonymous.data,
    )


def unseen(paper: Paper, form: SummaryForm) -> Elsewhere | None:
    """What another window saved that the one with this form has not seen."""
    return drafts.written_elsewhere(
        db(),
        signed_in(),
        paper,
        base_revision=form.revision.data or 0,
        seen_version=form.draft.data or 0,
    )


def merge_page(paper: Paper, form: SummaryForm, other: Elsewhere) -> tuple[str, int]:
    """Both texts, what differs, and a form with the two put together.

    The form knows what the other window saved, so sending it replaces that: it is in it.
    """
    mine = (form.source.data or "").replace("\r\n", "\n")
    base = drafts.revision_source(db(), signed_in(), paper, form.revision.data or 0)
    merged = merging.merge(base, mine, other.source)
    form.source.data = merged.text
    form.revision.data = other.revision
    form.draft.data = other.version
    page = render_template(
        "drafts/merge.html",
        paper=paper,
        form=form,
        mine=mine,
        other=other,
        conflicts=merged.conflicts,
        marks=(merging.MINE, merging.BETWEEN, merging.THEIRS),
        rows=diffs.compare(other.source, mine),
    )
    return page, 409
