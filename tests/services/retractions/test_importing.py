"""Papers here are marked, whenever they came, and unmarked again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Change, Paper, RetractionRecord
from app.services.papers.merge_undo import undo_merge
from app.services.papers.merging import merge_papers
from app.services.retractions.importing import import_retractions
from app.sources.formats.retraction_watch import BadRetractionFile
from tests.helpers.factories import make_paper, make_user
from tests.helpers.imports.retractions import write_notices


def read(session: Session, path: Path) -> dict[str, int]:
    *_, last = import_retractions(session, path)
    assert last.position == path.stat().st_size
    return dict(+last.counts)


def state_of(session: Session, paper: Paper) -> str | None:
    session.expire_all()
    found = session.get_one(Paper, paper.id).retraction
    session.commit()
    return found and found.nature


def test_papers_before_and_after_the_import(session: Session, tmp_path: Path) -> None:
    by_doi = make_paper(session, doi="10.1000/ABC")
    by_number = make_paper(session, other_urls=("https://pubmed.ncbi.nlm.nih.gov/12345/",))
    by_arxiv = make_paper(session, arxiv_id="2001.00001")
    other = make_paper(session, doi="10.1000/abcd")
    path = write_notices(
        tmp_path / "r.csv",
        {"OriginalPaperDOI": "10.1000/abc"},
        {"OriginalPaperPubMedID": "12345", "RetractionNature": "Expression of concern"},
        {"OriginalPaperDOI": "10.48550/arXiv.2001.00001"},
        {"OriginalPaperDOI": "10.1000/later"},
        {"OriginalPaperDOI": "10.1000/abcd", "RetractionNature": "Correction"},
    )
    assert read(session, path) == {"new": 5, "marked": 3}
    names = set(session.scalars(select(Change.name)))
    assert {f"/paper/{by_doi.key}", f"facts:/paper/{by_doi.key}"} <= names
    assert f"/paper/{other.key}" in names  # when it was added
    logged = session.scalar(select(func.max(Change.number)))
    session.commit()
    assert read(session, path) == {"unchanged": 5}
    assert session.scalar(select(func.max(Change.number))) == logged
    session.commit()
    found = [state_of(session, each) for each in (by_doi, by_number, by_arxiv, other)]
    assert found == ["retraction", "concern", "retraction", None]
    assert state_of(session, make_paper(session, doi="10.1000/later")) == "retraction"
    # It is reinstated, and the second record was about another paper all the time.
    path = write_notices(
        path,
        {"OriginalPaperDOI": "10.1000/abc"},
        {"OriginalPaperPubMedID": "99", "RetractionNature": "Expression of concern"},
        {
            "Record ID": "77",
            "OriginalPaperDOI": "10.1000/abc",
            "RetractionDate": "1/1/2022",
            "RetractionNature": "Reinstatement",
        },
    )
    assert read(session, path) == {"new": 1, "changed": 1, "unchanged": 1, "marked": 2}
    assert [state_of(session, each) for each in (by_doi, by_number)] == [None, None]


def test_a_merge_brings_the_mark_and_its_undoing_takes_it(session: Session, tmp_path: Path) -> None:
    kept, retracted = make_paper(session), make_paper(session, doi="10.1000/abc")
    read(session, write_notices(tmp_path / "r.csv", {"OriginalPaperDOI": "10.1000/abc"}))
    user = make_user(session)
    merge = merge_papers(session, kept, retracted, user).id
    session.commit()
    assert state_of(session, kept) == "retraction"
    undo_merge(session, merge, user)
    session.commit()
    assert state_of(session, kept) is None
    again = session.scalars(select(Paper).where(Paper.doi == "10.1000/abc")).one()
    assert state_of(session, again) == "retraction"


def test_a_broken_file_keeps_what_was_read(session: Session, tmp_path: Path) -> None:
    rows = [{"OriginalPaperDOI": f"10.1000/{number}"} for number in range(501)]
    path = write_notices(tmp_path / "r.csv", *rows)
    with path.open("ab") as file:
        file.write(b'9999,"' + b"x" * 140_000)
    with pytest.raises(BadRetractionFile, match="line"):
        read(session, path)
    assert session.scalar(select(func.count()).select_from(RetractionRecord)) == 500
