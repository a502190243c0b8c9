"""Planted faults are found, and nothing that only looks like one."""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.services.bibliography.answers import join_answers
from app.services.bibliography.checking import check_bibliography
from app.services.bibliography.checks import KeptCheck, mend
from app.services.bibliography.reading import SourceFile, read_files
from app.services.retractions.importing import import_retractions
from tests.helpers.imports.retractions import write_notices
from tests.helpers.samples.bibliographies import BIB, TEX, make_library


def check(session: Session, *files: tuple[str, str | bytes]) -> KeptCheck:
    sent = [
        SourceFile(name, data if isinstance(data, bytes) else data.encode()) for name, data in files
    ]
    report = check_bibliography(session, sent, read_files(sent))
    return KeptCheck(sent, join_answers(report, ()))


def keys(check: KeptCheck, what: str) -> list[str]:
    return [each["key"] for each in check.report["entries"] if each[what]]


@pytest.fixture
def checked(session: Session, tmp_path: Path) -> KeptCheck:
    make_library(session)
    path = write_notices(
        tmp_path / "r.csv",
        {"OriginalPaperDOI": "10.1000/unsound", "RetractionDOI": "10.1000/n"},
        {"OriginalPaperDOI": "10.1000/doubt", "RetractionNature": "Expression of concern"},
        {"OriginalPaperDOI": "10.1000/corrected", "RetractionNature": "Correction"},
    )
    deque(import_retractions(session, path), maxlen=0)
    return check(session, ("thesis.bib", BIB), ("thesis.tex", TEX))


def test_each_planted_fault_is_found_and_no_other(checked: KeptCheck) -> None:
    entries = checked.report["entries"]
    natures = {e["key"]: e["retraction"]["nature"] for e in entries if e["retraction"]}
    assert natures == {"bad-one": "retraction", "concern": "concern"}
    here = ["good", "bad-one", "Pre17", "published", "nopages"]
    assert [e["key"] for e in entries if e["paper"] is not None] == here
    assert {e["key"]: e["published"] for e in entries if e["published"]} == {"Pre17": "ICLR 2018"}
    same = {e["key"]: [entries[each]["key"] for each in e["same"]] for e in entries if e["same"]}
    assert same == {
        "Pre17": ["published"],
        "published": ["Pre17"],
        "same1": ["Same2"],
        "Same2": ["same1"],
    }
    assert keys(checked, "misnamed") == ["wrongdoi"]
    assert {e["key"]: e["missing"] for e in entries if e["missing"]} == {
        "nopages": ["booktitle"],
    }
    assert {e["key"]: e["notes"] for e in entries if e["notes"]} == {
        "good": ["the key good is used in line 4 too"],
        "broken": ["a brace is not closed"],
    }
    undefined = {each["key"]: (each["line"], each["alike"]) for each in checked.report["undefined"]}
    assert undefined == {"missing-key": (4, ""), "same2": (4, "Same2")}
    cited = {"good", "bad-one", "Pre17", "published", "part1", "part2", "child", "parent", "Same2"}
    assert set(keys(checked, "is_uncited")) == {e["key"] for e in entries} - cited


def says(check: KeptCheck) -> dict[tuple[str, str], str]:
    entries = check.report["entries"]
    return {
        (entries[each["entry"]]["key"], each["kind"]): each["says"]
        for each in check.report["changes"]
    }


