"""What a question finds of which no paper has all words."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import search
from app.db import Database
from app.models import Paper
from app.search import partial
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.queries import count_queries

TITLES = {
    "norm": "Batch normalization and the training of deep networks",
    "dilated": "Multi-scale context by dilated convolutions",
    "field": "The receptive field of a neuron",
    "dropout": "Dropout against overfitting",
}


@pytest.fixture
def library(session: Session) -> None:
    for key, title in TITLES.items():
        paper = make_paper(session, key, title, year=2015)
    make_summary(session, paper, source="It changes how a network trains, like batch statistics.")


def keys(session: Session, typed: str) -> list[str]:
    hits = search.search_papers(session, search.parse_query(typed))
    known = [paper.paper_id for paper in hits.papers]
    found = search.find_partly(session, hits.query, hits.completions, known)
    names = dict(session.execute(select(Paper.id, Paper.key)).all())
    return [names[each.paper_id] for each in found.papers]


@pytest.mark.usefixtures("library")
def test_questions_find_what_has_some_of_their_words(session: Session) -> None:
    for typed, found in (
        ("how does batch normalization help training?", ["norm", "dropout"]),
        ("what is the receptive field of a dilated convolution", ["field", "dilated"]),
        ("why does dropout prevent coadaptation", ["dropout"]),
        ('how "receptive field" grows', ["field"]),
        ("dilated wavelets year:2015", ["dilated"]),
        ("dilated wavelets year:2016", []),
        ("dilated wavelets -convolution", []),
        ("what is this", []),
        ("wavelets", []),
        ("dropout", []),
        ("dropout overfitting", []),  # which has all words
        ("", []),
    ):
        assert keys(session, typed) == found, typed


def test_rare_words_come_first(session: Session) -> None:
    for number in range(3):
        make_paper(session, f"common{number}", f"Transformers for {number}", year=2020)
    make_paper(session, "rare", "Wavelets of old", year=1990)
    assert keys(session, "wavelets transformer")[0] == "rare"


@pytest.mark.usefixtures("library")
def test_steps_and_candidates_are_bounded(
    session: Session, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partial, "CANDIDATES", 1)
    typed = "networks dropout dilated neuron context overfitting convolution field training x y z"
    query = search.parse_query(typed)
    with count_queries(database) as statements:
        found = search.find_partly(session, query, {}, ())
    assert len(statements) <= 1 + partial.MAX_STEPS
    assert 0 < len(found.papers) <= partial.MAX_STEPS
