"""Where identifiers lead: our own address of a paper, and those elsewhere."""

from __future__ import annotations

import re
from urllib.parse import quote

from app.references.identifiers import is_dblp_key

_UNSAFE = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]")
_NO_SCHEME = re.compile(r"//[\w-]+(?:\.[\w-]+)+(?:/|$)")
_ELSEWHERE = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "openreview": "https://openreview.net/forum?id=",
    "acl": "https://aclanthology.org/",
    "url": "https://",
}
_PDFS = {
    "arxiv": "https://arxiv.org/pdf/{}",
    "acl": "https://aclanthology.org/{}.pdf",
    "openreview": "https://openreview.net/pdf?id={}",
}
_RESOLVERS = ("arxiv.org", "doi.org", "dx.doi.org")


def paper_path(key: str, user: str | None = None) -> str:
    """Returns our address of a paper: `/paper/<key>`, percent-encoded, `#user` kept."""
    path = "/paper/" + quote(key, safe="/:@!*+,;()~")
    return f"{path}#{quote(user, safe='@+')}" if user else path


def outside_url(kind: str, value: str) -> str | None:
    """Returns the address elsewhere of what an identifier names; `None` for a key."""
    base = _ELSEWHERE.get(kind)
    if base is None:
        return None
    # An address among the identifiers is encoded already, as far as it has to be.
    return base + quote(value, safe="/:();.-_~?=&%+,!*'@" if kind == "url" else "/:();.-_~")


def pdf_url(kind: str, value: str) -> str | None:
    """Returns the address of the full text, where that is known."""
    form = _PDFS.get(kind)
    return form.format(quote(value, safe="/:();.-_~")) if form else None


def is_resolver(url: str) -> bool:
    """Says whether an address tells only an identifier, and is no publisher's own."""
    host = url.partition("://")[2].split("/", 1)[0].lower().removeprefix("www.")
    return host in _RESOLVERS


def dblp_url(key: str) -> str | None:
    """Returns the address of a work at dblp.

    `None` for a key that is not dblp's.
    """
    return f"https://dblp.org/rec/{quote(key)}" if is_dblp_key(key) else None


def complete_address(text: str) -> str:
    """Returns an address with its scheme, which some programs leave out: `//host/…`, `www.…`."""
    if _NO_SCHEME.match(text):
        return f"https:{text}"
    return f"http://{text}" if text[:4].lower() == "www." else text


def encode_address(url: str) -> str:
    """Percent-encodes what may not stand in an address, and nothing else."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", url)
