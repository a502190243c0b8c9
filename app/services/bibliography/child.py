"""What the process does that reads a bibliography; it has no database."""

from __future__ import annotations

from app.services.bibliography.reading import ReadBibliography, SourceFile, read_files


def _read(files: list[SourceFile]) -> ReadBibliography:
    return read_files(files)


FUNCTIONS = {"read": _read}
REFUSALS = ()
