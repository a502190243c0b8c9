"""Where a paper is read elsewhere, as its page lists it."""

from __future__ import annotations

from typing import Any

import pytest

from app.models import Identifier
from app.services.exporting.citations import ReadingLink, list_reading_links
from app.sources.record import PaperRecord

NIPS = "https://papers.nips.cc/paper/2015/hash/14bfa6bb14875e45bba028a21ed38046-Abstract.html"


def links(*names: tuple[str, str], **facts: Any) -> list[ReadingLink]:
    """The links of a paper, without the search at Google Scholar that ends each list."""
    record = PaperRecord("A title", **facts)
    known = [Identifier(kind=kind, value=value, folded=value.lower()) for kind, value in names]
    *found, last = list_reading_links(record, known)
    assert last.label == "Google Scholar"
    return found


def labels(*names: tuple[str, str], **facts: Any) -> list[str]:
    return [link.label for link in links(*names, **facts)]


@pytest.mark.parametrize(
    ("facts", "names", "pdf"),
    [
        (
            {"arxiv_id": "1506.01497", "url": "https://e.org/x.pdf"},
            [("doi", "10.1000/1"), ("arxiv", "1506.01497")],
            "https://arxiv.org/pdf/1506.01497",
        ),
        ({"openreview_id": "r1xAb"}, [], "https://openreview.net/pdf?id=r1xAb"),
        ({"acl_id": "P19-1001"}, [], "https://aclanthology.org/P19-1001.pdf"),
        ({"url": "https://www.cs.toronto.edu/a.PDF"}, [], "https://www.cs.toronto.edu/a.PDF"),
        (
            {"url": NIPS},
            [],
            "https://papers.nips.cc/paper/2015/file/14bfa6bb14875e45bba028a21ed38046-Paper.pdf",
        ),
        (
            {
                "url": NIPS.replace(".html", "-Conference.html").replace(
                    "papers.nips", "papers.neurips"
                )
            },
            [],
            "https://papers.nips.cc/paper/2015/file/"
            "14bfa6bb14875e45bba028a21ed38046-Paper-Conference.pdf",
        ),
        (
            {"url": "https://papers.nips.cc/paper/5638-faster-r-cnn"},
            [],
            "https://papers.nips.cc/paper/5638-faster-r-cnn.pdf",
        ),
        (
            {
                "url": "https://openaccess.thecvf.com/content_cvpr_2018/html/A_B_CVPR_2018_paper.html"
            },
            [],
            "https://openaccess.thecvf.com/content_cvpr_2018/papers/A_B_CVPR_2018_paper.pdf",
        ),
    ],
    ids=["arXiv", "OpenReview", "ACL", "any PDF", "NeurIPS", "of a track", "old NeurIPS", "CVF"],
)
def test_the_pdf_is_first(facts: dict[str, Any], names: list[tuple[str, str]], pdf: str) -> None:
    assert links(*names, **facts)[0] == ReadingLink("PDF", pdf)


def test_only_a_publisher_is_called_so() -> None:
    assert labels(url="https://www.nature.com/articles/s41586-021-03819-2") == ["Publisher"]
    assert labels(url="https://ieeexplore.ieee.org/document/7410526") == ["Publisher"]
    assert labels(url="https://blog.example.org/rcnn") == ["blog.example.org"]
    assert labels(url="https://nature.com.example.org/x") == ["nature.com.example.org"]
    assert labels(url=NIPS) == ["PDF", "papers.nips.cc"]


def test_a_pdf_elsewhere_is_no_second_pdf() -> None:
    arxiv = ("arxiv", "1506.01497")
    found = labels(arxiv, arxiv_id="1506.01497", url="https://cs.toronto.edu/a.pdf")
    assert found == ["PDF", "arXiv 1506.01497", "cs.toronto.edu"]
    assert labels(url="https://cs.toronto.edu/a.pdf") == ["PDF"]


def test_an_address_that_says_an_identifier_is_not_repeated() -> None:
    doi = ("doi", "10.1109/ICCV.2015.169")
    found = labels(doi, url="http://dx.doi.org/10.1109/iccv.2015.169")
    assert found == ["DOI 10.1109/ICCV.2015.169"]


def test_what_is_no_address_has_a_label() -> None:
    assert labels(url="https://[") == ["Web page"]
