"""Rows of Retraction Watch's file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.sources.formats.retraction_watch import BadRetractionFile, BadRow, read_notices
from app.sources.retractions import RetractionNotice
from tests.helpers.imports.retractions import COLUMNS, write_notices


def read(path: Path) -> list[RetractionNotice | BadRow]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(read_notices(file))


def test_rows_are_read(tmp_path: Path) -> None:
    reasons = (
        "+Euphemisms for Plagiarism;+Falsification/Fabrication of Data;"
        "+Date of Retraction/Other Unknown;+Lack of IRB/IACUC Approval;"
    )
    path = write_notices(
        tmp_path / "r.csv",
        {"OriginalPaperDOI": "10.1000/AbC(1)", "RetractionDOI": "10.1000/n", "Reason": reasons},
        {"OriginalPaperPubMedID": "1234", "RetractionPubMedID": "77", "RetractionDate": ""},
        {"OriginalPaperDOI": "https://doi.org/10.1000/z", "RetractionNature": "Reinstatement"},
        {},
        {"OriginalPaperDOI": "10.1000/y", "RetractionNature": "Poem"},
        {"OriginalPaperDOI": "10.1000/y", "Record ID": "x"},
    )
    first, second, third, empty, nature, number = read(path)
    assert first == RetractionNotice(
        1,
        "10.1000/abc(1)",
        "",
        "retraction",
        date(2021, 3, 4),
        ("plagiarism", "falsification or fabrication of data", "no approval by an ethics board"),
        "https://doi.org/10.1000/n",
    )
    assert isinstance(second, RetractionNotice)
    assert (second.pubmed_id, second.noticed_on) == ("1234", None)
    assert second.reasons == ("concerns about data",)
    assert second.url == "https://pubmed.ncbi.nlm.nih.gov/77/"
    assert isinstance(third, RetractionNotice)
    assert (third.doi, third.nature) == ("10.1000/z", "reinstatement")
    assert empty == BadRow(9, "")
    assert nature == BadRow(11, "unknown nature “Poem”.")
    assert number == BadRow(13, "“x” is not a record ID.")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "<html>\n", "Record ID,Title\n1,x\n"])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(BadRetractionFile, match="not a Retraction Watch CSV"):
        list(read_notices(text.splitlines(keepends=True)))


def test_an_endless_field_is_refused() -> None:
    head = ",".join(COLUMNS)
    lines = [f"{head}\n", '1,"', *("x" * 1000 for _ in range(200))]
    with pytest.raises(BadRetractionFile, match="field larger"):
        list(read_notices(lines))
