"""Lists of people as they are typed, printed and kept in files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sources.name_lists import NameList, names, parse_names, write_names
from tests.helpers.steps import no_hang, steps

ADA, CHARLES, BYRON = "Ada Lovelace", "Charles Babbage", "Lord Byron"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Lovelace, Ada\nBabbage, Charles", [ADA, CHARLES]),
        ("Lovelace, Ada\r\n\r\n  Babbage,  Charles ", [ADA, CHARLES]),
        ("Lovelace, Ada and Babbage, Charles", [ADA, CHARLES]),
        ("Ada Lovelace AND Charles Babbage", [ADA, CHARLES]),
        ("Ada Lovelace; Babbage, Charles;", [ADA, CHARLES]),
        ("Ada Lovelace & Charles Babbage", [ADA, CHARLES]),
        ("Ada Lovelace, Charles Babbage, Lord Byron", [ADA, CHARLES, BYRON]),
        ("Ada Lovelace, Charles Babbage, and Lord Byron", [ADA, CHARLES, BYRON]),
        ("Ada Lovelace,\nCharles Babbage,\nand Lord Byron", [ADA, CHARLES, BYRON]),
        ("A. Lovelace, C. Babbage", ["A. Lovelace", "C. Babbage"]),
        ("Lovelace AK, Babbage C", ["AK Lovelace", "C Babbage"]),
        ("Müller J, Núñez-Öz ÁČ", ["J Müller", "ÁČ Núñez-Öz"]),
        ("Иванов И, Петров П", ["И Иванов", "П Петров"]),
        ("Lovelace, A., Babbage, C., & Byron, L.", ["A. Lovelace", "C. Babbage", "L. Byron"]),
        ("Ada Lovelace¹*, Charles Babbage², Lord Byron†", [ADA, CHARLES, BYRON]),
        ("Smith, John A.", ["John A. Smith"]),
        ("van den Oord, Aäron", ["Aäron van den Oord"]),
        ("Lovelace, Augusta Ada", ["Augusta Ada Lovelace"]),
        ("García Márquez, Gabriel", ["Gabriel García Márquez"]),
        ("Steele, Guy L., Jr.", ["Guy L. Steele Jr."]),
        ("Steele Jr., Guy L.", ["Guy L. Steele Jr."]),
        ("Steele, Jr., Guy L.", ["Guy L. Steele Jr."]),
        ("Martin Luther King, Jr.", ["Martin Luther King Jr."]),
        ("Wei Wang 0001", ["Wei Wang 0001"]),
        ("王 小明; 李 华", ["王 小明", "李 华"]),
        ("Plato", ["Plato"]),
        ('G{\\"o}del, Kurt', ["Kurt Gödel"]),
        ("M&uuml;ller, Jörg", ["Jörg Müller"]),
        ("family=Gogh, given=Vincent, prefix=van", ["Vincent van Gogh"]),
        ("{ATLAS Collaboration}", ["ATLAS Collaboration"]),
        ("ATLAS Collaboration; CMS Collaboration", ["ATLAS Collaboration", "CMS Collaboration"]),
        ("ATLAS Collaboration and CMS Collaboration", ["ATLAS Collaboration", "CMS Collaboration"]),
        ("Ada Lovelace and the ATLAS Collaboration", [ADA, "the ATLAS Collaboration"]),
        ("Lovelace, Ada, ATLAS Collaboration", [ADA, "ATLAS Collaboration"]),
        ("Ada Lovelace, Charles Babbage, CMS Collaboration", [ADA, CHARLES, "CMS Collaboration"]),
        ("University of California, Berkeley", ["University of California, Berkeley"]),
        ("Google, Inc.", ["Google, Inc."]),
        (
            "National Institute of Standards and Technology",
            ["National Institute of Standards and Technology"],
        ),
        ("{Smith, Jones and Partners}", ["Smith, Jones and Partners"]),
    ],
)
def test_typed_lists(text: str, names: list[str]) -> None:
    found = parse_names(text)
    assert found == NameList(tuple(names))
    assert parse_names(write_names(found)) == found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace et al.", [ADA]),
        ("Lovelace, Ada, et al", [ADA]),
        ("Lovelace, Ada and others", [ADA]),
        ("Ada Lovelace\nCharles Babbage\net al.", [ADA, CHARLES]),
        ("Ada Lovelace, Charles Babbage, Lord Byron, …", [ADA, CHARLES, BYRON]),
    ],
)
def test_lists_that_go_on(text: str, names: list[str]) -> None:
    found = parse_names(text)
    assert found == NameList(tuple(names), has_more=True)
    assert parse_names(write_names(found)) == found


def test_a_list_of_others_alone_is_none() -> None:
    assert parse_names("et al.") == NameList()


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace, Charles Babbage",
        "García Márquez, Gabriel José",
        "Lovelace, Ada, Babbage, Charles",
    ],
)
def test_what_may_be_one_or_several(text: str) -> None:
    assert parse_names(f"Lord Byron\n{text}").doubts == (text,)


@pytest.mark.parametrize("name", ["Anders And", "others", "A; B", "Lovelace, Ada", "Ada ¹"])
def test_a_stored_name_stays_one(name: str) -> None:
    people = NameList((name, ADA))
    assert parse_names(write_names(people)) == people


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "Ann",
                    "Lee",
                    " ",
                    ",",
                    "and",
                    "&",
                    "&amp;",
                    "{",
                    "}",
                    "\\",
                    '\\"',
                    "$",
                    "~",
                    "%",
                ),
                *("--", "``", "^", "et al.", "others", "A.", "Jr.", "*", ";", "family=", "Inc."),
                "University",
            ]
        ),
        min_size=1,
        max_size=7,
    )
)
def test_any_name_stays_as_it_is(parts: list[str]) -> None:
    name = " ".join("".join(parts).split()) or "Ann"
    people = NameList((name, ADA))
    assert parse_names(write_names(people)) == people


def test_hostile_lists_take_few_steps() -> None:
    for text in ("{" * 5000, "a, " * 5000, " and " * 5000, "et al. " * 3000, "¹ " * 5000):
        parse_names(text)


@pytest.mark.parametrize(
    ("field", "people"),
    [
        ("Ann Lee \n and\tBo Poe and and Cy Roe", ("Ann Lee", "Bo Poe", "Cy Roe")),
        ("{Ann and} Lee \\& Bo Poe", ("Ann and Lee", "Bo Poe")),
    ],
)
def test_space_before_what_ends_a_name(field: str, people: tuple[str, ...]) -> None:
    assert names(field) == people


def test_long_space_takes_time_by_its_length() -> None:
    with no_hang():
        assert steps(names, "Ann" + " " * 100_000 + "Lee") < 1_000


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("King, jr., Martin Luther", ("Martin Luther King jr.",)),
        ("Gates, William, 3rd", ("William Gates 3rd",)),
        ("III, III", ("III III",)),
        ("Jr., Jr., Jr.", ("Jr.", "Jr.", "Jr.")),
    ],
)
def test_what_stands_behind_a_name(text: str, people: tuple[str, ...]) -> None:
    assert parse_names(text).names == people
