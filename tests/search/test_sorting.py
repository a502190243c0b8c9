from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import search
from app.db import begin_writing
from app.models import Paper
from tests.helpers.factories import make_paper, make_summary


def keys(session: Session, sort: str) -> list[str]:
    names = dict(session.execute(select(Paper.id, Paper.key)).all())
    hits = search.search_papers(session, search.parse_query("word"), sort=sort)
    return [names[each.paper_id] for each in hits.papers]


def test_results_are_sorted(session: Session) -> None:
    make_paper(session, "exact", "Word", year=2001)
    make_paper(session, "new", "A word", year=2020)
    for key, year, score in (("liked", 2010, 5), ("disliked", 2011, -2)):
        make_summary(session, make_paper(session, key, "Of a word", year=year))
        begin_writing(session)
        session.execute(update(Paper).where(Paper.key == key).values(top_score=score))
        session.commit()
    make_paper(session, "undated", "No word", year=None)
    assert keys(session, "best") == ["exact", "liked", "disliked", "new", "undated"]
    assert keys(session, "date") == ["new", "disliked", "liked", "exact", "undated"]
    assert keys(session, "votes") == ["liked", "disliked", "exact", "new", "undated"]


def test_the_newest_of_very_many_are_found(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_HITS", 3)
    for number in range(5):
        make_summary(session, make_paper(session, f"old{number}", "A word", year=1990 + number))
        make_paper(session, f"new{number}", "A word", year=2020 + number)
    assert keys(session, "date") == ["new4", "new3", "new2"]
    assert set(keys(session, "best")) <= {f"old{number}" for number in range(5)} | {"new4"}
