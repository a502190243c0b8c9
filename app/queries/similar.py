"""Similar papers as a page shows them.

They were worked out from public texts, for everybody.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.models import Paper, SimilarPaper
from app.sources.retractions import Retraction, read_mark
from app.statements import connection_of, read_rows

MAX_SHOWN_PAPERS = 4
MAX_READ_PAPERS = 12  # what is shown elsewhere on the page is left out


@dataclass(frozen=True)
class Reason:
    """Why: `kind` is `words`, `tags`, `linked`, `targets` or `authors`; `detail` names what."""

    kind: str
    detail: str


@dataclass(frozen=True)
class Similar:
    """A similar paper, in as much as a compact row needs."""

    key: str
    title_html: str
    reasons: list[Reason]
    retraction: Retraction | None


def list_similar_papers(
    session: Session, paper: Paper, without: Collection[int] = ()
) -> list[Similar]:
    """The papers most like one, best first, in one query.

    Papers of some numbers can be left out.
    """
    rows = read_rows(connection_of(session), _select_similar(), {"paper": paper.id})
    found = [
        Similar(
            key,
            title_html,
            [Reason(*reason) for reason in reasons],
            read_mark(state),
        )
        for number, reasons, key, title_html, state in rows
        if number not in without
    ]
    return found[:MAX_SHOWN_PAPERS]


@cache
def _select_similar() -> Select[Any]:
    columns: tuple[Any, ...] = (SimilarPaper.similar_id, SimilarPaper.reasons)
    return (
        select(*columns, Paper.key, Paper.title_html, Paper.retraction_state)
        .join(Paper, Paper.id == SimilarPaper.similar_id)
        .where(SimilarPaper.paper_id == bindparam("paper"))
        .order_by(SimilarPaper.score.desc(), SimilarPaper.similar_id)
        .limit(MAX_READ_PAPERS)
    )
