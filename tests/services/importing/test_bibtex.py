"""BibTeX files as papers of the library: from the command line, from the browser, and out again."""

from __future__ import annotations

import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.models import Author, Identifier, Link, Paper, PaperRevision, User, Venue
from app.services.exporting import bibtex_file
from app.services.importing.opening import open_source
from app.services.importing.storing import import_files
from app.services.importing.terms import ImportOptions, ImportOutcome
from app.services.papers.removal import undo_revision
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user
from tests.helpers.samples.bibtex import format_outcomes, paper, read
from tests.helpers.samples.vaults import send

RCNN = """@inproceedings{ren2015faster,
  title = {Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks},
  author = {Ren, Shaoqing and He, Kaiming}, booktitle = {NIPS}, year = 2015,
  doi = {10.1109/TPAMI.2016.2577031}, eprint = {1506.01497}, archiveprefix = {arXiv},
  pages = {91--99}, abstract = {Words.}, keywords = {vision}, url = {https://a.org/x}}
"""


def read_path(session: Session, path: Path) -> list[ImportOutcome]:
    with ExitStack() as opened:
        return list(import_files(session, open_source(path, opened).incoming, ImportOptions()))


def test_entries_become_papers_once(session: Session) -> None:
    text = f"{RCNN}@misc{{, title={{No key}}, author={{Bo Poe}}, year=2001}}\n@misc{{x, year=1}}"
    first = read(session, text)
    assert format_outcomes(first) == [
        ("added", 1, "ren2015faster"),
        ("added", 6, "poe2001paper"),
        ("refused", 7, ""),
    ]
    assert first[1].notes == ("no key",)
    assert first[2].message == "@misc{x: no title."
    added = paper(session, "ren2015faster")
    assert (added.doi, added.arxiv_id, added.year) == (
        "10.1109/tpami.2016.2577031",
        "1506.01497",
        2015,
    )
    assert added.details == {"type": "inproceedings", "pages": "91-99"}
    assert (added.source, added.abstract, added.keywords) == ("bibtex", "Words.", "vision")
    assert [author.name for author in added.authors] == ["Shaoqing Ren", "Kaiming He"]
    assert [each.status for each in read(session, text)] == ["unchanged", "unchanged", "refused"]
    assert len(session.scalars(select(Paper)).all()) == 2


def test_what_is_here_is_completed_and_never_overwritten(session: Session) -> None:
    make_paper(
        session,
        "conf/nips/RenHGS15",
        "Faster R-CNN",
        year=2014,
        arxiv_id="1506.01497",
        keywords="mine",
        details={"pages": "1-2"},
    )
    (outcome,) = read(session, RCNN)
    assert format_outcomes([outcome]) == [("changed", 1, "conf/nips/RenHGS15")]
    assert outcome.notes == (
        "it was taken for conf/nips/RenHGS15, “Faster R-CNN”",
        "filled in: DOI, URL, abstract, kind of entry",
    )
    here = paper(session, "conf/nips/RenHGS15")
    assert (here.title, here.year, here.keywords) == ("Faster R-CNN", 2014, "mine")
    assert (here.doi, here.abstract, here.url) == (
        "10.1109/tpami.2016.2577031",
        "Words.",
        "https://a.org/x",
    )
    assert here.details == {"pages": "1-2", "type": "inproceedings"}
    revision = session.scalars(select(PaperRevision)).one()
    assert (revision.user_id, revision.reason) == (None, "Completed from BibTeX")
    assert revision.after.keys() == {"doi", "url", "abstract", "type"}
    assert [each.status for each in read(session, RCNN)] == ["unchanged"]
    assert session.scalars(select(Paper.key)).all() == ["conf/nips/RenHGS15"]


