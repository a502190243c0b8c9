"""Tables in CSV: one paper in a row, columns by their names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from app.references.mentions import arxiv_of, doi_in
from app.references.own_lines import PRIORITIES
from app.sources.answers import year_of
from app.sources.bibtex.reading import BadEntry
from app.sources.formats.table_cells import read_cell, split_names
from app.sources.lists.listed_paper import ListedPaper, read_moment
from app.sources.lists.statuses import split_status
from app.sources.markup import one_line
from app.sources.name_lists import parse_names
from app.sources.record import OTHERS, PaperRecord

MAX_CELL_CHARS = 131_072
_COLUMNS = {
    "title": ("title",),
    "authors": ("authors", "author"),
    "year": ("year", "publication year", "date"),
    "venue": ("venue", "journal", "publication title", "conference"),
    "doi": ("doi",),
    "arxiv": ("arxiv", "arxiv id"),
    "url": ("url", "link"),
    "abstract": ("abstract", "abstract note"),
    "status": ("status", "read status", "reading status"),
    "since": ("status date", "date read", "read on", "finished"),
    "priority": ("priority",),
    "added": ("date added", "added"),
    "key": ("key", "citation key", "citekey", "bibtex key"),
    "tags": ("tags", "manual tags"),
    "labels": ("labels", "label"),
    "collections": ("collections", "collection", "folder", "groups"),
    "notes": ("notes", "note", "comment", "comments"),
    "remark": ("remark",),
    "address": ("address",),
}
_NAMES = {other: name for name, others in _COLUMNS.items() for other in others}
_NEEDED = {"title", "doi", "arxiv", "url"}


def read_table(text: str) -> Iterator[ListedPaper | BadEntry]:
    """The rows of a table whose first line names its columns.

    Commas, semicolons or tabs stand between cells.
    """
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(MAX_CELL_CHARS)
    rows = csv.reader(text.lstrip("\ufeff").splitlines(keepends=True), delimiter=delimiter)
    line, names = 1, None
    try:
        for cells in rows:
            if names is None:
                names = [_NAMES.get(re.sub(r"[_\s]+", " ", each.strip().lower())) for each in cells]
                if not _NEEDED & set(names):
                    yield BadEntry(1, "The first line must name the columns, such as title or doi.")
                    return
            elif any(each.strip() for each in cells):
                yield _read_row(dict(zip(names, cells, strict=False)), line)
            line = rows.line_num + 1
    except csv.Error as error:
        yield BadEntry(line, f"This is not CSV: {error}.")


def _read_row(cells: dict[str | None, str], line: int) -> ListedPaper | BadEntry:
    def cell(name: str) -> str:
        return one_line(cells.get(name, ""))

    cells = {name: read_cell(text) for name, text in cells.items()}
    title, doi, arxiv, url = cell("title"), cell("doi"), cell("arxiv"), cells.get("url", "").strip()
    if not (title or doi or arxiv or url):
        return BadEntry(line, "This row has no title and no identifier.")
    people = parse_names(cell("authors"), several=True)
    said, tags = split_status(split_names(cell("tags")))
    labels = split_names(cells.get("labels", ""))
    if not (cell("status") or said):
        said, labels = split_status(labels)  # else a label is what it is, also "to-read"
    return ListedPaper(
        line=line,
        record=PaperRecord(
            title=title,
            authors=people.names,
            year=year_of(cell("year")[:4]),
            venue=cell("venue"),
            doi=doi_in(doi) or doi,
            arxiv_id=arxiv_of(arxiv) or arxiv_of(url),
            url=url,
            abstract=cells.get("abstract", "").strip(),
            details={"authors": OTHERS} if people.has_more and people.names else {},
        ),
        page=cell("address"),
        citekey=cell("key"),
        names=(cell("key"),),
        status=cell("status") or said,
        status_at=read_moment(cell("since")),
        added_at=read_moment(cell("added")),
        priority=PRIORITIES.get(cell("priority").lower(), 0),
        remark=cells.get("remark", "").strip(),
        notes=cells.get("notes", "").strip(),
        labels=(*labels, *tags),
        collections=split_names(cell("collections")),
    )
