"""Adding papers to the library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, insert_missing, lock_papers, now
from app.models import Author, AuthorName, Identifier, Paper, PaperAuthor, User, Venue, folded
from app.models.papers.paper import MAX_IDENTIFIER
from app.queries.identifiers import known_keys
from app.references.identifiers import CORR, PaperRef, is_dblp_key, stream_of
from app.references.parsing import parse_any_address
from app.rendering import RENDERER_VERSION, RenderError, render_inline, render_plain
from app.services import changes
from app.services.papers import spellings
from app.services.papers.duplicates import (
    UNTRUSTED_SOURCES,
    find_duplicate,
    is_trusted_source,
    learn_names,
    merge_if_duplicate,
)
from app.services.papers.facts import MAX_NAME, MAX_VENUE_KEY, check_record, identifiers
from app.services.papers.numbered_keys import free_key
from app.services.refusals import PaperExists, Refusal
from app.sources.record import PaperRecord
from app.sources.sections import section_of_paper, section_of_venue
from app.text.folding import fold, slug
from app.text.person_names import author_key, surname_for_key, without_number
from app.text.words import title_folded


@dataclass(frozen=True)
class Prepared:
    """A record in normal form, with what is rendered of it."""

    record: PaperRecord
    title_html: str
    abstract_html: str


def add_paper(
    session: Session, record: PaperRecord, source: str, adder: User | None = None
) -> Paper:
    """Put a paper into the library.

    Links that waited for it lead to it from now on.

    Args:
        record: what is known of it; only the title is needed.
        source, adder: as `add_prepared` has them.

    Raises:
        AlreadyThere, Refused: as `add_prepared` and `prepare`.
    """
    return add_prepared(session, prepare(check_record(session, record)), source, adder)


def prepare(record: PaperRecord) -> Prepared:
    """Render what is rendered of a record.

    Args:
        record: in normal form (`facts.check_record`, `facts.fitting`).

    Raises:
        Refusal: for a title or abstract that cannot be rendered, with the name of the field.
    """
    title_html = _rendered("title", render_inline, record.title)
    return Prepared(record, title_html, _rendered("abstract", render_plain, record.abstract))


def add_prepared(
    session: Session, prepared: Prepared, source: str, adder: User | None = None
) -> Paper:
    """Put a paper into the library whose record was checked and prepared.

    The texts of links that waited for it are only marked: `rerender.renew_marked` renders them
    again after the commit, for it may take long.

    A preprint and what came of it are one paper (`sources.same_work`): then the two are
    merged at once, and the one that stays is returned. Only a record that somebody vouches for
    (`duplicates.is_trusted_source`) does that, or anything else to a paper that is here; for
    another one that paper is there already, and stays as it is.

    Args:
        source: where the record is from: a word such as `form` or `bibtex`, or the `KIND` of the
            source that was asked for it.
        adder: the member who adds it; `None` for who runs the program.

    Raises:
        PaperExists: when one of its identifiers belongs to a paper we have. If that has the same
            title, further identifiers lead to it from now on; the caller may commit that. Also
            for the same work as one we have, if nobody vouches for the record.
        Refusal: for a fact that cannot be kept, with the name of the field.
    """
    begin_writing(session)
    lock_papers(session, alone=True)
    record = prepared.record
    if not record.key:
        record = replace(record, key=_made_up_key(session, record))
    names = identifiers(record)
    vouched = is_trusted_source(source, adder)
    taken = known_keys(session, names)
    if taken:
        key = next(iter(taken.values()))
        if vouched and len(set(taken.values())) == 1:
            learn_names(session, key, record.title, [*names, *_addresses(session, record)])
        raise PaperExists(key)
    prepared = replace(prepared, record=record)
    if vouched:
        paper = _added(session, prepared, names, source)
        spellings.choose_names(session, paper)
        return merge_if_duplicate(session, paper, adder)
    with session.begin_nested():  # what is the same work as another one is not added at all
        word = source if source in UNTRUSTED_SOURCES else "pasted"  # a file that somebody sent
        paper = _added(session, prepared, names, word)
        if (same := find_duplicate(session, paper)) is not None:
            raise PaperExists(same.key)
    return paper


def _added(session: Session, prepared: Prepared, names: Iterable[PaperRef], source: str) -> Paper:
    record = prepared.record
    venue = _venue(session, record)
    paper = Paper(
        key=record.key,
        title=record.title,
        title_html=prepared.title_html,
        title_folded=title_folded(record.title),
        year=record.year,
        venue_id=None if venue is None else venue.id,
        venue_name=None if venue is None else spellings.printed_venue(record, venue),
        section_slug=section_of_paper(record.section, record.arxiv_id, _venue_section(venue)),
        doi=record.doi or None,
        arxiv_id=record.arxiv_id or None,
        url=record.url or None,
        abstract=record.abstract,
        abstract_html=prepared.abstract_html,
        keywords=record.keywords,
        details=dict(record.details),
        published_on=record.published_on,
        source=source,
        renderer_version=RENDERER_VERSION,
        added_at=now(),
    )
    session.add(paper)
    session.flush()
    session.add_all(
        Identifier(paper_id=paper.id, kind=ref.kind, value=ref.value, folded=folded(ref.value))
        for ref in [*names, *_addresses(session, record)]
    )
    _set_authors(session, paper, record)
    session.flush()
    changes.note_new(session, "paper", paper.id)
    return paper


def _made_up_key(session: Session, record: PaperRecord) -> str:
    # As many reference managers do: surname, year, first word of the title, a number if taken.
    surname = surname_for_key(record.authors[0]) if record.authors else ""
    words = slug(fold(record.title)).split("-")
    word = next((word for word in words if len(word) > 3), "paper")
    base = f"{surname or 'unknown'}{record.year or ''}{word}"[:200]
    return free_key(session, base)


def _addresses(session: Session, record: PaperRecord) -> list[PaperRef]:
    """The addresses by which this paper alone is known: that of a volume belongs to many."""
    found = map(parse_any_address, filter(None, (record.url, *record.other_urls)))
    refs = {
        folded(ref.value): ref.without_user()
        for ref in found
        if ref is not None and ref.kind == "url" and len(ref.value) <= MAX_IDENTIFIER
    }
    taken = known_keys(session, refs.values())
    return [ref for ref in refs.values() if ref not in taken]


def _venue(session: Session, record: PaperRecord) -> Venue | None:
    stream = stream_of(record.key) if is_dblp_key(record.key) else ""
    if record.venue_key:
        key, name = record.venue_key, record.venue or record.venue_key.rsplit("/", 1)[-1]
    elif "/" in record.venue and " " not in record.venue:
        key, name = record.venue, record.venue.rsplit("/", 1)[-1].upper()
    elif stream:
        key, name = stream, record.venue or stream.rsplit("/", 1)[-1].upper()
    elif record.venue:
        key, name = f"venues/{slug(record.venue)}"[:MAX_VENUE_KEY], record.venue
        same_name = session.scalar(select(Venue).where(Venue.name == name).limit(1))
        if same_name is not None:
            return same_name
    elif record.arxiv_id:
        key, name = CORR, "CoRR"
    else:
        return None
    if len(key) > MAX_VENUE_KEY or len(name) > MAX_NAME:
        raise Refusal("venue", "The name of this venue is too long.")
    kinds = {"conf": "conference", "journals": "journal", "books": "book", "series": "book"}
    kind = "preprint" if key == CORR else kinds.get(key.split("/")[0], "other")
    row = {
        "key": key,
        "name": name,
        "title": record.venue_title,
        "kind": kind,
        "section_slug": section_of_venue(None, key),
    }
    insert_missing(session, Venue, [row], ["key"])
    return session.scalars(select(Venue).where(Venue.key == key)).one()


def _venue_section(venue: Venue | None) -> str | None:
    return None if venue is None else section_of_venue(venue.section_slug, venue.key)


def _set_authors(session: Session, paper: Paper, record: PaperRecord) -> None:
    by_key = {author_key(name): without_number(name) for name in record.authors}
    known = dict(session.execute(_authors_by_other_names(by_key)).all())
    rows: list[dict[str, Any]] = [
        {"key": key, "name": name} for key, name in by_key.items() if key not in known
    ]
    insert_missing(session, Author, rows, ["key"])
    found = session.execute(select(Author.key, Author.id).where(Author.key.in_(list(by_key))))
    ids = known | dict(found.all())
    usual = dict(
        session.execute(select(Author.id, Author.name).where(Author.id.in_(ids.values()))).all()
    )
    for position, name in enumerate(record.authors):
        number, printed = ids[author_key(name)], without_number(name)
        session.add(
            PaperAuthor(
                paper_id=paper.id,
                position=position,
                author_id=number,
                name=None if printed == usual[number] else printed,
            )
        )
    orcids = {author_key(n): orcid for n, orcid in zip(record.authors, record.orcids, strict=False)}
    _set_orcids(session, {key: orcid for key, orcid in orcids.items() if orcid})


def _authors_by_other_names(keys: Iterable[str]) -> Select[str, int]:
    """Whose another name each of these is; a name that is an author's own is theirs."""
    own = select(Author.key).where(Author.key == AuthorName.key)
    return select(AuthorName.key, AuthorName.author_id).where(
        AuthorName.key.in_(list(keys)), ~own.exists()
    )


def _set_orcids(session: Session, orcids: dict[str, str]) -> None:
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
