"""Check one's bibliography, for guests too, at an address that nobody can guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from app.models.papers.list_entry import STATUSES
from app.queries import papers
from app.services.bibliography import asking, checks
from app.services.bibliography.changes import KINDS
from app.services.bibliography.process import RETRY_AFTER, CheckBusy, TooComplex
from app.services.bibliography.reading import PASTED, SourceFile
from app.services.lists import bulk_changes
from app.services.refusals import Refusal
from app.text.lines import plain_ends
from app.views.http.access import db, lookup_settings, needs_sign_in, signed_in, viewer
from app.views.http.paths import see_other
from app.views.http.security import ASK_LIMIT, CHECK_LIMIT, NOT_KEPT, WRITE_LIMIT
from app.views.papers.found_entries import FILTERS, FoundEntries
from app.views.parts import own_entries

blueprint = Blueprint("bibliography", __name__)
MAX_FILES = 20
MAX_BYTES = 3_000_000  # of all files together
MAX_NAME_CHARS = 100
PER_PAGE = 100
LIST_NOTICE = "list"
REFRESH_SECONDS = 5  # while Crossref is asked


@blueprint.get("/bibliography")
def start() -> str:
    return _form()


@blueprint.post("/bibliography")
@CHECK_LIMIT
def check() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    pasted = plain_ends(request.form.get("pasted", ""))
    try:
        token = checks.keep_check(db(), _read_files(pasted))
    except (Refusal, TooComplex) as error:
        db().rollback()
        return _form(str(error), pasted), 422
    except CheckBusy as error:
        return _form(str(error), pasted), 503, {"Retry-After": str(RETRY_AFTER)}
    db().commit()
    return see_other(url_for("bibliography.show", token=token))


@blueprint.get("/bibliography/<token>")
def show(token: str) -> Response:
    """What was found, problems first."""
    found = FoundEntries(_find(token).report)
    chosen = request.args.get("show", "")
    if chosen not in FILTERS:
        chosen = "problems" if found.count("problems") else "all"
    page = _read_page()
    places = found.list_places(chosen)
    shown = places[(page - 1) * PER_PAGE : page * PER_PAGE]
    ids = {number for each in shown if (number := found.entries[each]["paper"]) is not None}
    rows = papers.load_rows_of_papers(db(), sorted(ids), viewer())
    own_entries.load_for_page(ids)
    return _private(
        render_template(
            "papers/bibliography.html",
            check=token,
            report=found.report,
            found=found,
            chosen=chosen,
            shown=shown,
            rows=rows,
            page=page,
            pages=-(-len(places) // PER_PAGE),
            statuses=STATUSES,
            askable=_count_askable(found.report),
            unanswered=asking.count_unanswered(found.report),
            show_flashes=True,
        )
    )


@blueprint.post("/bibliography/<token>/crossref")
@ASK_LIMIT
def ask(token: str) -> Response:
    """Let Crossref be asked about entries that the library does not know."""
    found = _find(token)
    try:
        count = asking.start_asking(db(), lookup_settings(), viewer(), token, found)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
        return see_other(url_for("bibliography.show", token=token))
    db().commit()
    page = "bibliography.progress" if count else "bibliography.show"
    return see_other(url_for(page, token=token))


@blueprint.get("/bibliography/<token>/crossref")
def progress(token: str) -> Response:
    """How far Crossref has been asked; loaded again until all is answered."""
    found = FoundEntries(_find(token).report)
    if not found.waiting:
        return redirect(url_for("bibliography.show", token=token))
    page = render_template(
        "papers/bibliography_progress.html",
        check=token,
        found=found,
        refresh_seconds=REFRESH_SECONDS,
    )
    answer = _private(page)
    answer.headers["Refresh"] = str(REFRESH_SECONDS)
    return answer


@blueprint.get("/bibliography/<token>/changes")
def offer(token: str) -> Response:
    """The changes that are offered, to be ticked."""
    report = _find(token).report
    groups = [
        (label, [each for each in report["changes"] if each["kind"] == kind])
        for kind, label in KINDS.items()
    ]
    return _private(
        render_template(
            "papers/bibliography_changes.html",
            check=token,
            report=report,
            groups=[(label, changes) for label, changes in groups if changes],
            is_ticked=request.args.get("ticks") != "none",
        )
    )


@blueprint.post("/bibliography/<token>/changes")
@CHECK_LIMIT
def download(token: str) -> Response:
    """A file with the changes that are ticked, and no other."""
    found = _find(token)
    file = _read_number(request.form.get("file", ""))
    if file is None or file >= len(found.files) or not found.report["files"][file]["is_bib"]:
        abort(404)
    data = checks.mend(found, file, set(request.form.getlist("tick")))
    answer = _private(data)
    answer.mimetype = "application/x-bibtex"
    answer.headers.set("Content-Disposition", "attachment", filename=found.files[file].name)
    return answer


@blueprint.post("/bibliography/<token>/list")
@WRITE_LIMIT
@needs_sign_in
def add_to_list(token: str) -> Response:
    """Put all papers that are here on the reader's list."""
    report = _find(token).report
    back = url_for("bibliography.show", token=token)
    ids = {each["paper"] for each in report["entries"] if each["paper"] is not None}
    try:
        status = request.form.get("status", "")
        count, batch = bulk_changes.add_papers(db(), signed_in(), ids, status)
    except Refusal as refused:
        db().rollback()
        flash(refused.message, "warning")
        return see_other(back)
    db().commit()
    said = "1 paper" if count == 1 else f"{count:,} papers"
    notice = {"text": f"{said} added to your list.", "undo": batch if count else None, "next": back}
    flash(notice, LIST_NOTICE)  # type: ignore[arg-type]  # the session keeps any JSON
    return see_other(back)


