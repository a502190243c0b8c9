"""The page of results: what it says when there are few, and where it leads."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from app import search
from app.db import Database
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.queries import count_queries


@pytest.fixture
def library(session: Session) -> None:
    paper = make_paper(session, "conf/x/Fast", "Fast detectors of objects", year=2015)
    make_summary(session, paper, source="A detector whose loss is $x^2$ here.")
    make_paper(session, "conf/x/Mask", "Mask detectors", year=2017)


@pytest.mark.usefixtures("library")
def test_corrected_results_are_shown_at_once(guest: Browser) -> None:
    page = guest.get("/search?q=detectros")
    assert "Results for <strong><bdi>detectors</bdi></strong> (nothing for “" in page.text
    assert "conf/x/Fast" in page.text
    assert 'href="/search?q=detectros&amp;exact=1"' in page.text
    exact = guest.get("/search?q=detectros&exact=1").text
    assert "No results for" in exact
    assert "conf/x/Fast" not in exact


@pytest.mark.usefixtures("library")
def test_questions_find_papers_under_a_heading(guest: Browser) -> None:
    page = guest.get("/search?q=how+do+mask+detectors+sleep").text
    assert "No result has all of these words. Some have most of them:" in page
    assert page.index("conf/x/Mask") < page.index("conf/x/Fast")
    some = guest.get("/search?q=fast+detectors+loss").text
    assert "These have most of the words" in some
    assert some.index("conf/x/Fast") < some.index("These have most") < some.index("conf/x/Mask")


@pytest.mark.parametrize(
    ("typed", "label"), [("10.1234/abcd.5", "DOI"), ("1706.99999", "arXiv ID")]
)
def test_an_identifier_that_is_not_here_can_be_added(
    guest: Browser, typed: str, label: str
) -> None:
    page = guest.get("/search", query_string={"q": typed}).text
    assert f"No paper here has the {label} <code>{typed}</code>" in page
    assert f'href="/papers/new?q={typed}"' in page


@pytest.mark.usefixtures("library")
def test_formulas_of_excerpts_are_typeset(guest: Browser) -> None:
    page = guest.get("/search?q=loss").text
    assert "<mark>loss</mark> is <math" in page


@pytest.mark.usefixtures("library")
def test_sorting_is_a_link_and_paging_keeps_it(guest: Browser, session: Session) -> None:
    for number in range(30):
        make_paper(session, f"conf/x/D{number}", f"Detectors {number}", year=1980 + number)
    page = guest.get("/search?q=detectors&sort=date").text
    assert page.index("conf/x/Mask") < page.index("conf/x/Fast") < page.index("conf/x/D29")
    assert 'href="/search?q=detectors&amp;sort=date&amp;page=2"' in page
    assert 'href="/search?q=detectors&amp;sort=votes" rel="nofollow">Most votes' in page
    assert 'href="/search?q=detectors" rel="nofollow">Best match' in page
    for sort in ("best", "nothing"):
        found = guest.get(f"/search?q=detectors&sort={sort}").text
        assert 'rel="nofollow" aria-current="true">Best match' in found
        assert 'href="/search?q=detectors&amp;page=2"' in found


@pytest.mark.usefixtures("library")
def test_there_is_one_search_field(guest: Browser) -> None:
    for path in ("/search", "/search?q=fast", "/search?q=nothing", "/search/suggest?q=fast"):
        page = guest.get(path).text
        assert page.count('type="search"') == 1, path
        assert 'id="page-search"' in page, path


@pytest.mark.usefixtures("library")
def test_suggestions_never_end_in_silence(guest: Browser) -> None:
    found = guest.get("/search/suggest?part=list&q=zzqq").text
    assert 'data-address="/search?q=zzqq"' in found
    assert "Search all texts for" in found
    assert "No titles or names begin with" in guest.get("/search/suggest?q=zzqq").text
    assert "Search all texts" not in guest.get("/search/suggest?part=list&q=fast").text


@pytest.mark.usefixtures("library")
def test_browsers_can_search_here(guest: Browser) -> None:
    assert 'type="application/opensearchdescription+xml"' in guest.get("/").text
    answer = guest.get("/opensearch.xml")
    root = ElementTree.fromstring(answer.text)
    urls = {
        each.get("type"): each.get("template") or "" for each in root.iter() if each.get("type")
    }
    assert urls["text/html"].endswith("/search?q={searchTerms}")
    assert urls["text/html"].startswith("http")
    suggested = guest.get("/search/suggest?part=json&q=fast")
    assert json.loads(suggested.text) == ["fast", ["Fast detectors of objects"]]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    "typed",
    [
        "what do fast detectores of objekts sleep on in the wildd night",
        "one twoo threee fourr fivee sixx sevenn eightt ninee tenn",
    ],
)
def test_a_search_without_results_takes_few_queries(
    guest: Browser, database: Database, typed: str
) -> None:
    with count_queries(database) as statements:
        assert guest.get("/search", query_string={"q": typed}).status == 200
    assert len(statements) <= 40


@pytest.mark.usefixtures("library")
def test_sorting_by_votes_says_what_is_sorted(
    guest: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Only these are sorted by votes"
    assert said not in guest.get("/search?q=-nothing&sort=votes").text
    monkeypatch.setattr(search, "MAX_HITS", 1)
    assert said in guest.get("/search?q=-nothing&sort=votes").text
    assert said not in guest.get("/search?q=-nothing&sort=date").text
