"""That a start brings the schema up to date, and loads Alembic only when it has to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from app.db import Database
from app.paths import MIGRATIONS
from app.services.operation import schema


def test_a_start_that_finds_nothing_to_migrate_loads_no_alembic(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    assert not schema.is_newest(database)
    schema.upgrade(database)
    assert schema.is_newest(database)
    database.close()
    program = (
        "import sys; from app.db import Database; from app.services.operation import schema;"
        f"schema.upgrade(Database('sqlite:///{tmp_path / 'a.db'}'));"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_each_migration_says_its_revision_as_is_newest_reads_it() -> None:
    files = list((MIGRATIONS / "versions").glob("*.py"))
    found = [schema._REVISION.findall(path.read_text("utf-8")) for path in files]
    script = ScriptDirectory(str(MIGRATIONS))
    known = {revision.revision for revision in script.walk_revisions()}
    assert {value for pairs in found for name, value in pairs if name == "revision"} == known
