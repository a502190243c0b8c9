"""Fields of a BibTeX or biblatex entry as a record of a paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from app.references.identifiers import CORR
from app.sources import markup
from app.sources.bibtex.identifiers import (
    find_arxiv_id,
    find_doi,
    find_other_urls,
    find_url,
)
from app.sources.bibtex.inheritance import VENUES
from app.sources.bibtex.journals import with_journals
from app.sources.bibtex.scanner import BibtexEntry
from app.sources.bibtex.writing import VENUE_FIELDS
from app.sources.months import MACROS, month_number
from app.sources.name_lists import has_others, names, with_collaborations
from app.sources.record import OTHERS, PaperRecord
from app.text.tex import paragraphs, plain

# Instead of a title, in this order.
_TITLES = ("title", "booktitle", "maintitle", "issuetitle", "eventtitle", "shorttitle", "chapter")
_TITLES_OF_VOLUMES = ("series", "journal", "journaltitle")
_TITLES_OF_NOTES = ("note", "howpublished", "type")
_PLACES = ("organization", "howpublished", "eventtitle")
# biblatex has one field where BibTeX has two.
_ALSO = {"school": "institution", "institution": "school"}
# Details under other names: biblatex's, and those of programs.
_DETAILS = {
    "volume": ("volume",),
    "number": ("number", "issue"),
    "publisher": ("publisher",),
    "address": ("address", "location"),
    "series": ("series",),
    "edition": ("edition",),
    "isbn": ("isbn",),
    "issn": ("issn",),
    "school": ("school",),
    "institution": ("institution",),
}
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|2[01]\d\d)(?!\d)")
_DATE = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
_TAG_NAME = (
    r"(?:i|b|em|strong|sub|sup|scp?|inf|tt|u|span|italic|bold|p|math|tex|tex-math|formula"
    r"|inline-formula|disp-formula|(?:jats|mml|m):[a-z-]{1,20})"
)
# The end of an element; `$a<b>c$` has none.
_TAG = re.compile(
    rf"</{_TAG_NAME}\s*>",
    re.IGNORECASE,
)
# The same where a program made TeX of the angle brackets, and of the attributes.
_TEX_TAG = re.compile(
    r"(?:\$<\$|\\ensuremath\{<\}|\{?\\textless(?:\{\}|\b)\}?|<)\s*"
    rf"(/?{_TAG_NAME})\b(?:[\s{{](?:(?!\\textless|\\textgreater|\\ensuremath)[^<>$])*+)?"
    r"(?:\$>\$|\\ensuremath\{>\}|\{?\\textgreater(?:\{\}|\b)\}?|>)",
    re.IGNORECASE,
)
_PREPRINT = re.compile(
    r"\W*(?:corr|(?:the\s+)?computing research repository|arxiv|arxiv\.org|(?:arxiv\s+)?"
    r"(?:e-?)?prints?(?:\s+(?:at\s+)?arxiv)?|arxiv\s+(?:preprint|e-?prints?).*|arxiv:.*"
    r"|corr,?\s*abs/.*)\W*",
    re.I,
)
_COMMAND_URL = re.compile(r"\s*\\(?:url|path|nolinkurl)\s*\{([^{}]*)\}\.?\s*")


def record_of(entry: BibtexEntry) -> PaperRecord:
    """An entry as a record; its title is empty when nothing can be one."""
    fields = entry.fields
    title, said_in = _title(entry)
    doi, arxiv_id = find_doi(fields), find_arxiv_id(fields)
    venue = _venue(entry, said_in)
    is_preprint = bool(_PREPRINT.fullmatch(venue))
    return PaperRecord(
        title=title,
        authors=with_collaborations(
            names(fields.get("author", "")), fields.get("collaboration", "")
        ),
        key=entry.key.removeprefix("DBLP:"),
        year=_year(fields),
        venue="CoRR" if is_preprint else venue,
        venue_key=CORR if is_preprint else "",
        doi=doi,
        arxiv_id=arxiv_id,
        url=find_url(fields),
        abstract=_abstract(fields.get("abstract", "")),
        keywords=_keywords(fields),
        published_on=_published(fields),
        details=_details(entry),
        other_urls=find_other_urls(fields),
        openreview_id=fields.get("openreview", "").strip(),
        acl_id=fields.get("aclid", "").strip(),
        other_keys=tuple(filter(None, re.split(r"[,\s]+", fields.get("ids", "")))),
    )


def _title(entry: BibtexEntry) -> tuple[str, str]:
    """The title and the field it was found in."""
    fields = entry.fields
    others: tuple[str, ...] = _TITLES
    if entry.kind in ("proceedings", "periodical", "collection", "mvproceedings", "book"):
        others += _TITLES_OF_VOLUMES
    for name in (*others, *_TITLES_OF_NOTES):
        title = _title_text(fields.get(name, ""))
        if not title or (name in _TITLES_OF_NOTES and title.startswith("http")):
            continue
        if name.endswith("title"):
            title = _with_subtitle(title, name, fields)
        return title, name
    return "", ""


def _title_text(tex: str) -> str:
    """A title without the elements of HTML or JATS that Crossref's entries have."""
    if "<" in tex or "\\textless" in tex:
        bare = _TEX_TAG.sub(_tag, tex)
        tex = bare if _TAG.search(bare) else tex
    title = plain(tex)
    return " ".join(markup.without_tags(title).split()) if _TAG.search(title) else title


