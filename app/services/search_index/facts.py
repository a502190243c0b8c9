"""What the tables say of papers and public summaries that is searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, select
from sqlalchemy.orm import Session

from app.models import (
    Author,
    AuthorName,
    Identifier,
    Paper,
    PaperAuthor,
    PaperMerge,
    SearchEntry,
    Summary,
    SummaryTag,
    Tag,
    User,
    Venue,
)
from app.queries.visibility import public_of_few
from app.search.entries import PaperFacts, SummaryFacts
from app.sources.provenance import Provenance
from app.statements import connection_of, run
from app.text.folding import make_slug
from app.text.person_names import number_of_key

BATCH = 1000  # rows named in one statement


def is_summarised() -> ColumnElement[bool]:
    """Whether a paper has a public summary."""
    return exists().where(Summary.paper_id == Paper.id, public_of_few())


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OF_THESE = PaperAuthor.paper_id.in_(_IDS)
# Built once: each text that is published runs these.
_AUTHORS = (
    select(PaperAuthor.paper_id, PaperAuthor.name, Author.name, Author.key)
    .join(Author)
    .where(_OF_THESE)
    .order_by(PaperAuthor.paper_id, PaperAuthor.position)
)
_AUTHOR_NAMES = (
    select(PaperAuthor.paper_id, AuthorName.name, AuthorName.key)
    .join(AuthorName, AuthorName.author_id == PaperAuthor.author_id)
    .where(_OF_THESE)
)
_IDENTIFIERS = (
    select(Identifier.paper_id, Identifier.value)
    # The words of an address say nothing of the paper.
    .where(Identifier.paper_id.in_(_IDS), Identifier.kind != "url")
    .order_by(Identifier.id)
)
_FORMER_TITLES = (
    select(PaperMerge.paper_id, PaperMerge.removed_title)
    .where(PaperMerge.paper_id.in_(_IDS))
    .order_by(PaperMerge.id)
)
_PAPERS = (
    select(
        *(Paper.id, Paper.title, Paper.year, Paper.section_slug, Paper.keywords),
        *(Paper.abstract, Venue.key, Venue.name, Venue.title, Paper.venue_name),
        is_summarised(),
    )
    .outerjoin(Venue, Venue.id == Paper.venue_id)
    .where(Paper.id.in_(_IDS))
)

_TAGS = select(SummaryTag.summary_id, Tag.name).join(Tag).where(SummaryTag.summary_id.in_(_IDS))
_FACTS = {  # by whether those count that have no entry
    outer: select(
        *(Summary.id, Summary.paper_id, SearchEntry.text, Summary.takeaway, Summary.anonymous),
        *(User.display_name, User.name, Summary.read, Summary.made, Summary.interest),
    )
    .join(User, User.id == Summary.user_id)
    .join(SearchEntry, SearchEntry.summary_id == Summary.id, isouter=outer)
    for outer in (False, True)
}
_BY_NUMBER = {  # by whether those are meant that are not public
    hidden: _FACTS[True].where(
        Summary.id.in_(_IDS), ~public_of_few() if hidden else public_of_few()
    )
    for hidden in (False, True)
}


def load_paper_facts(session: Session, paper_ids: Sequence[int]) -> list[PaperFacts]:
    """What is searched of papers; a few statements, whatever their number."""
    authors: dict[int, list[str]] = defaultdict(list)
    others: dict[int, list[str]] = defaultdict(list)
    identifiers: dict[int, list[str]] = defaultdict(list)
    keys: dict[int, list[str]] = defaultdict(list)
    session.flush()
    connection, which = connection_of(session), {"ids": list(paper_ids)}
    for paper_id, printed, name, key in run(connection, _AUTHORS, which):
        authors[paper_id].append(printed or name)
        if printed and make_slug(printed) != make_slug(name):
            others[paper_id].append(name)
        keys[paper_id].append(key)
    for paper_id, name, key in run(connection, _AUTHOR_NAMES, which):
        others[paper_id].append(name)
        keys[paper_id].append(key)
    for paper_id, value in run(connection, _IDENTIFIERS, which):
        identifiers[paper_id].append(value)
    titles: dict[int, list[str]] = defaultdict(list)  # under which each stood here, too
    for number, title in run(connection, _FORMER_TITLES, which):
        titles[number or 0].append(title)
    rows = run(connection, _PAPERS, which)
    return [
        PaperFacts(
            id=row[0],
            title=row[1],
            authors=authors[row[0]] + sorted(set(others[row[0]]) - set(authors[row[0]])),
            venue=[part for part in row[6:10] if part],
            year=row[2],
            section=row[3] or "",
            more=[
                row[4],
                row[5],
                *identifiers[row[0]],
                *(t for t in titles[row[0]] if t != row[1]),
            ],
            summarised=bool(row[10]),
            namesakes=list(dict.fromkeys(filter(number_of_key, keys[row[0]]))),
        )
        for row in rows
    ]


def load_summary_facts(
    session: Session, ids: Sequence[int], texts: Mapping[int, str], *, hidden: bool = False
) -> list[tuple[int, SummaryFacts]]:
    """Public summaries, each behind its paper's number; with `hidden` those that are not public.

    Args:
        texts: what they say, without markup.
    """
    session.flush()
    rows = run(connection_of(session), _BY_NUMBER[hidden], {"ids": list(ids)})
    return _summary_facts(session, rows, texts, is_named=not hidden)


def load_indexed_facts(
    session: Session, which: ColumnElement[bool]
) -> list[tuple[int, SummaryFacts]]:
    """The same of public summaries that have entries, with the texts of these."""
    session.flush()
    rows = connection_of(session).execute(_FACTS[False].where(which, public_of_few())).all()
    return _summary_facts(session, rows, {row[0]: row[2] for row in rows}, is_named=True)


def _summary_facts(
    session: Session, rows: Sequence[Any], texts: Mapping[int, str], *, is_named: bool
) -> list[tuple[int, SummaryFacts]]:
    connection = connection_of(session)
    tags: dict[int, list[str]] = defaultdict(list)
    for start in range(0, len(rows), BATCH):
        numbers = [row[0] for row in rows[start : start + BATCH]]
        for number, name in run(connection, _TAGS, {"ids": numbers}):
            tags[number].append(name)
    return [
        (
            paper_id,
            SummaryFacts(
                id=number,
                takeaway=takeaway,
                text=texts[number],
                tags=sorted(tags[number]),
                writer=(shown, name) if is_named and not anonymous else (),
                stated=list(Provenance(*stated).terms),
            ),
        )
        for number, paper_id, _, takeaway, anonymous, shown, name, *stated in rows
    ]
