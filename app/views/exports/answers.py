"""A set of papers as the answer to a request, within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import render_template, request, send_file
from werkzeug.wrappers import Response

from app.models import User
from app.queries.catalogue import full_texts
from app.services.exporting.formats import FORMATS
from app.services.exporting.paper_set import PaperSet
from app.services.lists.entries import MAX_ENTRIES
from app.views.http import listing
from app.views.http.access import db, viewer
from app.views.http.security import open_to_other_sites

# The variable part of a route: one of the ends of `FORMATS`.
END = f".<any({','.join(FORMATS)}):form>"
# The form of a set that is a page, under its own address.
PRINT = "print"
PRINTED = {"form": PRINT}
MAX_PRINTED_PAPERS = 50  # on one page
MAX_PRINTED_TEXTS = 3  # of one paper
MAX_GUEST_PAPERS = 1_000  # in one file
MAX_MEMBER_PAPERS = MAX_ENTRIES
MAX_FILE_NAME_CHARS = 100
MAX_MEMORY_BYTES = 5_000_000  # of a file before it goes to the disk


def answer_set(
    form: str,
    title: str,
    load: Callable[..., Sequence[int]],
    path: str,
    *,
    name: str,
    writer: User | None = None,
    is_public: bool = True,
) -> Response | str:
    """The part of a set that is asked for, as a file or printed.

    Args:
        load: gives the numbers of its papers, from `limit` and `offset`.
        path: of the page that shows the set.
        name: of the file, without its end.
        writer: whose summaries alone are meant.
        is_public: whether everybody may know of the set.
    """
    reader, here = viewer(), listing.page_number()
    size = MAX_GUEST_PAPERS if reader is None else MAX_MEMBER_PAPERS
    if form == PRINT:
        return _print_set(PaperSet(title, load(limit=size, offset=0), reader, path, writer))
    ids = load(limit=size + 1, offset=(here - 1) * size)
    chosen = PaperSet(title, ids[:size], reader, path, writer, has_notes=wants_notes())
    part = f"-{here}" if here > 1 else ""
    answer = send_set(form, chosen, make_file_name(name) + part)
    links = [f'<{db().info["site_url"]}{path}>; rel="describes"; type="text/html"']
    if len(ids) > size and here < listing.MAX_PAGE:
        links.append(f'<{db().info["site_url"]}{listing.address_of_page(here + 1)}>; rel="next"')
    answer.headers["Link"] = ", ".join(links)
    answer.headers["X-Robots-Tag"] = "noindex"
    if reader is None and is_public:
        open_to_other_sites(answer)
    return answer


def _print_set(chosen: PaperSet) -> str:
    """Some papers with their summaries on one page."""
    found = full_texts.iterate_texts(
        db(), chosen.paper_ids, chosen.reader, chosen.writer, per_paper=MAX_PRINTED_TEXTS
    )
    start = (listing.page_number() - 1) * MAX_PRINTED_PAPERS
    rows = list(islice(found, start, start + MAX_PRINTED_PAPERS + 1))
    more = len(rows) > MAX_PRINTED_PAPERS
    return render_template(
        "exports/print.html",
        title=chosen.title,
        path=chosen.path,
        site_url=db().info["site_url"],
        page=listing.make_same_page(rows[:MAX_PRINTED_PAPERS], more),
    )


def send_set(form: str, chosen: PaperSet, name: str) -> Response:
    """A set as a file with its name; larger ones wait on the disk."""
    file = cast(BinaryIO, SpooledTemporaryFile(MAX_MEMORY_BYTES))  # noqa: SIM115  (closed below)
    FORMATS[form].write(db(), chosen, file)
    file.seek(0)
    kind = FORMATS[form].media_type
    answer = send_file(file, kind, as_attachment=True, download_name=f"{name}.{form}")
    answer.content_type = FORMATS[form].content_type
    del answer.headers["Cache-Control"]  # which says nothing of who may keep it
    answer.call_on_close(file.close)
    return answer


def wants_notes() -> bool:
    """Whether the reader's remarks and a summary of each paper are asked for."""
    return request.args.get("notes") == "1"


def make_file_name(text: str) -> str:
    """A text as the name of a file.

    Letters, digits, hyphens and full stops of ASCII.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")
    return plain[:MAX_FILE_NAME_CHARS].rstrip("-.") or "paper"
