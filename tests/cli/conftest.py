"""An installation on which commands are run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import Database
from tests.helpers.running import make_installation


@pytest.fixture
def library(tmp_path: Path, sqlite_template: Database) -> Iterator[Database]:
    """The installation whose data directory is `tmp_path / "data"`."""
    found = make_installation(tmp_path / "data", sqlite_template)
    yield found
    found.close()
