"""Citations as RIS, CSL-JSON, meta tags, JSON-LD and a line, of real papers and of hostile ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.sources.formats import citation_line, csl_writing, meta_tags, ris_writing, schema_org
from app.sources.record import PaperRecord
from app.sources.works import date_of, kind_of, pages_of, pdf_of
from app.text.person_names import PersonName, split_name, split_names
from tests.helpers.samples.records import ADAM, DNA, RCNN, THESIS, TSNE

HOSTILE = PaperRecord(
    key="x1",
    title="A\r\nER  - \r\nTY  - JOUR\nTI  - </script><script>alert(1)</script>\u2028{}\x00",
    authors=("Eve\nAU  - Mallory", '"><img src=x>'),
    abstract="one\n\nER  - \n",
    keywords="a, b\nKW  - c; d",
    url="https://example.org/\nUR  - x",
    details={"volume": "1\nVL  - 2", "pages": "\n", "editor": "Ann and Bob\nED  - Z"},
)


def test_ris_of_a_journal_article() -> None:
    assert ris_writing.entry(TSNE).split("\r\n") == [
        "TY  - JOUR",
        "ID  - journals/jmlr/MaatenH08",
        "TI  - Visualizing Data using t-SNE",
        "AU  - van der Maaten, Laurens",
        "AU  - Hinton, Geoffrey",
        "T2  - Journal of Machine Learning Research",
        "J2  - JMLR",
        "PY  - 2008",
        "VL  - 9",
        "IS  - 86",
        "SP  - 2579",
        "EP  - 2605",
        "UR  - http://jmlr.org/papers/v9/vandermaaten08a.html",
        "KW  - visualization",
        "KW  - dimensionality reduction",
        "ER  - ",
        "",
    ]


def test_ris_of_a_paper_at_a_conference() -> None:
    lines = ris_writing.entry(RCNN).split("\r\n")
    assert lines[:2] == ["TY  - CONF", "ID  - conf/nips/RenHGS15"]
    for line in (
        "AU  - Girshick, Ross B.",
        "T2  - Neural Information Processing Systems",
        "C3  - Neural Information Processing Systems",
        "PY  - 2015",
        "SP  - 91",
        "EP  - 99",
        "AN  - arXiv:1506.01497",
        "UR  - https://arxiv.org/abs/1506.01497",
    ):
        assert line in lines
    assert not any(line.startswith("DA") for line in lines)  # it was on arXiv before


def test_ris_of_a_preprint_has_its_day() -> None:
    lines = ris_writing.entry(ADAM).split("\r\n")
    assert lines[0] == "TY  - UNPB"
    assert "DA  - 2014/12/22" in lines
    assert "DA  - 1953/04/" in ris_writing.entry(DNA).split("\r\n")


def test_ris_cannot_be_broken_into() -> None:
    lines = ris_writing.entry(HOSTILE).split("\r\n")
    tags = [line[:6] for line in lines]
    assert tags.count("TY  - ") == 1
    assert tags.count("ER  - ") == 1
    assert (tags[-2], lines[-1]) == ("ER  - ", "")
    assert [line for line in lines if line.startswith("AU")] == [
        "AU  - Mallory, Eve AU -",
        'AU  - src=x>, "><img',
    ]
    assert all(line[2:6] == "  - " for line in lines[:-1])
    assert all("\n" not in line and "\x00" not in line for line in lines)


def test_csl_of_a_journal_article() -> None:
    assert csl_writing.item(DNA) == {
        "id": "10.1038/171737a0",
        "citation-key": "10.1038/171737a0",
        "type": "article-journal",
        "title": DNA.title,
        "author": [
            {"family": "Watson", "given": "J. D."},
            {"family": "Crick", "given": "F. H. C."},
        ],
        "issued": {"date-parts": [[1953, 4]]},
        "container-title": "Nature",
        "volume": "171",
        "issue": "4356",
        "page": "737-738",
        "DOI": "10.1038/171737a0",
        "URL": "https://doi.org/10.1038/171737a0",
    }


def test_csl_of_a_preprint_and_a_thesis() -> None:
    adam = csl_writing.item(ADAM)
    assert (adam["type"], adam["publisher"], adam["number"]) == (
        "article",
        "arXiv",
        "arXiv:1412.6980",
    )
    assert adam["issued"] == {"date-parts": [[2014, 12, 22]]}
    assert "container-title" not in adam
    thesis = csl_writing.item(THESIS)
    assert (thesis["type"], thesis["genre"]) == ("thesis", "PhD thesis")
    assert thesis["publisher"] == "Massachusetts Institute of Technology"


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (
            TSNE,
            "Laurens van der Maaten and Geoffrey Hinton. Visualizing Data using t-SNE. Journal of"
            " Machine Learning Research, 9(86), 2579–2605, 2008."
            " http://jmlr.org/papers/v9/vandermaaten08a.html",
        ),
        (
            DNA,
            "J. D. Watson and F. H. C. Crick. Molecular Structure of Nucleic Acids: A Structure for"
            " Deoxyribose Nucleic Acid. Nature, 171(4356), 737–738, 1953."
            " https://doi.org/10.1038/171737a0",
        ),
        (
            ADAM,
            "Diederik P. Kingma and Jimmy Ba. Adam: A Method for Stochastic Optimization."
            " arXiv:1412.6980, 2014. https://arxiv.org/abs/1412.6980",
        ),
        (
            THESIS,
            "Claude Elwood Shannon. An Algebra for Theoretical Genetics."
            " Massachusetts Institute of Technology, 1940.",
        ),
        (PaperRecord(title="Why?"), "Why?"),
    ],
)
def test_a_line_reads_well(record: PaperRecord, line: str) -> None:
    assert citation_line.line(record).text == line


def test_many_authors_are_shortened() -> None:
    names = tuple(f"Author Number{number}" for number in range(7))
    assert citation_line.line(replace(ADAM, authors=names)).authors == (
        "Author Number0, Author Number1, Author Number2, et al."
    )
    six = citation_line.line(replace(ADAM, authors=names[:6])).authors
    assert six.endswith("Author Number4 and Author Number5")


def test_meta_tags_hold_all_fields() -> None:
    tags = meta_tags.tags(TSNE)
    assert [content for name, content in tags if name == "citation_author"] == list(TSNE.authors)
    found = dict(tags)
    assert found["citation_title"] == "Visualizing Data using t-SNE"
    assert found["citation_journal_title"] == "Journal of Machine Learning Research"
    assert (found["citation_volume"], found["citation_issue"]) == ("9", "86")
    assert (found["citation_firstpage"], found["citation_lastpage"]) == ("2579", "2605")
    assert found["citation_publication_date"] == "2008"
    assert "citation_pdf_url" not in found
    assert "citation_arxiv_id" not in found
    assert found["DC.relation.ispartof"] == "Journal of Machine Learning Research"


def test_meta_tags_by_kind() -> None:
    rcnn, adam, thesis = (dict(meta_tags.tags(record)) for record in (RCNN, ADAM, THESIS))
    assert rcnn["citation_conference_title"] == "Neural Information Processing Systems"
    assert rcnn["citation_pdf_url"] == "https://arxiv.org/pdf/1506.01497"
    assert rcnn["citation_publication_date"] == "2015"
    assert rcnn["citation_online_date"] == "2015/06/04"
    assert adam["citation_publication_date"] == "2014/12/22"
    assert (adam["DC.date"], adam["DC.type"]) == ("2014-12-22", "preprint")
    assert thesis["citation_dissertation_institution"] == "Massachusetts Institute of Technology"


def test_json_ld_of_an_article() -> None:
    found = schema_org.article(DNA)
    assert found["@type"] == "ScholarlyArticle"
    assert found["author"][0] == {"@type": "Person", "name": "J. D. Watson"}
    assert found["isPartOf"] == {
        "@type": "PublicationIssue",
        "issueNumber": "4356",
        "isPartOf": {
            "@type": "PublicationVolume",
            "volumeNumber": "171",
            "isPartOf": {"@type": "Periodical", "name": "Nature"},
        },
    }
    assert found["sameAs"] == ["https://doi.org/10.1038/171737a0"]
    assert found["datePublished"] == "1953-04"


def test_what_is_not_known_is_left_out() -> None:
    bare = PaperRecord(title="A title")
    assert ris_writing.entry(bare) == "TY  - GEN\r\nTI  - A title\r\nER  - \r\n"
    assert csl_writing.item(bare) == {"type": "document", "title": "A title"}
    assert schema_org.article(bare) == {
        "@type": "ScholarlyArticle",
        "name": "A title",
        "headline": "A title",
    }


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ludwig van Beethoven", PersonName("Beethoven", "Ludwig", particle="van")),
        ("Martin Luther King Jr.", PersonName("King", "Martin Luther", "Jr.")),
        ("Plato", PersonName("Plato")),
        ("The ATLAS Collaboration", PersonName("The ATLAS Collaboration")),
        ("Van Jacobson", PersonName("Jacobson", "Van")),
        ("Al Gore", PersonName("Gore", "Al")),
        ("李 伟", PersonName("李", "伟")),
        ("von Neumann", PersonName("Neumann", particle="von")),
        ("", PersonName("")),
    ],
)
def test_names_come_apart(name: str, parts: PersonName) -> None:
    assert split_name(name) == parts


def test_names_of_editors_are_read_both_ways() -> None:
    found = split_names("Isabelle Guyon and von Luxburg, Ulrike")
    assert [name.inverted for name in found] == ["Guyon, Isabelle", "von Luxburg, Ulrike"]
    assert split_names("") == []


@pytest.mark.parametrize(
    ("pages", "first_and_last"),
    [
        ("91--99", ("91", "99")),
        ("91 – 99", ("91", "99")),
        ("1:1-1:10", ("1:1", "1:10")),
        ("e1002", ("e1002", "")),
        ("1-5, 9", ("1-5, 9", "")),
        ("", ("", "")),
    ],
)
def test_pages(pages: str, first_and_last: tuple[str, str]) -> None:
    assert pages_of(replace(DNA, details={"pages": pages})) == first_and_last


def test_kinds_dates_and_places() -> None:
    assert kind_of(replace(RCNN, details={})) == "conference"
    assert kind_of(PaperRecord(title="T", arxiv_id="1412.6980")) == "preprint"
    assert kind_of(PaperRecord(title="T", venue="A venue", arxiv_id="1412.6980")) == "other"
    assert date_of(RCNN) == (2015,)
    assert date_of(replace(DNA, details={"month": "December"})) == (1953, 12)
    assert date_of(replace(DNA, details={"month": "13"})) == (1953,)
    assert pdf_of(PaperRecord(title="T", acl_id="N19-1423")) == (
        "https://aclanthology.org/N19-1423.pdf"
    )


@pytest.mark.parametrize(
    ("authors", "told", "line"),
    [
        (("Ann Lee",), "others", "Ann Lee, et al."),
        (("Ann Lee", "Bo Poe"), "others", "Ann Lee, Bo Poe, et al."),
        (("Ann Lee", "Bo Poe"), "", "Ann Lee and Bo Poe"),
        ((), "others", ""),
    ],
)
def test_authors_of_whom_not_all_are_known(authors: tuple[str, ...], told: str, line: str) -> None:
    record = PaperRecord("T", authors, details={"authors": told})
    assert citation_line.line(record).authors == line
