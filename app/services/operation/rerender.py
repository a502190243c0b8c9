"""Make the HTML of stored texts anew.

After an upgrade, or when a paper they link to is added.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.db import begin_writing, insert_missing, lock_papers
from app.models import (
    DerivedVersion,
    Identifier,
    ListEntry,
    Paper,
    Revision,
    Shelf,
    Summary,
    User,
    folded,
)
from app.references.parsing import parse_any_address
from app.rendering import (
    RENDERER_VERSION,
    RendererBusy,
    RenderError,
    render_inline,
    render_plain,
    render_takeaway,
)
from app.services import changes
from app.services.accounts.account import render_bio
from app.services.changed_pages import name_shelf
from app.services.links.stale import BATCH, RENDERER, STALE, lock_oldest_version
from app.services.refusals import Refusal
from app.services.renderer import NOBODY, TextOwner, render_text
from app.services.summaries.rendered_text import apply_rendered_text

MAX_REQUEST_SECONDS = 1.0

Text = TypeVar("Text", Summary, Revision)
MarkdownRow = TypeVar("MarkdownRow", ListEntry, Shelf)
TextRow = TypeVar("TextRow", User, ListEntry, Shelf)
Row = TypeVar("Row", Summary, Revision, User, ListEntry, Shelf)


def has_marked(session: Session) -> bool:
    """Whether any summary is marked."""
    return session.scalar(select(Summary.id).where(_MARKED).limit(1)) is not None


def count_marked(session: Session) -> int:
    """How many summaries are marked."""
    return session.scalar(select(func.count()).select_from(Summary).where(_MARKED)) or 0


def renew_first_texts(session: Session) -> None:
    """Render a few marked texts, so that who has just changed something sees it.

    For requests: a merge can mark thousands. The job renders what is left, within seconds.
    """
    deque(renew_marked(session, MAX_REQUEST_SECONDS), maxlen=0)


def renew_marked(session: Session, seconds: float | None = None) -> Iterator[int]:
    """Make the HTML and links of marked summaries anew from their source.

    Args:
        seconds: stop after this time; what is left stays marked. `None`: go on to the end.

    Yields:
        The number of each, after its commit.
    """
    end = None if seconds is None else monotonic() + seconds
    for number in _renew_texts(session, Summary, _MARKED):
        yield number
        if end is not None and monotonic() > end:
            return


def is_due(session: Session) -> bool:
    """Whether an older version of the renderer may have made texts of this library.

    Not so where a newer one did: while the servers of a site are upgraded one by one, they would
    render against each other.
    """
    stored = select(DerivedVersion.version).where(DerivedVersion.name == RENDERER)
    return (session.scalar(stored) or 0) < RENDERER_VERSION


def count_due(session: Session) -> int:
    """Count the texts that have stale HTML, without looking where there can be none."""
    return count_stale(session) if is_due(session) else 0


def count_stale(session: Session) -> int:
    """Count the texts that have stale HTML.

    Another renderer made it, or they are marked. Summaries, versions, papers' titles and abstracts,
    what people say of themselves, notes on lists, and descriptions of shelves.
    """
    counts = (
        session.scalar(select(func.count()).select_from(table).where(condition))
        for table, condition in _STALE.items()
    )
    return sum(count or 0 for count in counts)


def renew_stale(session: Session) -> Iterator[int]:
    """Make stale HTML and links anew from their source.

    Papers first, whose addresses links may lead to, then summaries, the versions before their
    present ones, people, notes on lists, and descriptions of shelves.

    Rendering happens outside the transaction, so that nobody waits for it, and what was saved
    meanwhile is left alone. A text that today's limits refuse keeps the HTML it has: it was safe
    when it was made.

    Yields:
        The number of each row, after its commit.
    """
    yield from _renew_papers(session)
    yield from _renew_texts(session, Summary, _STALE[Summary])
    yield from _renew_texts(session, Revision, _STALE[Revision])
    yield from _renew_bios(session)
    yield from _renew_markdown(session, ListEntry, "notes")
    yield from _renew_markdown(session, Shelf, "description")
    # Looked for with the row locked: nobody restores an old text between these two.
    oldest = lock_oldest_version(session)
    if not any(_is_any(session, table) for table in _STALE):
        oldest.version = RENDERER_VERSION
    session.commit()


def _is_any(session: Session, table: Any) -> bool:
    return session.scalar(select(table.id).where(_STALE[table]).limit(1)) is not None


def _renew_texts(
    session: Session, table: type[Text], condition: ColumnElement[bool]
) -> Iterator[int]:
    for row in _one_by_one(session, table, condition):
        source, takeaway = row.source, row.takeaway
        try:
            number = row.id if isinstance(row, Summary) else row.summary_id
            rendered = render_text(session, source, TextOwner(summary_id=number))
            takeaway_html = render_takeaway(takeaway)
        except RendererBusy:
            continue  # it was not looked at, and comes another time
        except RenderError:
            rendered, takeaway_html = None, ""
        begin_writing(session)
        lock_papers(session, alone=False)  # its links lead to papers
        found = session.get(table, row.id, with_for_update=True, populate_existing=True)
        if found is not None and (found.source, found.takeaway) == (source, takeaway):
            found.renderer_version = RENDERER_VERSION
            if rendered is not None:
                found.takeaway_html = takeaway_html
                if isinstance(found, Summary):
                    changes.note(session, "summary", found.id)
                    apply_rendered_text(session, found, rendered)  # which may mark it once more
                else:
                    found.html = rendered.html
        session.commit()
        yield row.id


def _renew_bios(session: Session) -> Iterator[int]:
    for row in _one_by_one(session, User, _STALE[User]):
        bio, html = row.bio, row.bio_html
        with suppress(Refusal):
            html = render_bio(session, bio)
        yield _set_html(session, row, "bio", bio, html)


def _renew_markdown(session: Session, table: type[MarkdownRow], name: str) -> Iterator[int]:
    for row in _one_by_one(session, table, _STALE[table]):
        source, html = getattr(row, name), getattr(row, f"{name}_html")
        try:
            owner = TextOwner(row.user_id) if isinstance(row, ListEntry) else NOBODY
            html = render_text(session, source, owner).html
        except RendererBusy:
            continue
        except RenderError:
            pass
        yield _set_html(session, row, name, source, html)


def _set_html(session: Session, row: TextRow, name: str, source: str, html: str) -> int:
    """Keep the HTML of a field, unless its source was changed meanwhile; returns the row's ID."""
    begin_writing(session)
    found = session.get(type(row), row.id, with_for_update=True, populate_existing=True)
    if found is not None and getattr(found, name) == source:
        setattr(found, f"{name}_html", html)
        found.renderer_version = RENDERER_VERSION
        if isinstance(found, Shelf):
            name_shelf(session, found)
    session.commit()
    return row.id


