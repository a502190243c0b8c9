"""Each paper keeps the names that its record prints; the shared page shows the best spelling."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import Author, Paper, PaperAuthor, Venue
from app.queries import papers
from app.queries.search import results
from app.services.exporting import bibtex_file
from app.services.exporting.citations import record_of
from app.services.papers.adding import add_paper
from app.services.papers.merge_undo import undo_merge
from app.services.papers.merging import merge_papers
from app.sources.record import PaperRecord
from tests.helpers.client import Browser
from tests.helpers.factories import make_user
from tests.helpers.samples.bibtex import read

TWO = """
@article{one, title={Alpha first}, author={Fransen, Erik and Naatanen, Risto},
  journal={nature}, year={2001}}
@article{two, title={Beta second}, author={Frans{\\'e}n, Erik and N{\\"a}{\\"a}t{\\"a}nen, Risto},
  journal={Nature}, year={2002}}
"""


def printed(session: Session, key: str) -> tuple[tuple[str, ...], str]:
    session.expire_all()
    paper = papers.find_paper_by_key(session, key)
    assert paper is not None
    record = record_of(paper, [])
    return record.authors, record.venue_title or record.venue


def add(session: Session, key: str, author: str, venue: str = "", source: str = "bibtex") -> Paper:
    record = PaperRecord(title=f"Title of {key}", key=key, authors=(author,), venue=venue)
    return add_paper(session, record, source, make_user(session) if source == "form" else None)


def author(session: Session, key: str) -> str | None:
    return session.scalar(select(Author.name).where(Author.key == key))


def exported(session: Session, path: Path) -> str:
    list(bibtex_file.export_bibtex(session, path))
    return path.read_text()


def test_a_record_keeps_its_names(session: Session, tmp_path: Path) -> None:
    read(session, TWO)
    assert printed(session, "one") == (("Erik Fransen", "Risto Naatanen"), "nature")
    assert printed(session, "two") == (("Erik Fransén", "Risto Näätänen"), "Nature")
    assert session.scalars(select(Author.name).order_by(Author.id)).all() == [
        "Erik Fransén",
        "Risto Näätänen",
    ]
    assert session.scalars(select(Venue.name)).all() == ["Nature"]
    text = exported(session, tmp_path / "out.bib")
    assert "author        = {Erik Fransen and Risto Naatanen}" in text
    assert "author        = {Erik Fransén and Risto Näätänen}" in text
    assert "journal       = {nature}" in text
    assert "journal       = {Nature}" in text


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_called_so_is_not_stored_again(session: Session, turned: bool) -> None:
    entries = TWO.strip().split("\n@")
    read(session, "\n@".join(reversed([entries[0], f"@{entries[1]}"])) if turned else TWO)
    rows = session.execute(
        select(Paper.key, PaperAuthor.position, PaperAuthor.name)
        .join(Paper, Paper.id == PaperAuthor.paper_id)
        .order_by(Paper.key, PaperAuthor.position)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("one", 0, "Erik Fransen"),
        ("one", 1, "Risto Naatanen"),
        ("two", 0, None),
        ("two", 1, None),
    ]
    venues = dict(session.execute(select(Paper.key, Paper.venue_name)).all())
    assert venues == {"one": "nature", "two": None}


def test_exporting_what_was_exported_changes_nothing(
    session: Session, elsewhere: Database, tmp_path: Path
) -> None:
    entries = TWO + (
        "@inproceedings{DBLP:conf/nips/RenHGS15, title={Gamma third}, author={Wei Wang 0001},"
        " booktitle={Advances in Neural Information Processing Systems 28, Montreal, Canada},"
        " year=2015}\n"
        "@inproceedings{conf/nips/Foo17, title={Delta fourth}, author={wei wang 0001},"
        " booktitle={NIPS}, year=2017}"
    )
    read(session, entries)
    first = exported(session, tmp_path / "first.bib")
    assert "Systems 28, Montreal, Canada}" in first
    assert "booktitle     = {NIPS}" in first
    with elsewhere.session() as other:
        read(other, first)
        assert exported(other, tmp_path / "second.bib") == first


def test_a_venue_in_small_letters_is_no_other_venue(session: Session) -> None:
    begin_writing(session)
    session.add(Venue(key="journals/nature", name="Nature", kind="journal"))
    session.commit()
    for number, name in enumerate(("nature", "Nature", "NATURE")):
        add(session, f"k{number}", "Ann Lee", name)
        assert printed(session, f"k{number}") == (("Ann Lee",), name)
    assert session.scalars(select(Venue.key)).all() == ["journals/nature"]
    assert session.scalars(select(Paper.venue_name).order_by(Paper.id)).all() == [
        "nature",
        None,
        "NATURE",
    ]


def test_the_most_frequent_of_equal_spellings_is_shown(session: Session) -> None:
    add(session, "a", "Paul Erdös", "Phys Rev Lett")
    add(session, "b", "Paul Erdős", "Phys. Rev. Lett.")
    assert author(session, "paul-erdos") == "Paul Erdös"  # as frequent: it stays
    add(session, "c", "Paul Erdős", "Phys. Rev. Lett.")
    assert author(session, "paul-erdos") == "Paul Erdős"
    assert session.scalars(select(Venue.name)).all() == ["Phys. Rev. Lett."]
    assert printed(session, "a") == (("Paul Erdös",), "Phys Rev Lett")
    assert printed(session, "b") == (("Paul Erdős",), "Phys. Rev. Lett.")


def test_a_worse_spelling_changes_nothing(session: Session) -> None:
    for key, name in (("a", "Erik Fransén"), ("b", "ERIK FRANSEN"), ("c", "ERIK FRANSEN")):
        add(session, key, name, "Nature" if key == "a" else "NATURE")
    assert author(session, "erik-fransen") == "Erik Fransén"
    assert session.scalars(select(Venue.name)).all() == ["Nature"]
    assert printed(session, "c") == (("ERIK FRANSEN",), "NATURE")


def test_dblp_says_what_its_persons_and_venues_are_called(session: Session) -> None:
    add(session, "conf/nips/A", "Erik Fransen", "NIPS")
    session.scalars(select(Author)).one().dblp_id = "65/9612"
    add(session, "conf/nips/B", "Erik Fransén", "NeurIPS")
    assert author(session, "erik-fransen") == "Erik Fransen"
    assert session.scalars(select(Venue.name)).all() == ["NIPS"]
    assert printed(session, "conf/nips/B") == (("Erik Fransén",), "NeurIPS")


def test_what_a_member_invents_renames_nobody(session: Session) -> None:
    add(session, "a", "Ian Goodfellow", "Nature")
    add(session, "b", "Ïan Göödfëllöw", "Nätüre", source="form")
    assert author(session, "ian-goodfellow") == "Ian Goodfellow"
    assert printed(session, "b") == (("Ïan Göödfëllöw",), "Nätüre")


def test_merging_and_undoing_keep_names(session: Session) -> None:
    read(session, TWO)
    kept, removed = (
        papers.find_paper_by_key(session, "two"),
        papers.find_paper_by_key(session, "one"),
    )
    assert kept is not None
    assert removed is not None
    number = merge_papers(session, kept, removed, make_user(session)).id
    # Meanwhile both are called otherwise.
    add(session, "three", "Érik Fransén")
    undo_merge(session, number, make_user(session))
    assert printed(session, "one") == (("Erik Fransen", "Risto Naatanen"), "nature")
    assert printed(session, "two") == (("Erik Fransén", "Risto Näätänen"), "Nature")


def test_a_merge_fills_in_printed_names(session: Session) -> None:
    read(session, TWO)
    bare = add_paper(session, PaperRecord(title="Alpha", key="bare", year=2001), "bibtex")
    removed = papers.find_paper_by_key(session, "one")
    assert removed is not None
    number = merge_papers(session, bare, removed, make_user(session)).id
    assert printed(session, "bare") == (("Erik Fransen", "Risto Naatanen"), "nature")
    undo_merge(session, number, make_user(session))
    assert printed(session, "bare") == ((), "")
    assert printed(session, "one") == (("Erik Fransen", "Risto Naatanen"), "nature")


def test_pages_show_what_is_printed(guest: Browser, session: Session) -> None:
    read(session, TWO)
    session.commit()
    page = guest.get("/paper/one").text
    assert "Erik Fransen" in page
    assert '<meta name="citation_author" content="Erik Fransen">' in page
    assert '<meta name="citation_journal_title" content="nature">' in page
    assert "Erik Fransén" in guest.get("/paper/two").text
    shared = guest.get("/author/erik-fransen").text
    assert "<h1" in shared
    assert "Erik Fransén</h1>" in shared.replace("\n", "")
    assert ">Nature" in guest.get("/venue/venues/nature").text


def test_each_spelling_finds_both(session: Session) -> None:
    read(session, TWO)
    session.commit()
    for typed in ("Fransen", "Fransén", "author:naatanen", "Näätänen", "nature", "Nature"):
        hits = results.load_search_page(session, results.Asked(typed, limit=5), None).hits
        assert sorted(hit.paper.key for hit in hits) == ["one", "two"], typed
