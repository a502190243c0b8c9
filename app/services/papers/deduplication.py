"""Decide whether a paper that comes in is one we have.

By identifiers, by its key, or by what it says.

Identifiers and keys from files are not trusted blindly: chapters carry the DOI of their book, and
`smith2010` is another paper in every bibliography. So titles and authors have to agree too; one
paper too many can be merged, but one that is taken for another is lost.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from app.db import begin_writing, lock_papers
from app.models import Author, Identifier, Paper, PaperAuthor, PaperMerge, folded
from app.queries.identifiers import find_known_keys, list_reference_names
from app.references.identifiers import PaperRef, implied_references
from app.references.labels import KIND_LABELS
from app.references.parsing import parse_identifier
from app.services import changes
from app.services.bulk import among
from app.services.links.resolving import release_links
from app.services.papers.facts import FIELDS
from app.services.papers.paper_names import FIRST, free_key, number_key
from app.sources.identity import names_work
from app.sources.record import OTHERS, PaperRecord, has_more_authors
from app.sources.same_work import (
    MAX_YEARS_BETWEEN,
    is_distinctive,
    is_generic,
    is_same,
    is_version,
    kind_of_work,
    title_words,
    work_of,
)
from app.text.person_names import comparable_surnames
from app.text.words import title_folded

# Papers that somebody added by hand or from a file, who may have claimed names for them.
_CLAIMERS = ("bibtex", "pasted", "form")
MAX_SAME_TITLE = 20  # papers of one title that are looked at


@dataclass(frozen=True)
class Match:
    """What was found for a record.

    The paper we have, if any, and the record without what is another's.
    """

    paper: Paper | None
    record: PaperRecord
    notes: tuple[str, ...] = ()


def find_newest_paper_id(session: Session) -> int:
    """The number of the newest paper, 0 for none."""
    return session.scalar(select(func.max(Paper.id))) or 0


def match_record(
    session: Session, record: PaperRecord, before: int | None, *, takes_back: bool = False
) -> Match:
    """Find the paper that a record is about.

    Args:
        record: in normal form.
        before: papers up to this number may be found by title, authors and year alone. Of two
            entries of one file nobody says that they are the same when their keys differ. `None`:
            no paper may.
        takes_back: whether names that a paper of another title goes by besides its own, and that
            nobody but its adder gave it, are taken from it. That is written.
    """
    paper, record, notes = _by_identifiers(session, record, takes_back)
    if paper is None and before is not None:
        paper = _of_same_work(session, record, before)
    if paper is None and record.key:
        paper = _by_key(session, record)
    if paper is not None:
        if paper.key != record.key or title_words(paper.title) != title_words(record.title):
            notes = (*notes, f"it was taken for {paper.key}, “{paper.title:.100}”")
        return Match(paper, record, notes)
    if not record.key:
        return Match(None, record, notes)
    key = free_key(session, record.key)
    if key != record.key and takes_back and _take_back(session, PaperRef("key", record.key)):
        said = f"the key {record.key} was claimed for another paper here; it is this one’s now"
        return Match(None, record, (*notes, said))
    if key != record.key:
        notes = (*notes, f"the key {record.key} is that of another paper here; this one is {key}")
    return Match(None, replace(record, key=key), notes)


def is_record_of(
    session: Session, paper: Paper, record: PaperRecord, names: Sequence[str] | None = None
) -> bool:
    """Whether a record that gives the key of a paper is about it.

    Args:
        names: of the paper's authors, where they are loaded.
    """
    words = title_words(paper.title)
    if words != title_words(record.title) or have_other_identifiers(paper, record):
        return False
    years = abs(paper.year - record.year) if paper.year and record.year else 0
    if years > (0 if is_generic(words) else MAX_YEARS_BETWEEN):
        return False
    told = paper.details or {}
    if is_generic(words):
        for name in ("volume", "number", "pages"):
            one, other = record.details.get(name, ""), told.get(name, "")
            if one and other and one != other:
                return False
    ours = comparable_surnames(_names(session, paper) if names is None else names)
    theirs = comparable_surnames(record.authors)
    if has_more_authors(record):
        ours = ours[: len(theirs)]
    elif told.get("authors") == OTHERS:
        theirs = theirs[: len(ours)]
    return not ours or not theirs or ours == theirs


def _by_identifiers(
    session: Session, record: PaperRecord, takes_back: bool
) -> tuple[Paper | None, PaperRecord, tuple[str, ...]]:
    refs = {
        PaperRef(kind, getattr(record, field)): field
        for kind, field in FIELDS.items()
        if getattr(record, field)
    }
    known = find_known_keys(session, refs)
    notes: list[str] = []
    for ref, field in refs.items():
        if ref not in known:
            continue
        paper = session.scalars(select(Paper).where(Paper.key == known[ref])).one()
        if names_work(paper.title, _names(session, paper), record):
            return paper, record, ()
        name = f"the {KIND_LABELS[ref.kind]} {ref.value}"
        if takes_back and _take_back(session, ref):
            notes.append(f"{name} was claimed for {paper.key}, another paper; it is this one’s now")
            continue
        notes.append(
            f"{name} is that of {paper.key} here, which has another"
            " title or other authors, and was left out"
        )
        others: dict[str, Any] = {field: ""}
        for name in ("url", "key"):  # which may be the same identifier again
            meant = parse_identifier(getattr(record, name) or " ")
            if meant is None:
                continue
            meant = meant.without_user()
            if ref in (meant, *implied_references(meant)):
                others[name] = ""
        record = replace(record, **others)
    return None, record, tuple(notes)


def list_ids_by_title(session: Session, titles: Collection[str]) -> dict[str, list[int]]:
    """The oldest papers with each of some folded titles, up to `MAX_SAME_TITLE` of one."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    query = select(Paper.title_folded, Paper.id).order_by(Paper.id)
    for title, number in session.execute(query.where(among(session, Paper.title_folded, titles))):
        if len(found[title]) < MAX_SAME_TITLE:
            found[title].append(number)
    return dict(found)


