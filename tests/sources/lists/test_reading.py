"""Lists of other tools in their own dialects, and what nobody would send in good faith."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.bibtex.reading import BadEntry
from app.sources.lists.listed_paper import ListedPaper, from_json, to_json
from app.sources.lists.reading import read_list

FILES = Path(__file__).parent / "files"


def read(text: str, name: str = "") -> tuple[list[ListedPaper], list[BadEntry]]:
    _, rows = read_list(text, name)
    found = list(rows)
    return (
        [each for each in found if isinstance(each, ListedPaper)],
        [each for each in found if isinstance(each, BadEntry)],
    )


def read_file(name: str) -> tuple[list[ListedPaper], list[BadEntry]]:
    found = read((FILES / name).read_text("utf-8"), name)
    assert [from_json(to_json(row)) for row in found[0]] == found[0]
    return found


def test_better_bibtex_json() -> None:
    (he, attention), bad = read_file("better-bibtex.json")
    assert he.citekey == "heDeepResidual2016"
    assert he.record.doi == "10.1109/CVPR.2016.90"
    assert he.record.authors == ("Kaiming He", "Xiangyu Zhang")
    assert (he.record.year, he.record.venue) == (2016, "CVPR")
    assert (he.status, he.status_at) == ("Read", datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC))
    assert he.added_at == datetime(2021, 3, 4, 10, 20, 30, tzinfo=UTC)
    assert he.notes == "Skip connections are the point.\n\nTry it."
    assert he.labels == ("vision",)
    assert he.collections == ("Thesis", "Thesis\nChapter 2, methods")
    assert (attention.citekey, attention.record.arxiv_id) == ("vaswani:2017", "1706.03762")
    assert (attention.status, attention.labels) == ("To Read", ())
    assert bad == [BadEntry(4, "This item has no title.")]


def test_jabref() -> None:
    (he, adam), bad = read_file("jabref.bib")
    assert (he.citekey, he.line) == ("He_2016:DeepResidual", 3)
    assert (he.status, he.priority, he.remark) == ("skimmed", 3, "Ranking: 4 of 5")
    assert he.collections == ("Thesis", "Vision")
    assert "before the talk." in he.notes
    assert "Ask Bea" in he.notes
    assert he.added_at == datetime(2020, 1, 31, 12, tzinfo=UTC)
    assert adam.citekey == "DBLP:journals/corr/KingmaB14"
    assert adam.names == ("journals/corr/KingmaB14",)
    assert (adam.record.arxiv_id, adam.record.year) == ("1412.6980", 2014)
    assert adam.added_at == datetime(2019, 5, 1, tzinfo=UTC)
    assert [(each.line, each.message) for each in bad] == [(30, "@misc{nothing-at-all: no title.")]


def test_mendeley() -> None:
    """Its folders, and the reader's own tags among the keywords."""
    (row,), bad = read(
        "@article{Smith2010,\nauthor = {Smith, J.},\ntitle = {{A title of two braces}},\n"
        "annote = {A note\n\nof two paragraphs},\nkeywords = {alpha,beta gamma,mine},\n"
        "mendeley-groups = {Thesis/Chapter 2,/,Other},\nmendeley-tags = {to read,mine},\n"
        "year = {2010}\n}\n"
    )
    assert bad == []
    assert (row.citekey, row.record.title) == ("Smith2010", "A title of two braces")
    assert row.collections == ("Thesis\nChapter 2", "Other")
    assert (row.status, row.labels, row.keywords) == ("to read", ("mine",), ("alpha", "beta gamma"))
    assert row.notes == "A note\n\nof two paragraphs"


def test_endnote() -> None:
    """Which writes a keyword in each line, and numbers its records."""
    (row,), bad = read(
        "TY  - JOUR\r\nAU  - Smith, J.\r\nPY  - 2011\r\nTI  - A title that\r\ngoes on\r\n"
        "KW  - alpha\r\nbeta, gamma\r\n\r\n📗 Read\r\nRN  - My note\r\nID  - 77\r\nER  - \r\n"
    )
    assert bad == []
    assert (row.record.title, row.citekey) == ("A title that goes on", "")
    assert (row.keywords, row.status) == (("alpha", "beta, gamma"), "Read")
    assert row.notes == "My note"


