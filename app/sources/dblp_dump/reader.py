"""The records of dblp's XML file, one after the other, in bounded memory.

Form: https://dblp.org/faq/16154937.html and "DBLP — Some Lessons Learned" (M. Ley, VLDB 2009).
What dblp writes in markup in a title (`<sub>`, `<sup>`, `<i>`, `<tt>`) becomes text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from app.references.identifiers import stream_of
from app.references.orcid import orcid_of
from app.sources.dblp_dump.stream import DumpStream
from app.sources.dblp_dump.terms import BadDump, Wanted
from app.text.lines import one_line
from app.text.tex import plain

WORKS = (
    "article",
    "inproceedings",
    "proceedings",
    "book",
    "incollection",
    "phdthesis",
    "mastersthesis",
    "data",
)
PERSON = "www"
HOME = "homepages/"
MAX_PROBLEMS = 10
TYPES = {"data": "misc"}
# What BibTeX calls what dblp calls so.
DETAILS = {
    "volume": "volume",
    "number": "number",
    "pages": "pages",
    "month": "month",
    "publisher": "publisher",
    "series": "series",
    "isbn": "isbn",
    "school": "school",
}
_PERSON = re.compile(r"[\w-]+/[\w-]+", re.ASCII)
_SUB = str.maketrans(
    "0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"
)
_SUP = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
)
_FORMULA = re.compile(r"[A-Za-z0-9+\-=()/*,.: ]+", re.ASCII)


class DumpRecord(NamedTuple):
    """One work, in dblp's words; a light tuple, for there are millions.

    Attributes:
        key: such as `conf/nips/RenHGS15`.
        authors: names with dblp's number of a namesake ("Wei Wang 0001").
        venue: short name as it stands in the record ("NIPS"), empty for a book or a thesis.
        links: addresses of the text elsewhere (`ee`), dblp's first choice first.
        details: what else a citation needs, under BibTeX's names.
    """

    key: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    venue: str
    links: tuple[str, ...]
    details: dict[str, str]


class DumpPerson(NamedTuple):
    """One person: dblp's number of them (`65/9612`), all their names, the usual one first."""

    dblp_id: str
    names: tuple[str, ...]
    orcid: str


ALL_WORKS = Wanted()


class DumpReader:
    """Reads one file from its beginning to its end.

    Args:
        path: dblp.xml or dblp.xml.gz; which of the two is seen by its content.

    Attributes:
        passed: how many records, works and others, were read.
        left_out: how many works were not wanted, or have no title.
        problems: sentences about the first of those that have none, and about entities.
    """

    def __init__(self, path: Path, wanted: Wanted = ALL_WORKS) -> None:
        self.passed = 0
        self.left_out = 0
        self.problems: list[str] = []
        self._wanted = wanted
        self._stream = DumpStream(path)

    @property
    def position(self) -> int:
        """How many bytes of the file on the disk were read."""
        return self._stream.position

    def close(self) -> None:
        self._stream.close()

    def read(self, skip: int = 0) -> Iterator[DumpRecord | DumpPerson]:
        """Wanted works and all persons, in the order of the file.

        Args:
            skip: how many records were dealt with before: of these only persons are read.

        Raises:
            BadDump: when the file is not dblp's, is damaged, or would grow without bound.
        """
        try:
            unknown = 0
            for element in self._elements():
                self.passed += 1
                if len(self._stream.unknown) > unknown:
                    new = self._stream.unknown[unknown:]
                    self.problems += [f"&{name}; is unknown and stays as it is." for name in new]
                    unknown += len(new)
                if element.tag == PERSON:
                    person = _person(element)
                    if person is not None:
                        yield person
                elif self.passed > skip:
                    record = self._record(element)
                    if record is not None:
                        yield record
                    else:
                        self.left_out += 1
        except etree.XMLSyntaxError as error:
            raise BadDump(_damaged(error, self._stream.is_cut_off)) from None

    def _elements(self) -> Iterator[Any]:
        events = etree.iterparse(
            self._stream,
            events=("end",),
            tag=(*WORKS, PERSON),
            load_dtd=False,
            no_network=True,
            resolve_entities=True,  # ours alone: `stream` lets no other through
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
            huge_tree=False,
        )
        for _, element in events:
            self._stream.since = 0
            yield element
            element.clear()
            # What was read before stays in the tree otherwise.
            parent = element.getparent()
            if parent is not None:
                while element.getprevious() is not None:
                    del parent[0]

    def _record(self, element: Any) -> DumpRecord | None:
        wanted = self._wanted
        key = element.get("key", "")
        if wanted.venues and stream_of(key) not in wanted.venues:
            return None
        if wanted.since is not None or wanted.until is not None:
            year = _year(element.findtext("year"))
            if year is None or not (wanted.since or 0) <= year <= (wanted.until or 9999):
                return None
        record = _record(element, key)
        if record is None and len(self.problems) < MAX_PROBLEMS:
            lacking = "title" if key else "key"
            self.problems.append(
                f"Left out: {key or element.tag} in line {element.sourceline} has no {lacking}."
            )
        return record