def test_a_completion_can_be_undone(session: Session) -> None:
    curator = make_user(session, "cura")
    make_paper(session, "conf/nips/RenHGS15", "Faster R-CNN", arxiv_id="1506.01497")
    read(session, RCNN)
    undo_revision(session, session.scalars(select(PaperRevision.id)).one(), curator)
    session.commit()
    here = paper(session, "conf/nips/RenHGS15")
    assert (here.doi, here.url, here.abstract, here.details) == (None, None, "", {})
    kinds = select(Identifier.kind).where(Identifier.paper_id == here.id)
    assert "doi" not in session.scalars(kinds).all()


def test_links_lead_to_what_was_filled_in(session: Session) -> None:
    title = "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks"
    make_paper(session, "ren2015faster", title)
    other = make_summary(session, source="See https://doi.org/10.1109/TPAMI.2016.2577031 too.")
    session.commit()
    read(session, RCNN)
    link = session.scalars(select(Link).where(Link.summary_id == other.id)).one()
    assert link.target_id == paper(session, "ren2015faster").id


def test_members_complete_nothing(session: Session) -> None:
    make_paper(session, "a/b/C", "Faster R-CNN", arxiv_id="1506.01497")
    ann = make_user(session, "ann")
    (outcome,) = read(session, RCNN, only=ann)
    assert (outcome.status, outcome.key) == ("unchanged", "a/b/C")
    assert paper(session, "a/b/C").abstract == ""


def test_one_key_for_several_papers(session: Session) -> None:
    text = (
        "@misc{smith2010, title={Of Mice}, year=2010}\n"
        "@misc{Smith2010, title={Of Men and All the Rest}, year=2010}\n"
        "@misc{smith2010, title={Of Mice}, year=2010, note={again}}\n"
    )
    for first, second in (("added", "added"), ("unchanged", "unchanged")):
        outcomes = read(session, text)
        assert format_outcomes(outcomes) == [
            (first, 1, "smith2010"),
            (second, 2, "Smith2010-2"),
            ("unchanged", 3, "smith2010"),
        ]
    assert len(session.scalars(select(Paper)).all()) == 2


def test_one_doi_for_several_papers(session: Session) -> None:
    text = (
        "@inbook{a, title={First Chapter of It}, doi={10.1000/book}}\n"
        "@inbook{b, title={Something Else}, doi={10.1000/book}, url={https://doi.org/10.1000/book}}\n"
    )
    outcomes = read(session, text)
    assert format_outcomes(outcomes) == [("added", 1, "a"), ("added", 2, "b")]
    assert "the DOI 10.1000/book is that of a here" in outcomes[1].notes[0]
    assert paper(session, "b").doi is None
    assert format_outcomes(read(session, text)) == [("unchanged", 1, "a"), ("unchanged", 2, "b")]


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ("@misc{z, title={On the Origin of Things}, author={Roe, Bo}, year=1999}", "unchanged"),
        ("@misc{z, title={On the Origin of Things}, author={Roe, Bo}, year=2000}", "added"),
        ("@misc{z, title={On the Origin of Things}, author={Poe, Bo}, year=1999}", "added"),
        ("@book{z, title={On the Origin of Things}, author={Roe, Bo}, year=1999}", "added"),
        ("@misc{z, title={On the Origin of Things}, author={Roe, Ann}, year=1999}", "added"),
        ("@misc{z, title={On the Origin of Things}, author={B. Roe}, doi={10.1000/y}}", "added"),
    ],
)
def test_doubles_by_what_they_say(session: Session, entry: str, status: str) -> None:
    make_paper(
        session,
        "a/b/C",
        "On the origin of things",
        authors=("B. Roe",),
        year=1999,
        doi="10.1000/x",
        details={"type": "misc"},
    )
    assert read(session, entry)[0].status == status


