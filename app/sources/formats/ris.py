"""RIS, as reference managers and publishers give it.

Each line is a tag of two signs, two spaces, a hyphen, a space and a value; an entry goes from `TY`
to `ER`. Tags: https://en.wikipedia.org/wiki/RIS_(file_format), after Research Information Systems'
specification of 2001 and that of 2011.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from app.references.addresses import complete_address
from app.references.mentions import archive_urls, arxiv_alone, arxiv_in, doi_in
from app.references.own_lines import ListedFacts, is_own_text, read_own_facts, remove_labels
from app.sources.answers import calendar_day, month_macro, year_of
from app.sources.bibtex.reading import BadEntry
from app.sources.limits import MAX_PASTED_BYTES, TOO_MANY_MARKS, MarksLeft, is_too_long
from app.sources.markup import one_line, plain
from app.sources.name_lists import ends_in_others, is_others, names
from app.sources.record import OTHERS, PaperRecord
from app.text.lines import plain_ends
from app.text.person_names import format_name, is_group
from app.text.signs import mend_signs
from app.text.tex_mending import unescape_entities

_LINE = re.compile(r"\s{0,3}([A-Z][A-Z0-9]) {1,2}- ?(.*)")
_TYPES = {
    "JOUR": "article",
    "JFULL": "article",
    "EJOUR": "article",
    "MGZN": "article",
    "CONF": "inproceedings",
    "CPAPER": "inproceedings",
    "CHAP": "incollection",
    "ECHAP": "incollection",
    "BOOK": "book",
    "EBOOK": "book",
    "THES": "phdthesis",
    "RPRT": "techreport",
    "UNPB": "unpublished",
}
NO_ENTRY = "There is no RIS entry here; one begins with “TY  - ”."
NO_TITLE = "This entry has no title (TI)."
_AUTHORS = ("AU", "A1")  # what programs call the same people
_VENUES = ("T2", "JO", "JF", "BT", "JA", "J2", "T3")
Fields = Mapping[str, list[str]]


def looks_like_ris(text: str) -> bool:
    """Whether a text is meant as RIS.

    Its first line with a sign in it begins an entry.
    """
    return re.match(r"\s*TY {1,2}-", text.lstrip("\ufeff")) is not None


def read_ris(text: str) -> tuple[list[PaperRecord], list[BadEntry]]:
    """Read all entries of a RIS text.

    One without an end ends where the next one begins.

    Args:
        text: of a size that one may paste (`sources.limits`).

    Returns:
        The records in order, and what could not be read.
    """
    if is_too_long(text):
        return [], [BadEntry(1, f"This is more than {MAX_PASTED_BYTES:,} bytes of RIS.")]
    records: list[PaperRecord] = []
    bad: list[BadEntry] = []
    marks = MarksLeft()
    for line, fields in read_ris_fields(text):
        if not all(map(marks.takes, chain.from_iterable(fields.values()))):
            bad.append(BadEntry(line, f"{TOO_MANY_MARKS[0].upper()}{TOO_MANY_MARKS[1:]}."))
            break
        record = read_ris_record(fields)
        if record is None:
            bad.append(BadEntry(line, NO_TITLE))
        else:
            records.append(record)
    if not records and not bad:
        bad.append(BadEntry(1, NO_ENTRY))
    return records, bad


def read_ris_fields(text: str) -> list[tuple[int, dict[str, list[str]]]]:
    """The values of each entry by their tags, with the number of its first line."""
    text = text.lstrip("\ufeff")
    found: list[tuple[int, dict[str, list[str]]]] = []
    last: list[str] | None = None
    tag = ""
    for number, line in enumerate(plain_ends(mend_signs(text)).split("\n"), 1):
        tagged = _LINE.fullmatch(line)
        if tagged is None:
            if last is not None and line.strip():
                _go_on(last, line.strip(), is_list=tag == "KW")
            continue
        tag, value = tagged[1], tagged[2].strip()
        if tag == "TY":
            found.append((number, {}))
            tags: dict[str, str] = {}  # of each author
        if tag == "ER" or not found:
            last = None
            continue
        if tag in _AUTHORS:
            if tags.setdefault(value, tag) != tag:  # said again under the other tag
                last = None
                continue
            tag = _AUTHORS[0]
        last = found[-1][1].setdefault(tag, [])
        last.append(value)
    return found


def _go_on(values: list[str], line: str, *, is_list: bool) -> None:
    """A value goes on in the next line; of keywords EndNote writes one in each."""
    if is_list:
        values.append(line)
    else:
        values[-1] += " " + line


def _first(fields: Fields, *tags: str) -> str:
    return next((fields[tag][0] for tag in tags if fields.get(tag) and fields[tag][0]), "")


def read_ris_record(fields: Fields) -> PaperRecord | None:
    """The record of an entry; `None` for one without a title."""
    title = one_line(_first(fields, "TI", "T1", "CT"))
    if not title:
        return None
    date = re.split(r"[/-]", _first(fields, "DA", "PY", "Y1"))
    date += [""] * (3 - len(date))
    addresses = [
        complete_address(each)
        for line in fields.get("UR", [])
        for each in re.split(r"[;\s]+", line)
        if each
    ]
    doi = _first(fields, "DO")
    hints = [*addresses, doi, *fields.get("AN", []), *fields.get("M1", [])]
    said = [*map(arxiv_in, hints), *map(arxiv_alone, fields.get("N1", []))]
    return PaperRecord(
        title=title,
        authors=_names(fields, *_AUTHORS),
        year=year_of(_first(fields, "PY", "Y1", "DA")[:4]),
        published_on=calendar_day(*date[:3]),
        venue=one_line(_first(fields, *_VENUES)),
        doi=doi_in(doi) or doi,
        arxiv_id=next(filter(None, said), ""),
        url=addresses[0] if addresses else "",
        other_urls=(*addresses[1:], *_archive_urls(fields)),
        abstract=plain(_first(fields, "AB", "N2")),
        keywords=", ".join(read_ris_keywords(fields, read_ris_facts(fields))),
        details=_details(fields, date[1]),
    )


def read_ris_facts(fields: Fields) -> ListedFacts:
    """What a reader's list says in an entry: Zotero gives notes as HTML."""
    notes = (plain(each) if each[:1] == "<" else each for each in fields.get("N1", []))
    return read_own_facts([*fields.get("M2", []), *filter(is_own_text, notes)])


