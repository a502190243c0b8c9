"""BibTeX entries as records. One bad entry does not take the others with it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Block, Entry
from pylatexenc.latex2text import LatexNodes2Text

from app.sources.record import PaperRecord

MAX_BYTES = 200_000
MAX_VALUE = 20_000
MAX_DEPTH = 40  # of braces; the TeX parser recurses
_TEXT = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=True)
# A field that begins inside the value of another one: the comma between them is missing.
_SWALLOWED = re.compile(r"[}\"]\s*\w+\s*=\s*[{\"]")
_PIECE = re.compile(r"\s*(?:\"((?:[^\"{}]|\{[^{}]*\})*)\"|\{([^{}]*)\}|([\w:.+-]+))\s*(?:#|$)")
_VENUE_FIELDS = ("booktitle", "journal", "journaltitle", "school", "publisher", "howpublished")
_ARXIV = re.compile(r"(?:arxiv:?\s*|abs/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.I)


@dataclass(frozen=True)
class BadEntry:
    """An entry that could not be read: its first line (counted from 1) and the reason."""

    line: int
    message: str


def read_bibtex(text: str) -> tuple[list[PaperRecord], list[BadEntry]]:
    """Read all entries of a BibTeX text.

    Args:
        text: at most `MAX_BYTES` bytes.

    Returns:
        The records in order, and what could not be read. Keys lose dblp's `DBLP:` in front.
    """
    if len(text.encode()) > MAX_BYTES:
        return [], [BadEntry(1, f"This is more than {MAX_BYTES:,} bytes of BibTeX.")]
    # Its log repeats what `failed_blocks` says.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string(text.replace("\x00", ""))
    strings = {string.key.lower(): str(string.value) for string in library.strings}
    records: list[PaperRecord] = []
    bad: list[BadEntry] = []
    for entry in library.entries:
        fields = {field.key.lower(): _joined(str(field.value), strings) for field in entry.fields}
        problem = _problem(fields)
        if problem is None:
            records.append(_record(entry, fields))
        else:
            bad.append(BadEntry(_line(entry), f"{entry.key or 'An entry'}: {problem}"))
    bad += [BadEntry(_line(block), _reason(block)) for block in library.failed_blocks]
    if not records and not bad:
        bad.append(
            BadEntry(1, "There is no BibTeX entry here; one begins like @article{some-key, …")
        )
    return records, sorted(bad, key=lambda entry: entry.line)


def plain(tex: str) -> str:
    r"""Text of a BibTeX value: accents and braces resolved, math left between its dollars.

    `G{\"o}del` becomes `Gödel`, `{R-CNN}` becomes `R-CNN`.
    """
    return " ".join(str(_TEXT.latex_to_text(tex)).split())


def _joined(value: str, strings: Mapping[str, str]) -> str:
    # The parser leaves `nips # " 28"` as it stands (and drops one of the outer quotes).
    if "#" not in value:
        return value
    for candidate in (value, f'"{value}', f'{value}"'):
        pieces = list(_PIECE.finditer(candidate))
        if len(pieces) > 1 and "".join(piece[0] for piece in pieces) == candidate:
            return "".join(
                strings.get(piece[3].lower(), piece[3]) if piece[3] else piece[1] or piece[2] or ""
                for piece in pieces
            )
    return value


def _problem(fields: Mapping[str, str]) -> str | None:
    for name, value in fields.items():
        if len(value) > MAX_VALUE:
            return f"the field {name!r} has more than {MAX_VALUE:,} characters."
        if _depth(value) > MAX_DEPTH:
            return f"the field {name!r} has more than {MAX_DEPTH} braces within each other."
        if _SWALLOWED.search(value):
            return f"a comma seems to be missing after the field {name!r}."
    if not fields.get("title", "").strip():
        return "it has no title."
    return None


def _depth(value: str) -> int:
    """How deeply braces, brackets and environments stand within each other, at most."""
    depth = deepest = 0
    for mark in re.findall(r"[{\[]|[}\]]|\\begin|\\end", value):
        depth = depth + 1 if mark in ("{", "[", "\\begin") else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _record(entry: Entry, fields: Mapping[str, str]) -> PaperRecord:
    year = re.search(r"\b(1[5-9]\d\d|2[01]\d\d)\b", fields.get("year") or fields.get("date", ""))
    venue = next((fields[name] for name in _VENUE_FIELDS if fields.get(name)), "")
    return PaperRecord(
        title=plain(fields["title"]),
        authors=_names(fields.get("author", "")),
        key=re.sub(r"^DBLP:", "", str(entry.key or "").strip()),
        year=int(year[0]) if year else None,
        venue=plain(venue),
        doi=_bare_doi(fields.get("doi", "")),
        arxiv_id=_arxiv_id(fields),
        url=_address(fields.get("url", "")),
        abstract=plain(fields.get("abstract", "")),
        keywords=plain(fields.get("keywords", "")),
    )


def _names(value: str) -> tuple[str, ...]:
    names = re.split(r"\s+and\s+", " ".join(value.split()))
    return tuple(_given_first(name) for name in names if name.strip() and name.strip() != "others")


def _given_first(name: str) -> str:
    name = name.strip()
    if name.startswith("{") and name.endswith("}"):  # an organisation, never turned around
        return plain(name)
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2:
        return plain(f"{parts[1]} {parts[0]}")
    if len(parts) == 3:  # surname, Jr, given name
        return plain(f"{parts[2]} {parts[0]} {parts[1]}")
    return plain(name)


def _bare_doi(value: str) -> str:
    return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", plain(value).replace("\\_", "_"))


def _arxiv_id(fields: Mapping[str, str]) -> str:
    if (fields.get("archiveprefix") or fields.get("eprinttype", "")).lower() == "arxiv":
        return re.sub(r"v\d+$", "", fields.get("eprint", "").strip())
    for name in ("journal", "volume", "url", "note"):
        match = _ARXIV.search(fields.get(name, ""))
        if match:
            return match[1]
    return ""


def _address(value: str) -> str:
    # Addresses are often written with TeX escapes, but are not TeX.
    return re.sub(r"\\(?=[_%&#~])", "", value.strip().split(" ")[0])


def _line(block: Block) -> int:
    return int(block.start_line or 0) + 1


def _reason(block: Block) -> str:
    if "Duplicate" in type(block).__name__:
        return f"the key {getattr(block, 'key', '')!r} occurs a second time; the first one counts."
    lines = [line.strip() for line in str(getattr(block, "error", "")).splitlines()]
    return next(filter(None, reversed(lines)), "this entry could not be read.")
