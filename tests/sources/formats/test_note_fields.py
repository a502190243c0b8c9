from __future__ import annotations

import pytest

from app.sources.formats.note_fields import read_authors, rename_fields
from app.sources.name_lists import NameList


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Smith, Ann; Jones, Bob", ("Ann Smith", "Bob Jones")),
        ("Smith, Ann and van der Berg, Bob", ("Ann Smith", "Bob van der Berg")),
        ("Ann Smith, Bob Jones", ("Ann Smith", "Bob Jones")),
        ("Smith, Ann", ("Ann Smith",)),
        ("Smith, A., Jones, B. C.", ("A. Smith", "B. C. Jones")),
        ("[[Ann Smith]]", ("Ann Smith",)),
        (["[[people/Ann Smith|Ann]]", "[[Jones, Bob]]"], ("Ann", "Bob Jones")),
        (["[Ann Smith](https://e.org)", " "], ("Ann Smith",)),
        ("Ann Smith\nBob Jones", ("Ann Smith", "Bob Jones")),
        (["Wei Wang 0001", "ATLAS Collaboration"], ("Wei Wang 0001", "ATLAS Collaboration")),
        ([], ()),
        ("Ann Smith & Bob Jones", ("Ann Smith", "Bob Jones")),
        ("Hinton GE, Müller J", ("GE Hinton", "J Müller")),
        (['G{\\"o}del, Kurt', "{Smith; Jones}"], ("Kurt Gödel", "Smith; Jones")),
        ("van Gogh, Vincent", ("Vincent van Gogh",)),
        ("Steele, Guy L., Jr.", ("Guy L. Steele Jr.",)),
    ],
)
def test_authors(written: str | list[str], names: tuple[str, ...]) -> None:
    assert read_authors(written) == NameList(names)


@pytest.mark.parametrize(
    "written", ["Ann Smith, Bob Jones, et al.", ["Ann Smith", "Bob Jones", "…"]]
)
def test_authors_that_go_on(written: str | list[str]) -> None:
    assert read_authors(written) == NameList(("Ann Smith", "Bob Jones"), has_more=True)


def test_names_of_other_tools() -> None:
    fields = {"DOI": "d", "Citation Key": "c", "author": "a", "Title": "t", "Mood": "m"}
    known = ("doi", "citekey", "authors", "title")
    renamed, lines = rename_fields(fields, {"DOI": 2, "Mood": 6}, known)
    assert renamed == {"doi": "d", "citekey": "c", "authors": "a", "title": "t", "Mood": "m"}
    assert lines == {"doi": 2, "Mood": 6}


def test_our_own_name_goes_first() -> None:
    fields = {"doi": "ours", "DOI": "theirs"}
    assert rename_fields(fields, {}, ("doi",))[0] == fields
