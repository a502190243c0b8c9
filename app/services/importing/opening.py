"""Where summaries and papers come in from.

Markdown and BibTeX files, folders or zips of them, ShortScience's exports.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from app.services.accounts.user_names import UNKNOWN, make_user_name
from app.services.importing.archives import Archive, BadArchive, open_archive
from app.services.importing.bibtex_files import BIBTEX, read_incoming_papers
from app.services.importing.bibtex_files import MAX_FILE as MAX_BIBTEX
from app.services.importing.terms import IncomingFile, IncomingPaper
from app.services.importing.vault_notes import VaultNotes, is_shelf
from app.services.pictures.picture_file import MAX_BYTES
from app.services.summaries.files.reading import MAX_FILE, SummaryFile, read
from app.sources.bibtex.reading import BadEntry, read_entries
from app.sources.formats.front_matter import BadFile
from app.sources.formats.shortscience import (
    BadFeed,
    BadItem,
    FeedItem,
    KeyedText,
    looks_like_feed,
    read_feed,
    read_keyed_texts,
)
from app.sources.record import PaperRecord

MARKDOWN = (".md", ".markdown", ".mdown")
MAX_TABLE = 100_000_000  # bytes of a CSV
MAX_PACKED_BIBTEX = 5_000_000  # bytes of a BibTeX file in a zip, which a reader may send
MAX_PASTED = 200_000  # bytes
PASTED = "your entries"  # as the report names them
START = 4096  # bytes that tell what a file is
TOO_LARGE = f"it has more than {MAX_BYTES // 1_000_000} MB."
Item = TypeVar("Item")


class BadSource(ValueError):
    """Something that cannot be imported as a whole; the message is for who named it."""


@dataclass(frozen=True)
class ImportSource:
    """What is to be imported.

    `count` is how many files or items it has, `None` if only reading it tells.
    """

    incoming: Iterator[IncomingFile | IncomingPaper]
    count: int | None


def open_source(path: Path, opened: ExitStack) -> ImportSource:
    """Open what a path names.

    A folder, a zip, a Markdown or BibTeX file, an RSS feed or a CSV.

    Args:
        opened: closes what is opened here.

    Raises:
        BadSource: for a path that is not there, or another kind of file.
    """
    if path.is_dir():
        return _folder(path)
    try:
        file = opened.enter_context(path.open("rb"))
    except OSError as error:
        raise BadSource(f"{path} cannot be read: {error.strerror}.") from None
    return open_file(file, str(path), opened, beside=path)


def open_file(
    file: BinaryIO, name: str, opened: ExitStack, *, beside: Path | None = None
) -> ImportSource:
    """As `open_source`, for a file that is open; pictures are looked for `beside` it."""
    start = file.read(START)
    file.seek(0)
    if start.startswith(b"PK"):
        try:
            archive = opened.enter_context(open_archive(file))
        except BadArchive as error:
            raise BadSource(f"{name}: {error}") from None
        return _archive(archive, name)
    if name.lower().endswith(BIBTEX):
        return _bibtex(file, name)
    if looks_like_feed(start):
        return ImportSource(_feed(file, name), None)
    if name.lower().endswith(".csv"):
        return _table(file, name)
    if name.lower().endswith(MARKDOWN):
        data = file.read(MAX_FILE + 1)
        find = (
            _picture_of_nothing
            if beside is None
            else partial(_picture_of_folder, beside.parent, beside)
        )
        return ImportSource(iter([IncomingFile(name, partial(read, data), find)]), 1)
    raise BadSource(
        f"{name}: unsupported file type. Use Markdown (.md), BibTeX (.bib), a folder or zip of"
        " these, or ShortScience’s RSS (.xml) or CSV (.csv)."
    )


def _folder(root: Path) -> ImportSource:
    paths = [
        path
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() in (*MARKDOWN, *BIBTEX)
        and not _is_hidden(path.relative_to(root).parts)
        and not is_shelf(path.as_posix(), partial(_bytes_of, root, path, MAX_FILE))
    ]
    # Papers first: a note may be about one of them, and name it by its key alone.
    paths.sort(key=lambda path: path.suffix.lower() not in BIBTEX)
    has_bibtex = bool(paths) and paths[0].suffix.lower() in BIBTEX

    names = {path.relative_to(root).as_posix(): path for path in paths}
    notes = VaultNotes(
        [name for name in names if name.lower().endswith(MARKDOWN)],
        lambda name: _read_path(root, names[name]),
    )

    def incoming() -> Iterator[IncomingFile | IncomingPaper]:
        for name, path in names.items():
            if path.suffix.lower() in BIBTEX:
                yield from _bibtex_of_folder(root, path)
                continue
            find = partial(_picture_of_folder, root, path)
            read_note = partial(_read_path, root, path)
            yield IncomingFile(str(path), read_note, find, notes.finder(name))

    return ImportSource(incoming(), None if has_bibtex else len(paths))


def open_pasted_bibtex(text: str) -> ImportSource:
    """Entries that somebody pasted.

    Raises:
        BadSource: for too much at a time.
    """
    if len(text.encode("utf-8", "replace")) > MAX_PASTED:
        raise BadSource(f"This is more than {MAX_PASTED:,} bytes of BibTeX; send it as a file.")
    return ImportSource((IncomingPaper(PASTED, entry) for entry in read_entries(text)), None)


def _bibtex(file: BinaryIO, name: str) -> ImportSource:
    data = file.read(MAX_BIBTEX + 1)
    if len(data) > MAX_BIBTEX:
        raise BadSource(f"{name} has more than {MAX_BIBTEX // 1_000_000} MB; split it.")
    return ImportSource(read_incoming_papers(data, name), None)


def _bibtex_of_folder(root: Path, path: Path) -> Iterator[IncomingPaper]:
    try:
        data = _bytes_of(root, path, MAX_BIBTEX)
        if len(data) > MAX_BIBTEX:
            raise BadFile(f"It has more than {MAX_BIBTEX // 1_000_000} MB; split it.")
    except BadFile as error:
        yield IncomingPaper(str(path), BadEntry(1, str(error)))
    else:
        yield from read_incoming_papers(data, str(path))


def _read_path(root: Path, path: Path) -> SummaryFile:
    return read(_bytes_of(root, path, MAX_FILE))


def _bytes_of(root: Path, path: Path, most: int) -> bytes:
    """A file's content, or somewhat more than the most that is allowed."""
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise BadFile("This is a link to a file outside of the folder.")
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise BadFile(f"The file cannot be read: {error.strerror}.") from None


