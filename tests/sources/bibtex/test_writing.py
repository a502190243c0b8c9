"""Records written as BibTeX, which reads back as the same record."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from app.sources.bibtex.reading import FoundEntry, read_entries
from app.sources.bibtex.writing import entry
from app.sources.months import month_number
from app.sources.name_lists import names
from app.sources.record import PaperRecord
from app.text.tex import escape_tex, plain
from app.text.tex_mending import is_balanced

FULL = PaperRecord(
    title="Faster R-CNN: $\\mathcal{O}(n)$ for $5 & 100 %",
    authors=("Kaiming He", "LIGO Collaboration", "L. van der Maaten Jr", "Research and Co, Inc."),
    key="conf/nips/RenHGS15",
    year=2015,
    venue="NIPS",
    doi="10.1002/a_b<1::AID>3.0.CO;2-2",
    arxiv_id="1506.01497",
    url="https://example.org/~me/a_b%20c?d=$1&e#f",
    abstract="One $x_1$ & two.\n\nThree.",
    keywords="a, b & c",
    published_on=date(2015, 6, 4),
    other_keys=("old/key", "older"),
    details={
        "type": "inproceedings",
        "volume": "28",
        "number": "1_2",
        "pages": "91-99",
        "month": "jun",
        "publisher": "P & Q",
        "address": "Montréal",
        "editor": "Ann Lee and {Lee and Sons}",
        "series": "S #1",
        "edition": "2",
        "isbn": "1",
        "issn": "2",
    },
)
HOSTILE = r"\{}$&%#_~^-`'?!ab ();amplt\"[]<x1é@,=+*" + "–—“”’…ßı\u0301"


def back(record: PaperRecord) -> PaperRecord:
    (found,) = read_entries(entry(record))
    assert isinstance(found, FoundEntry)
    assert found.notes == ()
    return found.record


def test_an_entry() -> None:
    assert entry(replace(FULL, abstract="", other_keys=(), published_on=None)) == (
        "@inproceedings{conf/nips/RenHGS15,\n"
        "  author        = {Kaiming He and {LIGO Collaboration} and van der Maaten, Jr, L. and"
        " {Research and Co, Inc.}},\n"
        "  editor        = {Ann Lee and {Lee and Sons}},\n"
        "  title         = {Faster {R-CNN}: $\\mathcal{O}(n)$ for \\$5 \\& 100 \\%},\n"
        "  booktitle     = {NIPS},\n"
        "  series        = {S \\#1},\n"
        "  volume        = {28},\n"
        "  number        = {1\\_2},\n"
        "  edition       = {2},\n"
        "  pages         = {91--99},\n"
        "  month         = jun,\n"
        "  year          = {2015},\n"
        "  publisher     = {P \\& Q},\n"
        "  address       = {Montréal},\n"
        "  isbn          = {1},\n"
        "  issn          = {2},\n"
        "  doi           = {10.1002/a_b<1::AID>3.0.CO;2-2},\n"
        "  eprint        = {1506.01497},\n"
        "  archiveprefix = {arXiv},\n"
        "  url           = {https://example.org/~me/a_b%20c?d=$1&e#f},\n"
        "  keywords      = {a, b \\& c}\n"
        "}"
    )


def test_it_reads_back() -> None:
    assert back(FULL) == FULL


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (PaperRecord("T", key="conf/x/A1", venue="X", venue_key="conf/x"), "booktitle     = {X}"),
        (PaperRecord("T", key="a", venue="X", venue_title="In full"), "howpublished  = {In full}"),
        (PaperRecord("T", key="a", venue="J", details={"type": "article"}), "journal       = {J}"),
        (PaperRecord("T", key="a", venue="W", details={"type": "book"}), "publisher     = {W}"),
        (
            PaperRecord("T", key="a", venue="S", details={"type": "book", "publisher": "W"}),
            "booktitle     = {S}",
        ),
        (
            PaperRecord("T", key="a", venue="E", details={"type": "phdthesis", "school": "E"}),
            "school        = {E}",
        ),
        (
            PaperRecord("T", key="a", arxiv_id="1506.01497", details={"type": "article"}),
            "journal       = {CoRR}",
        ),
        (PaperRecord("T", key="a", details={"type": "comment"}), "@misc{a"),
        (PaperRecord("T"), "@misc{paper"),
    ],
)
def test_where_it_appeared(record: PaperRecord, line: str) -> None:
    assert line in entry(record)
    assert entry(back(record)) == entry(record)


@pytest.mark.parametrize(
    ("pages", "written"),
    [("1-9", "1--9"), ("1–9", "1--9"), ("12-1–12-9", "12-1--12-9"), ("7", "7"), ("e1, 2", "e1, 2")],
)
def test_pages(pages: str, written: str) -> None:
    text = entry(PaperRecord("T", key="a", details={"pages": pages}))
    assert f"pages         = {{{written}}}" in text
    assert entry(back(PaperRecord("T", key="a", details={"pages": pages}))) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("jun", 6),
        ("June", 6),
        ("Sept.", 9),
        ("06", 6),
        ("13", None),
        ("May/June", None),
        ("ju", None),
        ("", None),
    ],
)
def test_months(text: str, number: int | None) -> None:
    assert month_number(text) == number


def test_whatever_stands_in_a_title_or_name_reads_back() -> None:
    """Made-up texts of all signs that mean something to TeX; the same ones each time."""
    dice = random.Random(1)
    for _ in range(120):
        text = "".join(dice.choice(HOSTILE) for _ in range(dice.randint(1, 14)))
        text = plain(escape_tex(" ".join(text.split())))  # composed as Unicode wants
        tex = escape_tex(text)
        assert plain(tex) == text
        assert is_balanced(tex)
        if not text:
            continue
        record = PaperRecord(text, (text, "Ann Lee"), "k", abstract=f"{text}\n\n{text}")
        again = back(record)
        assert (again.title, again.abstract) == (record.title, record.abstract)
        assert names(text) == () or again.authors == record.authors
        assert entry(again) == entry(record)


def test_a_note_keeps_its_lines_and_formulas() -> None:
    note = "Lists:\n- of $x$ & more\n- of 5 %\n\n$$\na_1 = b\n$$"
    tex = entry(PaperRecord(title="T"), note)
    lines = r"Lists:\n    - of $x$ \& more\n    - of 5 \%\n\n    $$ a_1 = b $$"
    assert lines.replace(r"\n", "\n") in tex
