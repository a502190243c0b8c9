"""What people paste: RIS, CSL-JSON, and markup in titles and abstracts."""

from __future__ import annotations

import json
from datetime import date

import pytest

from app.sources.formats.csl import looks_like_csl, read_csl
from app.sources.formats.ris import looks_like_ris, read_ris
from app.sources.markup import one_line, plain
from tests.helpers.steps import no_hang, steps

RIS = """\ufeffTY  - CONF
AU  - He, Kaiming
AU  - Sun, Jian, Jr.
TI  - Deep Residual Learning
  for Image Recognition
T2  - 2016 IEEE Conference on CVPR
PY  - 2016/06/27/
SP  - 770
EP  - 778
DO  - https://doi.org/10.1109/CVPR.2016.90
UR  - https://arxiv.org/abs/1512.03385;https://example.org/x
KW  - vision
KW  - networks
AB  - We <b>show</b> it.
SN  - 1063-6919
ER  -\x20
"""


def test_ris() -> None:
    (record,), bad = read_ris(RIS.replace("\n", "\r\n"))
    assert bad == []
    assert record.title == "Deep Residual Learning for Image Recognition"
    assert record.authors == ("Kaiming He", "Jian Sun Jr.")
    assert (record.year, record.published_on) == (2016, date(2016, 6, 27))
    assert (record.doi, record.arxiv_id) == ("10.1109/CVPR.2016.90", "1512.03385")
    assert record.url == "https://arxiv.org/abs/1512.03385"
    assert record.other_urls == ("https://example.org/x",)
    assert record.keywords == "vision, networks"
    assert record.abstract == "We show it."
    assert record.details == {
        "type": "inproceedings",
        "pages": "770-778",
        "month": "jun",
        "issn": "1063-6919",
    }


def test_ris_that_is_not_as_it_should_be() -> None:
    text = "TY  - JOUR\nTI  - One\n\nTY  - BOOK\nAU  - A\nER  - \njunk\nTY - JOUR\nT1 - Three"
    records, bad = read_ris(text)
    assert [record.title for record in records] == ["One", "Three"]
    assert [(entry.line, entry.message) for entry in bad] == [(4, "This entry has no title (TI).")]
    assert "no RIS entry" in read_ris("nothing")[1][0].message
    assert "64,000 bytes" in read_ris("x" * 64_001)[1][0].message


@pytest.mark.parametrize("text", ["ER  - ", "TY  - ", "AU  - x", "TY  - JOUR\nTI  - ", "\n\n", "-"])
def test_ris_without_anything(text: str) -> None:
    records, bad = read_ris(text)
    assert (records, len(bad)) == ([], 1)


CSL = {
    "type": "article-journal",
    "title": "Molecular structure of nucleic acids",
    "author": [
        {"family": "Watson", "given": "J. D.", "ORCID": "https://orcid.org/0000-0002-1825-0097"},
        {"family": "Beethoven", "given": "L.", "non-dropping-particle": "van"},
        {"literal": "The Team"},
    ],
    "container-title": "Nature",
    "issued": {"date-parts": [["1953", 4, "25"]]},
    "DOI": "10.1038/171737a0",
    "volume": 171,
    "page": "737-738",
    "abstract": "<jats:p>One.</jats:p>",
}


def test_csl() -> None:
    (record,), bad = read_csl(json.dumps([CSL]))
    assert bad == []
    assert record.authors == ("J. D. Watson", "L. van Beethoven", "The Team")
    assert record.orcids == ("0000-0002-1825-0097", "", "")
    assert (record.year, record.published_on) == (1953, date(1953, 4, 25))
    assert (record.venue, record.abstract) == ("Nature", "One.")
    assert record.details["volume"] == "171"
    # As doi.org sends it.
    crossrefs = {**CSL, "title": ["A title"], "container-title": [], "issued": {"date-parts": [[]]}}
    (record,), bad = read_csl(json.dumps(crossrefs))
    assert (record.title, record.year, record.venue) == ("A title", None, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"title": "x"', "This is not JSON"),
        ("[" * 60_000, "too deep"),
        ('{"title": ' + "9" * 5000 + "}", "too deep, or has numbers"),
        ("[]", "no item"),
        ('[{"title": 3.5}, 7, null]', "Item 1 has no title"),
        ("x" * 64_001, "64,000 bytes"),
    ],
)
def test_bad_csl_says_what_is_wrong(text: str, says: str) -> None:
    records, bad = read_csl(text)
    assert records == []
    assert says in bad[0].message


def test_odd_csl_is_no_failure() -> None:
    odd = {name: {"x": [1, None, {"y": []}]} for name in CSL} | {"title": "T"}
    (record,), _ = read_csl(json.dumps(odd))
    assert record.title == "T"