def test_ris() -> None:
    (he, adam), bad = read_file("zotero.ris")
    assert (he.citekey, he.status, he.keywords) == ("", "to read", ("vision",))
    assert he.notes == "Skip connections are the point."
    assert (adam.citekey, adam.notes, adam.record.arxiv_id) == ("kingma2014", "", "1412.6980")
    assert bad == [BadEntry(15, "This entry has no title (TI).")]


def test_csl_json() -> None:
    (he, adam), bad = read_file("csl.json")
    assert (he.citekey, he.status, he.keywords) == (
        "heDeepResidual2016",
        "In Progress",
        ("vision",),
    )
    assert (adam.citekey, adam.record.arxiv_id) == ("adam", "1412.6980")
    assert [each.line for each in bad] == [3, 4]


def test_a_table() -> None:
    text = (
        "Title;Authors;Year;DOI;Status;Tags\n"
        '"Deep; Residual Learning";Ann He and Bo Zhang;2016;10.1109/CVPR.2016.90;done;a, b\n'
        ";;;;;\n"
        ";He;2016;;;\n"
    )
    (he,), bad = read(text, "list.csv")
    assert (he.record.title, he.record.year, he.status) == ("Deep; Residual Learning", 2016, "done")
    assert he.record.authors == ("Ann He", "Bo Zhang")
    assert he.labels == ("a", "b")
    assert [each.line for each in bad] == [4]
    quoted = 'title,labels\nA paper,"""a; b""; c"\n'
    assert read(quoted, "x.csv")[0][0].labels == ("a; b", "c")
    assert read("a,b\n1,2\n", "x.csv")[1][0].line == 1


def test_pasted_lines() -> None:
    text = (
        "- https://doi.org/10.1109/CVPR.2016.90\n\n2. arXiv:1706.03762v5\n"
        "Attention Is All You Need\nhttps://example.org/blog\nconf/nips/RenHGS15\n"
        "He et al. 2016, doi:10.1109/CVPR.2016.90.\n"
    )
    found, bad = read(text)
    assert bad == []
    facts = [
        (row.line, row.record.doi or row.record.arxiv_id or row.record.key or row.shown)
        for row in found
    ]
    assert facts == [
        (1, "10.1109/cvpr.2016.90"),
        (3, "1706.03762"),
        (4, "Attention Is All You Need"),
        (5, "https://example.org/blog"),
        (6, "conf/nips/RenHGS15"),
        (7, "10.1109/cvpr.2016.90"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"items": [{"itemType": "book", "title": 3, "creators": 4, "tags": {"tag": 1}}]}',
        '{"items": [{"data": {"itemType": "book", "title": "x", "creators": [1], "extra": 7}}]}',
        '{"items": [{"itemType": "book", "title": "T", "notes": 1, "collections": 5}],'
        ' "collections": {"a": 1}}',
        '[{"title": {"a": 1}}]',
        "{",
        '[{"title": "a\\u0000b \\ud800 \\ud83d\\ude00", "id": "\\udfff", "annote": "\\u0000"}]',
        "TY  - \nER  -",
        "@article{",
    ],
)
def test_damaged_files_give_reasons(text: str) -> None:
    found, bad = read(text)
    assert bad or found
    for row in found:
        assert from_json(to_json(row)) == row
        assert "\0" not in str(to_json(row)).encode().decode()


@pytest.mark.slow
@settings(max_examples=60)
@given(st.text(max_size=300), st.sampled_from(["", "x.csv", "x.bib"]))
def test_any_text_is_read(text: str, name: str) -> None:
    for prefix in ("", "TY  - X\nTI  - ", "@a{k, title={", '[{"itemType": "x", "title": "'):
        found, _ = read(prefix + text, name)
        assert [from_json(to_json(row)) for row in found] == found
