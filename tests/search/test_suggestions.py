"""What a suggestion shows, and which words begin no name."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.queries.search import suggestions
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper


def test_a_paper_has_the_name_of_its_first_author(session: Session, guest: Browser) -> None:
    make_paper(session, "conf/x/One", "Zebra one", authors=("Ann Able",), year=2020)
    make_paper(session, "conf/x/Two", "Zebra two", authors=("Bob Best", "Ann Able"), year=2019)
    make_paper(session, "conf/x/None", "Zebra three", year=2018)
    found = suggestions.suggest_completions(session, "zebr").papers
    assert [(each.first_author, each.authors_count) for each in found] == [
        *(("Ann Able", 1), ("Bob Best", 2), (None, 0))
    ]
    session.commit()
    page = guest.get("/search/suggest", query_string={"q": "zebr", "part": "list"}).text
    assert "Ann Able 2020" in page
    assert "Bob Best and others 2019" in page


def test_authors_are_found_by_every_word_of_their_names(session: Session) -> None:
    make_paper(session, "conf/x/One", "Zebra", authors=("Bo Xu Lindqvist", "Ann Lindqvist"))

    def named(typed: str) -> list[str]:
        return [each.name for each in suggestions.suggest_completions(session, typed).authors]

    assert sorted(named("lind")) == ["Ann Lindqvist", "Bo Xu Lindqvist"]
    assert named("bo lind") == ["Bo Xu Lindqvist"]
    assert named("xu") == ["Bo Xu Lindqvist"]
    assert named("zebra lind") == []


def test_signs_of_a_pattern_are_letters_of_a_venue(session: Session) -> None:
    make_paper(session, "conf/abcd/One", "Zebra", venue="ABCD", venue_key="conf/abcd")

    def venues(typed: str) -> list[str]:
        return [each.key for each in suggestions.suggest_completions(session, typed).venues]

    assert venues("abc") == ["conf/abcd"]
    assert venues("ab%") == []
    assert venues("a_cd") == []
