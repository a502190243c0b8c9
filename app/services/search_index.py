"""Keep the rows that search sees in step with papers and public summaries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.models import Identifier, Paper, SearchEntry, Summary, User
from app.search.words import indexable


def index_paper(session: Session, paper: Paper, authors: Sequence[str], venue: str) -> None:
    """Write a paper's entry: title, authors, and everything else that its page shows."""
    identifiers = session.scalars(
        select(Identifier.value).where(Identifier.paper_id == paper.id)
    ).all()
    session.execute(
        delete(SearchEntry).where(
            SearchEntry.paper_id == paper.id, SearchEntry.summary_id.is_(None)
        )
    )
    session.add(
        SearchEntry(
            paper_id=paper.id,
            title=indexable(paper.title),
            people=indexable(*authors),
            body=indexable(
                venue, str(paper.year or ""), paper.keywords, paper.abstract, *identifiers
            ),
        )
    )


def index_summary(
    session: Session, summary: Summary, text: str, tags: Sequence[str], writer: User
) -> None:
    """Write or remove a summary's entry: a private one has none, an anonymous one no name."""
    session.execute(delete(SearchEntry).where(SearchEntry.summary_id == summary.id))
    if summary.visibility != "public":
        return
    session.add(
        SearchEntry(
            paper_id=summary.paper_id,
            summary_id=summary.id,
            title=indexable(summary.takeaway),
            people="" if summary.anonymous else _writer_words(writer),
            body=indexable(text, *tags),
        )
    )


def rename_writer(session: Session, user: User) -> None:
    """Carry a changed display name into the entries of the user's named summaries."""
    named = select(Summary.id).where(Summary.user_id == user.id, Summary.anonymous.is_(False))
    session.execute(
        update(SearchEntry)
        .where(SearchEntry.summary_id.in_(named))
        .values(people=_writer_words(user))
    )


def _writer_words(user: User) -> str:
    return indexable(user.display_name, user.name)