@blueprint.post("/bibliography/<token>/delete")
@WRITE_LIMIT
def delete(token: str) -> Response:
    """Delete what was sent before its hour is over."""
    checks.delete_check(db(), token)
    db().commit()
    return see_other(url_for("bibliography.start"))


def _find(token: str) -> checks.KeptCheck:
    found = checks.find_check(db(), token)
    if found is None:
        abort(404)
    return found


def _count_askable(report: Mapping[str, Any]) -> int:
    if not lookup_settings().on:
        return 0
    return len(asking.choose_entries(report, is_guest=viewer() is None))


def _private(body: str | bytes) -> Response:
    answer = make_response(body)
    answer.headers["Cache-Control"] = NOT_KEPT
    return answer


def _form(problem: str = "", pasted: str = "") -> str:
    return render_template("papers/bibliography_form.html", problem=problem, pasted=pasted)


def _read_files(pasted: str) -> list[SourceFile]:
    """What was sent, as it is.

    Raises:
        Refusal: for nothing, or too much.
    """
    sent = [file for file in request.files.getlist("files") if file.filename]
    if len(sent) > MAX_FILES:
        raise Refusal("files", f"Choose up to {MAX_FILES} files.")
    files = [SourceFile(_clean_name(file.filename or ""), file.read()) for file in sent]
    if pasted.strip():
        files.append(SourceFile(PASTED, pasted.encode("utf-8", "replace")))
    if not files:
        raise Refusal("files", "Choose a file or paste BibTeX.")
    if sum(len(file.data) for file in files) > MAX_BYTES:
        raise Refusal("files", f"Send up to {MAX_BYTES // 1_000_000} MB at a time.")
    return files


def _clean_name(name: str) -> str:
    """The name of a file without folders, and without what no file should be called."""
    name = re.sub(r"[\x00-\x1f\x7f\"]", "", re.split(r"[/\\]", name)[-1])
    return name[-MAX_NAME_CHARS:] or PASTED


def _read_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _read_page() -> int:
    return max(_read_number(request.args.get("page", "")) or 1, 1)
