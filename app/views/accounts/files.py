"""One's own summaries as files.

A zip to take away, and files brought in; papers from BibTeX.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import SEEK_END, BytesIO
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import (
    Blueprint,
    current_app,
    render_template,
    request,
    send_file,
    stream_template,
)
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.db import now
from app.services.exporting import vault
from app.services.exporting.archive import write_archive
from app.services.importing import faults, process
from app.services.importing.bibtex_files import BIBTEX
from app.services.importing.opening import MAX_PASTED, PASTED, BadSource, ImportSource
from app.services.importing.storing import import_files
from app.services.importing.terms import ImportOptions, ImportOutcome
from app.services.operation.rerender import renew_first_texts
from app.views.http.access import (
    config,
    db,
    find_open_licence,
    needs_sign_in,
    signed_in,
    site_licence,
)
from app.views.http.security import FILES_LIMIT

blueprint = Blueprint("files", __name__)
MAX_MEMORY_BYTES = 5_000_000  # bytes of a zip before it goes to the disk
MAX_FILES = 2000
MAX_ITEMS = 10 * MAX_FILES
MAX_BIBTEX_BYTES = 5_000_000  # bytes; the entries that others refer to are looked for in all of it
MAX_NAME_CHARS = 200


@dataclass
class ImportReport:
    """What a page shows while files are read.

    `counts` is complete when `rows` is used up; `is_cut` then tells whether there was more than is
    read at a time, and `stopped` why it ended before its time, if it did. `texts` counts summaries
    that are here now, and `papers` are the keys of the papers that came without one.
    """

    rows: Iterator[ImportOutcome]
    total: int | None
    counts: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False
    stopped: str = ""
    texts: int = 0
    papers: list[str] = field(default_factory=list)


@blueprint.get("/settings/export")
@FILES_LIMIT
@needs_sign_in
def export() -> Response:
    """All one's summaries, private and anonymous ones too, as a zip of Markdown files."""
    user, secret = signed_in(), config().secret_key or ""

    def write(packed: zipfile.ZipFile) -> None:
        write_file = vault.make_zip_writer(packed)
        for _ in vault.export_vault(db(), [user], write_file, secret, with_list=True):
            pass

    return _send_zip(vault.make_zip_name(user, now()), write)


@blueprint.get("/settings/archive")
@FILES_LIMIT
@needs_sign_in
def take_archive() -> Response:
    """All that one has here, as a zip."""
    user, secret = signed_in(), config().secret_key or ""
    name = vault.make_zip_name(user, now(), "archive-")
    return _send_zip(name, lambda packed: write_archive(db(), user, packed, secret))


def _send_zip(name: str, write: Callable[[zipfile.ZipFile], None]) -> Response:
    """A zip that waits on the disk when it is large."""
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=MAX_MEMORY_BYTES))  # noqa: SIM115  (sent below)
    with zipfile.ZipFile(file, "w") as packed:
        write(packed)
    file.seek(0)
    answer = send_file(file, "application/zip", as_attachment=True, download_name=name)
    answer.call_on_close(file.close)
    return answer


@blueprint.get("/settings/import")
@needs_sign_in
def start() -> str:
    return _form()


@blueprint.post("/settings/import")
@FILES_LIMIT
@needs_sign_in
def read() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Bring files in.

    The page grows while they are read: each row is sent when it is done.
    """
    file = request.files.get("file")
    pasted = request.form.get("bibtex", "")
    has_file = file is not None and bool(file.filename)
    if not has_file and not pasted.strip():
        return _form("Choose a file or paste BibTeX."), 422
    opened = ExitStack()
    try:
        if file is not None and has_file:
            source = _source(file, opened)
        else:
            source = process.read_pasted(pasted, opened)
    except BadSource as error:
        opened.close()
        return _form(str(error), pasted), 422
    except process.ImportBusy as error:
        opened.close()
        return _form(str(error), pasted), 503, {"Retry-After": str(process.RETRY_AFTER)}
    except BaseException:
        opened.close()
        raise
    name = file.filename if file is not None and has_file else PASTED
    options = ImportOptions(
        only=signed_in(),
        called=request.form.get("called", "")[:MAX_NAME_CHARS],
        all_by_writer="all_mine" in request.form,
        secret=config().secret_key or "",
        licence=site_licence(),
        agrees="agrees" in request.form,
        visibility="public" if request.form.get("visibility") == "public" else "private",
    )
    report = ImportReport(iter(()), source.count)
    report.rows = _outcomes(source, options, opened, report)
    page = stream_template("files/report.html", report=report, name=name)
    response = current_app.response_class(page)
    response.call_on_close(opened.close)
    return response


def _source(file: FileStorage, opened: ExitStack) -> ImportSource:
    # Flask closes what was uploaded when the view returns, and the page is made after that.
    stream, file.stream = file.stream, BytesIO()
    opened.callback(stream.close)
    name = file.filename or ""
    if name.lower().endswith(BIBTEX) and stream.seek(0, SEEK_END) > MAX_BIBTEX_BYTES:
        raise BadSource(f"{name} has more than {MAX_BIBTEX_BYTES // 1_000_000} MB; split it.")
    source = process.read_file(cast(BinaryIO, stream), name, opened)
    if source.count is not None and source.count > MAX_FILES:
        raise BadSource(f"This has {source.count:,} files; import up to {MAX_FILES:,} at a time.")
    return source


def _outcomes(
    source: ImportSource, options: ImportOptions, opened: ExitStack, report: ImportReport
) -> Iterator[ImportOutcome]:
    with opened:
        try:
            yield from _imported(source, options, report)
            if not report.stopped:
                renew_first_texts(db())
        except Exception as error:  # whatever it is, the page ends with what was done
            report.stopped = str(faults.make_stopped(error))


def _imported(
    source: ImportSource, options: ImportOptions, report: ImportReport
) -> Iterator[ImportOutcome]:
    for outcome in import_files(db(), source.incoming, options):
        if outcome.status == "stopped":
            report.stopped = outcome.message
            return
        report.counts[outcome.status] += 1
        if outcome.summary:
            report.texts += 1
        elif outcome.key and outcome.status != "refused":
            report.papers.append(outcome.key)
        yield outcome
        # A feed holds the texts of others too, which cost little.
        taken = report.counts.total() - report.counts["refused"]
        if taken >= MAX_FILES or report.counts.total() >= MAX_ITEMS:
            report.is_cut = next(source.incoming, None) is not None
            return


def _form(problem: str = "", pasted: str = "") -> str:
    return render_template(
        "files/import.html",
        problem=problem,
        pasted=pasted,
        licence=find_open_licence(),
        most=MAX_FILES,
        most_pasted=MAX_PASTED,
    )
