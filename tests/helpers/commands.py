"""Commands, run as a person runs them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.helpers.running import environment, shortlist
from tests.helpers.waiting import SAFETY

SECRET = {"SHORTLIST_SECRET_KEY": "s" * 40}


def run(
    data_dir: Path, *arguments: str, stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        shortlist(*arguments),
        env=environment(data_dir, **settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SAFETY,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert done.returncode == 1, done
    assert says in done.stderr
    assert "Traceback" not in done.stderr
