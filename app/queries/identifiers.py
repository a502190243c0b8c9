"""The one way from the name of a paper to its row.

Names are keys, DOIs, arXiv IDs, addresses and the like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import unquote

from sqlalchemy import Select, bindparam, select, tuple_
from sqlalchemy.orm import Session

from app.models import Identifier, Paper, folded
from app.models.papers.paper import MAX_IDENTIFIER
from app.queries import papers
from app.references.identifiers import PaperRef, implied_references, possible_references
from app.references.parsing import mend_slashes, parse_any_address, parse_identifier, trim_text
from app.statements import connection_of, read_rows

MAX_NAMES = 1000
MAX_TEXT_CHARS = 2000


class KnownPaper(NamedTuple):
    """The paper that a reference leads to."""

    id: int
    key: str


def find_paper(session: Session, text: str) -> Paper | None:
    """Find a paper by key, DOI, arXiv ID or address.

    The case of letters does not count.

    A key may look like something else: `journals/corr/1707.09405` is a key and an arXiv id.
    """
    named = find_meanings(session, text)
    known = find_papers(session, named, unsure=True) if named else {}
    first = next((known[ref] for ref in named if ref in known), None)
    return None if first is None else papers.load_papers(session, [first.id]).get(first.id)


def find_paper_exactly(session: Session, query: str) -> Paper | None:
    """The paper whose identifier a search consists of; mere words are never one."""
    if not re.search(r"[\d/]|[a-z][A-Z]", query):  # an OpenReview id may have letters alone
        return None
    ref = parse_identifier(query.rstrip("/ "))
    if ref is None and (" " in query or "://" not in query):
        return None
    return find_paper(session, query)


def find_paper_by_any_key(session: Session, key: str) -> Paper | None:
    """Find a paper by its key, or by one from before a merge."""
    known = find_papers(session, [PaperRef("key", key)])
    return next(
        iter(papers.load_papers(session, [each.id for each in known.values()]).values()), None
    )


def find_papers(
    session: Session, refs: Iterable[PaperRef], *, unsure: bool = False
) -> dict[PaperRef, KnownPaper]:
    """The papers of those references (without their user) that are in the library.

    Args:
        refs: of which `MAX_NAMES` are looked for.
        unsure: whether a paper may go by a name that a reference does not surely have, as long as
            none goes by one that it has (`references.identifiers.possible_references`).
    """
    plain = {ref.without_user() for ref in islice(refs, MAX_NAMES)}
    names = {
        ref: _list_possible_names(ref) if unsure else list_reference_names(ref) for ref in plain
    }
    wanted = {name for each in names.values() for name in each}
    if not wanted:
        return {}
    session.flush()
    found = read_rows(connection_of(session), _select_named(), {"names": list(wanted)})
    by_name = {(kind, name): KnownPaper(number, key) for kind, name, number, key in found}
    known = {}
    for ref in plain:
        paper = next((by_name[name] for name in names[ref] if name in by_name), None)
        if paper is not None:
            known[ref] = paper
    return known


@cache
def _select_named() -> Select[Any]:
    """Made once: making it takes longer than reading what it asks for."""
    columns: tuple[Any, ...] = (Identifier.kind, Identifier.folded, Paper.id, Paper.key)
    names = tuple_(Identifier.kind, Identifier.folded).in_(bindparam("names", expanding=True))
    return select(*columns).join(Paper, Paper.id == Identifier.paper_id).where(names)


def find_known_keys(session: Session, refs: Iterable[PaperRef]) -> dict[PaperRef, str]:
    """The bibtex keys of those references (without their user) that surely name a paper here."""
    return {ref: paper.key for ref, paper in find_papers(session, refs).items()}


def list_reference_names(ref: PaperRef) -> list[tuple[str, str]]:
    """Kind and folded value of all names that a reference surely means, its own first."""
    return _fold_names([ref, *implied_references(ref)])


@lru_cache(MAX_NAMES)
def _list_possible_names(ref: PaperRef) -> Sequence[tuple[str, str]]:
    """The same of all that it may stand for; a text that is saved is asked for twice."""
    return tuple(_fold_names(possible_references(ref)))


def list_waiting_names(ref: PaperRef) -> set[tuple[str, str]]:
    """All names by which texts may have linked to a paper.

    Given as kind and folded value, of what has this name.
    """
    as_key = [PaperRef("key", ref.value)] if ref.kind == "openreview" else []
    return {*list_reference_names(ref), *_fold_names(as_key)}


def find_meanings(session: Session, text: str) -> list[PaperRef]:
    """What a text may name, the likeliest first.

    Nothing for a text that can name none.
    """
    text = trim_text(text[:MAX_TEXT_CHARS])
    if "%" in text and not text.lower().startswith(("http:", "https:")):
        text = unquote(text)  # a key that was encoded once more than it should be
    text = mend_slashes(text.rstrip("/ "))
    if not text or "\x00" in text:
        return []
    found = [PaperRef("key", text)] if len(text) <= MAX_IDENTIFIER else []
    ref = find_likeliest_meaning(session, text)
    return list(dict.fromkeys([*found, *([ref.without_user()] if ref is not None else [])]))


def find_likeliest_meaning(session: Session, text: str) -> PaperRef | None:
    """What a text most likely names.

    An identifier, a page of this site or of another one.
    """
    text = text.strip()
    return parse_identifier(text) or parse_any_address(mend_slashes(text), session.info["site_url"])


def _fold_names(refs: Iterable[PaperRef]) -> list[tuple[str, str]]:
    return [(each.kind, folded(each.value)) for each in refs]