def test_formats_are_told_apart() -> None:
    assert looks_like_ris(RIS)
    assert looks_like_csl('\n[ {"title": "x"}]')
    for text in ("{\\bf A} title", "@article{x,}", "TYPE theory", "[1] He et al."):
        assert not looks_like_ris(text)
        assert not looks_like_csl(text)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A &amp; B &lt; C", "A & B < C"),
        ("AT&amp;amp;T", "AT&T"),
        ("a < b and List<String> > c", "a < b and List<String> > c"),
        ("E = mc<sup>2</sup>, H<sub>2</sub>O, x<sup>ab</sup>", "E = mc², H₂O, x$^{ab}$"),
        (
            "<mml:math xmlns:mml='x'><mml:msup><mml:mi>L</mml:mi><mml:mn>2</mml:mn></mml:msup>"
            "</mml:math> x",
            "$L^{2}$ x",
        ),
        (
            "<math><mfrac><mi>α</mi><mi>sin</mi></mfrac><mo>&lt;</mo><mn>1</mn></math>",
            r"$\frac{α}{\mathrm{sin}} < 1$",
        ),
        (
            "<jats:inline-formula><jats:alternatives><jats:tex-math>\\documentclass{x}"
            "\\begin{document}$$\\alpha &lt; 1$$\\end{document}</jats:tex-math>"
            "<mml:math><mml:mi>a</mml:mi></mml:math>"
            "</jats:alternatives></jats:inline-formula> holds",
            r"$\alpha < 1$ holds",
        ),
        ("<inline-formula><tex-math><![CDATA[$a<b$]]></tex-math></inline-formula>", "$a<b$"),
        ("&lt;i&gt;E. coli&lt;/i&gt; grows", "E. coli grows"),
        ("<math><mi>x</mi>", "x"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert one_line(markup) == text


def test_paragraphs_of_an_abstract() -> None:
    jats = "<jats:sec><jats:title>Aim</jats:title><jats:p>We\n aim.</jats:p></jats:sec>"
    assert plain(f"<jats:title>Abstract</jats:title>{jats}") == "Aim\n\nWe aim."


@pytest.mark.parametrize(
    "piece", ["<math>", "<math", "<", "&lt;i", "<![CDATA[", "\\'{", "<sub>1", "$"]
)
def test_long_markup_takes_time_by_its_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    with no_hang():
        assert steps(plain, text) < 10 * len(text)


@pytest.mark.parametrize(
    ("lines", "people", "others"),
    [
        (["A1  - First, Ann", "AU  - Second, Bob", "AU  - Third, Cy"],
         ["Ann First", "Bob Second", "Cy Third"], False),
        (["AU  - Second, Bob", "A1  - First, Ann"], ["Bob Second", "Ann First"], False),
        (["A1  - Lee, Ann", "A1  - Poe, Bo", "AU  - Lee, Ann", "AU  - Poe, Bo"],
         ["Ann Lee", "Bo Poe"], False),
        (["AU  - Lee, Ann", "AU  - Lee, Ann"], ["Ann Lee", "Ann Lee"], False),
        (["AU  - Bee, Ann; Cee, Bob"], ["Ann Bee", "Bob Cee"], False),
        (["AU  - 张三；李四"], ["张三", "李四"], False),
        (["AU  - Ann Bee and Bob Cee"], ["Ann Bee", "Bob Cee"], False),
        (["AU  - Bee, A. & Cee, B."], ["A. Bee", "B. Cee"], False),
        (["AU  - A. Smith, B. Jones, C. Lee"], ["A. Smith", "B. Jones", "C. Lee"], False),
        (["AU  - Department of Health and Human Services"],
         ["Department of Health and Human Services"], False),
        (["AU  - Food and Drug Administration"], ["Food and Drug Administration"], False),
        (["AU  - M&uuml;ller, H."], ["H. Müller"], False),
        (["AU  - Byron, Ada, Jr."], ["Ada Byron Jr."], False),
        (["AU  - Lee, Ann", "AU  - et al."], ["Ann Lee"], True),
        (["AU  - Lee, A., et al."], ["A. Lee"], True),
        (["AU  - Lee, Ann and others"], ["Ann Lee"], True),
    ],
)  # fmt: skip
def test_people_of_ris(lines: list[str], people: list[str], others: bool) -> None:
    (record,), _ = read_ris("\n".join(["TY  - JOUR", "TI  - T", *lines, "ER  - "]))
    assert list(record.authors) == people
    assert (record.details.get("authors") == "others") == others


def test_long_space_in_a_name_of_ris_takes_time_by_its_length() -> None:
    text = f"TY  - JOUR\nTI  - T\nAU  - Lee{' ' * 60_000}Roe, Ann\nER  - "
    with no_hang():
        assert steps(read_ris, text) < 5_000


def test_signs_and_addresses_of_ris() -> None:
    text = "TY  - JOUR\nTI  - Meaning\x85 \x93x\x94\nUR  - //www.a.org/b\nER  - "
    (record,), _ = read_ris(text)
    assert record.title == "Meaning… “x”"
    assert record.url == "https://www.a.org/b"


def test_an_answer_of_crossref() -> None:
    work = {"title": ["A work"], "author": [{"given": "Ann", "family": "Bee"}], "DOI": "10.1/x"}
    (record,), bad = read_csl(json.dumps({"status": "ok", "message": work}))
    assert (record.title, record.authors, bad) == ("A work", ("Ann Bee",), [])
    records, _ = read_csl(json.dumps({"message": {"items": [work, {"title": "Another"}]}}))
    assert [each.title for each in records] == ["A work", "Another"]
    assert read_csl('{"message": "none"}')[0] == []


def test_csl_says_that_there_are_others() -> None:
    people = [{"family": "Lee", "given": "Ann"}, {"literal": "others"}]
    (record,), _ = read_csl(json.dumps([{"title": "T", "author": people}]))
    assert record.authors == ("Ann Lee",)
    assert record.details["authors"] == "others"


def test_identifiers_of_pubmed() -> None:
    pubmed, pmc = (
        "https://pubmed.ncbi.nlm.nih.gov/123",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC4567",
    )
    (record,), _ = read_csl(json.dumps([{"title": "T", "PMID": "123", "PMCID": "PMC4567"}]))
    assert record.other_urls == (pubmed, pmc)
    ris = "TY  - JOUR\nTI  - T\nDB  - PubMed\nAN  - 123\nC2  - PMC4567\nC1  - x\nER  - "
    assert read_ris(ris)[0][0].other_urls == (pubmed, pmc)
    assert read_ris("TY  - JOUR\nTI  - T\nAN  - 123\nER  - ")[0][0].other_urls == ()
