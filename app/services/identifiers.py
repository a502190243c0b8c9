"""Which paper is meant by what somebody typed, followed or pasted."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from sqlalchemy.orm import Session

from app.models import Paper
from app.models.paper import MAX_IDENTIFIER
from app.queries import papers
from app.rendering import PaperRef, implied, parse_any_address, parse_identifier
from app.rendering.identifiers import OPENREVIEW_ID
from app.rendering.references import mended, trimmed
from app.rendering.sites import is_known

__all__ = [
    "PaperRef",
    "find_exactly",
    "find_paper",
    "meaning",
    "outside_url",
    "parse_identifier",
]

LONGEST = 2000
# What stands behind a DOI in the addresses of publishers, copied along with it.
_PART_OF_ADDRESS = re.compile(r"(?:/(?:full|fulltext|full-text|abstract|epdf|pdf|html|meta))+$")
_ADDRESSES = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "openreview": "https://openreview.net/forum?id=",
    "acl": "https://aclanthology.org/",
    "url": "https://",
}


def find_paper(session: Session, text: str) -> Paper | None:
    """The paper that goes by a key, DOI, arXiv id or address, in any case of its letters.

    A key may look like something else: `journals/corr/1707.09405` is a key and an arXiv id.
    """
    names = [(ref.kind, ref.value) for ref in meanings(session, text)]
    return papers.by_identifiers(session, names) if names else None


def find_exactly(session: Session, query: str) -> Paper | None:
    """The paper whose identifier a search consists of; mere words are never one."""
    if not re.search(r"[\d/]|[a-z][A-Z]", query):  # an OpenReview id may have letters alone
        return None
    ref = parse_identifier(query.rstrip("/ "))
    if ref is None and (" " in query or "://" not in query):
        return None
    return find_paper(session, query)


def meanings(session: Session, text: str) -> list[PaperRef]:
    """All names that a text may be, the likeliest first; none for a text that can be none."""
    text = trimmed(text[:LONGEST])
    if "%" in text and not text.lower().startswith(("http:", "https:")):
        text = unquote(text)  # a key that was encoded once more than it should be
    text = mended(text.rstrip("/ "))
    if not text or "\x00" in text:
        return []
    found = [PaperRef("key", text)] if len(text) <= MAX_IDENTIFIER else []
    ref = meaning(session, text)
    if ref is not None:
        found += [ref.without_user(), *implied(ref)]
        if ref.kind == "doi":
            found.append(PaperRef("doi", _PART_OF_ADDRESS.sub("", ref.value)))
    if OPENREVIEW_ID.fullmatch(text):
        found.append(PaperRef("openreview", text))
    return list(dict.fromkeys(found))


def meaning(session: Session, text: str) -> PaperRef | None:
    """What a text most likely names: an identifier, a page of this site or of another one."""
    text = text.strip()
    return parse_identifier(text) or parse_any_address(mended(text), session.info["site_url"])


def is_of_a_site(text: str) -> bool:
    """Whether a text is an address elsewhere, also one without `https://`."""
    return text.lower().startswith(("http:", "https:")) or is_known(text.split("/", 1)[0])


def outside_url(kind: str, value: str) -> str | None:
    """The address elsewhere of what an identifier names; `None` for a key."""
    base = _ADDRESSES.get(kind)
    if base is None:
        return None
    # An address among the identifiers is encoded already, as far as it has to be.
    return base + quote(value, safe="/:();.-_~?=&%+,!*'@" if kind == "url" else "/:();.-_~")