def test_changes_change_only_what_they_say(session: Session, checked: KeptCheck) -> None:
    offered = says(checked)
    assert offered["nopages", "fields"] == "booktitle: KDD; pages: 77--88"
    assert offered["nopages", "doi"] == "10.1000/known"
    assert offered["published", "fields"] == "pages: 77--88"
    assert offered["Pre17", "published"] == "@inproceedings, ICLR 2018"
    assert offered["bad-one", "capitals"] == "title: {ImageNet}"
    assert {key for key, kind in offered if kind == "retracted"} == {"bad-one", "concern"}
    mended = mend(checked, 0, {each["id"] for each in checked.report["changes"]}).decode()
    assert """    title     = "Unsound Results on {ImageNet} with {BERT}",""" in mended
    assert (
        """    doi       = {10.1000/Unsound},
    note      = {Retracted, 4 March 2021: concerns about data. Notice: https://doi.org/10.1000/n}
}"""
        in mended
    )
    pages = "International Conference on Learning Representations"
    assert (
        f"""@inproceedings{{Pre17,
  author = {{Ben Binary and Cleo Curie}},
  title = {{A Preprint About Many Small Things}},
  eprint = {{1701.00001}},
  archivePrefix = {{arXiv}},
  year = {{2018}},
  booktitle = {{{pages}}},
  pages = {{77--88}},
  doi = {{10.1000/small}},
}}"""
        in mended
    )
    # Keys, their order, comments and strings are as before.
    head = "% My thesis.\n@string{icml = {Proceedings of ICML}}\n\n@inproceedings{good,"
    assert mended.startswith(head)
    assert "@article{ bad-one ,\n" in mended
    heads = re.compile(r"@\w+\{[^,]*,")
    kinds = mended.lower().replace("@inproceedings{pre", "@misc{pre")
    assert heads.findall(kinds) == heads.findall(BIB.lower())
    # Once corrected, what was corrected is not offered again.
    again = says(check(session, ("thesis.bib", mended)))
    assert {key for key in again if key[1] != "capitals"} == set()


ENCODINGS = [
    ("utf-8", "\n"),
    ("utf-8", "\r\n"),
    ("utf-8-sig", "\r\n"),
    ("utf-8", "\r"),
    ("latin-1", "\n"),
    ("cp1252", "\r\n"),
    ("utf-16", "\n"),
]


@pytest.mark.parametrize(("encoding", "end"), ENCODINGS)
@pytest.mark.sqlite_only(reason="bytes alone; the queries run in the tests above")
def test_any_file_comes_back_byte_for_byte(session: Session, encoding: str, end: str) -> None:
    make_library(session)
    text = (BIB + "@misc{é–key, title={Ünder GPUs},}").replace("–", "-").replace("\n", end)
    data = text.encode(encoding)
    found = check(session, ("a.bib", data))
    assert mend(found, 0, set()) == data
    everything = {each["id"] for each in found.report["changes"]}
    assert len(everything) > 5
    mended = mend(found, 0, everything)
    shown = mended.decode(encoding)
    assert "Ünder {GPUs}" in shown
    assert f"{end}  doi = {{10.1000/small}},{end}" in shown
    assert set("\r\n").isdisjoint(shown.replace(end, ""))
    # One change alone changes its own bytes.
    for number in everything:
        one = mend(found, 0, {number})
        edits = found.report["changes"][int(number)]["edits"]
        start, stop = min(e[0] for e in edits), max(e[1] for e in edits)
        assert one[:start] == data[:start]
        assert one[len(one) - (len(data) - stop) :] == data[stop:]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\xff\xfe" * 50, b"@" * 5000, b"@article{" * 2000, b"{" * 9000, b"\xff\xfe@\x00a"],
)
@pytest.mark.sqlite_only(reason="reads nothing of the database")
def test_bad_input_is_no_fault(session: Session, data: bytes) -> None:
    for name in ("a.bib", "a.tex", "a.aux", "a.zip"):
        found = check(session, (name, data))
        assert mend(found, 0, {each["id"] for each in found.report["changes"]}) is not None


@pytest.mark.sqlite_only(reason="reads little of the database")
def test_files_that_only_cite(session: Session) -> None:
    make_library(session)
    aux = "\\relax\n\\citation{DBLP:conf/icml/Deep19,other}\n\\abx@aux@cite{0}{third}\n"
    report = check(session, ("a.aux", aux)).report
    found = {each["key"]: each["paper"] for each in report["undefined"]}
    assert found == {"DBLP:conf/icml/Deep19": "conf/icml/Deep19", "other": "", "third": ""}
    report = check(session, ("a.aux", "\\citation{*}"), ("a.bib", "@misc{x, title={Y Z}}")).report
    assert not report["entries"][0]["is_uncited"]
