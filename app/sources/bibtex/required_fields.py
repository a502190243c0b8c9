"""Which fields an entry of a type must have.

Sources: "BibTeXing" by Oren Patashnik (1988), section 3.1, and for further types and names the
manual of biblatex, section 2.1.1.
"""

from __future__ import annotations

from collections.abc import Collection

_AUTHOR, _TITLE, _YEAR = ("author",), ("title",), ("year", "date")
_EITHER = ("author", "editor")
_JOURNAL = ("journal", "journaltitle")
_BOOK = ("booktitle", "maintitle")
_SCHOOL = ("school", "institution")
# One field of each group.
_REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "article": (_AUTHOR, _TITLE, _JOURNAL, _YEAR),
    "book": (_EITHER, _TITLE, ("publisher",), _YEAR),
    "booklet": (_TITLE,),
    "inbook": (_EITHER, _TITLE, ("chapter", "pages", "booktitle"), ("publisher",), _YEAR),
    "incollection": (_AUTHOR, _TITLE, _BOOK, ("publisher",), _YEAR),
    "inproceedings": (_AUTHOR, _TITLE, (*_BOOK, "eventtitle"), _YEAR),
    "manual": (_TITLE,),
    "phdthesis": (_AUTHOR, _TITLE, _SCHOOL, _YEAR),
    "proceedings": (_TITLE, _YEAR),
    "techreport": (_AUTHOR, _TITLE, ("institution", "school"), _YEAR),
    "unpublished": (_AUTHOR, _TITLE, ("note", "howpublished")),
    "online": (_TITLE, ("url", "doi", "eprint", "howpublished")),
}
_SAME = {
    "conference": "inproceedings",
    "mastersthesis": "phdthesis",
    "thesis": "phdthesis",
    "report": "techreport",
    "electronic": "online",
    "www": "online",
}
_CHOICES = (_EITHER, _REQUIRED["inbook"][2], _REQUIRED["online"][1])
# What a reader of the bibliography looks for besides.
USEFUL = {"article": ("volume", "number", "pages"), "inproceedings": ("pages",)}


def find_missing_fields(kind: str, names: Collection[str]) -> list[tuple[str, ...]]:
    """The groups of fields of which an entry must have one, and has none."""
    groups = _REQUIRED.get(plain_kind(kind), ())
    return [group for group in groups if not any(name in names for name in group)]


def name_group(group: tuple[str, ...]) -> str:
    """The name that BibTeX knows, or the two that it lets choose."""
    return " or ".join(group[:2]) if group in _CHOICES else group[0]


def plain_kind(kind: str) -> str:
    """The type that has the same fields."""
    return _SAME.get(kind, kind)
