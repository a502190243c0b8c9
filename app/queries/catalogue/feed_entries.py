"""Public summaries as feeds show them: plain rows, the latest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.models import Paper, Summary, User
from app.queries.paging import Order, Slice, parse_moment, take_lines
from app.queries.visibility import attributable_to, public, public_of_few
from app.statements import read_rows

LATEST = Order((Summary.published_at,), Summary.id, (parse_moment,))


def list_feed_entries(session: Session, text: InstrumentedAttribute[str], **page: Any) -> Slice:
    """A page of public summaries, as rows with what all feeds show.

    A row has no `name` where nobody may know whose it is.

    Args:
        text: the column that is given as `text`.
        page: see `take_page`.
    """
    # The numbers first, which an index has: what lies before the page is passed over there.
    found = take_lines(session, _select_numbers(), LATEST, {}, **page)
    numbers = [row.id for row in found.rows]
    rows = read_rows(session.connection(), _select_entries(text), {"summaries": numbers})
    by_number = {row.id: row for row in rows}
    return replace(found, rows=[by_number[each] for each in numbers if each in by_number])


def find_after_first(session: Session, entries: Sequence[Any]) -> set[int]:
    """Which of some entries come after another of their writer's, by number.

    Both are about the same paper and under the writer's name.
    """
    further = [each.id for each in entries if each.place > 0 and not each.anonymous]
    if not further:
        return set()  # as nearly always
    return set(session.scalars(_select_after_first(), {"summaries": further}))


# Statements are made once: making one takes longer than reading what it asks for.


@cache
def _select_numbers() -> Select[Any]:
    columns: tuple[Any, ...] = (Summary.id, Summary.published_at)
    return select(*columns).where(public())


@cache
def _select_entries(text: InstrumentedAttribute[str]) -> Select[Any]:
    columns = (
        *(Summary.id, Summary.place, Summary.anonymous, Summary.score, Summary.takeaway),
        *(Summary.created_at, Summary.published_at, Summary.edited_at),
        *(Summary.read, Summary.made, Summary.interest, Summary.licence, text.label("text")),
        *(Paper.key, Paper.title, Paper.arxiv_id, Paper.retraction_state),
        *(User.name, User.display_name),
    )
    return (
        select(*columns)
        .join(Paper, Paper.id == Summary.paper_id)
        .outerjoin(User, and_(User.id == Summary.user_id, attributable_to(None)))
        .where(Summary.id.in_(bindparam("summaries", expanding=True)), public_of_few())
    )


@cache
def _select_after_first() -> Select[Any]:
    before = aliased(Summary)
    columns: tuple[Any, ...] = (Summary.id,)
    query = select(*columns).join(
        before,
        and_(
            before.paper_id == Summary.paper_id,
            before.user_id == Summary.user_id,
            before.place < Summary.place,
            (before.visibility + "") == "public",
            before.anonymous.is_(False),
        ),
    )
    return query.where(Summary.id.in_(bindparam("summaries", expanding=True)))
