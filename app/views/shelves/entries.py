"""Putting papers on shelves, notes about them, their order."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import Paper
from app.queries import identifiers
from app.queries.shelves import overview
from app.queries.shelves.access import SeenShelf
from app.services.refusals import Refusal
from app.services.shelves import entries
from app.views.http.access import db, load_paper_or_404, needs_sign_in, signed_in
from app.views.http.paths import local_url, see_other
from app.views.http.security import LIST_LIMIT, WRITE_LIMIT
from app.views.shelves.loading import load_addable_shelf, shelf_address
from app.views.shelves.shelf import render_shelf

blueprint = Blueprint("shelf_entries", __name__)
NOT_HERE = "No paper in the library has this identifier or URL."


@blueprint.get("/shelves/add/<path:key>")
@needs_sign_in
def choose(key: str) -> str:
    """Choose a shelf for a paper."""
    return _choose(load_paper_or_404(key), {})


@blueprint.post("/shelves/add/<path:key>")
@WRITE_LIMIT
@needs_sign_in
def add(key: str) -> Response | tuple[str, int]:
    paper = load_paper_or_404(key)
    value, note = request.form.get("shelf", ""), request.form.get("note", "")
    shelf = overview.find_addable_shelf(db(), signed_in(), value)
    try:
        if shelf is None:
            raise Refusal("shelf", "Choose a shelf.")
        entries.add_paper_to_shelf(db(), signed_in(), shelf, paper, note)
    except Refusal as refused:
        db().rollback()
        typed = {"shelf": value, "note": note}
        return _choose(load_paper_or_404(key), typed, refused), 422
    db().commit()
    flash(f"Added to {shelf.title}.", "good")
    return see_other(local_url(request.form.get("next"), url_for("papers.show", key=paper.key)))


@blueprint.post("/shelf/<name>/<slug>/papers")
@WRITE_LIMIT
@needs_sign_in
def paste(name: str, slug: str) -> Response | tuple[str, int]:
    """Put the paper on a shelf whose identifier or address was pasted."""
    seen = load_addable_shelf(name, slug)
    typed = {field: request.form.get(field, "") for field in ("pasted", "note")}
    pasted = typed["pasted"].strip()
    try:
        paper = identifiers.find_paper(db(), pasted) if pasted else None
        if paper is None:
            raise Refusal("pasted", NOT_HERE if pasted else "Paste an identifier or a URL.")
        entries.add_paper_to_shelf(db(), signed_in(), seen.shelf, paper, typed["note"])
    except Refusal as refused:
        db().rollback()
        return render_shelf(load_addable_shelf(name, slug), refused, typed), 422
    db().commit()
    flash(f"Added: {paper.title}", "good")
    return see_other(shelf_address(seen.shelf, seen.owner))


@blueprint.post("/shelf/<name>/<slug>/remove/<path:key>")
@LIST_LIMIT
@needs_sign_in
def remove(name: str, slug: str, key: str) -> Response | tuple[str, int]:
    seen, paper = load_addable_shelf(name, slug), load_paper_or_404(key)
    try:
        entries.remove_from_shelf(db(), signed_in(), seen.shelf, paper)
    except Refusal as refused:
        db().rollback()
        return render_shelf(load_addable_shelf(name, slug), refused), 422
    db().commit()
    flash(f"Removed from the shelf: {paper.title}", "good")
    return _back(seen)


@blueprint.post("/shelf/<name>/<slug>/note")
@WRITE_LIMIT
@needs_sign_in
def annotate(name: str, slug: str) -> Response | tuple[str, int]:
    """Write one's note about a paper that one added."""
    seen = load_addable_shelf(name, slug)
    entry_id, note = request.form.get("entry", 0, type=int), request.form.get("note", "")
    try:
        number = entry_id if 0 < entry_id < 2**31 else 0
        entries.change_note(db(), signed_in(), seen.shelf, number, note)
    except Refusal as refused:
        db().rollback()
        typed = {"entry": str(entry_id), "own_note": note}
        return render_shelf(load_addable_shelf(name, slug), refused, typed), 422
    db().commit()
    flash("Note saved.", "good")
    return _back(seen)


@blueprint.post("/shelf/<name>/<slug>/move/<path:key>")
@LIST_LIMIT
@needs_sign_in
def move(name: str, slug: str, key: str) -> Response | tuple[str, int]:
    """Move a paper on the shelf, past the one that the form names."""
    seen, paper = load_addable_shelf(name, slug), load_paper_or_404(key)
    beside = request.form.get("beside", 0, type=int)
    beside = beside if 0 < beside < 2**31 else 0
    direction = request.form.get("direction", "")
    try:
        entries.move_on_shelf(db(), signed_in(), seen.shelf, paper, direction, beside or None)
    except Refusal as refused:
        db().rollback()
        return render_shelf(load_addable_shelf(name, slug), refused), 422
    db().commit()
    return _back(seen)


def _back(seen: SeenShelf) -> Response:
    return see_other(local_url(request.form.get("next"), shelf_address(seen.shelf, seen.owner)))


def _choose(paper: Paper, typed: dict[str, str], problem: Refusal | None = None) -> str:
    shelves = overview.list_addable_shelves(db(), signed_in())
    there = overview.list_values_with_paper(db(), signed_in(), paper)
    return render_template(
        "shelves/add.html",
        paper=paper,
        shelves=[each for each in shelves if each.value not in there],
        there=[each for each in shelves if each.value in there],
        back=local_url(request.values.get("next"), url_for("papers.show", key=paper.key)),
        max_note=entries.MAX_NOTE_CHARS,
        typed=typed,
        problem=problem,
    )