def _record(element: Any, key: str) -> DumpRecord | None:
    title = venue = ""
    year = None
    authors: list[str] = []
    editors: list[str] = []
    links: list[str] = []
    details = {"type": TYPES.get(element.tag, element.tag)}
    for child in element:
        tag = child.tag
        if tag == "title":
            title = _title(_marked_up(child) if len(child) else child.text or "")
            continue
        text = child.text
        if not text:
            continue
        if tag == "author":
            authors.append(text)
        elif tag == "year":
            year = _year(text)
        elif tag == "booktitle" or tag == "journal":
            venue = venue or text
        elif tag == "ee":
            links.append(text)
        elif tag == "editor":
            editors.append(text)
        elif tag in DETAILS:
            details.setdefault(DETAILS[tag], text)
    if not title or not key:
        return None
    if editors:
        details["editor"] = " and ".join(editors)
    return DumpRecord(key, title, tuple(authors), year, venue, tuple(links), details)


def _person(element: Any) -> DumpPerson | None:
    """A person's record; `None` for a namesakes' page, a redirection, or a page of the web."""
    key = element.get("key", "")
    if not key.startswith(HOME) or element.get("publtype") == "disambiguation":
        return None
    if element.find("crossref") is not None:
        return None
    names = tuple(child.text for child in element.iterchildren("author") if child.text)
    number = key.removeprefix(HOME)
    if not names or not _PERSON.fullmatch(number):
        return None
    addresses = [child.text or "" for child in element.iterchildren("url")]
    orcid = next(filter(None, map(orcid_of, addresses)), "")
    return DumpPerson(number, names, orcid)


def _title(text: str) -> str:
    text = plain(text) if "\\" in text else one_line(text)
    # dblp ends every title with a full stop of its own.
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def _marked_up(element: Any) -> str:
    plain = "".join(element.itertext())
    with_formulas = "$" not in plain and "\\" not in plain
    return _flat(element, with_formulas)


def _flat(element: Any, with_formulas: bool) -> str:
    parts = [element.text or ""]
    for child in element:
        inner = _flat(child, with_formulas)
        if child.tag == "sub":
            inner = _raised(inner, _SUB, "_", with_formulas)
        elif child.tag == "sup":
            inner = _raised(inner, _SUP, "^", with_formulas)
        parts += (inner, child.tail or "")
    return "".join(parts)


def _raised(text: str, signs: dict[int, int], mark: str, with_formulas: bool) -> str:
    """H₂O and 2ⁿ in letters that search finds as H2O and 2n; what has none becomes a formula."""
    if all(ord(char) in signs for char in text):
        return text.translate(signs)
    if with_formulas and _FORMULA.fullmatch(text):
        return f"${mark}{{{text}}}$"
    return text


def _year(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() else None


def _damaged(error: etree.XMLSyntaxError, is_cut_off: bool) -> str:
    if is_cut_off:
        return "The file is cut off; fetch it again."
    line = f"Line {error.lineno}: this" if error.lineno else "This"
    message = str(error.msg or "it cannot be read").split(", line ")[0]
    return f"{line} is not XML as dblp writes it ({message.rstrip('.')})."
