"""Papers that are here and that dblp says something new about.

What a person wrote is left alone: a fact is replaced only while it is what dblp said before (the
stamp of a paper tells, see `works.head`), or empty. Summaries are never touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from typing import Protocol
from zlib import crc32

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.models import Paper, PaperAuthor
from app.references.identifiers import is_corr_key
from app.services import changes
from app.services.bulk import among, insert_rows
from app.services.dblp.names import Authors, Venues
from app.services.dblp.works import DIGEST, FIELDS, HEAD, DumpWork, compute_digests
from app.sources.sections import section_of_paper


class Rows(Protocol):
    """Finds the rows of authors and venues that a work names; a `Store` has them."""

    authors: Authors
    venues: Venues


def merge_works(here: DumpWork, work: DumpWork, refs: Sequence[tuple[str, str, str]]) -> None:
    """Merge two works of a batch that are the same.

    A conference's facts come first.

    Args:
        refs: the identifiers of `work` that belong to nobody yet.
    """
    arxiv_id = here.arxiv_id or work.arxiv_id
    if here.kind == "preprint" and work.kind != "preprint":
        kept = [*refs, *here.refs]
        for name in DumpWork.__slots__:
            setattr(here, name, getattr(work, name))
        here.refs = kept
    else:
        here.refs = [*here.refs, *refs]
    here.arxiv_id = arxiv_id


def update_papers(
    session: Session,
    pairs: Sequence[tuple[DumpWork, int]],
    named: Container[int],
    store: Rows,
) -> Counter[str]:
    """Bring papers up to date with works that are the same.

    Args:
        pairs: each work with the number of its paper.
        named: numbers of the papers that got new identifiers from these works.
    """
    if not pairs:
        return Counter()
    query = (
        select(Paper)
        .where(among(session, Paper.id, {number for _, number in pairs}))
        .options(
            joinedload(Paper.venue),
            selectinload(Paper.authorships).joinedload(PaperAuthor.author),
        )
        .execution_options(populate_existing=True)
    )
    papers = {paper.id: paper for paper in session.scalars(query)}
    changes.note(session, "paper", *papers)
    done: Counter[str] = Counter()
    same: set[int] = set()
    for work, number in pairs:
        paper = papers[number]
        owns = _owns(paper, work)
        if owns and _update(session, paper, work, store):
            done["updated"] += 1
        elif number in named:
            done["unchanged" if owns else "joined"] += 1
        else:
            done["unchanged"] += 1
            same.add(number)
        paper.arxiv_id = paper.arxiv_id or work.arxiv_id or None
    session.flush()
    changes.forget(session, "paper", *same)
    session.expunge_all()  # or the memory would hold every paper of the run
    return done


def _owns(paper: Paper, work: DumpWork) -> bool:
    """Whether a paper's facts are this record's: a preprint's give way to those of a conference."""
    is_preprint = work.kind == "preprint"
    stamp = paper.source_stamp
    if stamp is None:
        return not is_preprint or paper.venue is None or paper.venue.kind == "preprint"
    if stamp[:DIGEST] == work.stamp[:DIGEST]:
        return True
    return not is_preprint and _is_stamp_of(stamp, paper.key) and is_corr_key(paper.key)


def _is_stamp_of(stamp: str, key: str) -> bool:
    return stamp[:DIGEST] == f"{crc32(key.encode()):08x}"


def _update(session: Session, paper: Paper, work: DumpWork, store: Rows) -> bool:
    """Replace the facts that may be replaced; returns whether something changed."""
    old = _fields(paper.source_stamp or "")
    said = compute_digests(
        paper.title,
        _printed(paper),
        paper.year,
        paper.venue.key if paper.venue else "",
        paper.doi or "",
        paper.url or "",
        paper.details,
    )
    present, wanted = _fields("-" * HEAD + said), _fields(work.stamp)
    free = {name for name in FIELDS if present[name] == old.get(name) != wanted[name]}
    free |= {name for name, empty in _empty(paper).items() if empty}
    free = {name for name in free if present[name] != wanted[name]}
    if present["authors"] in (old.get("authors"), wanted["authors"]):
        # The same names, of whom dblp knows better by now which namesakes they are.
        renumbered = [each.author_id for each in paper.authorships] != work.authors
        free |= {"authors"} if renumbered and old else set()
    changed = bool(free)
    if paper.key != work.key and paper.source_stamp and _is_stamp_of(paper.source_stamp, paper.key):
        paper.key = work.key  # a preprint's: the old one stays as an identifier
        changed = True
    paper.source_stamp = work.stamp
    if "title" in free:
        paper.title, paper.title_html = work.title, work.html
        paper.title_folded = work.title_folded
    if "authors" in free:
        _set_authors(session, paper, work, store)
    if "doi" in free:
        paper.doi = work.doi or paper.doi
    if "url" in free:
        paper.url = work.url or paper.url
    if "details" in free:
        paper.details = work.details
    return _set_place(paper, work, store, "place" in free) or changed


def _fields(stamp: str) -> dict[str, str]:
    """The digests in a stamp, by field."""
    if not stamp:
        return {}
    starts = range(HEAD, len(stamp), DIGEST)
    return dict(zip(FIELDS, (stamp[at : at + DIGEST] for at in starts), strict=True))


def _empty(paper: Paper) -> dict[str, bool]:
    return {
        "authors": not paper.authorships,
        "doi": not paper.doi,
        "url": not paper.url,
        "details": not paper.details,
    }


def _printed(paper: Paper) -> list[str]:
    """The authors' names as they stand on the paper."""
    return [each.name or each.author.name for each in paper.authorships]


def _set_authors(session: Session, paper: Paper, work: DumpWork, store: Rows) -> None:
    session.execute(delete(PaperAuthor).where(PaperAuthor.paper_id == paper.id))
    session.expire(paper, ["authorships"])
    insert_rows(
        session,
        PaperAuthor,
        ("paper_id", "position", "author_id", "name"),
        [
            (paper.id, position, author.id, author.printed)
            for position, author in enumerate(store.authors.of(work))
        ],
    )


def _set_place(paper: Paper, work: DumpWork, store: Rows, replace: bool) -> bool:
    """Move a paper to the venue and year of a work, or fill in what it lacks of these."""
    venue = store.venues.of(work)
    venue_id, year = paper.venue_id, paper.year
    if replace or venue_id is None:
        venue_id = venue_id if venue is None else venue.id
    if replace or year is None:
        year = year if work.year is None else work.year
    if (venue_id, year) == (paper.venue_id, paper.year):
        return False
    paper.venue_id, paper.year = venue_id, year
    if paper.section_slug is None and venue is not None:
        paper.section_slug = section_of_paper("", paper.arxiv_id or "", venue.section)
    return True
