"""Completing a paper that is here: what is empty is filled in, nothing is overwritten."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import Identifier, Paper, folded
from app.queries.identifiers import known_keys
from app.references.labels import KIND_LABELS
from app.references.parsing import parse_identifier
from app.rendering import RenderError, render_plain
from app.services import changes
from app.services.papers.facts import FIELDS
from app.sources.record import PaperRecord

TEXTS = {"url": "address", "keywords": "keywords", "published_on": "day of publication"}


def complete_paper(session: Session, paper: Paper, record: PaperRecord) -> list[str]:
    """Take over identifiers, address, abstract, keywords, day and details that a paper lacks.

    Title, authors, year and venue stay: they say which paper it is.

    Args:
        record: about the same paper, in normal form.

    Returns:
        What was filled in, in words.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    changes.note(session, "paper", paper.id)
    done = _identifiers(session, paper, record)
    if record.url and not paper.url:
        _add_address(session, paper, record.url)
    for field, word in TEXTS.items():
        if getattr(record, field) and not getattr(paper, field):
            setattr(paper, field, getattr(record, field))
            done.append(word)
    if record.abstract and not paper.abstract:
        try:
            paper.abstract_html = render_plain(record.abstract)
        except RenderError:
            pass  # too many formulas; it stays without
        else:
            paper.abstract = record.abstract
            done.append("abstract")
    told = dict(paper.details or {})
    more = {name: text for name, text in record.details.items() if text and not told.get(name)}
    more.pop("authors", None)  # of the list that the record has
    if more:
        paper.details = {**told, **more}
        done += more
    return done


def _identifiers(session: Session, paper: Paper, record: PaperRecord) -> list[str]:
    has = set(session.scalars(select(Identifier.kind).where(Identifier.paper_id == paper.id)))
    done = []
    for kind, field in FIELDS.items():
        value = getattr(record, field)
        if not value or kind in has:
            continue
        query = select(Identifier.id).where(
            Identifier.kind == kind, Identifier.folded == folded(value)
        )
        if session.scalar(query) is not None:
            continue
        session.add(Identifier(paper_id=paper.id, kind=kind, value=value, folded=folded(value)))
        if field in ("doi", "arxiv_id"):
            setattr(paper, field, value)
        done.append(KIND_LABELS[kind])
    return done


def _add_address(session: Session, paper: Paper, url: str) -> None:
    """Let the address lead to the paper, unless it belongs to another, or to a volume of many."""
    ref = parse_identifier(url)
    if ref is not None and ref.kind == "url" and not known_keys(session, [ref.without_user()]):
        session.add(
            Identifier(paper_id=paper.id, kind="url", value=ref.value, folded=folded(ref.value))
        )
