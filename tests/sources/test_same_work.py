"""When two papers are one work by title, authors and year, and when they are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.sources.record import PaperRecord
from app.sources.same_work import (
    WorkFacts,
    differences_between,
    find_same_work,
    is_same,
    kind_of_work,
    may_be_same,
)

AUTHORS = ("Shaoqing Ren", "Kaiming He", "Ross B. Girshick", "Jian Sun 0001")
TITLE = "Faster R-CNN: Towards Real-Time Object Detection"
PREPRINT = WorkFacts(TITLE, AUTHORS, 2015, "preprint")
PUBLISHED = WorkFacts(TITLE, AUTHORS, 2015, "conference")


def test_a_preprint_and_what_came_of_it_are_one() -> None:
    assert is_same(PREPRINT, PUBLISHED)
    assert is_same(PUBLISHED, PREPRINT)


@pytest.mark.parametrize(
    "facts",
    [
        {"title": "Faster R-CNN : towards real-time object detection."},
        {"title": "Fäster R–CNN — Towards Real Time Object Detection"},
        {"authors": ("S. Ren", "K. He", "R. Girshick", "J. Sun")},
        {"authors": ("Shaoqing Ren", "Kaiming He", "Ross Girshick", "Jian Sun")},
        {"year": 2016},
        {"year": 2014},
        {"kind": "journal"},
        {"kind": ""},
    ],
)
def test_small_differences_do_not_matter(facts: dict[str, Any]) -> None:
    assert is_same(PREPRINT, replace(PUBLISHED, **facts))


@pytest.mark.parametrize(
    "facts",
    [
        {"title": TITLE + " II"},
        {"title": TITLE + ", Part 2"},
        {"title": "Faster R-CNN"},
        {"title": ""},
        {"authors": ()},
        {"authors": AUTHORS[:3]},
        {"authors": (*AUTHORS[1:], AUTHORS[0])},
        {"authors": ("Shaoqing Ren", "Karl He", "Ross Girshick", "Jian Sun")},
        {"authors": ("T. Ren", "K. He", "R. Girshick", "J. Sun")},
        {"year": 2017},
        {"year": None},
        {"kind": "preprint"},
    ],
)
def test_other_differences_do(facts: dict[str, Any]) -> None:
    assert not is_same(PREPRINT, replace(PUBLISHED, **facts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Theory of Fast Solvers, Part I", "Theory of Fast Solvers, Part II"),
        ("Theory of Fast Solvers 1", "Theory of Fast Solvers 2"),
        ("Theory of Fast Solvers (A)", "Theory of Fast Solvers (B)"),
        ("Learning to Program in C++", "Learning to Program in C"),
        ("The 5th Workshop of Solvers", "The 6th Workshop of Solvers"),
    ],
)
def test_parts_and_numbers_are_works_of_their_own(one: str, other: str) -> None:
    assert not is_same(replace(PREPRINT, title=one), replace(PUBLISHED, title=other))
    assert not may_be_same(replace(PREPRINT, title=one), replace(PUBLISHED, title=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Theory of Fast Solvers, Part II", "Theory of Fast Solvers. Part 2"),
        ("Theory of Fast Solvers: Volume XIV", "Theory of Fast Solvers (Volume 14)"),
    ],
)
def test_a_part_is_the_same_in_roman_figures(one: str, other: str) -> None:
    assert is_same(replace(PREPRINT, title=one), replace(PUBLISHED, title=other))
    assert not is_same(replace(PREPRINT, title=one), replace(PUBLISHED, title=one + "I"))


@pytest.mark.parametrize(
    "title",
    [
        "Preface",
        "Editorial",
        "Introduction",
        "Erratum",
        "Author Index",
        "Guest Editorial: Special Issue on Learning",
        "Erratum to: A Theory of Everything",
        "Introduction to the Special Issue on Vision",
        "Message from the Program Chairs",
    ],
)
def test_titles_of_many_texts_tell_nothing(title: str) -> None:
    one, other = replace(PREPRINT, title=title), replace(PUBLISHED, title=title)
    assert not is_same(one, other)
    assert not may_be_same(one, other)
    assert "Many texts have such a title." in differences_between(one, other)


def test_a_journals_version_never_joins_a_conferences() -> None:
    journal = replace(PUBLISHED, kind="journal", year=2016)
    assert not is_same(PUBLISHED, journal)
    assert may_be_same(PUBLISHED, journal)
    # nor the preprint, which may be that of the shorter one
    assert find_same_work(PREPRINT, [PUBLISHED, journal]) is PUBLISHED
    assert find_same_work(journal, [PREPRINT, PUBLISHED]) is None
    assert find_same_work(journal, [PREPRINT]) is PREPRINT
    assert "may be an extended one" in " ".join(differences_between(PUBLISHED, journal))


def test_in_doubt_nothing_is_joined() -> None:
    assert find_same_work(PUBLISHED, [PREPRINT, replace(PREPRINT, year=2016)]) is None
    assert find_same_work(PUBLISHED, [PREPRINT, replace(PREPRINT)]) is None


def test_others_with_the_same_title_are_not_even_suggested() -> None:
    assert not may_be_same(PREPRINT, replace(PUBLISHED, authors=("Ann Other",)))
    assert may_be_same(PREPRINT, replace(PUBLISHED, authors=("Ann Other", "K. He"), year=2001))
    assert may_be_same(PREPRINT, replace(PUBLISHED, authors=()))


def test_namesakes_are_two_people_where_both_are_numbered() -> None:
    other = replace(PUBLISHED, authors=(*AUTHORS[:3], "Jian Sun 0002"))
    assert not is_same(PREPRINT, other)
    assert is_same(PREPRINT, replace(other, authors=(*AUTHORS[:3], "Jian Sun")))


def test_one_row_is_one_person_whatever_is_printed() -> None:
    one = replace(PREPRINT, authors=("Jane Doe",), author_ids=(1,))
    other = replace(PUBLISHED, authors=("Jane Smith",), author_ids=(1,))
    assert is_same(one, other)
    assert not is_same(one, replace(other, author_ids=(2,)))
    # Two rows may be one person: they are told apart by letters that search takes for each other.
    assert is_same(one, replace(other, authors=("Jane Doe",), author_ids=(2,)))


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({}, True),
        ({"kind": ""}, True),
        ({"year": 2016}, False),  # an overview may come every year
        ({"kind": "journal"}, False),
        ({"authors": ("Shaoqing Ren", "Karl He", "Ross Girshick", "Jian Sun")}, False),
        ({"kind": "preprint", "year": 2016}, True),
    ],
)
def test_two_catalogues_may_list_one_publication(facts: dict[str, Any], same: bool) -> None:
    other = replace(PUBLISHED, **facts)
    assert is_same(PUBLISHED, replace(other, catalogue="dblp")) is same
    # One catalogue does not list it twice.
    assert is_same(PUBLISHED, other) is (same and other.kind == "preprint")


def test_a_journals_paper_waits_for_the_rest_of_the_file() -> None:
    journal = replace(PUBLISHED, kind="journal")
    assert find_same_work(journal, [PREPRINT]) is PREPRINT
    assert find_same_work(journal, [PREPRINT], is_complete=False) is None
    assert find_same_work(PREPRINT, [journal], is_complete=False) is None
    assert find_same_work(PREPRINT, [journal, PUBLISHED], is_complete=False) is PUBLISHED


@pytest.mark.parametrize(
    ("record", "venue_kind", "kind"),
    [
        ({"arxiv_id": "1506.01497"}, "", "preprint"),
        ({"arxiv_id": "1506.01497", "doi": "10.5555/1"}, "", ""),
        ({"arxiv_id": "1506.01497", "venue": "NIPS"}, "conference", "conference"),
        ({"venue": "arXiv preprint arXiv:1506.01497"}, "other", "preprint"),
        ({"venue": "bioRxiv"}, "", "preprint"),
        ({"venue": "CoRR", "venue_key": "journals/corr"}, "preprint", "preprint"),
        ({"venue": "NIPS", "details": {"type": "inproceedings"}}, "other", "conference"),
        ({"venue": "NIPS", "details": {"type": "Conference"}}, "", "conference"),
        ({"venue": "TPAMI", "details": {"type": "article"}}, "", "journal"),
        ({"details": {"type": "misc"}}, "", "misc"),
        ({}, "", ""),
    ],
)
def test_the_kind_of_a_paper(record: dict[str, Any], venue_kind: str, kind: str) -> None:
    assert kind_of_work(PaperRecord(TITLE, **record), venue_kind) == kind
