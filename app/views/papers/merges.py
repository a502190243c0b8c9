"""Two papers that are one work: comparing, merging, telling apart, the log, undoing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import identifiers, papers
from app.queries.catalogue import merges
from app.queries.search import results
from app.services.operation.rerender import renew_first_texts
from app.services.papers.duplicates import choose_kept_paper, suggest_duplicates
from app.services.papers.merge_undo import undo_merge
from app.services.papers.merging import mark_different, merge_papers
from app.services.refusals import Refusal
from app.sources.same_work import differences_between
from app.views.http import listing
from app.views.http.access import (
    db,
    load_paper_or_404,
    needs_sign_in,
    needs_trust,
    search_text,
    signed_in,
    viewer,
)
from app.views.http.paths import see_other
from app.views.http.security import SEARCH_LIMIT, WRITE_LIMIT
from app.views.papers.paper import MAX_QUERY_CHARS

blueprint = Blueprint("merges", __name__)
PAGE_SIZE = 50
MAX_FOUND_PAPERS = 10


@blueprint.get("/merges")
@needs_sign_in
def index() -> str:
    """What was merged, by whom, and what came of it."""
    found, more = merges.list_merges(db(), number=listing.page_number(), size=PAGE_SIZE)
    return render_template("merges/index.html", page=listing.make_number_page(found, more))


@blueprint.get("/merges/new")
@SEARCH_LIMIT
@needs_sign_in
@needs_trust
def new() -> str | Response | tuple[str, int]:
    """Choose the other paper, then see both side by side."""
    paper = load_paper_or_404(request.args.get("one", ""))
    asked = request.args.get("other", "").strip()[:MAX_QUERY_CHARS]
    other = identifiers.find_paper(db(), asked) if asked else None
    if other is not None and other.id != paper.id:
        return _compared(paper, other)
    query = "" if other is not None else asked or search_text(MAX_QUERY_CHARS)
    found: list[Any] = []
    if query:
        rows = results.list_found_papers(
            db(), query, viewer(), limit=MAX_FOUND_PAPERS + 1, offset=0
        )
        found = [row.paper for row in rows if row.paper.id != paper.id][:MAX_FOUND_PAPERS]
    return render_template(
        "merges/choose.html",
        paper=paper,
        q=query,
        is_itself=other is not None,
        found=found,
        suggested=[] if query else suggest_duplicates(db(), paper),
    )


@blueprint.post("/merges")
@WRITE_LIMIT
@needs_sign_in
@needs_trust
def create() -> str | Response | tuple[str, int]:
    one, other = _pair()
    keep = request.form.get("keep", "")
    if keep not in (one.key, other.key):
        return _compared(one, other, "Choose which one to keep.")
    kept, removed = (one, other) if keep == one.key else (other, one)
    try:
        merge = merge_papers(db(), kept, removed, signed_in())
    except Refusal as refused:
        return _refused(one.id != other.id, refused.message)
    db().commit()
    renew_first_texts(db())
    flash(f"“{merge.removed_title}” ({merge.removed_key}) now redirects here.", "good")
    return see_other(url_for("papers.show", key=merge.kept_key))


@blueprint.post("/merges/different")
@WRITE_LIMIT
@needs_sign_in
@needs_trust
def differ() -> str | Response | tuple[str, int]:
    """They look alike and are two works: do not suggest it any more."""
    one, other = _pair()
    try:
        mark_different(db(), one, other, signed_in())
    except Refusal as refused:
        return _refused(one.id != other.id, refused.message)
    db().commit()
    flash("Marked as different papers.", "good")
    return see_other(url_for("papers.show", key=one.key))


@blueprint.post("/merges/<int:merge_id>/undo")
@WRITE_LIMIT
@needs_sign_in
@needs_trust
def undo(merge_id: int) -> Response:
    if not merges.is_merge(db(), merge_id):
        abort(404)
    try:
        paper = undo_merge(db(), merge_id, signed_in())
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "error")
        return see_other(url_for("merges.index"))
    key = paper.key
    db().commit()
    renew_first_texts(db())
    flash("Merge undone: these are separate papers again.", "good")
    return see_other(url_for("papers.show", key=key))


def _pair() -> tuple[Paper, Paper]:
    return load_paper_or_404(request.form.get("one", "")), load_paper_or_404(
        request.form.get("other", "")
    )


def _refused(were_two: bool, message: str) -> Response | str | tuple[str, int]:
    """The two again, as they are by now; if somebody has merged them meanwhile, the one."""
    db().rollback()
    one, other = _pair()
    if one.id == other.id and were_two:
        flash(message, "error")
        return see_other(url_for("papers.show", key=one.key))
    return _compared(one, other, message)


def _compared(one: Paper, other: Paper, problem: str = "") -> str | tuple[str, int]:
    page = render_template(
        "merges/compare.html",
        papers=(one, other),
        names={each.id: papers.list_identifiers(db(), each) for each in (one, other)},
        stays=choose_kept_paper(one, other),
        doubts=differences_between(one.work, other.work),
        problem=problem,
    )
    return (page, 422) if problem else page
