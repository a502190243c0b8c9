"""What a bibliography and the files that cite it say, without the library.

Imports nothing of the database: a process without one reads what strangers send.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.sources.bibtex.cited_keys import find_aux_keys, find_tex_keys
from app.sources.bibtex.positions import SourceText
from app.sources.bibtex.reading import BadEntry, scan_entries
from app.sources.bibtex.scanner import BibtexEntry
from app.sources.record import PaperRecord

MAX_ENTRIES = 10_000
MAX_NOTES = 6  # of an entry
PASTED = "pasted.bib"


@dataclass(frozen=True)
class SourceFile:
    """A file as it was sent."""

    name: str
    data: bytes


@dataclass
class ReadEntry:
    """An entry of a file.

    Attributes:
        file: its number.
        scanned: with its place; the values of its fields are left out, only the names stay.
        record: `None` when it could not be read as one.
        problem: why not.
        notes: what was mended while it was read.
        refers: keys in lower case of entries that it takes something from.
        other_keys: that it also goes by.
    """

    file: int
    scanned: BibtexEntry
    record: PaperRecord | None
    problem: str = ""
    notes: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    other_keys: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """As it is written."""
        return self.scanned.key

    @property
    def record_doi(self) -> str:
        """The DOI that it names in whatever field."""
        return "" if self.record is None else self.record.doi


@dataclass
class ReadBibliography:
    """All entries, and the keys that are cited.

    Attributes:
        bib_files: the numbers of files with entries.
        cited: the file and line where each key is cited first.
        has_citations: whether a file tells what is cited.
        is_cut: whether there were more than `MAX_ENTRIES`.
    """

    entries: list[ReadEntry] = field(default_factory=list)
    bib_files: list[int] = field(default_factory=list)
    cited: dict[str, tuple[int, int]] = field(default_factory=dict)
    has_citations: bool = False
    is_cut: bool = False


def read_files(files: list[SourceFile]) -> ReadBibliography:
    """Read `.bib`, `.aux` and `.tex` files; what has another name is read as BibTeX."""
    found = ReadBibliography()
    for number, file in enumerate(files):
        name = file.name.lower()
        if name.endswith((".aux", ".tex", ".ltx")):
            find = find_aux_keys if name.endswith(".aux") else find_tex_keys
            found.has_citations = True
            for key, line in find(SourceText(file.data).text).items():
                found.cited.setdefault(key, (number, line))
        else:
            found.bib_files.append(number)
            _read_entries(found, number, file.data)
    return found


def _read_entries(found: ReadBibliography, number: int, data: bytes) -> None:
    for scanned, judged in scan_entries(SourceText(data).text):
        if len(found.entries) == MAX_ENTRIES:
            found.is_cut = True
            return
        fields = scanned.fields
        told = f"{fields.get('crossref', '')},{fields.get('xdata', '')}"
        refers = tuple(key for each in told.split(",") if (key := each.strip().lower()))
        if isinstance(judged, BadEntry):
            entry = ReadEntry(number, scanned, None, judged.message, (), refers)
        else:
            record = judged.record
            # What is long tells nothing about which work it is.
            entry = ReadEntry(number, scanned, record, "", judged.notes[:MAX_NOTES], refers)
            entry.other_keys = record.other_keys
        scanned.fields = dict.fromkeys((name for name in fields if fields[name].strip()), "")
        found.entries.append(entry)
