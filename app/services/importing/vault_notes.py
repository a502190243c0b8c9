"""The notes of one vault by the paths and names in their links.

Called by the process that opens files, which has no database.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import partial

from app.services.importing.terms import NoteTarget
from app.services.summaries.file_reading import SummaryFile
from app.sources.formats.front_matter import BadFile
from app.sources.formats.markdown_links import NOTES

MAX_KEPT = 5000  # notes whose papers are remembered


class VaultNotes:
    """Finds the note that a link means.

    Args:
        names: the paths of all notes, parts joined by `/`.
        read: reads one, or raises `BadFile`.
    """

    def __init__(self, names: Iterable[str], read: Callable[[str], SummaryFile]) -> None:
        self._read = read
        self._paths: dict[str, str] = {}
        self._named: dict[str, list[str]] = {}
        self._found: dict[str, NoteTarget | None] = {}
        for name in names:
            path = _without_end(name).casefold()
            self._paths.setdefault(path, name)
            self._named.setdefault(posixpath.basename(path), []).append(name)

    def finder(self, note: str) -> Callable[[str], NoteTarget | None]:
        """What finds the targets of links in one note."""
        return partial(self.find, note)

    def find(self, note: str, target: str) -> NoteTarget | None:
        """The paper of a note that another one links to, by path or by name.

        Args:
            note: the path of the note that holds the link.
            target: as written, without the part behind `#`.
        """
        name = self._name(note, _without_end(target).casefold())
        if name is None or name == note:
            return None
        if name not in self._found and len(self._found) < MAX_KEPT:
            try:
                file = self._read(name)
                self._found[name] = NoteTarget(file.record, file.citekey)
            except BadFile:
                self._found[name] = None
        return self._found.get(name)

    def _name(self, note: str, target: str) -> str | None:
        folder = posixpath.dirname(note).casefold()
        for place in (posixpath.join(folder, target), target.lstrip("/")):
            if (found := self._paths.get(posixpath.normpath(place))) is not None:
                return found
        # Obsidian writes the end of a path, as much of it as tells notes of one name apart.
        named = self._named.get(posixpath.basename(target), [])
        ending = [
            name for name in named if f"/{_without_end(name).casefold()}".endswith(f"/{target}")
        ]
        return min(ending, key=lambda name: (name.count("/"), name)) if ending else None


def _without_end(path: str) -> str:
    for end in NOTES:
        if path.lower().endswith(end):
            return path[: -len(end)]
    return path
