"""arXiv, through its Atom interface (https://info.arxiv.org/help/api/user-manual.html).

Its terms of use ask for one request in three seconds.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from app.references.addresses import outside_url
from app.references.mentions import arxiv_of
from app.sources.answers import calendar_day, read_xml, year_of
from app.sources.arxiv_sections import section_of_category
from app.sources.contract import MAX_FOUND_PAPERS, Fetch
from app.sources.record import PaperRecord
from app.text.lines import one_line
from app.text.tex import paragraphs, plain

NAME = "arXiv"
HOSTS = {"export.arxiv.org": 3.0}
KIND = "arxiv"
_HOST = next(iter(HOSTS))
_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
MAX_WORDS = 20


def find(value: str, fetch: Fetch) -> PaperRecord | None:
    """Find the paper of an arXiv ID without version.

    The facts are those of its last version.
    """
    found = _ask({"id_list": value, "max_results": "1"}, fetch)
    return next((record for record in found if record.arxiv_id == value), None)


def search_title(title: str, fetch: Fetch) -> list[PaperRecord]:
    """Papers whose title holds these words beside each other."""
    words = re.findall(r"\w+", title)[:MAX_WORDS]
    if not words:
        return []
    phrase = " ".join(words)
    return _ask({"search_query": f'ti:"{phrase}"', "max_results": str(MAX_FOUND_PAPERS)}, fetch)


def _ask(query: dict[str, str], fetch: Fetch) -> list[PaperRecord]:
    body = fetch(_HOST, "/api/query", query)
    if body is None:
        return []
    entries = read_xml(body).iter(f"{_ATOM}entry")
    return list(filter(None, map(_record, entries)))[:MAX_FOUND_PAPERS]


def _record(entry: Element) -> PaperRecord | None:
    number = arxiv_of(_text(entry, f"{_ATOM}id"))
    title = _text(entry, f"{_ATOM}title")
    if not number or not title:  # errors are entries too
        return None
    published = _text(entry, f"{_ATOM}published")
    names = (_text(author, f"{_ATOM}name") for author in entry.iter(f"{_ATOM}author"))
    category = entry.find(f"{_ARXIV}primary_category")
    return PaperRecord(
        title=plain(title),
        authors=tuple(plain(name) for name in names if name),
        year=year_of(published[:4]),
        published_on=calendar_day(published[:4], published[5:7], published[8:10]),
        doi=_text(entry, f"{_ARXIV}doi").split(" ")[0],
        arxiv_id=number,
        section=section_of_category("" if category is None else category.get("term", "")),
        url=outside_url("arxiv", number) or "",
        abstract=paragraphs(_paragraphs(entry.findtext(f"{_ATOM}summary") or "")),
    )


def _text(element: Element, name: str) -> str:
    return one_line(element.findtext(name) or "")


def _paragraphs(text: str) -> str:
    # Lines are broken at a fixed width; a paragraph begins with spaces.
    return "\n\n".join(one_line(each) for each in re.split(r"\n(?:\s*\n|\s{2,})", text)).strip()
