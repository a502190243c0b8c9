"""Which paper is meant by what somebody typed, followed or pasted."""

from __future__ import annotations

from urllib.parse import quote

from sqlalchemy.orm import Session

from app.models import Paper
from app.queries import papers
from app.rendering import PaperRef, parse_identifier

__all__ = ["PaperRef", "find_paper", "outside_url", "parse_identifier"]

_ADDRESSES = {
    "arxiv": "https://arxiv.org/abs/",
    "doi": "https://doi.org/",
    "openreview": "https://openreview.net/forum?id=",
}


def find_paper(session: Session, text: str) -> Paper | None:
    """The paper that goes by a key, DOI, arXiv id or address, in any case of its letters."""
    ref = parse_identifier(text)
    # A key may look like something else: `journals/corr/1707.09405` is a key and an arXiv id.
    for kind, value in [("key", text)] + ([(ref.kind, ref.value)] if ref else []):
        paper = papers.by_identifier(session, kind, value)
        if paper is not None:
            return paper
    return None


def outside_url(kind: str, value: str) -> str | None:
    """The address of a DOI, an arXiv id or an OpenReview id elsewhere; `None` for a key."""
    base = _ADDRESSES.get(kind)
    return None if base is None else base + quote(value, safe="/:();.-_~")
