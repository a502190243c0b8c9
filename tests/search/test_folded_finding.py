"""What is written with letters such as ł, ø and ı is found by plain ones, and the other way."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import search
from app.db import begin_writing
from app.models import Author, AuthorName, Paper, Venue
from app.queries.catalogue import overview, venues
from app.queries.search import suggestions
from app.search.entries import PaperFacts, build_paper_entry
from app.services.papers.adding import add_paper
from app.services.search_index.indexing import index_papers
from app.sources.record import PaperRecord
from app.sources.same_work import WorkFacts, is_same
from app.text.person_names import make_author_key
from app.text.words import words
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

PAIRS = [
    ("Łukasz", "Lukasz"),
    ("Søren", "Soren"),
    ("Yıldız", "Yildiz"),
    ("İnan", "inan"),
    ("Encyclopædia", "Encyclopaedia"),
    ("Œuvre", "oeuvre"),
    ("Guðrún", "Gudrun"),
    ("Þórður", "Thordur"),
    ("Straße", "Strasse"),
    ("Đurić", "Duric"),
    ("Ħamrun", "hamrun"),
    ("Ŋuyen", "nuyen"),
]


def found(session: Session, typed: str) -> set[int]:
    return {
        each.paper_id for each in search.search_papers(session, search.parse_query(typed)).papers
    }


def test_both_ways_of_writing_find_each_other(session: Session) -> None:
    titled, named = {}, {}
    for word in itertools.chain(*PAIRS):
        titled[word] = make_paper(session, title=f"About {word} here").id
        named[word] = make_paper(session, title="T", authors=(f"{word} Qu",)).id
    for pair in PAIRS:
        titles, names = {titled[word] for word in pair}, {named[word] for word in pair}
        for typed in (*pair, pair[0].upper(), pair[1].lower()):
            assert found(session, typed) == titles | names
            assert found(session, f"title:{typed}") == titles
            assert found(session, f"author:{typed}") == names
            assert found(session, f'"about {typed} here"') == titles
            assert found(session, typed[:-1]) >= titles | names  # the last word is only begun
            shown = suggestions.suggest_completions(session, typed)
            assert {each.key for each in shown.authors} == {
                make_author_key(f"{word} Qu") for word in pair
            }


@given(text=st.text(min_size=1, max_size=100))
def test_a_query_finds_what_it_is_written_as(text: str) -> None:
    """Whatever the letters: the index has of a title the words that it is looked for by."""
    text = re.sub('["“”]', " ", text)
    title = build_paper_entry(PaperFacts(1, text, (), (), None, "", (), summarised=False))["title"]
    parts = search.parse_query(f'"{text}"').parts
    assert len(parts) == (1 if words(text) else 0)
    for part in parts:
        assert f" {title} ".startswith(f" {' '.join(part.stems)} ")


def test_authors_are_found_but_stay_two(guest: Browser, session: Session) -> None:
    make_paper(session, "conf/x/A", authors=("Søren Hauberg",))
    session.commit()
    answer = guest.get("/author/soren-hauberg")
    assert (answer.status, answer.location) == (302, "/author/s%C3%B8ren-hauberg")
    assert guest.get("/author/Soren%20Hauberg").status == 302
    assert guest.get("/author/soren-haub").status == 404
    begin_writing(session)
    author = session.scalars(select(Author)).one()
    session.add(AuthorName(key="jørgen-old", author_id=author.id, name="Jørgen Old"))
    session.flush()
    index_papers(session, [1])
    session.commit()
    assert guest.get("/author/jorgen-old").location == "/author/s%C3%B8ren-hauberg"
    # Somebody comes who is called exactly so: each has a page.
    make_paper(session, "conf/x/B", authors=("Soren Hauberg",))
    session.commit()
    assert len(session.scalars(select(Author)).all()) == 2
    session.commit()
    assert "conf/x/B" in guest.get("/author/soren-hauberg").text
    assert "conf/x/A" in guest.get("/author/søren-hauberg").text


def test_of_numbered_namesakes_each_is_found_by_their_own_letters(session: Session) -> None:
    one = make_paper(session, "conf/x/A", authors=("Łukasz Nowak 0001",)).id
    other = make_paper(session, "conf/x/B", authors=("Lukasz Nowak 0001",)).id
    assert found(session, "author:łukasz-nowak-0001") == {one}
    assert found(session, "author:lukasz-nowak-0001") == {one, other}


def test_lists_of_venues_and_tags_are_narrowed_so_too(session: Session) -> None:
    paper = make_paper(session, "conf/x/A", venue="Łódź Meeting")
    make_summary(session, paper, make_user(session, "ann"), tags=["größe"])
    session.commit()
    for typed in ("lodz", "ŁÓDŹ", "łódź"):
        rows = venues.list_venues(session, [typed], size=5).rows
        assert [row.venue.name for row in rows] == ["Łódź Meeting"]
        assert [each.name for each in suggestions.suggest_completions(session, typed).venues] == [
            "Łódź Meeting"
        ]
    assert [tag.name for tag in overview.list_tags(session, "GROSSE", 5)[0]] == ["größe"]
    assert not session.scalars(select(Venue).where(Venue.folded == "")).all()


def test_a_preprint_by_plain_letters_is_the_same_work(session: Session) -> None:
    said = ("Learning with Łukasiewicz logics", ("Łukasz Kaiser", "Søren Ø"), 2017)
    plain = ("Learning with Lukasiewicz Logics", ("Lukasz Kaiser", "Soren O"), 2017)
    assert is_same(WorkFacts(*said, "preprint"), WorkFacts(*plain, "conference"))
    first = add_paper(session, PaperRecord(title=said[0], authors=said[1]), "form")
    assert first.title_folded == "learning with lukasiewicz logics"
    assert session.scalars(select(Paper).where(Paper.title_folded == first.title_folded)).all()
