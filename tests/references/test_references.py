"""Which paper an address or identifier means: every form, and what must not be taken for one."""

from __future__ import annotations

import pytest

from app.references.addresses import paper_path
from app.references.identifiers import PaperRef
from app.references.parsing import parse_identifier, reference_from_url

ARXIV = PaperRef("arxiv", "1707.09405")
KEY = PaperRef("key", "conf/nips/RenHGS15")
SITE = "https://shortlist.example"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1707.09405", ARXIV),
        ("  1707.09405v3\n", ARXIV),
        ("arXiv:1707.09405v3", ARXIV),
        ("ARXIV:1707.09405", ARXIV),
        ("http://arxiv.org/abs/1707.09405", ARXIV),
        ("https://arxiv.org/abs/1707.09405v2?context=cs", ARXIV),
        ("https://arxiv.org/pdf/1707.09405", ARXIV),
        ("https://arxiv.org/pdf/1707.09405v1.pdf", ARXIV),
        ("https://export.arxiv.org/abs/1707.09405/", ARXIV),
        ("arxiv.org/abs/1707.09405", ARXIV),
        ("alphaxiv.org/abs/1707.09405", ARXIV),
        ("https://www.alphaxiv.org/abs/1707.09405v1", ARXIV),
        ("https://ar5iv.labs.arxiv.org/html/1707.09405", ARXIV),
        ("journals/corr/1707.09405", ARXIV),
        ("10.48550/arXiv.1707.09405", ARXIV),
        ("0704.0001", PaperRef("arxiv", "0704.0001")),
        ("hep-th/9901001", PaperRef("arxiv", "hep-th/9901001")),
        ("hep-th/9901001v2", PaperRef("arxiv", "hep-th/9901001")),
        ("math.GT/0309136", PaperRef("arxiv", "math/0309136")),
        ("https://arxiv.org/abs/cs/0112017", PaperRef("arxiv", "cs/0112017")),
        *(
            (key, PaperRef("key", key))
            for key in ("pubmed2020", "pmid2019", "ssrn2019", "SSRN-2019")
        ),
        ("PMID7", PaperRef("key", "PMID7")),
        ("pmid:7", PaperRef("url", "pubmed.ncbi.nlm.nih.gov/7")),
        ("PubMed26017442", PaperRef("url", "pubmed.ncbi.nlm.nih.gov/26017442")),
        ("ssrn:2019", PaperRef("doi", "10.2139/ssrn.2019")),
        ("SSRN-id2477899", PaperRef("doi", "10.2139/ssrn.2477899")),
        ("10.1109/5.771073", PaperRef("doi", "10.1109/5.771073")),
        ("doi:10.1109/CVPR.2016.90", PaperRef("doi", "10.1109/cvpr.2016.90")),
        ("DOI:10.1109/CVPR.2016.90.", PaperRef("doi", "10.1109/cvpr.2016.90")),
        ("https://doi.org/10.1109/CVPR.2016.90", PaperRef("doi", "10.1109/cvpr.2016.90")),
        ("http://dx.doi.org/10.1038%2Fnature14539", PaperRef("doi", "10.1038/nature14539")),
        (
            "10.1016/S0140-6736(05)67889-8",
            PaperRef("doi", "10.1016/s0140-6736(05)67889-8"),
        ),
        ("journals/corr/abs-1707-09405", PaperRef("key", "journals/corr/abs-1707-09405")),
        ("journals/corr/RenHG015", PaperRef("key", "journals/corr/RenHG015")),
        ("conf/nips/RenHGS15", KEY),
        ("DBLP:conf/nips/RenHGS15", KEY),
        ("/paper/conf/nips/RenHGS15", KEY),
        ("/paper/conf%2Fnips%2FRenHGS15", KEY),
        ("https://dblp.org/rec/conf/nips/RenHGS15", KEY),
        ("https://dblp.org/rec/conf/nips/RenHGS15.html", KEY),
        ("http://dblp.uni-trier.de/rec/bib/conf/nips/RenHGS15", KEY),
        ("https://dblp.uni-trier.de/rec/conf/nips/RenHGS15.bib?param=1", KEY),
        ("dblp.org/rec/conf/nips/RenHGS15.xml", KEY),
        ("http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15", KEY),
        ("https://openreview.net/forum?id=rJXMpikCZ", PaperRef("openreview", "rJXMpikCZ")),
        (
            "https://openreview.net/pdf?id=rJXMpikCZ&noteId=x1",
            PaperRef("openreview", "rJXMpikCZ"),
        ),
        ("smith2019deep", PaperRef("key", "smith2019deep")),
        ("doe:2019", PaperRef("key", "doe:2019")),
        ("müller+co_2019", PaperRef("key", "müller+co_2019")),
    ],
)
def test_identifier_is_read(text: str, expected: PaperRef) -> None:
    assert parse_identifier(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "two words",
        "a\tb",
        "a\x00b",
        "a\u202eb",
        "x" * 301,
        "https://example.org/paper.pdf",
        "https://arxiv.org/list/cs.LG/recent",
        "https://github.com/user/repo",
        "ftp://arxiv.org/abs/1707.09405",
        "javascript:alert(1)",
        "../../admin",
        "conf/../admin",
        "conf//nips",
        "conf/nips/",
        "/paper/",
        "/paper/../users",
        "key{with}braces",
        'key"quote',
        "<script>",
        "a,b",
        "https://doi.org/",
        "https://dblp.org/pid/h/KaimingHe",
    ],
)
def test_identifier_is_refused(text: str) -> None:
    assert parse_identifier(text) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15", KEY),
        ("https://shortscience.org/paper?bibtexKey=conf/nips/RenHGS15", KEY),
        ("http://www.shortscience.org/paper?bibtexKey=conf%2Fnips%2FRenHGS15", KEY),
        (
            "http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15#martinthoma",
            PaperRef("key", "conf/nips/RenHGS15", "martinthoma"),
        ),
        (
            "http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15#martinthomacomments",
            PaperRef("key", "conf/nips/RenHGS15", "martinthoma"),
        ),
        (
            "http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15&a=martinthoma",
            PaperRef("key", "conf/nips/RenHGS15", "martinthoma"),
        ),
        (
            "http://www.shortscience.org/paper?bibtexKey=conf/nips/RenHGS15#anon",
            PaperRef("key", "conf/nips/RenHGS15", "anon"),
        ),
        ("http://www.shortscience.org/paper?bibtexKey=journals/corr/1707.09405", ARXIV),
        ("http://www.shortscience.org/paper?bibtexKey=http://arxiv.org/abs/1707.09405", ARXIV),
        ("http://www.shortscience.org/paper?bibtexKey=1707.09405&code=abc", ARXIV),
        ("/paper/conf/nips/RenHGS15#joe", PaperRef("key", "conf/nips/RenHGS15", "joe")),
        ("/paper?bibtexKey=conf/nips/RenHGS15", KEY),
        (SITE + "/paper/conf/nips/RenHGS15", KEY),
        ("HTTP://SHORTLIST.example/paper/conf/nips/RenHGS15", KEY),
        (SITE + "/paper/10.1109/CVPR.2016.90", PaperRef("doi", "10.1109/cvpr.2016.90")),
        ("https://arxiv.org:443/abs/1707.09405", ARXIV),
        ("https://arxiv.org/abs/1707.09405#section", ARXIV),
    ],
)
def test_address_is_recognised(url: str, expected: PaperRef) -> None:
    assert reference_from_url(url, SITE) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/paper/conf/nips/RenHGS15",
        "https://www.shortscience.org/user?name=joecohen",
        "https://www.shortscience.org/paper",
        "https://www.shortscience.org/paper?bibtexKey=",
        "https://www.shortscience.org/paper?bibtexKey=two%20words",
        "//arxiv.org/abs/1707.09405",
        "https://arxiv.org@evil.example/abs/1707.09405",
        "https://evil@arxiv.org/abs/1707.09405",
        "https://arxiv.org:8080/abs/1707.09405",
        "https://arxiv.org.evil.example/abs/1707.09405",
        "https://evil.example\\@arxiv.org/abs/1707.09405",
        "https://[arxiv.org/abs/1707.09405",
        "https://arxiv.org/abs/%ff%fe",
        "papers/1707.09405",
        "paper/conf/nips/RenHGS15",
        "/papers/conf/nips/RenHGS15",
        "/paperclip",
        "javascript:/paper/x",
        "data:/paper/x",
        SITE + "/paper/..%2f..%2fadmin",
        "",
    ],
)
def test_other_addresses_are_none(url: str) -> None:
    assert reference_from_url(url, SITE) is None


def test_site_below_a_path() -> None:
    site = "https://example.org/short/"
    assert reference_from_url("https://example.org/short/paper/a1", site) == PaperRef("key", "a1")
    assert reference_from_url("https://example.org/paper/a1", site) is None


def test_path_is_encoded_and_keeps_slashes() -> None:
    assert paper_path("conf/nips/RenHGS15", "joe") == "/paper/conf/nips/RenHGS15#joe"
    assert paper_path('a"b<c>%?#é') == "/paper/a%22b%3Cc%3E%25%3F%23%C3%A9"
    assert reference_from_url(paper_path("müller+co_2019")) == PaperRef("key", "müller+co_2019")