def _one_by_one(
    session: Session, table: type[Row], condition: ColumnElement[bool]
) -> Iterator[Row]:
    seen = 0
    while True:
        query = select(table).where(condition, table.id > seen).order_by(table.id).limit(1)
        found = session.scalar(query.execution_options(populate_existing=True))
        if found is None:
            return
        seen = found.id
        yield found


def _renew_papers(session: Session) -> Iterator[int]:
    seen = 0
    while True:
        query = select(Paper).where(_STALE[Paper], Paper.id > seen)
        query = query.order_by(Paper.id).limit(BATCH).execution_options(populate_existing=True)
        papers = session.scalars(query).all()
        if not papers:
            return
        seen = papers[-1].id
        made = {paper.id: (paper.title, paper.abstract, _facts(paper)) for paper in papers}
        begin_writing(session)
        lock_papers(session, alone=True)
        _note_addresses(session, papers)
        # In one order, so that two of these cannot wait for each other.
        query = select(Paper).where(Paper.id.in_(made)).order_by(Paper.id).with_for_update()
        for paper in session.scalars(query.execution_options(populate_existing=True)):
            title, abstract, html = made[paper.id]
            if (paper.title, paper.abstract) == (title, abstract):
                paper.title_html, paper.abstract_html = html
                paper.renderer_version = RENDERER_VERSION
        session.commit()
        yield from made


def _note_addresses(session: Session, papers: Sequence[Paper]) -> None:
    """Let papers be known by their addresses, as those are that were added later."""
    rows = []
    for paper in papers:
        ref = parse_any_address(paper.url) if paper.url else None
        if ref is not None and ref.kind == "url":
            name = {"kind": ref.kind, "value": ref.value, "folded": folded(ref.value)}
            rows.append({"paper_id": paper.id, **name})
    insert_missing(session, Identifier, rows, ["kind", "folded"])


def _facts(paper: Paper) -> tuple[str, str]:
    try:
        return render_inline(paper.title), render_plain(paper.abstract)
    except RenderError:
        return paper.title_html, paper.abstract_html


def _other(table: type[Row | Paper]) -> ColumnElement[bool]:
    return table.renderer_version != RENDERER_VERSION


def _replaced() -> ColumnElement[bool]:
    """Versions that are not the present one: that one's HTML is the summary's."""
    later = aliased(Revision)
    return exists().where(later.summary_id == Revision.summary_id, later.number > Revision.number)


_MARKED = Summary.renderer_version == STALE
_STALE: dict[Any, ColumnElement[bool]] = {
    Summary: _other(Summary),
    Revision: _other(Revision) & _replaced(),
    Paper: _other(Paper),
    User: _other(User) & (User.bio != ""),
    ListEntry: _other(ListEntry) & (ListEntry.notes != ""),
    Shelf: _other(Shelf) & (Shelf.description != ""),
}
