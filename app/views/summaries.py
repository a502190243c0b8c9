"""One summary's page, and writing: choose a paper, edit, preview, delete."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper, Summary
from app.queries import papers, search, summaries
from app.services import deletion, identifiers, texts
from app.services import summaries as summary_services
from app.services.problems import Refused
from app.views import listing
from app.views.access import (
    db,
    entry_or_404,
    needs_sign_in,
    own_entry_or_404,
    paper_or_404,
    see_other,
    signed_in,
    viewer,
)
from app.views.forms import SummaryForm
from app.views.papers import LONGEST_QUERY, add_address, unknown_paper
from app.views.security import PREVIEW_LIMIT, SEARCH_LIMIT, WRITE_LIMIT

blueprint = Blueprint("summaries", __name__)


@blueprint.get("/summary/<int:summary_id>")
def show(summary_id: int) -> str:
    entry = entry_or_404(summary_id)
    return render_template("summaries/summary.html", entry=entry, paper=entry.paper)


@blueprint.get("/write")
@SEARCH_LIMIT
@needs_sign_in
def start() -> str:
    """Which paper? A search, each result with a button to write."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    page = None
    ref = identifiers.parse_identifier(query) if query else None
    paper = identifiers.find_paper(db(), query) if ref is not None else None
    if paper is not None:
        page = listing.Page(papers.rows(db(), [paper], viewer()), None, None)
    elif query:
        found = search.papers(
            db(),
            query,
            viewer(),
            limit=listing.PAPERS + 1,
            offset=(listing.number() - 1) * listing.PAPERS,
        )
        page = listing.by_number(found[: listing.PAPERS], len(found) > listing.PAPERS, q=query)
    return render_template("summaries/start.html", q=query, page=page, add_url=add_address(query))


@blueprint.get("/write/<path:key>")
@needs_sign_in
def edit(key: str) -> str | tuple[str, int]:
    paper = papers.by_key(db(), key)
    if paper is None:
        return unknown_paper(key)
    summary = summaries.mine(db(), paper, signed_in())
    form = SummaryForm(formdata=None, data=None if summary is None else _data(summary))
    form.revision.data = summary_services.last_revision(db(), summary)
    return _edit_page(paper, summary, form)


@blueprint.post("/write/<path:key>")
@WRITE_LIMIT
@needs_sign_in
def save(key: str) -> str | Response | tuple[str, int]:
    paper = paper_or_404(key)
    user = signed_in()
    form = SummaryForm()
    if "preview" in request.form:
        return _preview_page(paper, form)
    try:
        summary = summary_services.publish(
            db(),
            user,
            paper,
            source=form.source.data or "",
            takeaway=form.takeaway.data or "",
            tags=summary_services.parse_tags(form.tags.data or ""),
            visibility=form.visibility.data or "public",
            anonymous=form.anonymous.data,
            seen_revision=form.revision.data,
        )
    except summary_services.ChangedMeanwhile as changed:
        db().rollback()
        # Both texts are shown; sending the form again is a decision then.
        form.revision.data = changed.revision
        form.refuse(Refused("source", f"{changed} Yours is here; the other one stands below."))
        return _edit_page(paper, changed.summary, form, saved_elsewhere=changed.summary.source), 422
    except Refused as refused:
        db().rollback()
        form.refuse(refused)
        return _edit_page(paper, summaries.mine(db(), paper, user), form), 422
    db().commit()
    flash("Your summary is saved.", "good")
    anchor = f"page-by-{summary.id}" if summary.anonymous else user.name
    return see_other(url_for("papers.show", key=paper.key, _anchor=anchor))


def _preview_page(paper: Paper, form: SummaryForm) -> str | tuple[str, int]:
    """The form again with the text rendered above it: the way without JavaScript."""
    summary = summaries.mine(db(), paper, signed_in())
    try:
        preview = texts.render_text(db(), form.source.data or "")
    except ValueError as error:
        form.refuse(Refused("source", str(error)))
        return _edit_page(paper, summary, form), 422
    return _edit_page(paper, summary, form, preview)


@blueprint.post("/preview")
@PREVIEW_LIMIT
@needs_sign_in
def preview() -> Response:
    """What the live preview shows, as JSON."""
    try:
        rendered = texts.render_text(db(), request.form.get("source", ""))
    except ValueError as error:
        return jsonify(html=None, problems=[], links=0, error=str(error))
    return jsonify(
        html=rendered.html,
        problems=[{"line": each.line, "message": each.message} for each in rendered.problems],
        links=len(rendered.links),
        error=None,
    )


@blueprint.get("/summary/<int:summary_id>/delete")
@needs_sign_in
def confirm_delete(summary_id: int) -> str:
    entry = own_entry_or_404(summary_id)
    return render_template("summaries/delete.html", entry=entry, paper=entry.paper)


@blueprint.post("/summary/<int:summary_id>/delete")
@WRITE_LIMIT
@needs_sign_in
def delete(summary_id: int) -> Response:
    entry = own_entry_or_404(summary_id)
    deletion.delete_summary(db(), entry.summary)
    db().commit()
    flash("Your summary is deleted.", "good")
    return see_other(url_for("papers.show", key=entry.paper.key))


def _edit_page(
    paper: Paper,
    summary: Summary | None,
    form: SummaryForm,
    preview: texts.Rendered | None = None,
    saved_elsewhere: str | None = None,
) -> str:
    return render_template(
        "summaries/edit.html",
        paper=paper,
        summary=summary,
        form=form,
        preview=preview,
        saved_elsewhere=saved_elsewhere,
        max_bytes=texts.MAX_TEXT_BYTES,
    )


def _data(summary: Summary) -> dict[str, Any]:
    return {
        "source": summary.source,
        "takeaway": summary.takeaway,
        "tags": ", ".join(tag.name for tag in summary.tags),
        "visibility": summary.visibility,
        "anonymous": summary.anonymous,
    }
