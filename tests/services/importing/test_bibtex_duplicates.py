"""That no entry of a BibTeX file is taken for another paper, or takes another one's names."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Identifier, Link, Paper
from app.queries import papers
from app.services.papers.paper_names import free_key
from tests.helpers.factories import make_paper, make_summary, make_user
from tests.helpers.samples.bibtex import format_outcomes, paper, read

TWO = [
    (
        "@book{k, title={A theory of large random graphs, Part I}, author={Smith, A}, year=2010}",
        "@book{k, title={A theory of large random graphs, Part II}, author={Smith, A}, year=2011}",
    ),
    (
        "@misc{k, title={Deep learning for medical image segmentation}, author={Smith, Anna}}",
        "@misc{k, title={Deep learning for medical image classification},"
        " author={Smith, Boris and Xu, C}, doi={10.5555/other}}",
    ),
    (
        "@misc{k, title={Introduction}, author={Wang, A}}",
        "@book{k, title={Introduction to Algorithms}, author={Yang, B}}",
    ),
    (
        "@misc{k, title={First of duplicates to be kept}, author={B, A}, year=2003}",
        "@misc{k, title={Second of duplicates to be kept}, author={D, C}, year=2004}",
    ),
    (
        "@misc{k, title={On the same words again}, author={Smith, A}}",
        "@misc{k, title={On the same words again}, author={Jones, A}}",
    ),
    (
        "@misc{k, title={On the same words again}, author={Smith, A}, doi={10.1000/one}}",
        "@misc{k, title={On the same words again}, author={Smith, A}, doi={10.1000/two}}",
    ),
    (
        "@misc{k, title={Editorial}, author={Smith, A}, year=2010, number=1}",
        "@misc{k, title={Editorial}, author={Smith, A}, year=2010, number=2}",
    ),
    (
        "@inbook{k, title={Learning to rank things}, author={Wu, A}, doi={10.1000/book}}",
        "@inbook{l, title={Learning to rank words}, author={Xi, B}, doi={10.1000/book}}",
    ),
    (
        "@inbook{k, title={Introduction}, author={Wu, A}, doi={10.1000/book}}",
        "@inbook{l, title={Introduction}, author={Xi, B}, doi={10.1000/book}}",
    ),
    (
        "@inbook{k, title={Graphs: Part I}, author={Wu, A}, doi={10.1000/book}}",
        "@inbook{l, title={Graphs: Part II}, author={Wu, A}, doi={10.1000/book}}",
    ),
    (
        "@inproceedings{conf/xx/LiuB98, title={One thing}, author={Liu, A}, year=1998}",
        "@inproceedings{conf/xx/LIUB98, title={Another}, author={Liub, C}, year=1998}",
    ),
    (
        "@inproceedings{conf/xx/LiuB98, title={One thing}, author={Liu, A}, year=1998}",
        "@inproceedings{DBLP:conf/xx/LiuB98, title={Any other title}, author={Liu, A}, year=1998}",
    ),
    (
        "@misc{k, title={One thing}, author={Liu, A}, eprint={2101.00001}}",
        "@misc{journals/corr/abs-2101-00001, title={Another}, author={Poe, C}}",
    ),
]


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_papers_stay_two(session: Session, one: str, other: str) -> None:
    first, second = read(session, f"{one}\n{other}\n")
    assert (first.status, second.status) == ("added", "added")
    assert first.key != second.key
    assert any("that of" in note for note in second.notes) or "doi={10.5555" in other
    assert paper(session, first.key).doi != "10.5555/other"
    again = read(session, f"{one}\n{other}\n")
    assert [(each.status, each.key) for each in again] == [
        ("unchanged", first.key),
        ("unchanged", second.key),
    ]
    (dry, _) = read(session, f"{one}\n{other}\n", dry_run=True)
    assert dry.status == "unchanged"


@pytest.mark.parametrize(
    "entry",
    [
        "@misc{k, title={The Many-Body Problem}, author={Liu, A}, year=2001}",
        "@misc{k, title={The many body problem.}, author={Liu, Ann}}",
        "@misc{k, title={{T}he {Many-Body} problem}, author={A. Liu and B. Poe}, year=2000}",
        "@misc{z, title={The Manybody Problem}, author={Liu, A}, doi={10.1000/k}}",
        "@misc{z, title={The Many-Body Problem: A Survey}, author={Liu, A}, doi={10.1000/k}}",
    ],
)
def test_one_paper_stays_one(session: Session, entry: str) -> None:
    authors = ("Ann Liu", "Bo Poe") if "Poe" in entry else ("Ann Liu",)
    facts = {"year": 2000, "doi": "10.1000/k", "details": {"type": "misc"}}
    make_paper(session, "k", "The many-body problem", authors=authors, **facts)
    (outcome,) = read(session, entry)
    assert format_outcomes([outcome]) == [("unchanged", 1, "k")]
    said = "it was taken for k, “The many-body problem”"
    assert (said in outcome.notes) == ("@misc{z" in entry)


def test_and_others_are_fewer_than_there_are(session: Session) -> None:
    full = "@misc{k, title={On many things}, author={A. Liu and B. Poe and C. Roe}}"
    short = "@misc{k, title={On many things}, author={Liu, A. and others}}"
    for first, second in ((full, short), (short, full)):
        session.rollback()
        key = "full" if first is full else "short"
        text = f"{first}\n{second}".replace("{k,", f"{{{key},").replace("many", f"{key} many")
        assert [each.status for each in read(session, text)] == ["added", "unchanged"]
        assert paper(session, key).details.get("authors") == (None if first is full else "others")


SQUAT = (
    "@article{squat, title={Mine}, ids={conf/neurips/Future21, 2101.00001,"
    " 10.1145/3333333.444, plain2010}}"
)
REAL = (
    "@inproceedings{DBLP:conf/neurips/Future21, title={The Real One of the Future},"
    " author={Roe, A}, eprint={2101.00001}, eprinttype={arXiv}, doi={10.1145/3333333.444}}"
)


def names(session: Session, key: str) -> set[str]:
    return {each.value for each in papers.list_identifiers(session, paper(session, key))}


def test_a_member_claims_no_further_names(session: Session) -> None:
    ann = make_user(session, "ann")
    assert read(session, SQUAT, only=ann)[0].status == "added"
    assert names(session, "squat") == {"squat"}
    assert format_outcomes(read(session, REAL, only=ann)) == [("added", 1, "conf/neurips/Future21")]


def test_the_real_paper_takes_its_names_back(session: Session) -> None:
    read(session, SQUAT)
    assert names(session, "squat") >= {"conf/neurips/Future21", "2101.00001"}
    make_summary(session, source="See [it](/paper/conf/neurips/Future21).")
    (outcome,) = read(session, REAL)
    assert format_outcomes([outcome]) == [("added", 1, "conf/neurips/Future21")]
    assert sum("was claimed for" in note for note in outcome.notes) == 3
    assert names(session, "squat") == {"squat", "plain2010"}
    real = paper(session, "conf/neurips/Future21")
    assert (real.doi, real.arxiv_id) == ("10.1145/3333333.444", "2101.00001")
    assert session.scalars(select(Link.target_id)).all() == [real.id]
    assert format_outcomes(read(session, REAL)) == [("unchanged", 1, "conf/neurips/Future21")]


def test_own_names_are_not_taken(session: Session) -> None:
    make_paper(session, "conf/a/B", "Another", doi="10.1145/3333333.444")
    begin_writing(session)
    session.execute(update(Paper).values(source="bibtex"))
    session.commit()
    (outcome,) = read(session, REAL)
    assert outcome.status == "added"
    assert names(session, "conf/a/B") == {"conf/a/B", "10.1145/3333333.444"}


def test_many_papers_of_one_key(session: Session) -> None:
    entries = [f"@misc{{same, title={{Title number {n} of it}}}}\n" for n in range(70)]
    outcomes = read(session, "".join(entries))
    assert [each.key for each in outcomes] == ["same", *(f"same-{n}" for n in range(2, 71))]
    asked: list[str] = []
    connection = session.connection()

    def count(*args: object) -> None:
        asked.append(str(args[2]))

    event.listen(connection, "before_cursor_execute", count)
    again = read(session, entries[65])
    event.remove(connection, "before_cursor_execute", count)
    assert format_outcomes(again) == [("unchanged", 1, "same-66")]
    assert len(asked) < 30
    assert free_key(session, "same") == "same-71"
    assert free_key(session, "free") == "free"
    assert session.scalars(select(Identifier.kind).distinct()).all() == ["key"]
