"""Writing summaries as files, in a form that imports again without a difference."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Picture, Summary, User
from app.queries import summaries
from app.queries.lists.own_entries import load_entry_facts
from app.references.addresses import paper_path
from app.services.exporting import archive_rows
from app.services.files import READABLE, write_file
from app.services.pictures.storage import find_storage
from app.services.pictures.uploads import find_picture_names
from app.services.summaries.files import writing
from app.sources.formats.markdown_links import link_exported_notes
from app.sources.formats.markdown_pictures import link_exported_pictures
from app.sources.lists.shelf_notes import FOLDER, ShelfItem, write_shelf_note

BATCH = 100
MAX_NAME = 150  # bytes of a file name, without its end
# The same each time, so that the same library gives the same zip.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)

Write = Callable[[str, bytes], None]


def export_vault(
    session: Session,
    users: list[User],
    write: Write,
    secret: str = "",
    *,
    with_list: bool = False,
) -> Iterator[str]:
    """Write all summaries of some users, one file each, and the pictures that they show.

    Args:
        write: takes the name of a file, as `ann/conf-nips-RenHGS15.md`, and its content.
        secret: the site's, with which its writer may import a second text about a paper again.
        with_list: whether the files say what the reading lists of their writers do, which nobody
            else may see; their shelves are notes then too.

    Yields:
        The name of each summary's file, when it is written.
    """
    for user in users:
        keys = summaries.list_summary_keys(session, user)
        names = _file_names(keys)
        texts = Counter(key for _, key in keys)
        notes = {paper_path(key): f"{names[number]}.md" for number, key in reversed(keys)}
        several = {number for number, key in keys if texts[key] > 1}
        ids = list(names)
        written: set[str] = set()
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            found = summaries.load_full_summaries(session, batch)
            listed = {each.paper_id for each in found.values()} if with_list else set()
            entries = load_entry_facts(session, user, listed)
            for number in batch:
                if number not in found:  # deleted meanwhile
                    continue
                name = f"{user.name}/{names[number]}.md"
                body = _with_files(session, found[number], user, written, write)
                body = link_exported_notes(body, notes.get)
                signed = secret if number in several else ""
                entry = entries.get(found[number].paper_id)
                text = writing.write(found[number], body, signed, entry)
                write(name, text.encode("utf-8", "replace"))
                yield name
            session.expunge_all()
        if with_list:
            _write_shelves(session, user, notes, write)


def _write_shelves(session: Session, user: User, notes: Mapping[str, str], write: Write) -> None:
    """Write a note for each shelf of a user, which links to their notes, or to this site."""
    site = session.info["site_url"]
    for shelf in archive_rows.read_shelves(session, user.id):
        addresses = [paper_path(each["paper"]) for each in shelf["papers"]]
        items = [
            ShelfItem(
                each["title"],
                f"../{notes[address]}" if address in notes else site + address,
                each["note"],
            )
            for each, address in zip(shelf["papers"], addresses, strict=True)
        ]
        text = write_shelf_note(shelf["title"], shelf["description"], items)
        name = f"{user.name}/{FOLDER}/{_plain(shelf['slug'])}.md"
        write(name, text.encode("utf-8", "replace"))


def make_folder_writer(folder: Path) -> Write:
    """Writes files below a folder, each whole or not at all."""

    def write(name: str, content: bytes) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, content, READABLE)

    return write


def make_zip_writer(archive: zipfile.ZipFile) -> Write:
    """Adds files to a zip."""

    def write(name: str, content: bytes) -> None:
        archive.writestr(make_zip_entry(name), content)

    return write


def make_zip_entry(name: str) -> zipfile.ZipInfo:
    """How a file stands in a zip."""
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.external_attr = 0o100644 << 16
    is_picture = "pictures/" in name  # and packed already
    entry.compress_type = zipfile.ZIP_STORED if is_picture else zipfile.ZIP_DEFLATED
    return entry


def name_picture(digest: str, end: str) -> str:
    """The file of a picture beside the texts of its owner."""
    return f"pictures/{digest[:32]}{end}"


def make_zip_name(user: User, moment: datetime, what: str = "") -> str:
    """What the zip of somebody's summaries, or of all that is theirs, is called."""
    return f"shortlist-{what}{user.name}-{moment:%Y-%m-%d}.zip"


def _file_names(keys: list[tuple[int, str]]) -> dict[int, str]:
    """A name for the file of each summary, from the key of its paper; unlike each other also where
    a disk takes small and capital letters for the same. Who wrote about two papers that became one
    has two texts with one key."""
    seen: Counter[str] = Counter()
    plain = {}
    for number, key in keys:
        seen[key] += 1
        plain[number] = _plain(key) if seen[key] == 1 else f"{_plain(key)}-{seen[key]}"
    times = Counter(name.casefold() for name in plain.values())
    return {
        number: plain[number]
        if times[plain[number].casefold()] == 1
        else f"{plain[number]}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
        for number, key in keys
    }


def _plain(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", key).lstrip(".-")[:MAX_NAME] or "paper"


def _with_files(
    session: Session, summary: Summary, user: User, written: set[str], write: Write
) -> str:
    """The text of a summary with the names of files for its pictures, which are written too."""
    names = find_picture_names(summary.source)
    own = select(Picture).where(Picture.user_id == user.id, Picture.name.in_(names))
    files: dict[str, str] = {}
    for picture in session.scalars(own) if names else ():
        file = name_picture(picture.digest, PurePath(picture.name).suffix)
        if file not in written:
            content = find_storage(session.info).read(picture.name)
            if content is None:
                continue
            write(f"{user.name}/{file}", content)
            written.add(file)
        files[picture.name] = file
    return link_exported_pictures(summary.source, files.get)
