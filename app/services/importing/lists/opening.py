"""The rows of a file with a reading list.

Called by a process that has no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import BinaryIO
from urllib.parse import unquote

from app.services.importing.archives import Archive, BadArchive, open_archive
from app.services.importing.opening import MARKDOWN, BadSource
from app.services.importing.vault_notes import VaultNotes
from app.services.summaries.files.reading import MAX_FILE, read, read_paper
from app.sources.bibtex.reading import BadEntry, clean_bibtex, decode, scan_entries
from app.sources.formats import front_matter
from app.sources.formats.front_matter import BadFile
from app.sources.formats.markdown_links import link_notes
from app.sources.formats.note_fields import rename_fields
from app.sources.lists import archive_list
from app.sources.lists.jabref_shelves import name_twin
from app.sources.lists.listed_paper import PATH_BREAK, ListedPaper, read_moment
from app.sources.lists.reading import read_list
from app.sources.lists.shelf_notes import is_in_shelves, read_shelf_note
from app.sources.lists.statuses import split_status
from app.sources.record import PaperRecord
from app.text.folding import fold_label

MAX_LIST_BYTES = 50_000_000  # of a file
_PAPERS = "list.bib"  # of a personal archive
MAX_LINKS = 200  # from a note to others
_FIELDS = (
    *("key", "title", "authors", "year", "venue", "doi", "arxiv", "url", "abstract", "published"),
    *("section", "venue_key", "venue_title", "citekey", "tags", "date", "status", "remark"),
    *("priority", "read", "added", "status_date", "labels", "visibility"),
)
_NAMING = {"key", "doi", "arxiv", "citekey", "authors"}
_STATUS_NAMES = ("status", "read_status", "readstatus", "reading_status", "reading-status")
_PRIORITIES = {"low": 1, "medium": 2, "high": 3}


def open_list(
    file: BinaryIO, name: str, opened: ExitStack
) -> tuple[str, Iterator[ListedPaper | BadEntry]]:
    """The rows of a file, and what their numbers count.

    Args:
        opened: closes what is opened here.

    Raises:
        BadSource: for what cannot be read as a whole.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"PK"):
        try:
            archive = opened.enter_context(open_archive(file))
        except BadArchive as error:
            raise BadSource(f"{name}: {error}") from None
        return "note", _read_vault(archive)
    data = file.read(MAX_LIST_BYTES + 1)
    if len(data) > MAX_LIST_BYTES:
        raise BadSource(f"{name} has more than {MAX_LIST_BYTES // 1_000_000} MB; split it.")
    text, note = decode(data)
    if not note and "\0" in text[:2000]:
        raise BadSource(f"{name}: unsupported file type.")
    return read_list(text, name)


def _read_vault(archive: Archive) -> Iterator[ListedPaper | BadEntry]:
    shown = [name for name in archive.names if not any(p.startswith(".") for p in name.split("/"))]
    names = [name for name in shown if name.lower().endswith(MARKDOWN)]
    outer = int(all("/" in name for name in shown) and len({n.split("/")[0] for n in shown}) == 1)
    top = f"{shown[0].split('/')[0]}/" if outer else ""

    def take(name: str) -> bytes:
        try:
            return archive.read(name, MAX_FILE)
        except BadArchive as error:
            raise BadFile(str(error)) from None

    notes = VaultNotes(names, lambda name: read(take(name)))
    rows: dict[str, ListedPaper] = {}
    records = _read_records(archive, top)
    yield from _read_archive(archive, top, records)  # it alone says in which order entries are
    for number, name in enumerate(names, 1):
        try:
            row = _read_note(take(name), number)
            if row is None:
                continue
        except BadFile as error:
            yield BadEntry(number, f"{name:.200}, line {error.line}: {error}")
            continue
        folders = PATH_BREAK.join(name.split("/")[outer:-1])
        links = _find_links(row.notes, name, notes)
        rows[name] = replace(row, path="", notes="")
        yield replace(row, path=name, links=links, collections=(folders,) if folders else ())
    titles: Counter[str] = Counter()
    # Of shelves of one title the export gives the shortest name to the oldest.
    for number, name in sorted(enumerate(names, 1), key=lambda each: (len(each[1]), each[1])):
        for row in _read_shelf(name, take, notes, rows, number, titles):
            yield _add_record(row, records)
    if not names and top + archive_list.NAME not in archive.names:
        yield BadEntry(1, "There is no Markdown file in this zip.")


