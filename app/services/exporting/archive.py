"""All that a person has here, as one zip."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ListEntry, Picture, Shelf, ShelfEntry, User
from app.services.exporting import archive_rows, text_files, vault
from app.services.exporting.paper_set import PaperSet, read_exported_papers
from app.services.pictures.storage import find_storage

_README = """\
Shortlist: everything that {name} has on {site}

{name}/*.md        your summaries with their settings, whoever can see them, and in
                   the front matter what your reading list says of their papers
{name}/shelves/    your shelves as notes that link to their papers
{name}/pictures/   the images in these summaries
pictures/          your other images
pictures.json      the descriptions of all your images
drafts.json        what you have not published yet
versions.json      all versions of your summaries
deleted.json       summaries that you deleted within the last 30 days
votes.json         your votes, on summaries that you can see now
list.json          your reading list: statuses with their dates, priorities,
                   labels, remarks, notes, keys, order
shelves.json       your shelves: papers in order, and your notes
shelved.json       what you added to shelves of others
readings.json      readings of groups: what you answered and handed in
ballots.json       the papers that you want a group to read next
list.bib           the papers on your list and your shelves as BibTeX
profile.json       your profile, email address and recent sign-ins

"Import" in the settings of a Shortlist site takes this zip as it is. It reads your
summaries with their images, and adds the papers of list.bib. "Import" on the reading
list takes it too, and reads your list and your shelves: their papers in order, with
your notes, and their descriptions, unless others can see the shelf on which these come.
Neither reads the other files: drafts, earlier versions, deleted summaries, votes,
images that no summary shows, and your profile are here for you to keep. Open the
folder of your summaries in Obsidian, or in any editor.
"""


def write_archive(session: Session, user: User, archive: zipfile.ZipFile, secret: str = "") -> None:
    """Write all that somebody has here; a batch of rows is in memory at once.

    Args:
        secret: the site's; see `vault.export_vault`.
    """
    write = vault.make_zip_writer(archive)
    text = _README.format(name=user.name, site=session.info["site_url"] or "this site")
    write("README.txt", text.encode())
    _write_json(archive, "profile.json", archive_rows.make_profile(session, user))
    for _ in vault.export_vault(session, [user], write, secret, with_list=True):
        pass
    for file, read in archive_rows.TABLES.items():
        _write_rows(archive, file, read(session, user.id))
    _write_list(session, user, archive)
    _write_pictures(session, user, archive)


def _write_rows(archive: zipfile.ZipFile, name: str, rows: Iterable[Any]) -> None:
    """A list in JSON, one row after the other."""
    with archive.open(vault.make_zip_entry(name), "w") as file:
        start = "[\n"
        for row in rows:
            file.write((start + _to_json(row)).encode("utf-8", "replace"))
            start = ",\n"
        file.write(b"[]\n" if start == "[\n" else b"\n]\n")


def _write_json(archive: zipfile.ZipFile, name: str, value: Any) -> None:
    archive.writestr(vault.make_zip_entry(name), _to_json(value) + "\n")


def _to_json(value: Any) -> str:
    # Moments and days as ISO 8601.
    return json.dumps(value, ensure_ascii=False, indent=1, default=lambda each: each.isoformat())


def _write_list(session: Session, user: User, archive: zipfile.ZipFile) -> None:
    query = select(ListEntry.paper_id).where(ListEntry.user_id == user.id)
    ids = list(session.scalars(query.order_by(ListEntry.added_at, ListEntry.id)))
    shelved = select(ShelfEntry.paper_id).join(Shelf, Shelf.id == ShelfEntry.shelf_id)
    shelved = shelved.where(Shelf.user_id == user.id, ShelfEntry.paper_id.is_not(None))
    ids += session.scalars(shelved.order_by(ShelfEntry.id))
    ids = list(dict.fromkeys(ids))
    # Under the keys that the papers have here, or they would get the reader's where it is imported.
    chosen = PaperSet("Reading list", ids)
    with archive.open(vault.make_zip_entry("list.bib"), "w") as file:
        for part in text_files.write_bibtex(read_exported_papers(session, chosen), chosen):
            file.write(part.encode("utf-8", "replace"))


def _write_pictures(session: Session, user: User, archive: zipfile.ZipFile) -> None:
    """The files that stand in no summary, and what was said of all."""
    write, written = vault.make_zip_writer(archive), set(archive.namelist())
    said, storage = [], find_storage(session.info)
    query = select(Picture).where(Picture.user_id == user.id).order_by(Picture.id)
    for picture in session.scalars(query):
        file = vault.name_picture(picture.digest, PurePath(picture.name).suffix)
        place = f"{user.name}/{file}" if f"{user.name}/{file}" in written else file
        content = None if place in written else storage.read(picture.name)
        if content is not None:
            write(place, content)
            written.add(place)
        said.append({"file": place, "alt": picture.alt, "uploaded_at": picture.uploaded_at})
    _write_json(archive, "pictures.json", said)
