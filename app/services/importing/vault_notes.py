"""The notes of one vault by the paths and names in their links.

Called by the process that opens files, which has no database.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import partial

from app.services.importing.archives import BadArchive
from app.services.importing.terms import NoteTarget
from app.services.summaries.files.reading import SummaryFile
from app.sources.formats.front_matter import BadFile
from app.sources.formats.markdown_links import NOTES
from app.sources.lists.shelf_notes import is_in_shelves, read_shelf_note

MAX_KEPT = 5000  # notes whose papers are remembered
MAX_PARTS = 8  # folders and a name, in a link that is the end of a path


class VaultNotes:
    """Finds the note that a link means.

    Args:
        names: the paths of all notes, parts joined by `/`.
        read: reads one, or raises `BadFile`.
    """

    def __init__(self, names: Iterable[str], read: Callable[[str], SummaryFile]) -> None:
        self._read = read
        self._paths: dict[str, str] = {}
        self._ending: dict[str, str] = {}  # the uppermost note whose path ends so
        self._found: dict[str, NoteTarget | None] = {}
        for name in sorted(names, key=lambda name: (name.count("/"), name)):
            path = _without_end(name).casefold()
            self._paths.setdefault(path, name)
            parts = path.split("/")
            for start in range(max(0, len(parts) - MAX_PARTS), len(parts)):
                self._ending.setdefault("/".join(parts[start:]), name)

    def finder(self, note: str) -> Callable[[str], NoteTarget | None]:
        """What finds the targets of links in one note."""
        return partial(self.find, note)

    def find(self, note: str, target: str) -> NoteTarget | None:
        """The paper of a note that another one links to, by path or by name.

        Args:
            note: the path of the note that holds the link.
            target: as written, without the part behind `#`.
        """
        name = self.find_path(note, target)
        if name is None:
            return None
        if name in self._found:
            return self._found[name]
        found = self._target(name)
        if len(self._found) < MAX_KEPT:
            self._found[name] = found
        return found

    def find_path(self, note: str, target: str) -> str | None:
        """The path of the note that a link means; arguments as of `find`."""
        name = self._name(note, _without_end(target).casefold())
        return None if name == note else name

    def _target(self, name: str) -> NoteTarget | None:
        try:
            file = self._read(name)
        except BadFile:
            return None
        return NoteTarget(file.record, file.citekey)

    def _name(self, note: str, target: str) -> str | None:
        folder = posixpath.dirname(note).casefold()
        for place in (posixpath.join(folder, target), target.lstrip("/")):
            if (found := self._paths.get(posixpath.normpath(place))) is not None:
                return found
        # Obsidian writes the end of a path, as much of it as tells notes of one name apart.
        return self._ending.get(target)


def _without_end(path: str) -> str:
    for end in NOTES:
        if path.lower().endswith(end):
            return path[: -len(end)]
    return path


def is_shelf(name: str, take: Callable[[], bytes]) -> bool:
    """Whether a note is a shelf, which the import of a list reads.

    Args:
        take: its content.
    """
    try:
        return is_in_shelves(name) and read_shelf_note(name, take()) is not None
    except (BadArchive, BadFile):
        return False
