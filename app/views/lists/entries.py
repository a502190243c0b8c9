"""The control beside a paper, what is noted about it, and undoing."""

from __future__ import annotations

import re

from flask import Blueprint, abort, flash, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from app.models import ListEntry, Paper
from app.models.papers.list_entry import DATE_COLUMNS, PRIORITIES
from app.queries.lists import own_entries as queries
from app.rendering import RenderError
from app.services.lists import copies, entries
from app.services.lists.entries import EntryTexts
from app.services.lists.labels import MAX_LABELS
from app.services.refusals import Refusal
from app.services.summaries.editor import Analysis, analyse
from app.views.http.access import db, load_paper_or_404, needs_sign_in, signed_in
from app.views.http.forms import STATUS_LABELS, ListEntryForm
from app.views.http.paths import local_url, see_other
from app.views.http.security import LIST_LIMIT, WRITE_LIMIT
from app.views.parts import own_entries

blueprint = Blueprint("lists", __name__)
NOTICE = "list"  # the category of a message that can be undone
_PLACE = re.compile(r"page-list-[a-z]?\d{1,12}")


@blueprint.post("/list/entry/<path:key>/status")
@LIST_LIMIT
@needs_sign_in
def set_status(key: str) -> Response:
    paper = load_paper_or_404(key)
    status = request.form.get("status", "")
    try:
        batch = entries.set_status(db(), signed_in(), paper, status)
    except Refusal as refused:
        db().rollback()
        abort(422, refused.message)
    db().commit()
    return answer(paper, f"{STATUS_LABELS[status]}: {paper.title}", batch)


@blueprint.post("/list/entry/<path:key>/remove")
@blueprint.delete("/list/entry/<path:key>")
@LIST_LIMIT
@needs_sign_in
def remove(key: str) -> Response:
    paper = load_paper_or_404(key)
    batch = entries.remove_entry(db(), signed_in(), paper)
    db().commit()
    return answer(paper, f"Removed from your list: {paper.title}", batch)


@blueprint.post("/list/undo")
@LIST_LIMIT
@needs_sign_in
def undo() -> Response:
    count = copies.undo_change(db(), signed_in(), request.form.get("undo", ""))
    if count is None:
        db().rollback()
        flash("This can’t be undone any more.", "warning")
    else:
        db().commit()
        flash("Undone.", "good")
    return see_other(local_url(request.form.get("next"), url_for("reading_list.index")))


@blueprint.get("/list/entry/<path:key>")
@needs_sign_in
def edit(key: str) -> str:
    paper = load_paper_or_404(key)
    entry = queries.find_own_entry(db(), signed_in(), paper)
    form = ListEntryForm(formdata=None, data=_read_entry(entry))
    return _render(paper, entry, form)


@blueprint.post("/list/entry/<path:key>")
@WRITE_LIMIT
@needs_sign_in
def save(key: str) -> Response | str | tuple[str, int]:
    paper = load_paper_or_404(key)
    form = ListEntryForm()
    if "preview" in request.form:
        return _preview(paper, form)
    texts = EntryTexts(
        status=form.status.data or "",
        remark=form.remark.data or "",
        notes=form.notes.data or "",
        labels=form.labels.data or "",
        priority=form.priority.data or "none",
        citekey=form.citekey.data or "",
    )
    try:
        entries.save_entry(db(), signed_in(), paper, texts)
    except Refusal as refused:
        db().rollback()
        form.refuse(refused)
        return _render(paper, queries.find_own_entry(db(), signed_in(), paper), form), 422
    db().commit()
    flash("Saved. Only you can see it.", "good")
    return see_other(url_for("lists.edit", key=paper.key))


@blueprint.post("/list/entry/<path:key>/move")
@LIST_LIMIT
@needs_sign_in
def move(key: str) -> Response:
    """Move an entry in the order by hand, past the one that the form names."""
    paper = load_paper_or_404(key)
    beside = request.form.get("beside", 0, type=int)
    direction = request.form.get("direction", "")
    beside = beside if 0 < beside < 2**31 else 0
    entries.move_entry(db(), signed_in(), paper, direction, beside or None)
    db().commit()
    return see_other(
        local_url(request.form.get("next"), url_for("reading_list.index", sort="hand"))
    )


def answer(paper: Paper, message: str, batch: str | None) -> Response:
    """Go back to where the reader was, with a notice that offers to undo.

    For `lists.js` the control, the notice and since when it has its status alone.
    """
    back = local_url(request.form.get("next"), url_for("papers.show", key=paper.key))
    notice = {"text": f"{message:.120}{'…' if len(message) > 120 else ''}", "undo": batch}
    if request.accept_mimetypes.best == "application/json":
        place = request.form.get("place", "")
        own_entries.load_for_page([paper.id])
        parts = {
            "paper": paper,
            "back": back,
            "place": place if _PLACE.fullmatch(place) else f"page-list-p{paper.id}",
            "whole": request.form.get("whole") == "1",
            "notice": notice,
        }
        entry = queries.find_own_entry(db(), signed_in(), paper)
        return jsonify(
            control=render_template("lists/control.html", **parts),
            notice=render_template("lists/notice.html", **parts),
            since=render_template("lists/since.html", entry=entry),
        )
    flash({**notice, "next": back}, NOTICE)  # type: ignore[arg-type]  # the session keeps any JSON
    return see_other(back)


def _read_entry(entry: ListEntry | None) -> dict[str, str]:
    """What the form holds of an entry, or of none."""
    if entry is None:
        return {"status": "to-read", "priority": "none"}
    labels = queries.load_label_names(db(), [entry.id]).get(entry.id, [])
    return {
        "status": entry.status,
        "remark": entry.remark,
        "notes": entry.notes,
        "labels": ", ".join(labels),
        "priority": PRIORITIES[entry.priority],
        "citekey": entry.citekey or "",
    }


def _preview(paper: Paper, form: ListEntryForm) -> str | tuple[str, int]:
    """The form again with the notes rendered below them: the way without JavaScript."""
    entry = queries.find_own_entry(db(), signed_in(), paper)
    try:
        return _render(paper, entry, form, analyse(db(), signed_in(), form.notes.data or ""))
    except RenderError as error:
        form.refuse(Refusal("notes", str(error)))
        return _render(paper, entry, form), 422


def _render(
    paper: Paper, entry: ListEntry | None, form: ListEntryForm, preview: Analysis | None = None
) -> str:
    dates = (
        {}
        if entry is None
        else {
            status: moment
            for status, column in DATE_COLUMNS.items()
            if (moment := getattr(entry, column)) is not None
        }
    )
    return render_template(
        "lists/entry.html",
        paper=paper,
        entry=entry,
        form=form,
        dates=sorted(dates.items(), key=lambda item: item[1]),
        known_labels=queries.list_label_names(db(), signed_in()),
        max_labels=MAX_LABELS,
        preview=preview,
    )
