"""An import by the thousand writes what papers one by one are found by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Paper, SearchEntry, SearchWord
from app.search import entries
from app.search.entries import PaperFacts
from app.services.search_index.bulk_entries import BulkIndex, NewPaper
from app.text.person_names import make_author_key

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("aeist ²₂łøß畳み$-é"),
    min_size=1,
    max_size=60,
)
PAPERS = st.builds(
    PaperFacts,
    id=st.just(0),
    title=TEXT,
    authors=st.lists(TEXT | st.sampled_from(["Jürgen Schmidhuber", "李 明", "Ana Networks"])),
    venue=st.lists(TEXT, max_size=3) | st.just(["conf/nips", "NIPS", "Neural Nets"]),
    year=st.none() | st.integers(1500, 2200),
    section=st.sampled_from(["", "cs", "stat.ML"]),
    more=st.lists(TEXT, max_size=3).map(lambda names: ["", "", *names]),
    summarised=st.just(False),
    namesakes=st.lists(st.sampled_from(["Łi Wei 0001", "Wei Wang 0002"]).map(make_author_key)),
)
NETS = PaperFacts(
    0, "H₂O nets", ("Ana Nets",), ("conf/x", "X", "Nets"), 2015, "cs", ("", "", "10.1/a-b"), False
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(papers=st.lists(PAPERS, min_size=1, max_size=4))
@example(papers=[NETS, NETS])
def test_the_rows_are_those_of_papers_one_by_one(
    session: Session, papers: list[PaperFacts]
) -> None:
    check(session, papers)


def test_what_is_too_long_is_cut_alike(session: Session) -> None:
    check(session, [NETS, replace(NETS, authors=["Li " * 70_000])])


def check(session: Session, papers: list[PaperFacts]) -> None:
    begin_writing(session)
    papers = [replace(paper, id=number) for number, paper in enumerate(papers, 1)]
    texts = {"title": "-", "title_html": "-", "title_folded": "-", "source": "dblp"}
    session.add_all(
        Paper(id=paper.id, key=f"x/{paper.id}", renderer_version=1, added_at=now(), **texts)
        for paper in papers
    )
    session.flush()
    index = BulkIndex(session)
    index.add(
        (paper.id, NewPaper.of(paper), (tuple(paper.venue), paper.year, paper.section))
        for paper in papers
    )
    columns = SearchEntry.__table__.columns
    query = select(*columns).order_by(SearchEntry.paper_id)
    rows = [dict(row._mapping) for row in session.execute(query)]
    assert rows == [entries.build_paper_entry(paper) for paper in papers]

    words: dict[str, bool] = {}
    for paper in papers:
        for word, is_name in entries.list_vocabulary(paper).items():
            words[word] = words.get(word, False) or is_name
    known = session.execute(select(SearchWord.word, SearchWord.is_name)).all()
    assert dict(known) == words
    session.rollback()
