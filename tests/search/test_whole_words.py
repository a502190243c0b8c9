"""Words that some write as one and others in parts, names with signs, and how people cite."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import search
from app.models import Paper
from app.text.words import names_with_signs, whole_words
from tests.helpers.factories import make_paper

PAPERS = {
    "rcnn": "Faster R-CNN: towards real-time detection",
    "resnet": "Training a ResNet-50 in an hour",
    "resnet-whole": "What ResNet50 learns",
    "gpt": "GPT-3 and its kin",
    "pre": "Pre-training of deep auto-encoders",
    "interleukin": "The role of IL-6 in sepsis",
    "co2": "H$_2$O and CO$_2$ reduction",
    "small": "Growth of Al\u2082O\u2083 films",
    "cpp": "A tour of C++ and its library",
    "c": "The C language and its compilers",
    "sharp": "Types of C#, F# and Java",
    "rao": "The Cram\u00e9r\u2013Rao bound",
}
FOUND = [
    ("rcnn", {"rcnn"}),
    ("faster rcnn", {"rcnn"}),
    ("r-cnn", {"rcnn"}),
    ("R CNN", {"rcnn"}),
    ("realtime detection", {"rcnn"}),
    ("resnet50", {"resnet", "resnet-whole"}),
    ("ResNet-50", {"resnet", "resnet-whole"}),
    ("title:resnet50", {"resnet", "resnet-whole"}),
    ("gpt3", {"gpt"}),
    ("GPT-3", {"gpt"}),
    ("gpt 3", {"gpt"}),
    ("pretraining", {"pre"}),
    ("pre-training", {"pre"}),
    ("autoencoder", {"pre"}),
    ("auto encoders", {"pre"}),
    ("IL6", {"interleukin"}),
    ("il-6 sepsis", {"interleukin"}),
    ("CO2 reduction", {"co2"}),
    ("co\u2082", {"co2"}),
    ("h2o", {"co2"}),
    ("CO$_2$", {"co2"}),
    ("Al2O3", {"small"}),
    ("C++", {"cpp"}),
    ("c++ library", {"cpp"}),
    ("c#", {"sharp"}),
    ("F#", {"sharp"}),
    ("cramer rao", {"rao"}),
    ("cramer-rao", {"rao"}),
    ("cramerrao", {"rao"}),
    ("tour of c", {"cpp"}),
    ("-rcnn detection", set()),
]


def find_keys(session: Session, typed: str) -> set[str]:
    found = search.search_papers(session, search.parse_query(typed)).papers
    names = dict(session.execute(select(Paper.id, Paper.key)).all())
    return {names[each.paper_id] for each in found}


def test_either_way_of_writing_finds_the_other(session: Session) -> None:
    for key, title in PAPERS.items():
        make_paper(session, key, title)
    assert {typed: find_keys(session, typed) for typed, _ in FOUND} == dict(FOUND)


def test_names_as_people_cite_them(session: Session) -> None:
    authors = ("Laurens van der Maaten", "Geoffrey E. Hinton")
    make_paper(session, "tsne", "Visualizing data", authors=authors, year=2023)
    make_paper(session, "other", "Geoffrey and the others", authors=("Ann Hinton",), year=2023)
    for typed in (
        "van der Maaten et al. 2023",
        "van der Maaten et al., 2023",
        "van der Maaten et al",
        "van der Maaten and Hinton 2023",
        "van der Maaten & Hinton (2023)",
        'author:"geoffrey hinton"',
        'author:"geoffrey e. hinton"',
        'author:"Hinton, Geoffrey"',
        'author:"Hinton, G. E." -title:nothing',
    ):
        assert find_keys(session, typed) == {"tsne"}, typed


NAMES = {
    "full": "Geoffrey E. Hinton",
    "short": "Geoffrey Hinton",
    "initials": "G. E. Hinton",
    "initial": "G. Hinton",
    "other": "Gary Hinton",
    "middle": "John G. Hinton",
    "particle": "Laurens van der Hinton",
}


def test_initials_meet_names_and_names_initials(session: Session) -> None:
    for key, name in NAMES.items():
        make_paper(session, key, "A paper", authors=(name,))
    for typed, found in (
        ("geoffrey hinton", {"full", "short", "initials", "initial"}),
        ("Hinton, Geoffrey", {"full", "short", "initials", "initial"}),
        ("geoffrey e. hinton", {"full"}),
        ("g. hinton", {"full", "short", "initials", "initial", "other"}),
        ("Hinton, G.", {"full", "short", "initials", "initial", "other"}),
        ("G. E. Hinton", {"full", "initials"}),
        ("G.E. Hinton", {"full", "initials"}),
        ("g. f. hinton", set()),
        ("l. hinton", {"particle"}),
    ):
        assert find_keys(session, f'author:"{typed}"') == found, typed


def test_the_letter_before_an_apostrophe_is_no_initial(session: Session) -> None:
    make_paper(session, "x/y/A", authors=("Cathy O'Neil", "Jean d'Alembert"))
    make_paper(session, "x/y/B", authors=("Oscar Neil", "Dan Alembert"))
    for typed in ("o'neil", '"Cathy O’Neil"', '"O\'Neil, Cathy"', "d'alembert"):
        assert find_keys(session, f"author:{typed}") == {"x/y/A"}, typed


def test_a_title_with_and_is_found_as_it_is(session: Session) -> None:
    paper = make_paper(session, "sein", "Being and time")
    assert [
        p.paper_id for p in search.search_papers(session, search.parse_query("being and")).papers
    ] == [paper.id]
    assert [
        p.paper_id for p in search.search_papers(session, search.parse_query("and")).papers
    ] == [paper.id]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state-of-the-art", []),
        ("end-to-end learning", ["endtoend"]),
        ("2015-2018", []),
        ("a - b", []),
        ("$10^{-3}$", []),
        ("$\\mathrm{CO_2}$ levels", ["co2"]),
        ("C++11", ["c++"]),
        ("a+b = c", []),
        ("issue #5", []),
        ("c+++", []),
    ],
)
def test_whole_words(text: str, expected: list[str]) -> None:
    assert whole_words(text) == expected


def test_names_with_signs() -> None:
    assert names_with_signs("C++, c# and Notepad++") == ["c++", "c#", "notepad++"]