def read_ris_keywords(fields: Fields, own: ListedFacts) -> list[str]:
    """The keywords of an entry without the labels of a reader's list."""
    words = (one_line(word) for word in fields.get("KW", []))
    return remove_labels(filter(None, words), own)


def _archive_urls(fields: Fields) -> tuple[str, ...]:
    of_pubmed = _first(fields, "DB", "DP").lower() in ("pubmed", "medline", "nlm")
    told = [f"pmid:{each}" if of_pubmed else each for each in fields.get("AN", [])]
    told += [each for tag in ("C1", "C2", "M1", "N1") for each in fields.get(tag, [])]
    return archive_urls(each for each in told if each[:2].lower() == "pm")


def _names(fields: Fields, *tags: str) -> tuple[str, ...]:
    """The names of some tags, each of which may have several in a line."""
    lines = (each for tag in tags for each in fields.get(tag, []))
    return tuple(name for line in lines for each in _lines(line) for name in _people(each))


def _lines(text: str) -> list[str]:
    """A line for each name; the "and" of an institution stays."""
    text = unescape_entities(text).replace("；", ";")
    if ";" in text:
        return text.split(";")
    parts = re.split(r"(?<!\s)\s++(?:and|&)\s+", text)
    several = all(len(part.split()) > 1 and not is_group(part) for part in parts)
    return parts if several and not is_group(text.replace("&", "and")) else [text]


def _people(text: str) -> tuple[str, ...]:
    """A name, which is written surname first: "Byron, Ada, Jr."; or several as in BibTeX."""
    parts = [one_line(part) for part in text.split(",")]
    if len(parts) > 1 and is_others(parts[-1]):
        return _people(text.rpartition(",")[0])
    if len(parts) == 3 and not all(" " in part for part in parts):
        surname, given, suffix = parts
        return tuple(filter(None, [format_name(given, surname, suffix)]))
    if len(parts) == 1:  # also an institution
        return () if is_others(parts[0]) else tuple(filter(None, parts))
    return names(text)


def _has_others(fields: Fields) -> bool:
    lines = [each for tag in _AUTHORS for each in fields.get(tag, [])]
    return bool(lines) and ends_in_others(lines[-1]) and bool(_names(fields, *_AUTHORS))


def _details(fields: Fields, month: str) -> dict[str, str]:
    kind = _TYPES.get(_first(fields, "TY").upper(), "misc")
    first, last = _first(fields, "SP"), _first(fields, "EP")
    editors = _names(fields, "ED", "A2") if kind != "article" else ()
    number = _first(fields, "SN")
    found = {
        "type": kind,
        "authors": OTHERS if _has_others(fields) else "",
        "volume": _first(fields, "VL"),
        "number": _first(fields, "IS", "CP"),
        "pages": f"{first}-{last}" if last and "-" not in first and first != last else first,
        "month": month_macro(month),
        "publisher": one_line(_first(fields, "PB")),
        "address": one_line(_first(fields, "CY", "PP")),
        "editor": " and ".join(editors),
        "edition": _first(fields, "ET"),
        # The same tag takes both; an ISSN has eight digits.
        "issn" if len(re.sub(r"\W", "", number)) <= 8 else "isbn": number,
    }
    if kind == "phdthesis":
        found["school"] = found.pop("publisher")
    return {name: text for name, text in found.items() if text}
