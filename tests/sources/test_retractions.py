"""What several notices make of a paper."""

from __future__ import annotations

from datetime import date

import pytest

from app.sources.retractions import Retraction, RetractionNotice, find_state, from_json, to_json


def notice(nature: str, day: date | None, number: int = 1) -> RetractionNotice:
    return RetractionNotice(number, "10.1/x", "", nature, day, (), "")


FIRST, LATER = date(2020, 1, 1), date(2021, 1, 1)


@pytest.mark.parametrize(
    ("notices", "state"),
    [
        ([("retraction", FIRST)], "retraction"),
        ([("retraction", FIRST), ("reinstatement", LATER)], None),
        ([("reinstatement", FIRST), ("retraction", LATER)], "retraction"),
        ([("reinstatement", FIRST), ("retraction", FIRST)], None),
        ([("concern", FIRST), ("retraction", LATER)], "retraction"),
        ([("retraction", FIRST), ("correction", LATER)], "retraction"),
        ([("retraction", FIRST), ("concern", LATER)], "retraction"),
        ([("concern", FIRST), ("correction", LATER)], "concern"),
        ([("concern", None)], "concern"),
        ([("correction", FIRST)], None),
    ],
)
def test_the_newest_state_counts(notices: list[tuple[str, date | None]], state: str | None) -> None:
    for order in (1, -1):
        found = find_state([notice(*each, number=order) for each in notices][::order])
        assert (found and found.nature) == state


def test_a_state_as_a_note_and_as_json() -> None:
    reasons = ("unreliable data", "faked peer review", "plagiarism", "error in image", "other")
    state = Retraction("retraction", date(2021, 3, 4), reasons, "https://doi.org/10.1/y")
    assert state.note == (
        "Retracted, 4 March 2021: unreliable data, faked peer review, plagiarism, error in image"
        " and 1 more. Notice: https://doi.org/10.1/y"
    )
    assert from_json(to_json(state)) == state
    assert Retraction("concern", None, (), "").note == "Expression of concern"