@pytest.mark.parametrize(
    ("title", "again"),
    [
        ("On It All", "unchanged"),  # short, but no title of many texts
        ("Editorial: Things of Our Time", "added"),
        ("Introduction to the Special Issue on Things", "added"),
    ],
)
def test_a_title_must_tell_works_apart(session: Session, title: str, again: str) -> None:
    entry = "@%s{%s, title={%s}, author={Bo Roe}, year=1999, booktitle={Things}}"
    assert read(session, entry % ("inproceedings", "one", title))[0].status == "added"
    # Two names of one type of entry.
    assert read(session, entry % ("conference", "two", title))[0].status == again


def test_two_entries_of_one_text_that_say_the_same_stay_two(session: Session) -> None:
    entry = "@misc{%s, title={On the Origin of Things}, author={Bo Roe}, year=1999}\n"
    assert [each.status for each in read(session, entry % "a" + entry % "b")] == ["added", "added"]


def test_what_cannot_be_kept_costs_no_paper(session: Session) -> None:
    text = (
        '@misc{a \\b"c, title={A}, doi={10.1000/a{b}c d}, url={https://}, eprint={x},'
        f" booktitle={{{'Proceedings ' * 40}}}, keywords={{{'word, ' * 300}}},"
        f" author={{{'Long ' * 60}}}, abstract={{{'x ' * 10_500}}}, series={{{'s' * 500}}}}}\n"
        "@misc{b, title={B}, booktitle={SIGGRAPH/Eurographics}}\n"
        f"@misc{{c, title={{{'word ' * 300}}}}}\n"
    )
    first, second, third = read(session, text)
    assert (first.status, first.key) == ("added", "a-b-c")
    said = " ".join(first.notes)
    for what in ("venue", "abstract", "keywords", "name"):
        assert f"{what} was shortened" in said
    assert "the field series is too long" in said
    assert 'the BibTeX key a \\b"c cannot be used here; it is a-b-c' in said
    assert second.status == "added"
    assert (
        session.scalars(select(Venue.name).order_by(Venue.id)).all()[1] == "SIGGRAPH/Eurographics"
    )
    assert (third.status, third.line) == ("refused", 3)
    assert third.message == "c: title: A title can be up to 1,000 characters (you have 1,499)."


def test_a_dry_run_writes_nothing(session: Session) -> None:
    text = f"{RCNN}{RCNN}@misc{{a, title={{A}}}}"
    assert [each.status for each in read(session, text, dry_run=True)] == [
        "added",
        "unchanged",
        "added",
    ]
    assert session.scalars(select(Paper)).all() == []


