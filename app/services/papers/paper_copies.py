"""A whole paper as JSON, as merges and removals keep it, and making it again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import Author, Paper, PaperAuthor, Section, Venue
from app.services.links.stale import note_restored
from app.services.papers import spellings
from app.services.papers.insertion import set_orcids
from app.services.row_values import decode_row, encode_row
from app.text.words import title_folded

# What is counted, and whether it is retracted, is worked out anew.
_OF_A_PAPER = tuple(
    column.name
    for column in Paper.__table__.columns
    if column.name not in ("id", "summaries_count", "top_score", "rank", "retraction_state")
)
_OF_A_VENUE = ("key", "name", "title", "kind", "section_slug")


def copy_paper(paper: Paper) -> dict[str, Any]:
    """A paper with its authors and venue, which nobody else may have."""
    return {
        "paper": encode_row(paper, _OF_A_PAPER),
        "authors": [[a.author.key, a.author.name, a.printed] for a in paper.authorships],
        "orcids": orcids_of(paper),
        "venue": spellings.build_whole_venue_name(paper),
        "venue_row": None if paper.venue is None else encode_row(paper.venue, _OF_A_VENUE),
    }


def orcids_of(paper: Paper) -> dict[str, str]:
    """The ORCID iDs of a paper's authors, by their keys."""
    return {each.key: each.orcid for each in paper.authors if each.orcid}


def restore_row(session: Session, copy: dict[str, Any]) -> Paper:
    """Make the row of a paper again, and its venue if that is gone.

    Args:
        copy: as of `copy_paper`; old ones lack rows of venues and ORCID iDs.
    """
    values = decode_row(Paper, copy["paper"])
    venue = copy.get("venue_row")
    if venue is not None:
        insert_missing(session, Venue, [venue], ["key"])
        values["venue_id"] = session.scalar(select(Venue.id).where(Venue.key == venue["key"]))
    for name, table in (("venue_id", Venue), ("section_slug", Section)):
        if values[name] is not None and session.get(table, values[name]) is None:
            values[name] = None
    printed = copy.get("venue", "")
    values["venue_name"] = spellings.choose_venue_name(session, values["venue_id"], printed)
    values["title_folded"] = title_folded(values["title"])  # the rules may be others by now
    paper = Paper(**values)
    session.add(paper)
    session.flush()
    note_restored(session, [paper.renderer_version])
    return paper


def restore_authors(session: Session, paper: Paper, copy: dict[str, Any]) -> None:
    """Give a paper its authors again; those that are gone are made again."""
    authors: list[list[str]] = copy["authors"]  # key, usual name, and what is printed, if kept
    usual_names = {key: {"key": key, "name": name} for key, name, *_ in authors}
    insert_missing(session, Author, list(usual_names.values()), ["key"])
    query = select(Author.key, Author.id, Author.name).where(
        Author.key.in_([each[0] for each in authors])
    )
    found = {key: (number, usual) for key, number, usual in session.execute(query)}
    rows = []
    for position, (key, *names) in enumerate(authors):
        number, usual = found[key]
        name = None if names[-1] == usual else names[-1]
        row = {"paper_id": paper.id, "position": position, "author_id": number, "name": name}
        rows.append(row)
    if rows:
        session.execute(insert(PaperAuthor), rows)
    set_orcids(session, copy.get("orcids", {}))