def _read_records(archive: Archive, top: str) -> dict[str, PaperRecord]:
    """What a personal archive says of papers besides its notes, by their keys at its site.

    Args:
        top: the folder that has all files, where somebody unpacked the archive and packed it again.
    """
    if top + archive_list.NAME not in archive.names or top + _PAPERS not in archive.names:
        return {}
    try:
        packed = archive.read(top + _PAPERS, MAX_LIST_BYTES)
    except BadArchive:
        return {}
    entries = (entry for _, entry in scan_entries(clean_bibtex(decode(packed)[0])))
    return {each.record.key: each.record for each in entries if not isinstance(each, BadEntry)}


def _read_archive(
    archive: Archive, top: str, records: Mapping[str, PaperRecord]
) -> Iterator[ListedPaper | BadEntry]:
    """The list in a personal archive, which has more papers than those of its notes."""
    name = top + archive_list.NAME
    if name not in archive.names:
        return
    try:
        data = archive.read(name, MAX_LIST_BYTES)
    except BadArchive as error:
        yield BadEntry(1, str(error))
        return
    yield from archive_list.read_archive_list(data, records)


def _add_record(row: ListedPaper, records: Mapping[str, PaperRecord]) -> ListedPaper:
    """A paper on a shelf with what the archive says of it, or as it is."""
    key = unquote(row.page.partition("/paper/")[2])
    return replace(row, record=records[key]) if row.is_loose and key in records else row


def _read_shelf(
    name: str,
    take: Callable[[str], bytes],
    notes: VaultNotes,
    rows: Mapping[str, ListedPaper],
    number: int,
    titles: Counter[str],
) -> Iterator[ListedPaper]:
    """The papers of a shelf, if a note is one: those of other notes, or by their addresses.

    Args:
        titles: how many shelves before it are called so; one of the same title is its twin.
    """
    if not is_in_shelves(name):
        return
    try:
        shelf = read_shelf_note(name, take(name))
    except BadFile:
        return
    if shelf is None:
        return
    description, folded = shelf.description, fold_label(shelf.title)
    titles[folded] += 1
    place = (name_twin(shelf.title, titles[folded]),)
    if not shelf.items:
        yield ListedPaper(
            number,
            PaperRecord(""),
            collections=place,
            shelves=place,
            description=description,
            is_only_shelved=True,
        )
    for item in shelf.items:
        path = notes.find_path(name, item.target)
        known = rows.get(path or "")
        if known is None:
            record = PaperRecord(item.title)
            known = ListedPaper(number, record, page=item.target, is_loose=True)
        yield ListedPaper(
            number,
            known.record,
            page=known.page,
            names=known.names,
            collections=place,
            shelves=place,
            shelf_note=item.note,
            description=description,
            is_only_shelved=True,
            is_loose=known.is_loose,
        )
        description = ""


def _find_links(text: str, name: str, notes: VaultNotes) -> dict[str, str]:
    found: dict[str, str] = {}

    def find(target: str) -> None:
        if len(found) < MAX_LINKS and (path := notes.find_path(name, target)) is not None:
            found[target] = path

    link_notes(text, find)
    return found


def _read_note(data: bytes, number: int) -> ListedPaper | None:
    """What a note says; `None` for one that does not mean to be about a paper."""
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile("The file is not UTF-8.", line) from None
    if content.split("\n", 1)[0].rstrip() != front_matter.MARK:
        return None
    note = front_matter.parse(content)
    given = {_name_field(name): value for name, value in note.fields.items()}
    fields, _ = rename_fields(given, {}, _FIELDS)
    if not _NAMING & fields.keys():
        return None
    record = replace(read_paper(fields), key="", other_keys=())
    # What a site like this has written: the text is a summary, and its tags are that summary's.
    is_summary = "visibility" in fields
    said, labels = split_status([] if is_summary else _read_tags(fields))
    since = front_matter.text(fields, "status_date" if is_summary else "read")
    citekey = front_matter.text(fields, "citekey").strip().lstrip("@")
    key = front_matter.text(fields, "key").strip()
    return ListedPaper(
        line=number,
        record=record,
        citekey=citekey,
        names=(key, citekey),
        status=front_matter.text(fields, "status").strip() or said,
        status_at=read_moment(since[:40]),
        added_at=read_moment(front_matter.text(fields, "added")[:40]),
        priority=_PRIORITIES.get(front_matter.text(fields, "priority").strip().lower(), 0),
        remark=front_matter.text(fields, "remark"),
        notes=note.body.strip("\n") if note.body.strip() and not is_summary else "",
        labels=(*labels, *front_matter.texts(fields, "labels")),
    )


def _name_field(name: str) -> str:
    return "status" if name.strip().lower() in _STATUS_NAMES else name


def _read_tags(fields: dict[str, object]) -> list[str]:
    written = front_matter.texts(fields, "tags")
    parts = written[0].split(",") if len(written) == 1 else written
    return [part.strip().lstrip("#") for part in parts]
