"""Whether a paper that comes in is one we have: by identifiers, by its key, or by what it says.

Identifiers and keys from files are not trusted blindly: chapters carry the DOI of their book, and
`smith2010` is another paper in every bibliography. So titles have to agree too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Author, Identifier, Paper, PaperAuthor, folded
from app.queries.papers import title_folded
from app.rendering import PaperRef, parse_identifier
from app.services.paper_facts import FIELDS
from app.services.texts import known_keys
from app.sources.record import PaperRecord

NAMES = {"doi": "DOI", "arxiv": "arXiv id", "openreview": "OpenReview id", "acl": "ACL id"}
LONG_TITLE = 15  # letters; "Preface" and "Editorial" are titles of many works
_DBLP_KEY = re.compile(r"(?:conf|journals|books|series|phd|reference|tr)/[^/]+/.+")


@dataclass(frozen=True)
class Match:
    """What was found: the paper we have, if any, and the record without what is another's."""

    paper: Paper | None
    record: PaperRecord
    notes: tuple[str, ...] = ()


def newest(session: Session) -> int:
    """The number of the newest paper, 0 for none."""
    return session.scalar(select(func.max(Paper.id))) or 0


def match(session: Session, record: PaperRecord, before: int) -> Match:
    """Find the paper that a record is about.

    Args:
        record: in normal form.
        before: papers up to this number may be found by title, authors and year alone. Of two
            entries of one file nobody says that they are the same when their keys differ.
    """
    paper, record, notes = _by_identifiers(session, record)
    if paper is None:
        paper = _alike(session, record, before)
    if paper is None and record.key:
        paper, key = _by_key(session, record)
        if key != record.key:
            said = f"the key {record.key} is that of another paper here; this one is {key}"
            record, notes = replace(record, key=key), (*notes, said)
    return Match(paper, record, notes)


def _by_identifiers(
    session: Session, record: PaperRecord
) -> tuple[Paper | None, PaperRecord, tuple[str, ...]]:
    refs = {
        PaperRef(kind, getattr(record, field)): field
        for kind, field in FIELDS.items()
        if getattr(record, field)
    }
    known = known_keys(session, refs)
    notes: list[str] = []
    for ref, field in refs.items():
        if ref not in known:
            continue
        paper = session.scalars(select(Paper).where(Paper.key == known[ref])).one()
        if _is_alike(paper.title, record.title, 0.5):
            return paper, record, ()
        notes.append(
            f"the {NAMES[ref.kind]} {ref.value} is that of {paper.key} here, which has another"
            " title, and was left out"
        )
        others: dict[str, Any] = {field: ""}
        for name in ("url", "key"):  # which may be the same identifier again
            meant = parse_identifier(getattr(record, name) or " ")
            if meant is not None and meant.without_user() == ref:
                others[name] = ""
        record = replace(record, **others)
    return None, record, tuple(notes)


def _by_key(session: Session, record: PaperRecord) -> tuple[Paper | None, str]:
    """The paper that goes by the key, or by the key and a number; else a key that is free."""
    key = record.key
    base = folded(key)
    numbered = Identifier.folded.startswith(f"{base}-", autoescape=True)
    found = session.execute(
        select(Identifier.folded, Paper)
        .join(Paper, Paper.id == Identifier.paper_id)
        .where(Identifier.kind == "key", (Identifier.folded == base) | numbered)
        .order_by(Identifier.id)
    ).all()
    taken = {name: paper for name, paper in found if re.fullmatch(r"(?:-\d+)?", name[len(base) :])}
    own = taken.get(base)
    if own is not None and _DBLP_KEY.fullmatch(key):
        return own, key
    for paper in taken.values():
        if _is_alike(paper.title, record.title, 0.7) and _is_same_year(paper, record):
            return paper, key
    number, free = 1, key
    while folded(free) in taken:
        number += 1
        free = f"{key[:280]}-{number}"
    return None, free


def _alike(session: Session, record: PaperRecord, before: int) -> Paper | None:
    """A paper of the same title, authors and year, of which nothing says that it is another."""
    title = title_folded(record.title)
    if record.key and (len(title) < LONG_TITLE or not record.authors or not before):
        return None
    query = select(Paper).where(Paper.title_folded == title, Paper.year.is_(record.year))
    if record.year is not None:
        query = select(Paper).where(Paper.title_folded == title, Paper.year == record.year)
    if record.key:
        query = query.where(Paper.id <= before)
    for paper in session.scalars(query.order_by(Paper.id).limit(20)):
        differs = any(
            mine and theirs and folded(mine) != folded(theirs)
            for mine, theirs in ((record.doi, paper.doi), (record.arxiv_id, paper.arxiv_id))
        )
        types = {record.details.get("type"), (paper.details or {}).get("type")} - {None}
        if (
            not differs
            and len(types) < 2
            and _surnames(_names(session, paper)) == _surnames(record.authors)
        ):
            return paper
    return None


def _names(session: Session, paper: Paper) -> list[str]:
    query = select(Author.name).join(PaperAuthor, PaperAuthor.author_id == Author.id)
    query = query.where(PaperAuthor.paper_id == paper.id).order_by(PaperAuthor.position)
    return list(session.scalars(query))


def _surnames(names: Sequence[str]) -> list[str]:
    return [title_folded(re.sub(r" \d{4}$", "", name)).split(" ")[-1] for name in names]


def _is_same_year(paper: Paper, record: PaperRecord) -> bool:
    return paper.year is None or record.year is None or abs(paper.year - record.year) <= 1


def _is_alike(one: str, other: str, least: float) -> bool:
    """Whether titles share most of their words, or one goes on where the other ends."""
    a, b = title_folded(one), title_folded(other)
    if a == b or f"{a} ".startswith(f"{b} ") or f"{b} ".startswith(f"{a} "):
        return True
    words, others = set(a.split()), set(b.split())
    shared, all_words = len(words & others), len(words | others)
    return all_words > 0 and shared / all_words >= least
