"""`shortlist doctor`, as an administrator runs it."""

from __future__ import annotations

from pathlib import Path

from app.db import Database
from tests.helpers.commands import SECRET, assert_refused, run


def test_faults_are_told_by_the_exit_code(library: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.chmod(0o700)
    assert run(data, "backup").returncode == 0
    key = {"SHORTLIST_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789"}
    well = run(data, "doctor", **key)
    assert well.returncode == 0, well
    assert "\n0 faults, " in well.stdout
    ill = run(data, "doctor", **SECRET)
    assert ill.returncode == 1
    assert "FAULT    Secret key: SHORTLIST_SECRET_KEY is easily guessed." in ill.stdout
    assert "→ Set another one" in ill.stdout
    assert "\n1 fault, " in ill.stdout


def test_a_folder_without_a_library_is_told(tmp_path: Path) -> None:
    assert_refused(run(tmp_path, "doctor"), "There is no library in")
