"""Identifiers and addresses of a BibTeX or biblatex entry, in whatever field they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from app.references.addresses import complete_address
from app.references.mentions import (
    archive_urls,
    arxiv_alone,
    arxiv_in,
    arxiv_of,
    doi_in,
    short_doi,
)
from app.text.tex import plain

# biblatex's names of archives, before what `references` reads.
_ARCHIVES = {"pubmed": "pmid:", "hal": "hal:", "jstor": "jstor.org/stable/"}
_WHOLE_URL = re.compile(r"https?://\S+", re.I)
_URL = re.compile(r"https?://[^\s<>\"|]+", re.I)
_URL_FIRST = re.compile(
    r"(?:available(?: at)?:?\s*)?(?:\\(?:url|path|nolinkurl)\s*)?<?(https?://[^\s<>\"|]+)", re.I
)
_LINK = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{[^{}]*\}")


def find_doi(fields: Mapping[str, str]) -> str:
    """The DOI, in its own field or in an address."""
    for name in ("doi", "ee", "url"):
        value = fields.get(name, "")
        if name != "doi" and "doi.org/" not in value:
            continue
        text = _unescaped(value)
        if found := doi_in(unquote(text) if "%2f" in text.lower() else text):
            return found.removesuffix("}")
    return ""


def find_arxiv_id(fields: Mapping[str, str]) -> str:
    """The arXiv identifier, in whatever field an entry has it."""
    kind = (fields.get("archiveprefix") or fields.get("eprinttype", "")).strip().lower()
    eprint = _unescaped(fields.get("eprint", ""))
    if kind in ("arxiv", ""):
        category = fields.get("primaryclass", "").strip()
        for text in (eprint, f"{category}/{eprint}" if category else ""):
            if found := arxiv_of(text) or arxiv_in(text):
                return found
    for name in ("arxivid", "arxiv"):
        if found := arxiv_of(_unescaped(fields.get(name, ""))):
            return found
    for name in ("url", "doi", "ee"):
        if found := arxiv_in(_unescaped(fields.get(name, ""))):
            return found
    for name in ("journal", "journaltitle", "volume", "howpublished", "publisher"):
        if found := arxiv_in(_unescaped(fields.get(name, ""))):
            return found
    return arxiv_alone(plain(fields.get("note", "")))


def find_url(fields: Mapping[str, str]) -> str:
    """The address of the work; a short DOI is one.

    It does not say which DOI it means.
    """
    short = short_doi(_unescaped(fields.get("doi", "")))
    return _told_url(fields) or (f"https://doi.org/{short}" if short else "")


def find_other_urls(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Where archives have the work that have an identifier of their own for it."""
    archive = fields.get("eprinttype", "").strip()
    eprint = f"{_ARCHIVES.get(archive.lower(), '')}{fields.get('eprint', '').strip()}"
    told = [f"{name}:{fields[name].strip()}" for name in ("pmid", "pmcid") if name in fields]
    told += [eprint] if archive.lower() in _ARCHIVES else []
    told += [fields.get(name, "") for name in ("adsurl", "hal_id", "note")]
    return archive_urls(map(_unescaped, told))


def _told_url(fields: Mapping[str, str]) -> str:
    for name in ("url", "ee", "link"):
        text = _unescaped(fields.get(name, ""))
        if _WHOLE_URL.fullmatch(text):
            return text
        if found := _URL.search(text):
            return found[0]
        first = text.split(maxsplit=1)[0] if text else ""
        if (address := complete_address(first)) != first:
            return address
    for name in ("howpublished", "note"):
        found = _URL_FIRST.match(_unescaped(fields.get(name, "")))
        if found:
            return found[1].rstrip(".,;")
    return ""


def _unescaped(value: str) -> str:
    """An address or identifier, which is often written with TeX escapes, but is not TeX."""
    if "\\" not in value and "{" not in value and "}" not in value:
        return value.strip()
    value = _LINK.sub(r"\1 ", value)
    value = re.sub(r"\{?\\(?:textasciitilde|~)(?:\{\})?\s?\}?", "~", value.strip())
    value = re.sub(r"\{?\\(?:textunderscore)(?:\{\})?\s?\}?", "_", value)
    value = re.sub(r"\\([_%&#~$^{}])", r"\1", value)
    if "\\" in value:
        value = value.replace("$", "").replace("\\textless", "<").replace("\\textgreater", ">")
    return re.sub(r"[{}]", "", value).strip()
