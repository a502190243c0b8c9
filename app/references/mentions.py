"""Identifiers that stand in a longer text, such as a field of somebody's bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.references.addresses import outside_url
from app.references.identifiers import ARXIV_FORM, DOI, PaperRef, arxiv
from app.references.parsing import parse_identifier

MAX_WORDS = 100
MAX_TEXT = 20_000
EDGES = "()[]{}<>.,;:'\"“”‘’"
# "arXiv preprint arXiv:1506.01497", "CoRR abs/1506.01497": a number alone may be of anything.
_NAMED = re.compile(
    r"(?:\barxiv\W{0,3}(?:e-?prints?\W{0,3}|preprints?\W{0,3})?(?:arxiv\W{0,3})?|\babs/)"
    rf"({ARXIV_FORM})(?![\w/]|\.\d)",
    re.ASCII | re.IGNORECASE,
)
# A note that says nothing else.
_ALONE = re.compile(
    r"\W*(?:arxiv\s+(?:e-?|pre-?)?prints?\W*)?arxiv\W*"
    rf"({ARXIV_FORM})(?:\W*[\w-]+\.[\w-]+)?\W*",
    re.ASCII | re.IGNORECASE,
)


def arxiv_of(text: str) -> str:
    """The arXiv ID that a text is, in any form or address.

    Empty for any other text.
    """
    ref = parse_identifier(text)
    return ref.value if ref is not None and ref.kind == "arxiv" else ""


def arxiv_in(text: str) -> str:
    """The first arXiv ID that a text names or gives the address of.

    Empty if there is none.
    """
    text = text[:MAX_TEXT]
    found = _NAMED.search(text)
    if found:
        return arxiv(found[1]) or ""
    addresses = (word for word in _words(text) if "." in word.partition("/")[0] or "://" in word)
    return next(filter(None, map(arxiv_of, addresses)), "")


def arxiv_alone(text: str) -> str:
    """The arXiv identifier of a note that says nothing else; else empty."""
    found = _ALONE.fullmatch(text[:300])
    return (arxiv(found[1]) or "") if found else arxiv_of(text)


def doi_in(text: str) -> str:
    """The first DOI in a text, in the letters of that text.

    Empty if there is none.
    """
    text = text[:MAX_TEXT]
    ref = parse_identifier(text)
    if ref is not None and ref.kind == "doi":
        start = text.lower().find(ref.value)
        return text[start : start + len(ref.value)] if start >= 0 else ref.value
    found = DOI.search(text)
    is_of_arxiv = ref is not None and ref.kind == "arxiv"
    return found[0].rstrip(".,;/") if found and not is_of_arxiv else ""


def short_doi(text: str) -> str:
    """The short DOI (https://shortdoi.org) of a text or address, as `10/ggd754`.

    Empty if it is none. It does not say which DOI it stands for.
    """
    ref = parse_identifier(text)
    is_short = ref is not None and ref.kind == "url" and ref.value.startswith("doi.org/")
    return ref.value.removeprefix("doi.org/") if ref is not None and is_short else ""


def archive_urls(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses of what identifiers of PubMed, ADS, HAL and the like name.

    Args:
        texts: `PMID: 26017442`, an address, or anything else.
    """
    refs = (parse_identifier(text) for text in texts if text.strip())
    urls = (outside_url("url", ref.value) for ref in refs if ref is not None and ref.kind == "url")
    return tuple(dict.fromkeys(filter(None, urls)))


def find_identifier(line: str) -> PaperRef | None:
    """The DOI or arXiv identifier in a reference: "Watson & Crick 1953, doi:10.1038/171737a0"."""
    for word in _words(line):
        ref = parse_identifier(word)
        if ref is not None and ref.kind in ("doi", "arxiv"):
            return ref.without_user()
    return None


def _words(text: str) -> list[str]:
    return [word.strip(EDGES) for word in text.split()[:MAX_WORDS]]
