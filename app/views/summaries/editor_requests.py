"""What the editor's scripts ask while somebody types: the preview, and papers to link to."""

from __future__ import annotations

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries.catalogue import overview
from app.queries.identifiers import find_paper
from app.rendering import RendererBusy, RenderError
from app.services.summaries import editor
from app.services.summaries.content import split_tags
from app.views.http.access import db, needs_sign_in, search_text, signed_in
from app.views.http.security import PREVIEW_LIMIT, SUGGEST_LIMIT

blueprint = Blueprint("editor", __name__)
blueprint.app_context_processor(lambda: {"writing_outline": editor.OUTLINE})

MAX_QUERY_CHARS = 300
MAX_TAGS = 8  # suggestions


@blueprint.post("/preview")
@PREVIEW_LIMIT
@needs_sign_in
def preview() -> Response:
    """What the live preview shows, as JSON."""
    try:
        found = editor.analyse(
            db(), signed_in(), request.form.get("source", ""), request.form.get("takeaway", "")
        )
    except RenderError as error:
        busy = isinstance(error, RendererBusy)
        return jsonify(html=None, error=error.message, line=error.line, busy=busy)
    return jsonify(
        html=found.html,
        takeaway=found.takeaway_html,
        words=found.words,
        links=[
            {
                "line": link.line,
                "label": link.label,
                "known": link.known,
                "key": link.key,
                "title": link.title,
            }
            for link in found.links
        ],
        problems=[
            {"line": each.line, "message": each.message, "about": each.about}
            for each in found.problems
        ],
        error=None,
    )


@blueprint.get("/suggest")
@SUGGEST_LIMIT
def suggest() -> Response:
    """Suggest papers for what was typed after `\\cite{` or `[[`.

    With `exact`, the one of an address.
    """
    user = signed_in()
    query = search_text(MAX_QUERY_CHARS)
    if "exact" in request.args:
        paper = find_paper(db(), query)
        papers = [] if paper is None else [paper]
    else:
        papers = editor.suggest_papers(db(), query, user)
    return jsonify(papers=[_shown(paper, query) for paper in papers])


@blueprint.get("/suggest/tags")
@SUGGEST_LIMIT
def suggest_tags() -> Response:
    """Suggest tags for the beginning of one."""
    user = signed_in()
    typed = split_tags(search_text(MAX_QUERY_CHARS).replace(",", " "))
    found = overview.matching_tags(db(), typed[0], user, MAX_TAGS) if typed else []
    return jsonify(tags=found)


def _shown(paper: Paper, query: str) -> dict[str, str]:
    names = [each.printed for each in paper.authorships]
    people = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    where = " ".join(part for part in (paper.venue_label, str(paper.year or "")) if part)
    return {
        "key": paper.key,
        "title": paper.title,
        "where": " · ".join(part for part in (people, where) if part),
        "url": url_for("papers.show", key=paper.key),
        "link": editor.link_to(paper, query),
    }
