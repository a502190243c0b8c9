"""The paper that a note is about: one that is here, or a new one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Identifier, Paper, folded
from app.queries import papers
from app.queries.identifiers import find_meanings, find_papers
from app.references.identifiers import PaperRef, is_storable_key
from app.references.parsing import reference_from_url
from app.services.importing.terms import ImportRun
from app.services.papers.adding import add_paper
from app.services.refusals import PaperExists
from app.sources.formats.front_matter import BadFile
from app.sources.record import PaperRecord
from app.sources.same_work import WorkFacts, is_named_by, title_words


def find_or_add_paper(
    session: Session, record: PaperRecord, citekey: str, run: ImportRun
) -> tuple[Paper, bool]:
    """The paper of a note, and whether it was added just now.

    Args:
        record: what its file says of the paper.
        citekey: what its writer's reference manager calls it.

    Raises:
        BadFile: when it is not here, and the file does not tell its title.
        Refusal: for a fact that cannot be kept.
    """
    refs = _references(session, record)
    if (key := _known_key(session, record, citekey, refs)) is not None:
        return _by_key(session, key), False
    would_be = (run.papers.get(folded(ref.value)) for ref in refs)
    record = next(filter(None, would_be), record)
    if not record.title.strip():
        given = {"key": record.key, "doi": record.doi, "arxiv": record.arxiv_id, "url": record.url}
        names = [*((field, name) for field, name in given.items() if name), ("citekey", citekey)]
        field, name = names[0]
        raise BadFile(f"The paper {name:.100} is new, so its title is required.", field=field)
    if not record.key and is_storable_key(citekey) and not _key_is_taken(session, citekey):
        record = replace(record, key=citekey)
    try:
        paper = add_paper(session, record, "file", run.options.only)
    except PaperExists as there:  # under a name that another of its names leads to
        return _by_key(session, there.key), False
    if run.options.dry_run:
        ways = select(Identifier.folded).where(Identifier.paper_id == paper.id)
        run.papers.update(dict.fromkeys(session.scalars(ways), record))
    return paper, True


def _references(session: Session, record: PaperRecord) -> list[PaperRef]:
    url = record.url if reference_from_url(record.url) else ""
    names = filter(None, (record.key, record.doi, record.arxiv_id, url))
    return [ref for name in names for ref in find_meanings(session, name)]


def _known_key(
    session: Session, record: PaperRecord, citekey: str, refs: list[PaperRef]
) -> str | None:
    """The key of the paper, if it is here."""
    known = find_papers(session, refs, unsure=True)
    key = next((known[ref].key for ref in refs if ref in known), None)
    if key is not None or record.key:
        return key
    # Two people call different papers the same: a title that is told must be the paper's.
    cited = find_meanings(session, citekey) if citekey else []
    for found in find_papers(session, cited, unsure=True).values():
        title = _by_key(session, found.key).title
        if not record.title.strip() or title_words(title) == title_words(record.title):
            return found.key
    if record.doi or record.arxiv_id:
        return None
    work = WorkFacts(record.title, record.authors, record.year, "")
    alike = papers.list_papers_with_title(session, record.title)
    return next((paper.key for paper in alike if is_named_by(paper.work, work)), None)


def _key_is_taken(session: Session, key: str) -> bool:
    return bool(find_papers(session, [PaperRef("key", key)], unsure=True))


def _by_key(session: Session, key: str) -> Paper:
    return session.scalars(select(Paper).where(Paper.key == key)).one()
