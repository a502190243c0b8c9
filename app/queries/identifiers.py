"""The one way from the name of a paper (a key, DOI, arXiv identifier, address, …) to its row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.models import Identifier, Paper, folded
from app.models.papers.paper import MAX_IDENTIFIER
from app.queries import papers
from app.references.identifiers import PaperRef, candidates, implied
from app.references.parsing import mended, parse_any_address, parse_identifier, trimmed

MAX_NAMES = 1000
LONGEST = 2000


class Known(NamedTuple):
    """The paper that a reference leads to."""

    id: int
    key: str


def find_paper(session: Session, text: str) -> Paper | None:
    """The paper that goes by a key, DOI, arXiv id or address, in any case of its letters.

    A key may look like something else: `journals/corr/1707.09405` is a key and an arXiv id.
    """
    named = meanings(session, text)
    known = find(session, named, unsure=True) if named else {}
    first = next((known[ref] for ref in named if ref in known), None)
    return None if first is None else papers.by_ids(session, [first.id]).get(first.id)


def find_exactly(session: Session, query: str) -> Paper | None:
    """The paper whose identifier a search consists of; mere words are never one."""
    if not re.search(r"[\d/]|[a-z][A-Z]", query):  # an OpenReview id may have letters alone
        return None
    ref = parse_identifier(query.rstrip("/ "))
    if ref is None and (" " in query or "://" not in query):
        return None
    return find_paper(session, query)


def by_key(session: Session, key: str) -> Paper | None:
    """The paper that has this key, or had it before it was merged into another one."""
    known = find(session, [PaperRef("key", key)])
    return next(iter(papers.by_ids(session, [each.id for each in known.values()]).values()), None)


def find(
    session: Session, refs: Iterable[PaperRef], *, unsure: bool = False
) -> dict[PaperRef, Known]:
    """The papers of those references (without their user) that are in the library.

    Args:
        refs: of which `MAX_NAMES` are looked for.
        unsure: whether a paper may go by a name that a reference does not surely have, as long as
            none goes by one that it has (`references.identifiers.candidates`).
    """
    plain = {ref.without_user() for ref in islice(refs, MAX_NAMES)}
    names = {ref: _names(candidates(ref)) if unsure else names_of(ref) for ref in plain}
    wanted = {name for each in names.values() for name in each}
    if not wanted:
        return {}
    found = session.execute(
        select(Identifier.kind, Identifier.folded, Paper.id, Paper.key)
        .join(Paper, Paper.id == Identifier.paper_id)
        .where(tuple_(Identifier.kind, Identifier.folded).in_(list(wanted)))
    )
    by_name = {(kind, name): Known(number, key) for kind, name, number, key in found}
    known = {}
    for ref in plain:
        paper = next((by_name[name] for name in names[ref] if name in by_name), None)
        if paper is not None:
            known[ref] = paper
    return known


def known_keys(session: Session, refs: Iterable[PaperRef]) -> dict[PaperRef, str]:
    """The bibtex keys of those references (without their user) that surely name a paper here."""
    return {ref: paper.key for ref, paper in find(session, refs).items()}


def names_of(ref: PaperRef) -> list[tuple[str, str]]:
    """Kind and folded value of all names that a reference surely means, its own first."""
    return _names([ref, *implied(ref)])


def waiting_names(ref: PaperRef) -> set[tuple[str, str]]:
    """Kind and folded value of all names by which texts may have linked to what has this one."""
    as_key = [PaperRef("key", ref.value)] if ref.kind == "openreview" else []
    return {*names_of(ref), *_names(as_key)}


def meanings(session: Session, text: str) -> list[PaperRef]:
    """What a text may name, the likeliest first; nothing for a text that can name none."""
    text = trimmed(text[:LONGEST])
    if "%" in text and not text.lower().startswith(("http:", "https:")):
        text = unquote(text)  # a key that was encoded once more than it should be
    text = mended(text.rstrip("/ "))
    if not text or "\x00" in text:
        return []
    found = [PaperRef("key", text)] if len(text) <= MAX_IDENTIFIER else []
    ref = meaning(session, text)
    return list(dict.fromkeys([*found, *([ref.without_user()] if ref is not None else [])]))


def meaning(session: Session, text: str) -> PaperRef | None:
    """What a text most likely names: an identifier, a page of this site or of another one."""
    text = text.strip()
    return parse_identifier(text) or parse_any_address(mended(text), session.info["site_url"])


def _names(refs: Iterable[PaperRef]) -> list[tuple[str, str]]:
    return [(each.kind, folded(each.value)) for each in refs]
