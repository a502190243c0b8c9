from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import search
from app.models import Paper
from tests.helpers.factories import make_paper

EXACT = [
    ("Fast R-CNN", "fast r-cnn", "A fast R-CNN"),
    ("Fast R-CNN", "Fast R CNN", "Fast R-CNN in the wild"),
    ("End-to-End Object Detection", "end-to-end object detection", "End-to-end objects"),
    ("Pre-training of Auto-encoders", "pre-training of auto-encoders", "Pre-training of all"),
    ("A tour of C++ and more", "a tour of c++ and more", "On a tour of C++ and more"),
    ("Being and time", "being and time", "On being and time"),
    ("H$_2$O and CO$_2$", "H$_2$O and CO$_2$", "On H$_2$O and CO$_2$"),
]


@pytest.mark.parametrize(("title", "typed", "other"), EXACT)
def test_an_exact_title_comes_first_whatever_signs_it_has(
    session: Session, title: str, typed: str, other: str
) -> None:
    paper = make_paper(session, "exact", title, year=1990)
    make_paper(session, "other", other, year=2020)
    hits = search.search_papers(session, search.parse_query(typed)).papers
    assert (hits[0].paper_id, hits[0].relevance) == (paper.id, 9)
    assert [each.relevance for each in hits[1:]] != [9]


def test_a_title_that_goes_on_is_not_exact(session: Session) -> None:
    make_paper(session, "longer", "Mask R-CNN and pre-training")
    for typed in ("mask r-cnn", "mask r cnn"):
        (hit,) = search.search_papers(session, search.parse_query(typed)).papers
        assert hit.relevance == 8
    assert session.scalar(select(Paper.key)) == "longer"
