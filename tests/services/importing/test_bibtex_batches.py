"""Entries that are read together become what they become when they are read one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import (
    Author,
    Identifier,
    Paper,
    PaperAuthor,
    SearchEntry,
    SearchWord,
    SimilarMark,
    Venue,
    VenueYear,
)
from app.services.importing import bibtex
from app.services.importing.terms import ImportOutcome
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_user
from tests.helpers.queries import count_queries
from tests.helpers.samples.bibtex import read

TITLES = (
    *("Learning with graphs", "Learning with Graphs", "Deep learning for graphs, Part {}"),
    *("Preface", "A theory of {} words that tell", "The same work in two places, at least", "???"),
)
NAMES = ("Fransen, Anna", "Fransén, Anna", "Wei Wang 0001", "Wang, Wei", "Ren, S.", "Näätänen, R")
VENUES = ("nature", "Nature", "NIPS", "conf/nips", "Proc. of the {}th Meeting", "CoRR", "")


def entry(chance: random.Random, number: int) -> str:
    """An entry that has perhaps something in common with another one."""

    def some(texts: tuple[str, ...]) -> str:
        return chance.choice(texts).format(chance.randrange(4))

    few = chance.randrange(12)
    authors = " and ".join(some(NAMES) for _ in range(chance.randrange(4)))
    fields = {
        "title": some(TITLES) if chance.random() < 0.6 else f"Paper number {number} of all",
        "author": authors,
        chance.choice(("journal", "booktitle")): some(VENUES),
        "year": str(chance.choice((2015, 2016, 1200))),
        "doi": f"10.1234/{few}" if chance.random() < 0.4 else "",
        "eprint": f"1506.0149{few % 10}" if chance.random() < 0.3 else "",
        "url": chance.choice(("https://a.org/volume", f"https://a.org/{few}", "no address", "")),
        "ids": f"other{few}" if chance.random() < 0.3 else "",
    }
    key = chance.choice((f"key{few}", f"own{number}", f"own{number}", f"key{few}-2", ""))
    said = ", ".join(f"{name} = {{{text}}}" for name, text in fields.items() if text)
    broken = "@misc{broken, title = {"
    return broken if chance.random() < 0.03 else f"@article{{{key}, {said}}}"


def rows(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """All that an import writes, without numbers and moments."""
    printed = PaperAuthor.name.label("printed")
    queries = {
        "papers": select(
            *(Paper.key, Paper.title, Paper.year, Paper.doi, Paper.arxiv_id, Paper.url),
            *(Paper.source, Paper.rank, Paper.section_slug, Paper.venue_name, Venue.key),
        ).outerjoin(Venue, Venue.id == Paper.venue_id),
        "names": select(Identifier.kind, Identifier.value, Paper.key).join(Paper),
        "authors": select(Paper.key, PaperAuthor.position, printed, Author.key, Author.name)
        .join_from(PaperAuthor, Paper)
        .join(Author, Author.id == PaperAuthor.author_id),
        "venues": select(Venue.key, Venue.name, Venue.title, Venue.kind, Venue.papers_count),
        "years": select(Venue.key, VenueYear.year, VenueYear.papers).join_from(VenueYear, Venue),
        "entries": select(SearchEntry.title, SearchEntry.people, SearchEntry.body),
        "facts": select(Paper.key, SearchEntry.facts).join_from(SearchEntry, Paper),
        "words": select(SearchWord.word, SearchWord.is_name),
        "marked": select(Paper.key).join(SimilarMark, SimilarMark.paper_id == Paper.id).distinct(),
    }
    found = {name: [tuple(row) for row in session.execute(q)] for name, q in queries.items()}
    # A venue may have got its spelling before or after an entry was written, with both in it.
    found["facts"] = [(key, *sorted(set(facts.split()))) for key, facts in found["facts"]]
    return {name: sorted(each, key=repr) for name, each in found.items()}


@pytest.fixture
def other_session(elsewhere: Database) -> Iterator[Session]:
    """A session on another empty library."""
    with elsewhere.session() as opened:
        yield opened


FURTHER = pytest.mark.sqlite_only("test_read_together_or_one_by_one with the first two seeds")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "is_member"),
    [
        *((0, False), (1, True)),
        *(pytest.param(seed, seed % 2 == 1, marks=FURTHER) for seed in range(2, 6)),
    ],
)
def test_read_together_or_one_by_one(
    session: Session,
    other_session: Session,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    is_member: bool,
) -> None:
    chance = random.Random(seed)
    files = ["\n".join(entry(chance, 40 * f + n) for n in range(40)) for f in range(2)]

    def import_all(into: Session, together: int) -> list[ImportOutcome]:
        monkeypatch.setattr(bibtex, "BATCH", together)
        only = make_user(into, "ann") if is_member else None
        return [outcome for text in files for outcome in read(into, text, only=only)]

    assert import_all(session, 100) == import_all(other_session, 1)
    here, there = rows(session), rows(other_session)
    for name in here:
        assert here[name] == there[name], name
    check_counts(session)


def test_a_hundred_entries_take_as_many_statements_as_ten(
    database: Database, session: Session
) -> None:
    def count(first: int, number: int) -> int:
        entries = (
            f"@misc{{k{n}, title={{Paper number {n} of all}}, author={{Smith, A{n}}},"
            f" journal={{Journal {n}}}, doi={{10.1234/{n}}}, url={{https://a.org/{n}}}}}"
            for n in range(first, first + number)
        )
        with count_queries(database) as queries:
            outcomes = read(session, "\n".join(entries))
        assert {outcome.status for outcome in outcomes} == {"added"}
        return len(queries)

    assert abs(count(0, 100) - count(200, 10)) <= 5
