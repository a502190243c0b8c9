from __future__ import annotations

import pytest

from app.sources.record import NO_SECTION
from app.sources.sections import said_section, section_of_paper, section_of_venue


@pytest.mark.parametrize(
    ("said", "arxiv_id", "venue", "section"),
    [
        ("bio", "hep-th/9901001", "cs", "bio"),
        (NO_SECTION, "hep-th/9901001", "cs", None),
        ("", "hep-th/9901001", "cs", "phys"),
        ("", "math/0309136", "cs", None),
        ("", "1506.01497", "cs", "cs"),
        ("", "", None, None),
    ],
)
def test_the_nearest_that_says_something_counts(
    said: str, arxiv_id: str, venue: str | None, section: str | None
) -> None:
    assert section_of_paper(said, arxiv_id, venue) == section


@pytest.mark.parametrize("section", ["bio", None])
@pytest.mark.parametrize("arxiv_id", ["", "hep-th/9901001", "math/0309136", "1506.01497"])
@pytest.mark.parametrize("venue", [None, "cs"])
def test_what_a_file_says_gives_the_same_section_again(
    section: str | None, arxiv_id: str, venue: str | None
) -> None:
    """An old arXiv ID gave papers of a file a section that they were taken out of."""
    said = said_section(section, arxiv_id, venue)
    assert section_of_paper(said, arxiv_id, venue) == section


def test_the_section_of_a_venue_is_its_own_before_that_of_its_key() -> None:
    assert section_of_venue("bio", "conf/nips") == "bio"
    assert section_of_venue(None, "conf/nips") == "cs"
    assert section_of_venue(None, "venues/somewhere") is None
