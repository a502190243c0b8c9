"""Records as BibTeX entries, which `bibtex` reads again without a difference."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.references.identifiers import CORR
from app.sources.bibtex.capitals import protect_capitals
from app.sources.months import MACROS, month_number
from app.sources.name_lists import names
from app.sources.record import DETAILS, PaperRecord, has_more_authors
from app.text.person_names import is_group, is_suffix, remove_number, split_name
from app.text.tex import escape_tex, paragraphs

NO_PAPERS = frozenset({"string", "preamble", "comment", "xdata", "set", "control"})
# The field that says where an entry of a type appeared.
VENUE_FIELDS = {
    "article": "journal",
    "periodical": "journal",
    "book": "publisher",
    "booklet": "howpublished",
    "collection": "publisher",
    "proceedings": "publisher",
    "phdthesis": "school",
    "mastersthesis": "school",
    "thesis": "school",
    "techreport": "institution",
    "report": "institution",
    "manual": "organization",
    "misc": "howpublished",
    "online": "howpublished",
    "software": "howpublished",
    "unpublished": "howpublished",
}
_ARCHIVES = {
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
    "pmcid": "https://pmc.ncbi.nlm.nih.gov/articles/",
    "adsurl": "https://ui.adsabs.harvard.edu/abs/",
}
_TYPES = {"conf": "inproceedings", "journals": "article", "phd": "phdthesis", "books": "book"}
# What would be read as several names.
_SEVERAL = re.compile(r"[,;={}]|\band\b|\bothers\b|\bet\.?\s*al\b", re.IGNORECASE)


def entry(record: PaperRecord, note: str = "", own: Mapping[str, str] | None = None) -> str:
    """A record as an entry in BibTeX, without a line end after it.

    In a title the words whose capitals matter stand in braces; formulas stay as they are.

    Args:
        note: what somebody says of it, for the field `annote`; its lines and paragraphs are kept.
        own: further fields by their names, as text.
    """
    kind = kind_of_entry(record)
    further = {name: escape_tex(value) for name, value in (own or {}).items() if value}
    lines = [
        f"  {name:<13} = {value if name == 'month' else '{' + value + '}'}"
        for name, value in (fields_of(record, note) | further).items()
    ]
    return f"@{kind}{{{record.key or 'paper'},\n" + ",\n".join(lines) + "\n}"


def fields_of(record: PaperRecord, note: str = "") -> dict[str, str]:
    """The fields of an entry by their names, as TeX without the braces around them.

    A month is a macro.
    """
    kind = kind_of_entry(record)
    details = {name: record.details.get(name, "") for name in DETAILS}
    venue = record.venue_title or record.venue
    is_preprint = record.venue_key == CORR or (bool(record.arxiv_id) and not venue)
    if is_preprint:
        venue = "CoRR"
    where = VENUE_FIELDS.get(kind, "booktitle")
    fields = {
        "author": _people(record.authors) + (" and others" if has_more_authors(record) else ""),
        "editor": _people(names(details["editor"])),
        "title": protect_capitals(record.title),
        "journal": "",
        "booktitle": "",
        "howpublished": "",
        "organization": "",
        **{name: escape_tex(details[name]) for name in ("school", "institution", "series")},
        **{name: escape_tex(details[name]) for name in ("volume", "number", "edition")},
        "pages": _pages(details["pages"]),
        "month": _month(details["month"]),
        "year": str(record.year or ""),
        **{name: escape_tex(details[name]) for name in ("publisher", "address", "isbn", "issn")},
        "doi": _address(record.doi),
        "eprint": _address(record.arxiv_id),
        "archiveprefix": "arXiv" if record.arxiv_id else "",
        "url": _address(record.url),
        "openreview": record.openreview_id if record.openreview_id not in record.url else "",
        "aclid": record.acl_id if record.acl_id not in record.url else "",
        **_archives(record.other_urls),
        "published": record.published_on.isoformat() if record.published_on else "",
        "ids": ", ".join(record.other_keys),
        "note": escape_tex(record.note),
        "keywords": escape_tex(record.keywords),
        "abstract": _paragraphs(record.abstract),
        "annote": _paragraphs(note),
    }
    if venue and not (where == "howpublished" and is_preprint and record.arxiv_id):
        if fields[where] and fields[where] != escape_tex(venue):
            where = "booktitle"  # the detail of that name says something else
        fields[where] = escape_tex(venue)
    return {name: value for name, value in fields.items() if value}


def kind_of_entry(record: PaperRecord) -> str:
    """The type of its entry."""
    told = re.sub(r"[^a-z]", "", record.details.get("type", "").lower())
    if told:
        return "misc" if told in NO_PAPERS else told
    stream = record.venue_key.split("/")[0]
    if record.venue_key == CORR:
        return "misc"
    return _TYPES.get(stream, "misc")


def _people(people: tuple[str, ...]) -> str:
    written = []
    for name in map(_without_comma, people):
        tex = _person(name)
        written.append(tex if names(tex) == (name,) else f"{{{escape_tex(name)}}}")
    return " and ".join(written)


def _without_comma(name: str) -> str:
    """`Martin Luther King Jr.` of "Martin Luther King, Jr."."""
    before, comma, suffix = name.rpartition(", ")
    return f"{before} {suffix}" if comma and is_suffix(suffix) else name


def _person(name: str) -> str:
    """A name in the form in which BibTeX sees the same surname in it."""
    tex = escape_tex(name)
    if remove_number(name) != name:  # as dblp itself has it
        return tex
    parts = split_name(name)
    if _SEVERAL.search(tex) or is_group(name) or not (parts.given or parts.particle):
        return f"{{{tex}}}" if " " in tex else tex
    if not parts.suffix:
        words = name.split()
        # BibTeX's surname begins with the first word in small letters, or is the last word.
        first = next((at for at, word in enumerate(words[:-1]) if word[0].islower()), -1)
        if " ".join(words[first:]) == parts.surname:
            return tex
    told = (parts.surname, parts.suffix, parts.given)
    return ", ".join(escape_tex(part) for part in told if part)


def _pages(text: str) -> str:
    # `12-1–12-10`: where both dashes occur, only the longer one is that of a range.
    dash = "–" if "–" in text else "-"
    return "--".join(escape_tex(part.strip("-")) for part in text.replace("—", "–").split(dash))


def _month(text: str) -> str:
    number = month_number(text)
    if number is not None:
        return MACROS[number - 1]
    return f"{{{escape_tex(text)}}}" if text else ""


def _address(text: str) -> str:
    # Addresses are not TeX, only braces must be closed, and a backslash means something there.
    return re.sub(r"[{}\\]", lambda sign: f"%{ord(sign[0]):02X}", text)


def _archives(urls: tuple[str, ...]) -> dict[str, str]:
    """The fields that tell identifiers of PubMed and of the Astrophysics Data System."""
    found: dict[str, str] = {}
    for url in urls:
        for name, base in _ARCHIVES.items():
            if url.startswith(base):
                told = _address(url) if name == "adsurl" else url.removeprefix(base)
                found.setdefault(name, told)
    return found


def _paragraphs(text: str) -> str:
    parts = [_lines(part) for part in re.split(r"\n\s*\n", text) if part.strip()]
    tex = "\n\n    ".join(parts)
    return tex if paragraphs(tex) else ""


def _lines(part: str) -> str:
    """A paragraph with the lines that it has, or on one line if a formula goes over several.

    They mean nothing to TeX, but to who reads a list or a table in the file.
    """
    whole, lines = escape_tex(part), [escape_tex(line) for line in part.strip().splitlines()]
    return "\n    ".join(lines) if " ".join(lines) == whole else whole