def _by_key(session: Session, record: PaperRecord) -> Paper | None:
    """The paper of this title that goes by the key, or by the key and a number."""
    title = title_folded(record.title)
    names = [folded(number_key(record.key, number)) for number in range(1, FIRST + 1)]
    found = session.execute(
        select(Identifier.paper_id, Paper.title_folded)
        .join(Paper, Paper.id == Identifier.paper_id)
        .where(Identifier.kind == "key", Identifier.folded.in_(names))
        .order_by(Identifier.id)
    ).all()
    ids = [paper_id for paper_id, told in found if told == title]
    if len(found) == FIRST:  # there may be more, which only the title finds quickly
        same = select(Paper.id).where(Paper.title_folded == title).scalar_subquery()
        begin = folded(number_key(record.key, 2)).removesuffix("2")
        more = session.execute(
            select(Identifier.paper_id, Identifier.folded)
            .where(Identifier.paper_id.in_(same), Identifier.kind == "key")
            .order_by(Identifier.id)
        )
        ids += [each for each, name in more if re.fullmatch(re.escape(begin) + r"\d+", name)]
    for paper_id in dict.fromkeys(ids):
        paper = session.get_one(Paper, paper_id)
        if is_record_of(session, paper, record):
            return paper
    return None


def _take_back(session: Session, ref: PaperRef) -> bool:
    """Take a name from a paper that has another name of its own of this kind, and to which nobody
    merged one that had it; links by that name wait again."""
    query = select(Identifier).where(
        Identifier.kind == ref.kind, Identifier.folded == folded(ref.value)
    )
    name = session.scalar(query)
    if name is None:
        return False
    paper = session.get_one(Paper, name.paper_id)
    own = {"key": paper.key, "doi": paper.doi, "arxiv": paper.arxiv_id}.get(ref.kind, ref.value)
    merged = select(PaperMerge.id).where(
        PaperMerge.kept_id == paper.id, PaperMerge.undone_at.is_(None)
    )
    if (
        paper.source not in _CLAIMERS
        or folded(ref.value) in (folded(own or ""), folded(paper.key))
        or session.scalar(merged.limit(1)) is not None
    ):
        return False
    begin_writing(session)
    lock_papers(session, alone=True)
    changes.note(session, "paper", paper.id)
    as_key = ("key", folded(ref.value))  # an arXiv number in `ids` is written as a key too
    names = [(ref.kind, folded(ref.value)), as_key]
    taken = tuple_(Identifier.kind, Identifier.folded).in_(names)
    session.execute(delete(Identifier).where(Identifier.paper_id == paper.id, taken))
    release_links(session, [*list_reference_names(ref), as_key], paper.id)
    return True


def have_other_identifiers(paper: Paper, record: PaperRecord) -> bool:
    """Whether an identifier says that a paper and a record are two."""
    pairs = ((record.doi, paper.doi), (record.arxiv_id, paper.arxiv_id))
    return any(mine and theirs and folded(mine) != folded(theirs) for mine, theirs in pairs)


def _of_same_work(session: Session, record: PaperRecord, before: int) -> Paper | None:
    """A paper that is the same publication, or the same entry of a file where no key."""
    if record.key and not (before and is_distinctive(title_words(record.title))):
        return None
    work = work_of(record, "the file")
    query = select(Paper).where(Paper.title_folded == title_folded(record.title))
    if record.year is None:
        query = query.where(Paper.year.is_(None))
    else:
        query = query.where(
            Paper.year.between(record.year - MAX_YEARS_BETWEEN, record.year + MAX_YEARS_BETWEEN)
        )
    if record.key:
        query = query.where(Paper.id <= before)
    query = (
        query.order_by(Paper.id)
        .limit(MAX_SAME_TITLE)
        .options(
            joinedload(Paper.venue), selectinload(Paper.authorships).joinedload(PaperAuthor.author)
        )
    )
    for paper in session.scalars(query.execution_options(populate_existing=True)):
        if have_other_identifiers(paper, record):
            continue
        if not record.key and _is_same_entry(session, paper, record):
            return paper
        # What came of a preprint is added, and then joined with it: it has the better facts.
        if record.key and is_same(paper.work, work) and not is_version(paper.work, work):
            return paper
    return None


def _is_same_entry(session: Session, paper: Paper, record: PaperRecord) -> bool:
    kinds = {paper.work.kind, kind_of_work(record)} - {""}
    return (
        paper.year == record.year
        and bool(paper.authorships) == bool(record.authors)
        and len(kinds) < 2
        and is_record_of(session, paper, record)
    )


def _names(session: Session, paper: Paper) -> list[str]:
    printed = func.coalesce(PaperAuthor.name, Author.name)
    query = select(printed).join_from(Author, PaperAuthor, PaperAuthor.author_id == Author.id)
    query = query.where(PaperAuthor.paper_id == paper.id).order_by(PaperAuthor.position)
    return list(session.scalars(query))
