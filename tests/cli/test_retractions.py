"""`shortlist import-retractions`."""

from __future__ import annotations

from pathlib import Path

from app.db import Database
from tests.helpers.commands import assert_refused, run
from tests.helpers.factories import make_paper
from tests.helpers.imports.retractions import write_notices


def test_notices_are_read_and_what_is_wrong_is_told(library: Database, tmp_path: Path) -> None:
    with library.session() as session:
        make_paper(session, doi="10.1000/abc")
    rows = ({"OriginalPaperDOI": "10.1000/abc"}, {}, {"RetractionNature": "Poem"})
    path = write_notices(tmp_path / "notices.csv", *rows)
    done = run(tmp_path / "data", "import-retractions", str(path))
    assert done.returncode == 0, done.stderr
    assert "line 7: unknown nature “Poem”." in done.stdout
    assert done.stdout.endswith(
        "1 notice added, 0 changed, 0 unchanged, 1 without a DOI or PubMed ID, 1 unreadable,"
        " 1 paper here marked or unmarked.\n"
    )
    path.write_text("<html>")
    assert_refused(run(tmp_path / "data", "import-retractions", str(path)), "not a Retraction")
