"""The one place where the rest of the program meets the renderer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import groupby, islice
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.models import Author, Identifier, Paper, PaperAuthor, folded
from app.rendering import (
    MAX_TEXT_BYTES,
    PaperRef,
    Rendered,
    RenderError,
    parse_identifier,
    reference_from_url,
    render,
)

__all__ = [
    "MAX_TEXT_BYTES",
    "RenderError",
    "Rendered",
    "known_keys",
    "render_alone",
    "render_text",
]

MAX_LINKS = 1000
# What may name papers: \cite{key, key}; [[key]], the target of [text](target), a bare address.
_NAMED = re.compile(
    r"\\cite\w{0,9}\*?\{([^{}\n]{1,1000})\}"
    r"|(?:\[\[|\]\([ ]?<?|(?=https?://))"
    r"([^\s<>()\[\]|]{1,500}(?:\([^\s<>()]{0,99}\)[^\s<>()]{0,99})?)"
)


def render_text(session: Session, text: str, *, mark_lines: bool = False) -> Rendered:
    """Render a summary; links to papers we know by another name than their key lead to them.

    Ids in it begin with a hash of the text, so that several texts fit on one page.

    Args:
        text: Markdown with LaTeX.
        mark_lines: whether blocks say on which line of the source they begin, for a preview.

    Raises:
        RenderError: for a text that is too large or too deeply nested, with the line.
    """
    options: dict[str, Any] = {
        "site_url": session.info["site_url"],
        "id_prefix": f"s{hashlib.sha256(text.encode()).hexdigest()[:8]}-",
        "mark_lines": mark_lines,
    }
    # Rendering takes far longer than a query. So what looks like a reference is looked up before,
    # and mostly that was all.
    named = _named(text, options["site_url"])
    known = known_keys(session, named)
    rendered = render(text, papers=known, labels=citation_labels(session, known), **options)
    others = {link.ref.without_user() for link in rendered.links} - named
    missed = known_keys(session, others)
    if not missed:
        return rendered
    known |= missed
    return render(text, papers=known, labels=citation_labels(session, known), **options)


def _named(text: str, site_url: str) -> set[PaperRef]:
    """What looks like a reference to a paper; only rendering tells which of it is one."""
    found = set()
    for match in islice(_NAMED.finditer(text), MAX_LINKS):
        several, one = match.groups()
        for part in several.split(",") if several else [one]:
            is_address = part.startswith(("/", "http"))
            ref = reference_from_url(part, site_url) if is_address else parse_identifier(part)
            if ref is not None:
                found.add(ref.without_user())
    return set(islice(found, MAX_LINKS))


def known_keys(session: Session, refs: Iterable[PaperRef]) -> dict[PaperRef, str]:
    """The bibtex keys of those references (without their user) that are in the library."""
    plain = {PaperRef(ref.kind, ref.value) for ref in islice(refs, MAX_LINKS)}
    wanted = {(ref.kind, folded(ref.value)): ref for ref in plain}
    if not wanted:
        return {}
    found = session.execute(
        select(Identifier.kind, Identifier.folded, Paper.key)
        .join(Paper, Paper.id == Identifier.paper_id)
        .where(tuple_(Identifier.kind, Identifier.folded).in_(list(wanted)))
    )
    by_name = {(kind, folded): key for kind, folded, key in found}
    return {
        ref: by_name[ref.kind, folded(ref.value)]
        for ref in plain
        if (ref.kind, folded(ref.value)) in by_name
    }


def citation_labels(session: Session, known: Mapping[PaperRef, str]) -> dict[str, str]:
    """What citations read: `Girshick 2015`, `Kingma & Welling 2013`, `Ren et al. 2015`.

    A paper without authors has none, and is cited by its key.
    """
    keys = set(known.values())
    if not keys:
        return {}
    found = session.execute(
        select(Paper.key, Paper.year, Author.name)
        .join(PaperAuthor, PaperAuthor.paper_id == Paper.id)
        .join(Author, Author.id == PaperAuthor.author_id)
        .where(Paper.key.in_(keys), PaperAuthor.position < 3)
        .order_by(Paper.key, PaperAuthor.position)
    )
    labels = {}
    for key, rows in groupby(found, key=lambda row: row[0]):
        authors = [(year, _surname(name)) for _, year, name in rows]
        names = [name for _, name in authors]
        shown = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
        labels[key] = f"{shown} {authors[0][0] or ''}".strip()
    return labels


def _surname(name: str) -> str:
    # A collaboration has no surname.
    group = re.search(r"\b(collaboration|consortium|team|group|project)\b", name, re.IGNORECASE)
    return name if group else name.split()[-1]


def render_alone(text: str) -> Rendered:
    """Render a summary without a library: links to papers elsewhere lead there."""
    return render(text)