def _tag(found: re.Match[str]) -> str:
    return f"<{found[1]}>"


def _abstract(tex: str) -> str:
    text = paragraphs(tex)
    return markup.without_tags(text) if _TAG.search(text) else text


def _with_subtitle(title: str, name: str, fields: Mapping[str, str]) -> str:
    subtitle = _title_text(fields.get(f"{name.removesuffix('title')}subtitle", ""))
    if not subtitle or subtitle.lower() in title.lower():
        return title
    return f"{title}{'' if title[-1] in ':?!.' else ':'} {subtitle}"


def _venue(entry: BibtexEntry, said_in: str) -> str:
    fields = entry.fields
    own = VENUE_FIELDS.get(entry.kind, "booktitle")
    for name in (*VENUES, own, _ALSO.get(own, own), *_PLACES):
        if name == said_in:
            continue
        venue = plain(with_journals(_COMMAND_URL.sub("", fields.get(name, ""))))
        if not venue or re.match(r"(?:https?://|www\.)\S+$", venue):
            continue
        return _with_subtitle(venue, name, fields) if name.endswith("title") else venue
    return ""


def _year(fields: Mapping[str, str]) -> int | None:
    for name in ("year", "date", "issued", "eventdate", "origdate"):
        found = _YEAR.search(plain(fields.get(name, "")))
        if found:
            return int(found[0])
    return None


def _published(fields: Mapping[str, str]) -> date | None:
    """The day, where it is told in full."""
    written = fields.get("published") or fields.get("date", "")
    found = _DATE.match(written.strip())
    try:
        if found and found[3]:
            return date(int(found[1]), int(found[2]), int(found[3]))
        number = month_number(fields.get("month", ""))
        year, day = fields.get("year", ""), fields.get("day", "")
        if number and year.strip().isdigit() and day.strip().isdigit():
            return date(int(year), number, int(day))
    except ValueError:  # the 31st of June
        pass
    return None


def _details(entry: BibtexEntry) -> dict[str, str]:
    fields = entry.fields
    told = {
        name: next(filter(None, (_detail(fields, other) for other in others)), "")
        for name, others in _DETAILS.items()
    }
    told["type"] = entry.kind
    told["authors"] = OTHERS if has_others(fields.get("author", "")) else ""
    told["pages"] = _pages(fields.get("pages", ""))
    told["month"] = _month(fields)
    told["editor"] = " and ".join(
        f"{{{name}}}" if re.search(r"[,;{}]|\band\b", name) else name
        for name in names(fields.get("editor", ""))
    )
    organization = plain(fields.get("organization", ""))
    if organization and not told["publisher"] and entry.kind in ("inproceedings", "proceedings"):
        told["publisher"] = organization
    if told["volume"].startswith("abs/"):  # dblp's way to tell an arXiv id
        told["volume"] = ""
    return {name: value for name, value in told.items() if value}


def _detail(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "")
    return plain(with_journals(value) if name == "series" else value)


def _pages(value: str) -> str:
    """`91-99`; with the longer dash where single hyphens are part of the numbers."""
    text = re.sub(r"\s*(?:–|—|-{2,})\s*", "–", plain(value))
    return text if "-" in text else text.replace("–", "-")


def _month(fields: Mapping[str, str]) -> str:
    text = plain(fields.get("month", ""))
    if not text:
        found = _DATE.match(fields.get("date", "").strip())
        text = found[2] if found else ""
    number = month_number(text)
    return MACROS[number - 1] if number else text


def _keywords(fields: Mapping[str, str]) -> str:
    told = fields.get("keywords") or fields.get("keyword", "")
    return plain(told)
