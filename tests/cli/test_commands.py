"""The commands, as a person runs them."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import Database, begin_writing
from tests.helpers.commands import SECRET, assert_refused, run
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.running import demo, free_port, make_installation, provide_sample

COMMANDS = ("demo", "serve", "render", "reindex", "rerender", "import", "export", "tidy")
JOBS = ("run", "list", "stop", "retry")


@pytest.mark.parametrize(
    "command",
    [[], ["jobs"], *([each] for each in COMMANDS), *(["jobs", each] for each in JOBS)],
)
def test_help_shows_an_example(tmp_path: Path, command: list[str]) -> None:
    done = run(tmp_path, *command, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    if command not in ([], ["jobs"]):
        assert "  Example" in done.stdout


def test_help_loads_no_web_framework(tmp_path: Path) -> None:
    code = (
        "import sys; from app.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('flask', 'sqlalchemy', 'markdown') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_render(tmp_path: Path) -> None:
    source = "So $x = 1$ and \\cite{conf/x/A1}.\n\nBad: $\\frac{$"
    done = run(tmp_path, "render", "-", stdin=source)
    assert done.returncode == 0
    assert "<math" in done.stdout
    assert 'href="/paper/conf/x/A1"' in done.stdout
    file = tmp_path / "summary.md"
    file.write_text("# Größe", "utf-8")
    assert "Größe</h3>" in run(tmp_path, "render", str(file)).stdout


def test_render_tells_what_went_wrong(tmp_path: Path) -> None:
    done = run(tmp_path, "render", "-", stdin="Fine.\n\nBad: $\\frac{1}$ here.")
    assert done.returncode == 0
    assert "line 3:" in done.stderr
    done = run(tmp_path, "render", "-", stdin="x" * 70_000)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_serve_needs_a_secret(tmp_path: Path) -> None:
    assert_refused(run(tmp_path, "serve"), "SHORTLIST_SECRET_KEY is not set")


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    assert_refused(run(tmp_path, "serve", SHORTLIST_PROXIES="x"), "SHORTLIST_PROXIES must be")


@pytest.mark.slow
def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_refused(
            run(tmp_path, "serve", "--port", port, **SECRET), f"port {port}: Address already"
        )
        assert_refused(run(tmp_path, "demo", "--port", port), "--port")


@pytest.mark.slow
def test_an_unwritable_directory(tmp_path: Path) -> None:
    # A file in its place: also the administrator cannot write below it.
    (tmp_path / "file").write_text("")
    port = str(free_port())
    for command in ("serve", "demo"):
        done = run(tmp_path / "file" / "data", command, "--port", port, **SECRET)
        assert_refused(done, "cannot be written")


def test_a_database_of_a_newer_version(tmp_path: Path, sqlite_template: Database) -> None:
    database = make_installation(tmp_path, sqlite_template)
    with database.session() as session:
        begin_writing(session)
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.commit()
    database.close()
    assert_refused(run(tmp_path, "serve", "--port", str(free_port()), **SECRET), "a newer version")


@pytest.mark.slow
def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "shortlist.sqlite3").write_text("This is no database. " * 100)
    assert_refused(run(tmp_path, "serve", "--port", str(free_port()), **SECRET), "not a database")


@pytest.mark.slow
def test_demo_starts_again_with_what_was_written(tmp_path: Path) -> None:
    provide_sample(tmp_path)  # by a first run, whose log is there
    before = (tmp_path / "demo.log").read_text()
    with demo(tmp_path) as second:
        assert f"Password {second.password}" not in " ".join(before.split())
        assert "Password" in before
    database = Database(f"sqlite:///{tmp_path / 'shortlist.sqlite3'}")
    with database.session() as session:
        summaries = session.scalar(text("SELECT count(*) FROM summaries"))
        users = session.scalar(text("SELECT count(*) FROM users WHERE name = 'demo'"))
    database.close()
    assert users == 1
    assert summaries is not None
    assert summaries >= 26
    assert (tmp_path / "demo-secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_demo_keeps_away_from_other_libraries(tmp_path: Path, sqlite_template: Database) -> None:
    database = make_installation(tmp_path, sqlite_template)
    with database.session() as session:
        make_paper(session)
    database.close()
    assert_refused(run(tmp_path, "demo", "--port", str(free_port())), "isn't a demo library")


@pytest.mark.slow
def test_a_store_that_cannot_count(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", SHORTLIST_RATE_LIMIT_STORAGE="foo://x", **SECRET)
    assert_refused(done, "SHORTLIST_RATE_LIMIT_STORAGE")


def test_rerender(tmp_path: Path, sqlite_template: Database) -> None:
    database = make_installation(tmp_path, sqlite_template)
    with database.session() as session:
        make_summary(session, source="Some *text*")
        begin_writing(session)
        session.execute(text("UPDATE summaries SET html = 'old', renderer_version = 0"))
        session.execute(text("UPDATE papers SET title_html = 'old', renderer_version = 0"))
        session.commit()
    done = run(tmp_path, "rerender")
    assert done.returncode == 0
    assert "2 of 2 texts" in done.stdout
    with database.session() as session:
        assert "<em>text</em>" in (session.scalar(text("SELECT html FROM summaries")) or "")
        assert session.scalar(text("SELECT title_html FROM papers")) != "old"
    database.close()
