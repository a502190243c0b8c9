"""Names of people: one surname in every output, and numbers of namesakes."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.queries import papers
from app.services.exporting.citations import record_of
from app.services.papers.adding import add_paper
from app.services.renderer import load_citation_labels
from app.sources.bibtex import writing
from app.sources.bibtex.reading import FoundEntry, read_entries
from app.sources.formats import csl_writing, ris_writing
from app.sources.formats.csl import read_csl
from app.sources.formats.ris import read_ris
from app.sources.record import PaperRecord
from app.text.person_names import (
    add_number,
    comparable_name,
    make_author_key,
    number_of_key,
    remove_number,
    remove_number_from_key,
    split_name,
    split_names,
    surname,
    surname_for_key,
)
from tests.helpers.factories import make_paper
from tests.helpers.steps import no_hang, steps

# A name as it is printed, and what cites it.
SURNAMES = [
    ("Guy L. Steele Jr.", "Steele"),
    ("Martin Luther King Jr.", "King"),
    ("Martin Luther King, Jr.", "King"),
    ("Frederick P. Brooks Jr.", "Brooks"),
    ("Hal Daumé III", "Daumé"),
    ("John D. Rockefeller Sr.", "Rockefeller"),
    ("Hermann Ney", "Ney"),
    ("Ludwig van Beethoven", "van Beethoven"),
    ("Aäron van den Oord", "van den Oord"),
    ("Laurens van der Maaten", "van der Maaten"),
    ("Guido van Rossum", "van Rossum"),
    ("Johan van Benthem", "van Benthem"),
    ("John von Neumann", "von Neumann"),
    ("Ulrike von Luxburg", "von Luxburg"),
    ("Gerard 't Hooft", "'t Hooft"),
    ("Charles de la Vallée Poussin", "de la Vallée Poussin"),
    ("Louis de Broglie", "de Broglie"),
    ("Nando de Freitas", "de Freitas"),
    ("Leonardo da Vinci", "da Vinci"),
    ("Luc Van Gool", "Van Gool"),
    ("Guy Van den Broeck", "Van den Broeck"),
    ("Luc De Raedt", "De Raedt"),
    ("Stephen A. Della Pietra", "Della Pietra"),
    ("Laurent El Ghaoui", "El Ghaoui"),
    ("Nicolas Le Roux", "Le Roux"),
    ("François Le Gall", "Le Gall"),
    ("Yann Le Cun", "Le Cun"),
    ("Yann LeCun", "LeCun"),
    ("Jill-Jênn Vie", "Vie"),
    ("Van Jacobson", "Jacobson"),
    ("Al Gore", "Gore"),
    ("Quoc V. Le", "Le"),
    ("Toan Van Nguyen", "Nguyen"),
    ("Santiago Ramón y Cajal", "Ramón y Cajal"),
    ("José Ortega y Gasset", "Ortega y Gasset"),
    ("Jean Le Rond d'Alembert", "d'Alembert"),
    ("Łukasz Kaiser", "Kaiser"),
    ("Wei Wang 0001", "Wang"),
    ("Weinan E", "E"),
    ("Donald E. Knuth", "Knuth"),
    ("Barbara Liskov", "Liskov"),
    ("Leslie B. Lamport", "Lamport"),
    ("Geoffrey E. Hinton", "Hinton"),
    ("Jürgen Schmidhuber", "Schmidhuber"),
    ("Jean-Pierre Serre", "Serre"),
    ("Timothy Lillicrap-Smith", "Lillicrap-Smith"),
    ("C. A. R. Hoare", "Hoare"),
    ("Plato", "Plato"),
    ("OpenAI", "OpenAI"),
    ("王伟", "王伟"),
    ("王 伟", "王"),
    ("김 민수", "김"),
    ("伊藤 博文", "伊藤"),
    ("ATLAS Collaboration", "ATLAS Collaboration"),
    ("The CMS Collaboration", "The CMS Collaboration"),
    ("LIGO Scientific Collaboration", "LIGO Scientific Collaboration"),
    ("Gemini Team", "Gemini Team"),
    ("Llama Team, AI @ Meta", "Llama Team, AI @ Meta"),
    ("World Health Organization", "World Health Organization"),
    ("University of Oxford", "University of Oxford"),
    ("Alan Turing Institute", "Alan Turing Institute"),
    ("Google Research", "Google Research"),
]


@pytest.mark.parametrize(("name", "cited"), SURNAMES)
def test_every_output_has_the_same_surname(name: str, cited: str) -> None:
    assert surname(name) == cited
    record = PaperRecord(title="T", authors=(name,), key="k")
    person = csl_writing.item(record)["author"][0]
    assert person.get("family", person.get("literal")) == cited
    (line,) = [line for line in ris_writing.entry(record).splitlines() if line.startswith("AU")]
    is_whole = "family" not in person
    assert line.removeprefix("AU  - ").split(",")[0] == cited.split(",")[0]
    assert is_whole == (split_name(name).inverted == cited)
    assert bibtex_surname(name) == cited


def bibtex_surname(name: str) -> str:
    """What BibTeX takes for the surname of how we write a name (Patashnik, "BibTeXing", 1988)."""
    (line,) = [
        line
        for line in writing.entry(PaperRecord(title="T", authors=(name,))).splitlines()
        if "author" in line
    ]
    value = line.partition("= {")[2].removesuffix(",").removesuffix("}")
    if value.startswith("{"):
        return value.strip("{}")
    if "," in value:
        return value.partition(",")[0]
    words = remove_number(value).split()
    first = next((at for at, word in enumerate(words[:-1]) if word[0].islower()), len(words) - 1)
    return " ".join(words[first:])


@pytest.mark.parametrize("name", [name for name, _ in SURNAMES])
def test_files_are_read_back_as_they_were_written(name: str) -> None:
    record = PaperRecord(title="T", authors=(name,), key="k")
    (found,) = read_entries(writing.entry(record))
    assert isinstance(found, FoundEntry)
    assert found.record.authors == (name.replace("King, Jr.", "King Jr."),)
    plain = remove_number(name).replace("King, Jr.", "King Jr.")
    if "," not in plain:
        ((from_ris,), _) = read_ris(ris_writing.entry(record))
        assert from_ris.authors == (plain,)
        ((from_csl,), _) = read_csl(json.dumps(csl_writing.item(record)))
        assert from_csl.authors == (plain,)


def test_pages_and_keys_have_it_too(session: Session) -> None:
    for number, (name, cited) in enumerate(SURNAMES):
        paper = make_paper(session, f"conf/x/P{number}", authors=(name,), year=2012)
        assert load_citation_labels(session, {paper.key}) == {paper.key: f"{cited} 2012"}
        found = papers.load_papers(session, [paper.id])[paper.id]
        assert record_of(found, []).authors == (remove_number(name),)


def test_a_name_in_print_is_the_one_that_is_cited(session: Session) -> None:
    """An author may have another usual name by now; the citation says what the paper says."""
    paper = make_paper(session, "conf/x/A", authors=("Ann Old",), year=2001)
    begin_writing(session)
    found = papers.load_papers(session, [paper.id])[paper.id]
    found.authors[0].name = "Ann New"
    found.authorships[0].name = "Ann Old"
    session.commit()
    assert load_citation_labels(session, {paper.key}) == {paper.key: "Old 2001"}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Guy L. Steele Jr.", "steele"),
        ("Łukasz Kaiser", "kaiser"),
        ("Jan Łukasiewicz", "lukasiewicz"),
        ("Søren Sørensen", "sorensen"),
        ("Aäron van den Oord", "oord"),
        ("Luc Van Gool", "vangool"),
        ("ATLAS Collaboration", "atlascollaboration"),
        ("Wei Wang 0001", "wang"),
        ("Conor O'Brien", "obrien"),
    ],
)
def test_a_key_begins_with_the_surname(session: Session, name: str, part: str) -> None:
    assert surname_for_key(name) == part
    record = PaperRecord(title="On rings", authors=(name,), year=1978)
    assert add_paper(session, record, "form").key == f"{part}1978rings"


def test_names_with_a_comma() -> None:
    assert split_name("LeCun, Yann") == split_name("Yann LeCun")
    assert split_name("Beethoven, Ludwig van") == split_name("Ludwig van Beethoven")
    assert split_name("King, Jr., Martin Luther") == split_name("Martin Luther King Jr.")
    assert split_name("Steele Jr., Guy L.") == split_name("Guy L. Steele Jr.")
    assert [name.surname for name in split_names("Ann Lee and Van Gool, Luc")] == [
        "Lee",
        "Van Gool",
    ]


def test_long_space_between_names_takes_time_by_its_length() -> None:
    with no_hang():
        assert steps(split_names, "Ann" + " " * 200_000 + "Lee") < 1_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Łukasz Kaiser", "Lukasz Kaiser"),
        ("Guy L. Steele Jr.", "Guy L. Steele"),
        ("Luc van Gool", "Luc Van Gool"),
        ("Wei Wang 0001", "Wei Wang"),
        ("The ATLAS Collaboration", "ATLAS collaboration"),
        ("Søren Hauberg", "SOREN HAUBERG"),
    ],
)
def test_one_person_is_compared_as_one(one: str, other: str) -> None:
    assert comparable_name(one) == comparable_name(other)


def test_two_groups_are_two() -> None:
    assert comparable_name("ATLAS Collaboration") != comparable_name("CMS Collaboration")


def test_numbers_of_namesakes() -> None:
    assert remove_number("Wei Wang 0001") == "Wei Wang"
    assert remove_number("Wei Wang 001") == "Wei Wang 001"
    assert remove_number("Agent 0007 Bond") == "Agent 0007 Bond"
    assert remove_number("Wei Wang ٠٠٠١") == "Wei Wang ٠٠٠١"
    key = make_author_key("Wei Wang 0001")
    assert (key, number_of_key(key), remove_number_from_key(key)) == (
        "wei-wang-0001",
        "0001",
        "wei-wang",
    )
    assert number_of_key("wei-wang") == ""
    assert add_number("Wei Wang", key) == "Wei Wang 0001"
    assert add_number("Wei Wang", "wei-wang") == "Wei Wang"
    assert make_author_key("!") == "unnamed"
