"""Completing a paper that is here: what is empty is filled in, nothing is overwritten."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers
from app.models import Identifier, Paper
from app.queries import papers
from app.queries.identifiers import find_known_keys
from app.references.identifiers import PaperRef
from app.references.labels import field_label
from app.references.parsing import parse_identifier
from app.rendering import RenderError, render_plain
from app.services import changes
from app.services.papers.editing import add_revision
from app.services.papers.fact_changes import FactChange, list_facts
from app.services.papers.facts import FIELDS
from app.services.papers.paper_names import give_names, known_names, name_of
from app.sources.record import PaperRecord

TEXTS = ("url", "keywords", "published_on")


def complete_paper(session: Session, paper: Paper, record: PaperRecord, source: str) -> list[str]:
    """Take over identifiers, URL, abstract, keywords, day and details that a paper lacks.

    Title, authors, year and venue stay: they say which paper it is. The facts are in the list of
    changes then.

    Args:
        record: about the same paper, in normal form.
        source: where it is from, as "BibTeX".

    Returns:
        What was filled in, in words.
    """
    abstract_html = "" if paper.abstract else _rendered(record.abstract)
    begin_writing(session)
    lock_papers(session, alone=True)
    present = papers.reload_paper(session, paper.id)
    if present is None:
        return []
    changes.note(session, "paper", present.id)
    before = list_facts(present)
    filled = _identifiers(session, present, record)
    if record.url and not present.url:
        _add_address(session, present, record.url)
    for field in TEXTS:
        if getattr(record, field) and not getattr(present, field):
            setattr(present, field, getattr(record, field))
            filled.append(field)
    if abstract_html and not present.abstract:
        present.abstract, present.abstract_html = record.abstract, abstract_html
        filled.append("abstract")
    told = dict(present.details or {})
    more = {name: text for name, text in record.details.items() if text and not told.get(name)}
    more.pop("authors", None)  # of the list that the record has
    if more:
        present.details = {**told, **more}
        filled += more
    after = list_facts(present)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        old, new = ({name: facts[name] for name in changed} for facts in (before, after))
        reason = f"Completed from {source}"
        add_revision(session, present, FactChange(old, new), None, reason=reason)
    return [field_label(name) for name in filled]


def _rendered(abstract: str) -> str:
    try:
        return render_plain(abstract) if abstract else ""
    except RenderError:
        return ""  # too many formulas; the paper stays without


def _identifiers(session: Session, paper: Paper, record: PaperRecord) -> list[str]:
    """Give a paper identifiers of kinds that it lacks; returns their fields."""
    has = set(session.scalars(select(Identifier.kind).where(Identifier.paper_id == paper.id)))
    told = {
        PaperRef(kind, getattr(record, field)): field
        for kind, field in FIELDS.items()
        if getattr(record, field) and kind not in has
    }
    known = known_names(session, map(name_of, told))
    new = {ref: field for ref, field in told.items() if name_of(ref) not in known}
    give_names(session, paper.id, new)
    for ref, field in new.items():
        if field in ("doi", "arxiv_id"):
            setattr(paper, field, ref.value)
    return list(new.values())


def _add_address(session: Session, paper: Paper, url: str) -> None:
    """Let the address lead to the paper, unless it belongs to another, or to a volume of many."""
    ref = parse_identifier(url)
    if ref is not None and ref.kind == "url" and not find_known_keys(session, [ref.without_user()]):
        give_names(session, paper.id, [PaperRef("url", ref.value)])