def test_a_folder_and_a_zip(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "refs"
    folder.mkdir()
    (folder / "a.md").write_text("---\nkey: ren2015faster\nuser: ann\n---\nText.\n")
    (folder / "latin.BIB").write_bytes(b"@misc{m, title={Caf\xe9}}")
    (folder / "z.bib").write_text(RCNN)
    first = read_path(session, folder)
    assert [(Path(each.name).name, each.status) for each in first] == [
        ("latin.BIB", "added"),
        ("z.bib", "added"),
        ("a.md", "added"),
    ]
    assert first[0].notes == ("Line 1 is not UTF-8; read as Windows-1252.",)
    assert paper(session, "m").title == "Café"
    with zipfile.ZipFile(tmp_path / "refs.zip", "w") as archive:
        archive.write(folder / "z.bib", "z.bib")
        archive.write(folder / "a.md", "a.md")
    assert [each.status for each in read_path(session, tmp_path / "refs.zip")] == ["unchanged"] * 2


# -- from the browser


@pytest.mark.usefixtures("no_child")
def test_a_file_in_the_browser(
    guest: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = guest.sign_up("ann", "Ann Example")
    status, text = send(ann, "<i>.bib", f"{RCNN}@misc{{y, year=1}}".encode())
    assert status == 200
    assert "1 added" in text
    assert "1 skipped" in text
    assert "line 6: @misc{y: no title." in text
    assert '<a href="/paper/ren2015faster">' in text
    assert "<i>.bib" not in text
    assert [each.name for each in session.scalars(select(User))] == ["ann"]
    session.commit()
    monkeypatch.setattr("app.views.accounts.files.MAX_BIBTEX_BYTES", 100)
    status, text = send(ann, "refs.bib", RCNN.encode())
    assert (status, "split it" in text) == (422, True)


@pytest.mark.slow
@pytest.mark.usefixtures("no_child")
def test_entries_pasted_in_the_browser(guest: Browser, session: Session) -> None:
    ann = guest.sign_up("ann", "Ann Example")
    for pasted, status, says in (
        ("", 422, "Choose a file or paste BibTeX."),
        ("<b>" + "x" * 200_000, 422, "more than 200,000 bytes"),
        (f"{RCNN}@misc{{y, title={{Y}}}}", 200, "2 added"),
        ("no entry <b>", 200, "Nothing to import"),
    ):
        answer = ann.submit("/settings/import", bibtex=pasted)
        assert (answer.response.status_code, says in answer.text) == (status, True), says
        assert "<b>x" not in answer.text
    assert "&lt;b&gt;xxx" in ann.submit("/settings/import", bibtex="<b>" + "x" * 200_000).text
    assert len(session.scalars(select(Paper)).all()) == 2


# -- out, and in again


NASTY = [
    r"@article{DBLP:journals/x/A, title={{A {\"o} \& $a_{b}$ \textbackslash{} \{x\} -{}- \$5}}},",
    r"  author={van der M\"uller, Jr, Jo and {A, B and C} and Wei Wang 0001 and Wei Wang},",
    r"  journal={J. \& Co}, volume=1, number={2--3}, pages={1-2--3-4}, month=mar, year=2001,",
    r"  editor={Ed Itor and {Ed and Co.}}, url={https://x.org/a_b%20c~d}, doi={10.1000/a_b<c>},",
    "  abstract={One\n\n two --- three. \\par Four}, keywords={a; b, c}, ids={other}}",
    "@misc{others, title={Ot}, author={Poe, Bo and others}, year=2001}",
    "@misc{m, title={M}, eprint={1506.01497}, eprinttype={arxiv}, institution={I}}",
    "@inproceedings{p, title={P}, booktitle={" + "Long Name " * 50 + "}, publisher={P}}",
    "@inproceedings{q, title={P}, organization={O}}",
    "@book{b, title={B}, publisher={W}, series={S}, date={2016-05-04}}",
    "@phdthesis{t, title={T}, institution={E}, month={Sept. 5}}",
    "@article{c, title={C}, journal={arXiv preprint arXiv:1707.09405}}",
    "@misc{s, title={S}}@misc{S, title={Other}}@misc{, title={No key}}",
    "@online{o, title={O}, howpublished={\\url{https://o.org}}, note={n}}",
]


def exported(session: Session, path: Path) -> bytes:
    assert len(list(bibtex_file.export_bibtex(session, path))) == bibtex_file.count_entries(session)
    return path.read_bytes()


def test_out_and_in_again_is_the_same(
    session: Session, elsewhere: Database, tmp_path: Path
) -> None:
    assert {each.status for each in read(session, "\n".join(NASTY))} == {"added"}
    make_paper(session, "conf/nips/X1", "By hand: $5 & $6", venue="NIPS", venue_title="In full")
    make_paper(session, "10.1000/key", "A DOI for a key", authors=("Ann Lee", "Ann Lee"))
    session.commit()
    first = exported(session, tmp_path / "a.bib")
    for table in (Paper, Author, Venue):
        assert session.scalars(select(table)).first() is not None
    with elsewhere.session() as other:
        outcomes = read_path(other, tmp_path / "a.bib")
        assert [each.status for each in outcomes] == ["added"] * bibtex_file.count_entries(session)
        assert exported(other, tmp_path / "b.bib") == first
        kinds = other.scalars(select(Identifier.kind).order_by(Identifier.id)).all()
    assert kinds == session.scalars(select(Identifier.kind).order_by(Identifier.id)).all()
