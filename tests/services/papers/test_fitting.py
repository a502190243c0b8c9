"""What comes from outside is fitted by one rule, be it looked up or in a file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from app.services.papers.facts import MAX_ABSTRACT, MAX_NAME
from app.services.papers.fitting import fit
from app.services.refusals import Refusal
from app.sources.record import PaperRecord

GOOD = PaperRecord(title="On Things", authors=("Bo Roe",), key="conf/x/Roe15", year=2015)


def test_what_fits_stays(session: Session) -> None:
    record, misfits = fit(session, GOOD)
    assert (record, misfits) == (GOOD, [])


def test_what_is_too_long_is_cut_and_not_lost(session: Session) -> None:
    long = replace(GOOD, abstract="word " * 5000, authors=("Bo " * 100,), venue="Journal " * 50)
    record, misfits = fit(session, long)
    assert record.abstract.endswith("word…")
    assert MAX_ABSTRACT - 10 < len(record.abstract) <= MAX_ABSTRACT
    assert len(record.authors[0]) <= MAX_NAME
    assert [(each.field, each.is_shortened) for each in misfits] == [
        ("venue", True),
        ("abstract", True),
        ("name", True),
    ]


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("doi", "banana", ""),
        ("arxiv_id", "banana", ""),
        ("url", "javascript:alert(1)", ""),
        ("year", 1066, None),
        ("section", "alchemy", ""),
        ("venue_key", "conf / x", ""),
        ("key", 'a \\b"c', "a-b-c"),
        ("key", "{}", ""),
    ],
)
def test_what_cannot_be_right_costs_no_paper(
    session: Session, field: str, value: object, kept: object
) -> None:
    record, (misfit,) = fit(session, replace(GOOD, **{field: value}))  # type: ignore[arg-type]
    assert (misfit.field, misfit.written, misfit.kept) == (field, str(value), kept or "")
    assert record == replace(GOOD, **{field: kept})  # type: ignore[arg-type]


def test_without_a_title_nothing_is_left(session: Session) -> None:
    with pytest.raises(Refusal):
        fit(session, replace(GOOD, title=" "))
