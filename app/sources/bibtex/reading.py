"""BibTeX entries as records.

A bad entry does not take the others with it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from app.sources.bibtex.inheritance import inherit
from app.sources.bibtex.records import record_of
from app.sources.bibtex.scanner import BibtexEntry, BibtexScanner
from app.sources.bibtex.strings import known_strings
from app.sources.limits import MAX_PASTED_BYTES, TOO_MANY_MARKS, MarksLeft, is_too_long
from app.sources.record import PaperRecord
from app.text.lines import plain_ends
from app.text.tex import plain

MAX_ENTRIES = 2000  # of pasted text
MAX_VALUE = 20_000
MAX_PEOPLE = 200_000  # characters; papers of LHC experiments have 3,000 authors and more
_MAX_FIELD_CHARS = {
    **dict.fromkeys(("title", "booktitle", "journal"), MAX_VALUE),
    **dict.fromkeys(("author", "editor"), MAX_PEOPLE),
}
# What is no work but part of others, or settings of a style.
_NO_WORKS = {
    "set": "it joins other entries, and is no paper itself",
    "control": "it holds settings of a style, and is no paper",
    "ieeetranbstctl": "it holds settings of a style, and is no paper",
}
_NO_ENTRY = "There is no BibTeX entry here; one begins like @article{some-key, …"
_REFERRED = re.compile(r"\b(?:crossref|xdata)\s*=\s*[{\"]?([^{}\"]+)", re.IGNORECASE)
_STRING = re.compile(r"@\s*string\b", re.IGNORECASE)
_ENCODING = re.compile(rb"[Ee]ncoding:?\s*[=:]?\s*([\w-]{3,20})")


@dataclass(frozen=True)
class FoundEntry:
    """A good entry.

    Its first line (counted from 1), and what was mended in it, in words.
    """

    line: int
    record: PaperRecord
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BadEntry:
    """An entry that could not be read.

    Its first line (counted from 1) and the reason.
    """

    line: int
    message: str


def read_entries(text: str, marks: MarksLeft | None = None) -> Iterator[FoundEntry | BadEntry]:
    """Read all entries of a BibTeX text, of any size, in their order.

    Args:
        text: BibTeX or biblatex, with any line ends.
        marks: how much TeX may be read; the first entry with more is a bad one, and the last.

    Yields:
        Every entry, good or bad. Keys lose dblp's `DBLP:` in front; an entry may have none.
    """
    for _, judged in scan_entries(clean_bibtex(text), marks):
        yield judged


def clean_bibtex(text: str) -> str:
    """A text with newlines for line ends, and without a byte order mark and NUL."""
    return plain_ends(text.removeprefix("\ufeff")).replace("\0", "")


def scan_entries(
    text: str, marks: MarksLeft | None = None
) -> Iterator[tuple[BibtexEntry, FoundEntry | BadEntry]]:
    """As `read_entries`, each with what was scanned, whose places are those of the text.

    Args:
        text: as `clean_bibtex` leaves it.
        marks: as `read_entries` has it.
    """
    scanner = BibtexScanner(text, known_strings())
    parents = _parents(text, scanner)
    for entry in scanner.entries():
        if entry.kind == "xdata":
            continue
        inherit(entry, parents)
        above = entry.fields.get("crossref", "").strip()
        if above and above.lower() not in parents:
            said = f"the entry {above:.80}, of which it is a part, is not here"
            entry.problems.append((entry.line, said))
        # What an entry inherits, and what stands for strings, counts as often as it is used.
        if marks is not None and not all(map(marks.takes, entry.fields.values())):
            yield entry, BadEntry(entry.line, f"{_named(entry)}: {TOO_MANY_MARKS}.")
            return
        yield entry, _judged(entry)


def read_bibtex(text: str) -> tuple[list[PaperRecord], list[BadEntry]]:
    """Read pasted BibTeX.

    Args:
        text: of a size that one may paste (`sources.limits`).

    Returns:
        The records of `MAX_ENTRIES` at most in order, and what could not be read. Of several
        entries with one key and title that differ the first counts.
    """
    if is_too_long(text):
        return [], [BadEntry(1, f"This is more than {MAX_PASTED_BYTES:,} bytes of BibTeX.")]
    records: dict[str, PaperRecord] = {}
    bad: list[BadEntry] = []
    for number, entry in enumerate(read_entries(text, MarksLeft())):
        if number == MAX_ENTRIES:
            bad.append(BadEntry(entry.line, f"Only the first {MAX_ENTRIES:,} entries were read."))
            break
        if isinstance(entry, BadEntry):
            bad.append(entry)
            continue
        key = entry.record.key
        says = f"{key}\n{entry.record.title}".lower() if key else str(entry.line)
        first = records.setdefault(says, entry.record)
        if first != entry.record:
            said = f"the key {key!r} occurs a second time; the first one counts."
            bad.append(BadEntry(entry.line, said))
    if not records and not bad:
        bad.append(BadEntry(1, _NO_ENTRY))
    return list(records.values()), bad


def decode(data: bytes) -> tuple[str, str]:
    """Decode the text of a file.

    Returns also what had to be assumed about its signs, in words, if anything.

    UTF-8 (or UTF-16 with its mark); lines that are not are taken for the encoding which the file
    names, as JabRef does, or for Windows-1252.
    """
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace"), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        first = data.count(b"\n", 0, error.start) + 1
    encoding = find_encoding(data)
    lines = [decode_line(line, encoding)[0] for line in data.split(b"\n")]
    shown = "Windows-1252" if encoding in ("cp1252", "utf-8") else encoding
    return "\n".join(lines), f"Line {first} is not UTF-8; read as {shown}."


def find_encoding(data: bytes) -> str:
    """The encoding of lines that are not UTF-8: what the file names, else Windows-1252."""
    named = _ENCODING.search(data[:2000])
    if named is not None:
        with suppress(LookupError):
            return codecs.lookup(named[1].decode()).name
    return "cp1252"


def decode_line(line: bytes, encoding: str) -> tuple[str, str]:
    """A line as text, and its encoding: UTF-8 wherever it can be."""
    for name in ("utf-8", encoding, "cp1252"):
        try:
            return line.decode(name), name
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1"), "latin-1"


def _parents(text: str, scanner: BibtexScanner) -> dict[str, BibtexEntry]:
    """The entries that others refer to, which may stand before or after these."""
    referred = {
        key.strip().lower()
        for found in _REFERRED.finditer(text)
        for key in found[1][:1000].split(",")
    }
    found: dict[str, BibtexEntry] = {}
    if not referred and not _STRING.search(text):
        return found
    for entry in scanner.entries():  # also for the strings that are used before they are told
        if entry.key.lower() in referred:
            found.setdefault(entry.key.lower(), entry)
    return found


def _judged(entry: BibtexEntry) -> FoundEntry | BadEntry:
    notes = tuple(
        said if line == entry.line else f"line {line}: {said}" for line, said in entry.problems
    )
    problem = _NO_WORKS.get(entry.kind, "")
    for field, most in _MAX_FIELD_CHARS.items():
        if len(entry.fields.get(field, "")) > most:
            problem = f"the field {field} has more than {most:,} characters"
    record = None if problem else record_of(entry)
    if record is not None and not record.title:
        problem = "no title"
    year = plain(entry.fields.get("year", ""))
    if record is not None and record.title and year and record.year is None:
        notes = (*notes, f"“{year:.40}” is no year, and was left out")
    if record is None or problem:
        return BadEntry(entry.line, f"{_named(entry)}: {'; '.join((problem, *notes))}.")
    return FoundEntry(entry.line, record, notes)


def _named(entry: BibtexEntry) -> str:
    return f"@{entry.kind}{{{entry.key:.60}" if entry.key else f"@{entry.kind} without a key"
