"""Bringing a reading list in from other tools: the form, the preview, progress and undoing."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from io import BytesIO
from typing import BinaryIO, cast

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.models import ListImport
from app.models.papers.list_entry import STATUSES
from app.models.papers.list_import import PREVIEW_LIFE, UNDO_LIFE
from app.models.papers.list_label import MAX_LABEL_CHARS
from app.queries.lists import imports as queries
from app.queries.shelves.overview import ShelfLine, list_addable_shelves
from app.services.importing import process
from app.services.importing.lists import previews, reading, receiving, work
from app.services.importing.opening import BadSource
from app.services.refusals import Refusal
from app.services.renderer import render_lines
from app.services.shelves.entries import MAX_SHELF_PAPERS
from app.sources.lists.listed_paper import ListedPaper, from_json
from app.views.http.access import db, lookup_settings, needs_sign_in, signed_in
from app.views.http.listing import read_numbers
from app.views.http.paths import see_other
from app.views.http.security import FILES_LIMIT, WRITE_LIMIT

blueprint = Blueprint("list_imports", __name__)
MAX_SHOWN = 200  # rows of a kind
MAX_NEW_SHOWN = 50
MAX_OPTIONS = 4000  # shelves times collections, in a preview
MIN_SHELVES_SHOWN = 20
REFRESH_SECONDS = 5  # between two looks at an import on its way
PASTED = "Pasted list"
ZOTERO = "Zotero library"
Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/list/import")
@needs_sign_in
def start() -> str:
    return _form()


@blueprint.post("/list/import")
@FILES_LIMIT
@needs_sign_in
def read() -> Answer:
    """Take what was sent, and lead to its preview."""
    user = signed_in()
    try:
        with ExitStack() as opened:
            found = receiving.receive_list(db(), user, _take_list(opened))
    except (BadSource, previews.BadList) as error:
        return _form(str(error)), 422
    except process.ImportBusy as error:
        return _form(str(error)), 503, {"Retry-After": str(process.RETRY_AFTER)}
    return see_other(url_for("list_imports.show", token=found.token))


def _take_list(opened: ExitStack) -> reading.SentList:
    """The file, the text or the library that the form names."""
    file = request.files.get("file")
    text = request.form.get("text", "")
    user_id = request.form.get("zotero_user", "").strip()
    if file is not None and file.filename:
        # Flask closes what was uploaded when the view returns, and the child inherits it.
        stream, file.stream = file.stream, BytesIO()
        opened.callback(stream.close)
        return reading.SentList(file.filename, cast(BinaryIO, stream))
    if text.strip():
        return reading.hold_text(PASTED, text, opened)
    if user_id:
        key = request.form.get("zotero_key", "").strip()
        return reading.ask_zotero(ZOTERO, lookup_settings(), user_id, key, opened)
    raise BadSource("Choose a file, paste a list, or enter your Zotero user ID and key.")


@blueprint.get("/list/import/<token>")
@needs_sign_in
def show(token: str) -> Response:
    return _page(_load_or_404(token))


@blueprint.post("/list/import/<token>")
@WRITE_LIMIT
@needs_sign_in
def begin(token: str) -> Response:
    """Start the import as the reader chose."""
    found = _load_or_404(token)
    form = request.form
    statuses = {
        number: form[f"status-{number}"]
        for number in range(len(found.data["statuses"]))
        if f"status-{number}" in form
    }
    papers = {
        number: value
        for name, value in form.items()
        if name.startswith("paper-")
        for number in read_numbers([name.removeprefix("paper-")])
    }
    labels = set(read_numbers(form.getlist("label")))
    collections = {
        number: form[f"collection-{number}"].replace("\x00", "")
        for number in range(len(found.data["labels"]))
        if f"collection-{number}" in form
    }
    choices = work.ImportChoices(statuses, labels, papers, collections)
    try:
        work.start_import(db(), found, choices)
    except Refusal as refused:
        db().rollback()
        return _page(_load_or_404(token), refused.message, 422)
    db().commit()
    return see_other(url_for("list_imports.show", token=token))


@blueprint.post("/list/import/<token>/undo")
@WRITE_LIMIT
@needs_sign_in
def undo(token: str) -> Response:
    is_begun = work.undo_import(db(), _load_or_404(token))
    db().commit()
    if not is_begun:
        flash("This can’t be undone any more.", "warning")
    return see_other(url_for("list_imports.show", token=token))


@blueprint.post("/list/import/<token>/discard")
@WRITE_LIMIT
@needs_sign_in
def discard(token: str) -> Response:
    """Forget a preview, or a list that is still read."""
    found = _load_or_404(token)
    if found.state in ("reading", "preview"):
        receiving.discard_import(db(), found)
        db().commit()
        flash("Discarded. Nothing was imported.", "good")
    return see_other(url_for("list_imports.start"))


def _load_or_404(token: str) -> ListImport:
    found = queries.find_import(db(), signed_in(), token)
    if found is None:
        abort(404)
    return found


def _page(found: ListImport, problem: str = "", status: int = 200) -> Response:
    if found.state == "reading":
        return _page_while_reading(found)
    counts = queries.count_rows(db(), found)
    rest = {
        **{"problem": problem, "found": found, "counts": counts, "most": MAX_SHOWN},
        "max_label_chars": MAX_LABEL_CHARS,
    }
    refused = queries.list_rows(db(), found, ("refused",), MAX_SHOWN)
    if found.state == "preview":
        new = queries.list_rows(db(), found, ("new", "asked"), MAX_NEW_SHOWN)
        added = [(from_json(row.data), row) for row in new]
        unclear = [
            (from_json(each.row.data), each.row, each.candidates)
            for each in queries.list_unclear_rows(db(), found, MAX_SHOWN)
        ]
        page = render_template(
            "lists/import_preview.html",
            **rest,
            refused=refused,
            unclear=unclear,
            new=added,
            title_of=_render_titles([each[0] for each in unclear] + [each[0] for each in added]),
            statuses=STATUSES,
            shelves=_list_shelves(found),
            shelf_room=MAX_SHELF_PAPERS,
            typed=request.form if request.method == "POST" else None,
            until=found.made_at + PREVIEW_LIFE,
        )
    else:
        page = render_template(
            "lists/import_progress.html",
            **rest,
            refused=refused,
            noted=queries.list_rows_with_notes(db(), found, MAX_SHOWN),
            shortened=queries.list_shortened_labels(found),
            left=queries.count_undoable(db(), found),
            shelves=queries.list_filled_shelves(db(), found, signed_in()),
            until=found.made_at + UNDO_LIFE,
            refresh_seconds=REFRESH_SECONDS,
        )
    answer = make_response(page, status)
    if found.state in ("waiting", "undoing"):
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _page_while_reading(found: ListImport) -> Response:
    page = render_template(
        "lists/import_reading.html", found=found, refresh_seconds=REFRESH_SECONDS
    )
    answer = make_response(page)
    if receiving.is_being_read(found):
        answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _list_shelves(found: ListImport) -> list[ShelfLine]:
    """The shelves that are offered for each collection, fewer where there are many of these."""
    collections = sum(1 for each in found.data["labels"] if each["kind"] == "collection")
    if not collections:
        return []
    shelves = list_addable_shelves(db(), signed_in())
    return shelves[: max(MIN_SHELVES_SHOWN, MAX_OPTIONS // collections)]


def _render_titles(rows: Iterable[ListedPaper]) -> dict[str, Markup]:
    """What rows are called, with their formulas, by the words for it."""
    words = list(dict.fromkeys(row.shown for row in rows))
    return dict(zip(words, render_lines(words, len(words)), strict=True))


def _form(problem: str = "") -> str:
    return render_template(
        "lists/import.html",
        problem=problem,
        typed=request.form,
        imports=queries.list_imports(db(), signed_in()),
        most=previews.MAX_ROWS,
        can_ask=lookup_settings().on,
    )
