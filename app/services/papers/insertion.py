"""Rows of new papers: one statement for each table, for one paper as for hundreds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import insert_missing, now
from app.models import Author, AuthorName, Identifier, Paper, PaperAuthor, Venue
from app.references.identifiers import (
    CORR,
    OWN_VENUES,
    is_dblp_key,
    kind_of_venue,
    stream_of,
)
from app.rendering import RENDERER_VERSION, RenderError, render_inline, render_plain
from app.services import changes
from app.services.bulk import among, reserve_ids
from app.services.papers import spellings
from app.services.papers.facts import MAX_NAME, MAX_VENUE_KEY, addresses, list_record_identifiers
from app.services.papers.paper_names import Name, known_names, name_of, name_rows
from app.services.refusals import Refusal, Refusals
from app.sources.record import PaperRecord
from app.sources.sections import section_of_paper, section_of_venue
from app.text.folding import make_slug
from app.text.person_names import make_author_key, remove_number
from app.text.words import title_folded


@dataclass(frozen=True)
class PreparedPaper:
    """A record in normal form, with what is rendered of it."""

    record: PaperRecord
    title_html: str
    abstract_html: str


def prepare(record: PaperRecord) -> PreparedPaper:
    """Render what is rendered of a record.

    Args:
        record: in normal form (`facts.check_record`, `facts.fitting`).

    Raises:
        Refusal: for a title or abstract that cannot be rendered, with the name of the field.
    """
    refused = Refusals()
    title = refused.check(_rendered, "", "title", render_inline, record.title)
    abstract = refused.check(_rendered, "", "abstract", render_plain, record.abstract)
    refused.raise_first()
    return PreparedPaper(record, title, abstract)


def insert_papers(
    session: Session, papers: Sequence[PreparedPaper], source: str, *, renames: bool
) -> list[int]:
    """Write papers that are not here, with identifiers, authors and venues.

    In the list of papers that is locked. The names of a paper belong to no other one, here or
    among them; addresses may.

    Args:
        papers: whose records have keys.
        source: as `adding.add_prepared` has it.
        renames: whether their spelling may become that of an author or a venue.

    Returns:
        Their numbers.

    Raises:
        Refusal: for a fact that cannot be kept, with the name of the field.
    """
    records = [each.record for each in papers]
    venues = find_or_add_venues(session, records)
    ids = list(reserve_ids(session, Paper, len(papers)))
    rows = [
        {"id": number, "source": source, **_row(each, venue)}
        for number, each, venue in zip(ids, papers, venues, strict=True)
    ]
    session.execute(insert(Paper), rows)
    _insert_identifiers(session, ids, records)
    differing = _insert_authors(session, ids, records)
    differing |= {row["id"] for row in rows if row["venue_name"] is not None}
    changes.note_new(session, "paper", *ids)
    for number in sorted(differing) if renames else ():
        spellings.choose_names(session, session.get_one(Paper, number))
    return ids


def _row(paper: PreparedPaper, venue: Venue | None) -> dict[str, Any]:
    record = paper.record
    venue_section = None if venue is None else section_of_venue(venue.section_slug, venue.key)
    return {
        "key": record.key,
        "title": record.title,
        "title_html": paper.title_html,
        "title_folded": title_folded(record.title),
        "year": record.year,
        "venue_id": None if venue is None else venue.id,
        "venue_name": None if venue is None else spellings.choose_printed_venue(record, venue),
        "section_slug": section_of_paper(record.section, record.arxiv_id, venue_section),
        "doi": record.doi or None,
        "arxiv_id": record.arxiv_id or None,
        "url": record.url or None,
        "abstract": record.abstract,
        "abstract_html": paper.abstract_html,
        "keywords": record.keywords,
        "details": dict(record.details),
        "published_on": record.published_on,
        "renderer_version": RENDERER_VERSION,
        "added_at": now(),
    }


def _insert_identifiers(
    session: Session, ids: Sequence[int], records: Sequence[PaperRecord]
) -> None:
    urls = [addresses(record) for record in records]
    # The address of a volume belongs to many: it leads to the first.
    taken: set[Name] = set(known_names(session, (name_of(ref) for each in urls for ref in each)))
    rows: list[dict[str, str | int]] = []
    for number, record, of_paper in zip(ids, records, urls, strict=True):
        free = {name_of(ref): ref for ref in of_paper if name_of(ref) not in taken}
        taken |= free.keys()
        rows += name_rows(number, (*list_record_identifiers(record), *free.values()))
    session.execute(insert(Identifier), rows)


def find_or_add_venues(session: Session, records: Sequence[PaperRecord]) -> list[Venue | None]:
    """The venue of each record; those that are missing are made.

    Without a key, a text names the venue of this key, else of this name, else of this title, and
    of several the first.
    """
    wanted = [_venue_row(record) for record in records]
    keys = {row["key"] for row in wanted if row}
    names = {record.venue for record in records if record.venue}
    small = {name.lower() for name in names}
    if not keys:
        return [None for _ in records]
    which = or_(
        among(session, Venue.key, keys),
        among(session, Venue.name, names),
        among(session, Venue.title, names),
        among(
            session, func.lower(Venue.name, type_=String), small
        ),  # SQLite knows letters of ASCII only
    )
    known = session.scalars(select(Venue).where(which).order_by(Venue.id)).all()
    by_key = {venue.key for venue in known}
    by_name: dict[str, str] = {}
    for venue in known:
        by_name.setdefault(venue.name, venue.key)
    for venue in known:
        by_name.setdefault(venue.title or venue.name, venue.key)
    for venue in known:  # `nature` is Nature, unless a venue is called just so
        by_name.setdefault(venue.name.lower(), venue.key)
    chosen: list[str] = []
    rows = []
    for record, row in zip(records, wanted, strict=True):
        if row is None:
            chosen.append("")
            continue
        key: str = row["key"]
        if key.startswith(OWN_VENUES) and not record.venue_key:
            key = by_name.get(record.venue) or by_name.get(record.venue.lower(), key)
        if key == row["key"] and key not in by_key:
            rows.append(row)
            by_key.add(key)
            by_name.setdefault(row["name"], key)
        chosen.append(key)
    insert_missing(session, Venue, rows, ["key"])
    found = session.scalars(select(Venue).where(among(session, Venue.key, {*chosen})))
    venues = {venue.key: venue for venue in found}
    return [venues.get(key) for key in chosen]


def _venue_row(record: PaperRecord) -> dict[str, Any] | None:
    stream = stream_of(record.key) if is_dblp_key(record.key) else ""
    if record.venue_key:
        key, name = record.venue_key, record.venue or record.venue_key.rsplit("/", 1)[-1]
    elif "/" in record.venue and " " not in record.venue:
        key, name = record.venue, record.venue.rsplit("/", 1)[-1].upper()
    elif stream:
        key, name = stream, record.venue or stream.rsplit("/", 1)[-1].upper()
    elif record.venue:
        key, name = f"{OWN_VENUES}{make_slug(record.venue)}"[:MAX_VENUE_KEY], record.venue
    elif record.arxiv_id:
        key, name = CORR, "CoRR"
    else:
        return None
    if len(key) > MAX_VENUE_KEY or len(name) > MAX_NAME:
        raise Refusal("venue", "This venue name is too long.")
    return {
        "key": key,
        "name": name,
        "title": record.venue_title,
        "kind": kind_of_venue(key),
        "section_slug": section_of_venue(None, key),
    }


def _insert_authors(
    session: Session, ids: Sequence[int], records: Sequence[PaperRecord]
) -> set[int]:
    """Write who wrote the papers; returns the papers where a name is not printed as usual."""
    by_key: dict[str, str] = {}
    orcids: dict[str, str] = {}
    for record in records:
        names = {make_author_key(name): remove_number(name) for name in record.authors}
        by_key = names | by_key  # the first paper that has an author says how they are called
        told = zip(map(make_author_key, record.authors), record.orcids, strict=False)
        orcids = {key: orcid for key, orcid in told if orcid} | orcids
    found = find_or_add_authors(session, by_key)
    set_orcids(session, orcids)
    rows: list[dict[str, Any]] = []
    for paper_id, record in zip(ids, records, strict=True):
        for position, name in enumerate(record.authors):
            author_id, usual = found[make_author_key(name)]
            printed = remove_number(name)
            rows.append(
                {
                    "paper_id": paper_id,
                    "position": position,
                    "author_id": author_id,
                    "name": None if printed == usual else printed,
                }
            )
    if rows:
        session.execute(insert(PaperAuthor), rows)
    return {row["paper_id"] for row in rows if row["name"] is not None}


def find_or_add_authors(session: Session, names: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Number and usual name of each author, by key; those that are missing are made."""
    own = select(Author.key).where(Author.key == AuthorName.key)
    otherwise = select(AuthorName.key, AuthorName.author_id).where(
        among(session, AuthorName.key, names),
        ~own.exists(),  # a name that is an author's own is theirs
    )
    known = dict(session.execute(otherwise).all()) if names else {}
    rows = [{"key": key, "name": name} for key, name in names.items() if key not in known]
    insert_missing(session, Author, rows, ["key"])
    which = or_(among(session, Author.key, names), among(session, Author.id, set(known.values())))
    found = session.execute(select(Author.key, Author.id, Author.name).where(which)).all()
    by_number = {number: name for _, number, name in found}
    authors = {key: (number, name) for key, number, name in found}
    return authors | {key: (number, by_number[number]) for key, number in known.items()}


def set_orcids(session: Session, orcids: dict[str, str]) -> None:
    """Tell authors' ORCID iDs by their keys.

    One that is known stays: a namesake may have come.
    """
    if orcids:
        unknown = (Author.key == bindparam("of")) & Author.orcid.is_(None)
        session.connection().execute(
            update(Author).where(unknown).values(orcid=bindparam("told")),
            [{"of": key, "told": orcid} for key, orcid in sorted(orcids.items())],
        )


def _rendered(field: str, renderer: Any, text: str) -> str:
    try:
        return str(renderer(text))
    except RenderError as error:
        raise Refusal(field, str(error)) from None
