"""The summaries of a paper side by side."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.queries import summaries
from app.views.http.access import db, load_paper_or_404, viewer
from app.views.http.security import COMPARE_LIMIT
from app.views.http.shared_pages import shared
from app.views.papers.sections import align_sections, split_sections

blueprint = Blueprint("comparing", __name__)
MIN_SUMMARIES = 2


@blueprint.get("/paper/<path:key>/compare")
@COMPARE_LIMIT
@shared()
def show(key: str) -> str | Response:
    """All summaries that the viewer may see, under the headings that they have in common."""
    paper = load_paper_or_404(key)
    entries = summaries.list_summaries_of_paper(db(), paper, viewer())
    if len(entries) < MIN_SUMMARIES:
        return redirect(url_for("papers.show", key=paper.key), 302)
    return render_template(
        "papers/compare.html",
        paper=paper,
        entries=entries,
        sections=align_sections([split_sections(each.summary.html) for each in entries]),
    )