def _picture_of_folder(root: Path, note: Path, path: str) -> bytes | None:
    """A picture beside or below a note, or from the top, never outside of what is imported."""
    within = root.resolve()
    beside = [] if path.startswith("/") else [note.parent / path]
    for place in (*beside, root / path.lstrip("/")):
        try:
            found = place.resolve()
            size = found.stat().st_size if found.is_file() else 0
        except (OSError, ValueError):  # a name that no file can have
            continue
        if not (found.is_relative_to(within) and found.is_file()):
            continue
        if size > MAX_BYTES:
            raise BadFile(TOO_LARGE)
        try:
            return found.read_bytes()
        except OSError as error:
            raise BadFile(f"can’t be read: {error.strerror}.") from None
    return None


def _picture_of_nothing(_path: str) -> bytes | None:
    raise BadFile("it did not come along; a zip can hold the text and its pictures.")


def _archive(archive: Archive, source: str) -> ImportSource:
    shown = [name for name in archive.names if not _is_hidden(tuple(name.split("/")))]
    names = [name for name in shown if name.lower().endswith(MARKDOWN)]
    names = [name for name in names if not is_shelf(name, partial(archive.read, name, MAX_FILE))]
    papers = [name for name in shown if name.lower().endswith(BIBTEX)]
    there = set(archive.names)

    def take(name: str) -> SummaryFile:
        try:
            return read(archive.read(name, MAX_FILE))
        except BadArchive as error:
            raise BadFile(str(error)) from None

    notes = VaultNotes(names, take)

    def picture(note: str, path: str) -> bytes | None:
        beside = posixpath.join(posixpath.dirname(note), path)
        for place in (beside, path.lstrip("/")):
            found = posixpath.normpath(place)
            if found in there:
                if archive.size(found) > MAX_BYTES:
                    raise BadFile(TOO_LARGE)
                try:
                    return archive.read(found, MAX_BYTES)
                except BadArchive as error:
                    raise BadFile(str(error)) from None
        return None

    def incoming() -> Iterator[IncomingFile | IncomingPaper]:
        for name in papers:
            yield from _bibtex_of_archive(archive, name, f"{source}/{name}")
        for name in names:
            find = partial(picture, name)
            yield IncomingFile(f"{source}/{name}", partial(take, name), find, notes.finder(name))

    return ImportSource(incoming(), None if papers else len(names))


def _bibtex_of_archive(archive: Archive, name: str, shown: str) -> Iterator[IncomingPaper]:
    try:
        data = archive.read(name, MAX_PACKED_BIBTEX)
    except BadArchive as error:
        yield IncomingPaper(shown, BadEntry(1, str(error)))
    else:
        yield from read_incoming_papers(data, shown)


def _feed(file: BinaryIO, name: str) -> Iterator[IncomingFile]:
    try:
        for item in read_feed(file):
            yield IncomingFile(name, _told(item, _of_feed), line=item.line, kind="feed")
    except BadFeed as error:
        yield IncomingFile(name, _told(BadItem(error.line, str(error)), _of_feed), line=error.line)


def _table(file: BinaryIO, name: str) -> ImportSource:
    data = file.read(MAX_TABLE + 1)
    if len(data) > MAX_TABLE:
        raise BadSource(f"{name} has more than {MAX_TABLE // 1_000_000} MB.")
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadSource(f"{name}, line {line}: this is not UTF-8.") from None
    rows = read_keyed_texts(content)
    return ImportSource(
        (IncomingFile(name, _told(row, _of_table), line=row.line, kind="table") for row in rows),
        None,
    )


def _told(
    item: Item | BadItem, convert: Callable[[Item], SummaryFile]
) -> Callable[[], SummaryFile]:
    def take() -> SummaryFile:
        if isinstance(item, BadItem):
            raise BadFile(item.message)
        return convert(item)

    return take


def _of_feed(item: FeedItem) -> SummaryFile:
    """An item as a file.

    Who can see it, and that a name may stand on it, its feed does not say for good: its writer may
    have changed both here since.
    """
    name = UNKNOWN if item.anonymous else make_user_name(item.user)
    is_other = not item.anonymous and name != item.user.lower()
    return SummaryFile(
        record=PaperRecord(title=item.title, key=item.key, arxiv_id=item.arxiv_id),
        text=item.text,
        user=name,
        display_name=item.author,
        created=item.written_at,
        anonymous=True if item.anonymous else None,
        votes=item.votes,
        names=tuple(filter(None, (item.user, item.author))),
        notes=(f"{item.user:.60} isn’t a valid username; the account is {name}",)
        if is_other
        else (),
    )


def _of_table(row: KeyedText) -> SummaryFile:
    return SummaryFile(record=PaperRecord(title="", key=row.key), text=row.text)


def _is_hidden(parts: tuple[str, ...]) -> bool:
    # Folders such as Jekyll's `_posts` are not hidden.
    return any(part.startswith(".") or part in ("node_modules", "__MACOSX") for part in parts)
