from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app import search
from app.queries import search as results
from app.search.words import indexable, words
from tests.client import Browser
from tests.factories import make_paper, make_summary, make_user


@pytest.fixture
def library(session: Session) -> None:
    faster = make_paper(
        session,
        "conf/nips/RenHGS15",
        "Faster R-CNN: Towards Real-Time Object Detection",
        authors=("Shaoqing Ren", "Kaiming He"),
        year=2015,
        arxiv_id="1506.01497",
        keywords="region proposals",
    )
    make_paper(session, "conf/x/Noether18", "Invariante Variationsprobleme für Kräfte")
    make_paper(session, "conf/x/Li20", "深度学习 survey")
    make_summary(
        session, faster, make_user(session, "mira", "Mira Solheim"), "It shares the convolutions."
    )
    make_summary(session, faster, source="A nameless opinion.", anonymous=True)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("faster r-cnn", ["conf/nips/RenHGS15"]),
        ("FASTER detect", ["conf/nips/RenHGS15"]),
        ("kaiming", ["conf/nips/RenHGS15"]),
        ("nips 2015 proposals", ["conf/nips/RenHGS15"]),
        ("convolution", ["conf/nips/RenHGS15"]),
        ("solheim", ["conf/nips/RenHGS15"]),
        ("fur krafte", ["conf/x/Noether18"]),
        ("Für Kräfte", ["conf/x/Noether18"]),
        ("学习", ["conf/x/Li20"]),
        ("nothing like this", []),
        ("", []),
        ('"*()^:-~{} AND OR NOT NEAR', []),
        ("faster' OR 1=1 --", []),
        ("\\ & | ! <-> :*", []),
    ],
)
def test_words_find_papers(session: Session, query: str, found: list[str]) -> None:
    rows = results.papers(session, query, None, limit=10, offset=0)
    assert [row.paper.key for row in rows] == found


@pytest.mark.usefixtures("library")
def test_titles_come_before_texts(session: Session) -> None:
    paper = make_paper(session, "conf/x/Conv1", "Convolutions")
    hits = search.find(session, "convolutions", limit=10)
    assert hits.rows[0].paper_id == paper.id
    assert (hits.total, hits.total_is_exact) == (2, True)
    assert (len(hits.rows[0].summary_ids), len(hits.rows[1].summary_ids)) == (0, 1)


def test_counting_stops_somewhere(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COUNT_LIMIT", 3)
    for number in range(5):
        make_paper(session, f"conf/x/Word{number}", "The same word")
    hits = search.find(session, "word", limit=2)
    assert (len(hits.rows), hits.total, hits.total_is_exact) == (2, 3, False)


def test_folding() -> None:
    assert indexable("R-CNN: Größe", "L’été") == "r cnn grosse l ete"
    assert words("été ete 한국어") == ["ete", "한", "국", "어"]
    assert words("x" * 100) == ["x" * 64]


@pytest.mark.usefixtures("library")
def test_an_identifier_goes_straight_to_its_paper(guest: Browser) -> None:
    for query in ("1506.01497", "conf/nips/RenHGS15", "https://arxiv.org/abs/1506.01497v2"):
        answer = guest.get("/search", query_string={"q": query})
        assert (answer.status, answer.location) == (302, "/paper/conf/nips/RenHGS15")


@pytest.mark.usefixtures("library")
def test_nothing_found_leads_on(guest: Browser) -> None:
    page = guest.get("/search", query_string={"q": "10.1234/unknown"})
    assert page.status == 200
    assert any(link.startswith("/papers/new?q=10.1234") for link in page.links())


def test_the_query_is_shown_escaped(guest: Browser) -> None:
    page = guest.get("/search", query_string={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text


@pytest.mark.usefixtures("library")
def test_a_paper_is_one_result(session: Session) -> None:
    found = results.results(session, "convolutions faster", None, limit=10, offset=0)
    assert found.hits == []  # the words stand in different entries
    found = results.results(session, "convolutions", None, limit=10, offset=0)
    (hit,) = found.hits
    assert (found.total, hit.entry_is_found, hit.summaries_count) == (1, True, 2)
    assert hit.entry is not None
    assert hit.entry.writer is not None
    found = results.results(session, "faster", None, limit=10, offset=0)
    assert [each.entry_is_found for each in found.hits] == [False]
