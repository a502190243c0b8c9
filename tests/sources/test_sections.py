"""Sections by arXiv's categories and dblp's streams."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Section
from app.sources import arxiv_sections, dblp_sections
from app.sources.arxiv_sections import section_of_arxiv_id, section_of_category
from app.sources.dblp_sections import section_of_stream
from app.sources.record import NO_SECTION


@pytest.mark.parametrize(
    ("category", "section"),
    [
        ("cs.CV", "cs"),
        ("eess.IV", "cs"),
        ("stat.ML", "cs"),
        ("q-bio.NC", "bio"),
        ("hep-th", "phys"),
        ("astro-ph.CO", "phys"),
        ("physics.bio-ph", "phys"),
        (" quant-ph ", "phys"),
        ("math.MP", "phys"),
        ("math.AG", NO_SECTION),
        ("stat.ME", NO_SECTION),
        ("econ.EM", NO_SECTION),
        ("", ""),
        ("nonsense", ""),
        ("cs/../../x", ""),
    ],
)
def test_a_category_has_a_section(category: str, section: str) -> None:
    assert section_of_category(category) == section


def test_an_old_identifier_names_its_archive() -> None:
    assert section_of_arxiv_id("hep-th/9901001") == "phys"
    assert section_of_arxiv_id("cmp-lg/9404003") == "cs"
    assert section_of_arxiv_id("alg-geom/9202004") == NO_SECTION
    assert section_of_arxiv_id("1506.01497") == ""


def test_a_stream_has_a_section() -> None:
    assert section_of_stream("conf/nips") == "cs"
    assert section_of_stream("journals/jmlr") == "cs"
    assert section_of_stream("journals/ploscb") == "bio"
    assert section_of_stream("journals/jcphy") == "phys"
    assert section_of_stream("venues/annals-of-mathematics") == ""
    assert section_of_stream("books/sp") == ""


def test_every_section_that_is_named_is_one(session: Session) -> None:
    named = {*arxiv_sections._SECTIONS.values(), *dblp_sections._SECTIONS.values(), "cs"}
    assert named - {NO_SECTION} <= set(session.scalars(select(Section.slug)))
