"""Names as each record prints them, and the spelling that the shared page shows.

A paper keeps how its record spells its authors and its venue (`PaperAuthor.name`,
`Paper.venue_name`; empty where that is what they are called). What they are called is the best
spelling (`text.spellings`); of equal ones the most frequent; of as frequent ones the one that it
is. dblp says what its own persons and venues are called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from app.db import Base
from app.models import Author, Paper, PaperAuthor, Venue
from app.models.papers.venue import venue_folded
from app.references.identifiers import CORR, OWN_VENUES
from app.services.papers.facts import MAX_NAME
from app.sources.record import PaperRecord
from app.text.folding import make_slug
from app.text.person_names import make_author_key
from app.text.spellings import rank_spelling

MAX_COUNTED_AUTHORS = 20  # of a paper, for whom papers are counted
MAX_COUNTED_PAPERS = 200  # of a venue


def choose_printed_venue(record: PaperRecord, venue: Venue) -> str | None:
    """What a paper keeps of how its record calls its venue.

    `None` where that is what the venue is called.
    """
    printed = record.venue_title or record.venue
    # arXiv is called by many names; a name with a slash and no space was the venue's key.
    if not printed or venue.key in (CORR, printed):
        return None
    return None if printed == _whole(venue) else printed


def build_whole_venue_name(paper: Paper) -> str:
    """How the record of a paper calls its venue in full.

    Needs `venue` to be loaded.
    """
    return "" if paper.venue is None else paper.venue_name or _whole(paper.venue)


def choose_venue_name(session: Session, venue_id: int | None, printed: str) -> str | None:
    """What a paper keeps of a name of its venue that was printed."""
    venue = None if venue_id is None else session.get(Venue, venue_id)
    return printed if venue is not None and printed and printed != _whole(venue) else None


def choose_names(session: Session, paper: Paper) -> None:
    """Call the authors and the venue of a paper just added by the best spelling.

    A few statements, whatever the number of authors; none where all are spelled as usual.
    """
    query = select(PaperAuthor.author_id, PaperAuthor.name).where(PaperAuthor.paper_id == paper.id)
    printed = {number: name for number, name in session.execute(query) if name}
    if printed:
        _choose_author_names(session, printed)
    if paper.venue_name is not None:
        _choose_venue_name(session, paper)


def follow_papers(session: Session, paper: Paper) -> None:
    """Call authors and venue of an edited paper by names still printed.

    The usual name may have been a mistake that no paper has any more.
    """
    session.flush()
    as_usual = exists().where(PaperAuthor.author_id == Author.id, PaperAuthor.name.is_(None))
    ours = select(PaperAuthor.author_id).where(PaperAuthor.paper_id == paper.id)
    lost = select(Author.id, Author.key, Author.name).where(
        Author.id.in_(ours), Author.dblp_id.is_(None), ~as_usual
    )
    usual = {number: (key, name) for number, key, name in session.execute(lost)}
    best: dict[int, tuple[str, str]] = {}
    for (number, printed), _ in _count_spellings(session, usual).most_common():
        key, name = usual[number]
        if printed is not None and make_author_key(printed) == key:
            best.setdefault(number, (name, printed))
    if best:
        _rename_authors(session, best)
    venue = None if paper.venue_id is None else session.get(Venue, paper.venue_id)
    if venue is None or not venue.key.startswith(OWN_VENUES) or venue.title:
        return
    theirs = select(Paper.venue_name).where(Paper.venue_id == venue.id)
    times = Counter(session.scalars(theirs.order_by(Paper.id).limit(MAX_COUNTED_PAPERS)))
    names = [
        name for name, _ in times.most_common() if name and make_slug(name) == make_slug(venue.name)
    ]
    if names and not times[None] and len(names[0]) <= MAX_NAME:
        _rename_venue(session, venue, names[0])


def _whole(venue: Venue) -> str:
    return venue.title or venue.name


def _choose_author_names(session: Session, printed: Mapping[int, str]) -> None:
    query = select(Author.id, Author.key, Author.name).where(
        Author.id.in_(printed), Author.dblp_id.is_(None)
    )
    best: dict[int, tuple[str, str]] = {}
    equal: dict[int, tuple[str, str]] = {}
    for number, key, usual in session.execute(query):
        name = printed[number]
        if make_author_key(name) != key:  # another name of theirs, or that of a namesake
            continue
        if rank_spelling(name) > rank_spelling(usual):
            best[number] = (usual, name)
        elif rank_spelling(name) == rank_spelling(usual) and len(equal) < MAX_COUNTED_AUTHORS:
            equal[number] = (usual, name)
    times = _count_spellings(session, equal)
    best |= {
        number: (usual, name)
        for number, (usual, name) in equal.items()
        if times[number, name] > times[number, None]
    }
    if best:
        _rename_authors(session, best)


def _count_spellings(session: Session, numbers: Collection[int]) -> Counter[tuple[int, str | None]]:
    spelled = (PaperAuthor.author_id, PaperAuthor.name)
    query = select(*spelled, func.count()).where(PaperAuthor.author_id.in_(list(numbers)))
    rows = session.execute(query.group_by(*spelled)) if numbers else ()
    return Counter({(number, name): times for number, name, times in rows})


def _rename_authors(session: Session, names: Mapping[int, tuple[str, str]]) -> None:
    """Call authors by another name; on their papers the name stays that was there."""
    rows = [
        {"which": number, "old": old, "new": new} for number, (old, new) in sorted(names.items())
    ]
    whose = PaperAuthor.author_id == bindparam("which")
    spelled = PaperAuthor.name == bindparam("new")
    session.flush()
    for statement in (
        update(PaperAuthor).where(whose, PaperAuthor.name.is_(None)).values(name=bindparam("old")),
        update(PaperAuthor).where(whose, spelled).values(name=None),
        update(Author).where(Author.id == bindparam("which")).values(name=bindparam("new")),
    ):
        session.connection().execute(statement, rows)
    _expire(session, Author, names)
    for each in list(session.identity_map.values()):
        if isinstance(each, PaperAuthor) and each.author_id in names:
            session.expire(each)


def _choose_venue_name(session: Session, paper: Paper) -> None:
    venue = session.get(Venue, paper.venue_id)
    name = paper.venue_name
    if venue is None or name is None or not venue.key.startswith(OWN_VENUES) or venue.title:
        return
    usual = venue.name
    if len(name) > MAX_NAME or make_slug(name) != make_slug(usual):
        return
    if rank_spelling(name) < rank_spelling(usual):
        return
    if rank_spelling(name) == rank_spelling(usual):
        some = select(Paper.venue_name).where(Paper.venue_id == venue.id)
        times = Counter(
            session.scalars(some.order_by(Paper.rank.desc(), Paper.id).limit(MAX_COUNTED_PAPERS))
        )
        if times[name] <= times[None]:
            return
    _rename_venue(session, venue, name)


def _rename_venue(session: Session, venue: Venue, name: str) -> None:
    """Call a venue by another name; on its papers the name stays that was there."""
    theirs = update(Paper).where(Paper.venue_id == venue.id)
    session.flush()
    session.execute(theirs.where(Paper.venue_name.is_(None)).values(venue_name=venue.name))
    session.execute(theirs.where(Paper.venue_name == name).values(venue_name=None))
    venue.name, venue.folded = name, venue_folded(venue.key, name, venue.title)


def _expire(session: Session, table: type[Base], numbers: Iterable[int]) -> None:
    """Let what the session knows of rows be read again."""
    for number in numbers:
        known = session.identity_map.get(identity_key(table, number))
        if known is not None:
            session.expire(known)
