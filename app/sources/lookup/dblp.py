"""dblp: its records as XML, and its search (https://dblp.org/faq/13501473)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from app.references.addresses import is_resolver
from app.references.identifiers import PaperRef, implied_references, is_dblp_key
from app.references.parsing import reference_from_url
from app.sources.answers import (
    month_macro,
    objects_at,
    read_json,
    read_xml,
    text_at,
    texts_at,
    year_of,
)
from app.sources.contract import MAX_FOUND_PAPERS, Fetch
from app.sources.markup import one_line
from app.sources.record import PaperRecord
from app.text.person_names import remove_number

NAME = "dblp"
HOSTS = {"dblp.org": 1.0}
KIND = "key"
MAX_WORDS = 20
_HOST = next(iter(HOSTS))
_TYPES = {
    "Journal Articles": "article",
    "Conference and Workshop Papers": "inproceedings",
    "Parts in Books or Collections": "incollection",
    "Books and Theses": "book",
    "Editorship": "proceedings",
    "Informal and Other Publications": "article",
    "Informal Publications": "article",
}


def find(value: str, fetch: Fetch) -> PaperRecord | None:
    """The paper of a dblp key; other keys are not asked for."""
    if not is_dblp_key(value):
        return None
    body = fetch(_HOST, f"/rec/{quote(value)}.xml", {})
    if body is None:
        return None
    root = read_xml(body)
    return _record(root[0]) if root.tag == "dblp" and len(root) else None


def search_title(title: str, fetch: Fetch) -> list[PaperRecord]:
    """Papers that have all words of a title in their facts."""
    # Signs mean something to its search: "or", "exactly this word", "author".
    words = re.findall(r"\w+", title)[:MAX_WORDS]
    if not words:
        return []
    query = {"q": " ".join(words), "format": "json", "h": str(MAX_FOUND_PAPERS), "c": "0"}
    body = fetch(_HOST, "/search/publ/api", query)
    if body is None:
        return []
    hits = objects_at(read_json(body), "result", "hits", "hit")
    return list(filter(None, map(_hit, hits)))[:MAX_FOUND_PAPERS]


def _record(element: Element) -> PaperRecord | None:
    """A record of the kind that the dump has too."""
    key = element.get("key", "")
    title = _title(_inner(element.find("title")))
    if not key or not title:
        return None
    people = [each for each in element.findall("author") if _inner(each)]
    orcids = tuple(each.get("orcid", "") for each in people)
    addresses = [_inner(each) for each in element.findall("ee")]
    return PaperRecord(
        key=key,
        title=title,
        authors=tuple(_inner(each) for each in people),
        orcids=orcids if any(orcids) else (),
        year=year_of(_inner(element.find("year"))),
        venue=_inner(element.find("booktitle")) or _inner(element.find("journal")),
        details=_details(element),
        **_identifiers(key, addresses),
    )


def _hit(hit: Mapping[str, Any]) -> PaperRecord | None:
    """A hit of the search, where text is escaped as in XML."""
    info = hit.get("info")
    key = text_at(info, "key")
    title = _title(one_line(text_at(info, "title")))
    if not is_dblp_key(key) or not title:
        return None
    people = [text_at(each, "text") for each in objects_at(info, "authors", "author")]
    people = people or texts_at(info, "authors", "author")
    kind = _TYPES.get(text_at(info, "type"), "misc")
    details = {
        "type": kind,
        **{name: text_at(info, name) for name in ("volume", "number", "pages")},
    }
    doi = text_at(info, "doi")
    addresses = [*([f"https://doi.org/{doi}"] if doi else []), *texts_at(info, "ee")]
    return PaperRecord(
        key=key,
        title=title,
        authors=tuple(html.unescape(name) for name in people if name),
        year=year_of(text_at(info, "year")),
        venue=html.unescape(next(iter(texts_at(info, "venue")), "")),
        details={name: html.unescape(text) for name, text in details.items() if text},
        **_identifiers(key, addresses),
    )


def _title(title: str) -> str:
    # dblp ends every title with a full stop.
    return title.removesuffix(".") if not title.endswith("..") else title


def _identifiers(key: str, addresses: list[str]) -> dict[str, Any]:
    """DOI and arXiv id from the electronic editions; the first other one is the address."""
    found: dict[str, Any] = {"doi": "", "arxiv_id": "", "url": ""}
    for name in implied_references(PaperRef("key", key)):
        if name.kind == "arxiv":
            found["arxiv_id"] = name.value
    others = []
    for address in addresses:
        ref = reference_from_url(address)
        if ref is not None and ref.kind == "arxiv":
            found["arxiv_id"] = found["arxiv_id"] or ref.value
        elif ref is not None and ref.kind == "doi":
            found["doi"] = found["doi"] or ref.value
        if not is_resolver(address) and address.startswith(("https://", "http://")):
            others.append(address)
    if others:
        found |= {"url": others[0], "other_urls": tuple(others[1:])}
    return found


def _details(element: Element) -> dict[str, str]:
    editors = (remove_number(_inner(each)) for each in element.findall("editor"))
    found = {
        name: _inner(element.find(name))
        for name in ("volume", "number", "pages", "publisher", "series", "isbn", "school")
    }
    found |= {"type": element.tag, "editor": " and ".join(filter(None, editors))}
    found["month"] = month_macro(_inner(element.find("month")))
    return {name: text for name, text in found.items() if text}


def _inner(element: Element | None) -> str:
    """The text of an element; of the elements inside it only what raises and lowers is kept."""
    if element is None:
        return ""
    return one_line(_marked(element))


def _marked(element: Element) -> str:
    pieces = [html.escape(element.text or "", quote=False)]
    for child in element:
        inner = html.escape("".join(child.itertext()), quote=False)
        pieces.append(
            f"<{child.tag}>{inner}</{child.tag}>" if child.tag in ("sub", "sup") else inner
        )
        pieces.append(html.escape(child.tail or "", quote=False))
    return "".join(pieces)
