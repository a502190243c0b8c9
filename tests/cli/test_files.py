"""`shortlist import` and `export`, as an administrator runs them."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from app import engines, server
from app.config import Config
from app.db import Database
from app.engines import sqlite_module
from app.models import Paper, Revision, Summary, User
from app.services.accounts import account, administration
from tests.helpers.client import PASSWORD
from tests.helpers.commands import assert_refused, run
from tests.helpers.factories import make_summary, make_user
from tests.helpers.running import environment
from tests.helpers.samples.shortscience import ITEM
from tests.helpers.samples.vaults import contents, feed, note
from tests.helpers.waiting import SAFETY


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    note(folder, "a.md", "The *first*.", key="conf/x/A1", title="One", user="mira")
    note(folder, "b/b.md", "The second.", key="conf/x/B2", title="Two", user="bo")
    note(folder, "broken.md", "Text.", title="No key")
    note(folder, "typo.md", "Text.", key="conf/x/C3", title="Three", visibility="publik")
    return folder


def summaries(library: Database) -> list[tuple[str, str]]:
    query = select(User.name, Paper.key).select_from(Summary).join(User).join(Paper)
    with library.session() as session:
        return [(name, key) for name, key in session.execute(query.order_by(Paper.key))]


def import_(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(tmp_path / "data", "import", *arguments)


def test_import(tmp_path: Path, library: Database, notes: Path) -> None:
    with library.session() as session:
        account.sign_up(session, "bo", "", PASSWORD)
        session.commit()
    done = import_(tmp_path, str(notes), "--dry-run")
    assert done.returncode == 1
    assert "Would be: 2 added, 2 refused." in done.stdout
    assert summaries(library) == []
    done = import_(tmp_path, str(notes))
    assert done.returncode == 1
    assert "2 added, 2 refused.\n" in done.stdout
    assert "Imported into existing accounts: bo.\n" in done.stdout
    assert "No sign-in yet for mira.\n" in done.stdout
    assert f"{notes}/broken.md:2: refused: Which paper is it about?" in done.stderr
    assert f"{notes}/typo.md:4: refused: visibility is public, unlisted" in done.stderr
    assert "Traceback" not in done.stderr
    assert summaries(library) == [("mira", "conf/x/A1"), ("bo", "conf/x/B2")]
    done = import_(tmp_path, str(notes / "a.md"), str(notes / "b"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 unchanged.\n" in done.stdout
    assert "accounts" not in done.stdout


def test_whose_and_who_sees_it(tmp_path: Path, library: Database) -> None:
    file = note(tmp_path, "a.md", key="conf/x/A1", title="One")
    done = import_(tmp_path, str(file))
    assert done.returncode == 1
    assert "give one with --user NAME" in done.stderr
    done = import_(tmp_path, str(file), "--user", "Mira", "--visibility", "private")
    assert done.returncode == 0
    with library.session() as session:
        found = session.scalars(select(Summary)).one()
        assert found.visibility == "private"
    assert summaries(library) == [("mira", "conf/x/A1")]


def test_an_account_from_a_file_is_handed_over(tmp_path: Path, library: Database) -> None:
    path = note(tmp_path, "a.md", key="conf/x/A1", title="One", user="joe", visibility="private")
    assert "No sign-in yet for joe." in import_(tmp_path, str(path)).stdout
    done = run(tmp_path / "data", "user", "password", "joe")
    password = done.stdout.split("Password: ")[1].strip()
    with library.session() as session:
        assert account.sign_in(session, "joe", password) is not None


def test_files_about_one_paper_in_several_arguments(tmp_path: Path, library: Database) -> None:
    one = note(tmp_path, "1.md", "One.", key="conf/x/A1", title="One", user="joe")
    two = note(tmp_path, "2.md", "Two.", key="conf/x/A1", user="joe")
    for said in ("1 added, 1 refused", "1 unchanged, 1 refused"):
        done = import_(tmp_path, str(one), str(two))
        assert said in done.stdout
        assert f"{two}:2: refused: {one} is about the same paper." in done.stderr
    # A table may say better what a feed says.
    rss = feed(tmp_path / "rss.xml", ITEM)
    (tmp_path / "my.csv").write_text("conf/nips/RenHGS15,Better.\n")
    paths = (str(rss), str(tmp_path / "my.csv"), "--user", "martinthoma")
    assert "1 added, 1 changed." in import_(tmp_path, *paths).stdout
    assert "1 unchanged, 1 kept." in import_(tmp_path, *paths).stdout


def test_papers_from_bibtex_and_back(tmp_path: Path, library: Database) -> None:
    (tmp_path / "refs.bib").write_text(
        "@misc{a, title={A}}\n@misc{b,\n title={B}\n year=2001}\n@misc{c, year=2001}\n"
    )
    done = import_(tmp_path, str(tmp_path / "refs.bib"))
    assert done.returncode == 1
    assert "2 added, 1 refused.\n" in done.stdout
    assert done.stderr == (
        f"{tmp_path}/refs.bib:2: line 4: missing comma before year\n"
        f"{tmp_path}/refs.bib:5: refused: @misc{{c: no title.\n"
    )
    papers = tmp_path / "papers.bib"
    assert_refused(run(tmp_path / "data", "export"), "Give a folder")
    done = run(tmp_path / "data", "export", "--bibtex", str(papers))
    assert f"{papers} has 2 papers.\n" in done.stdout
    assert papers.read_text().startswith("@misc{a,\n  title         = {A}\n}\n\n@misc{b,\n")
    assert_refused(run(tmp_path / "data", "export", "--bibtex", str(papers)), "add --force")
    assert run(tmp_path / "data", "export", "--bibtex", "-").stdout == papers.read_text()


def test_the_help_says_what_becomes_public(tmp_path: Path) -> None:
    said = " ".join(import_(tmp_path, "--help").stdout.split())
    assert "New papers are always public" in said


def test_what_is_no_library(tmp_path: Path, library: Database) -> None:
    other = tmp_path / "paper.pdf"
    other.write_bytes(b"%PDF-1.7")
    done = import_(tmp_path, str(other))
    assert done.returncode == 1
    assert "paper.pdf: unsupported file type" in done.stderr
    done = import_(tmp_path, str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def test_links_that_waited_lead_to_their_papers(tmp_path: Path, library: Database) -> None:
    folder = tmp_path / "notes"
    note(folder, "a.md", r"See \cite{conf/x/B2}.", key="conf/x/A1", title="One", user="mira")
    note(folder, "b.md", "Text.", key="conf/x/B2", title="Two", user="mira")
    assert import_(tmp_path, str(folder)).returncode == 0
    with library.session() as session:
        html = session.scalars(select(Summary.html).join(Paper).where(Paper.key == "conf/x/A1"))
        assert 'href="/paper/conf/x/B2"' in html.one()


def test_export(tmp_path: Path, library: Database) -> None:
    with library.session() as session:
        mira = make_user(session, "mira")
        make_summary(session, user=mira, visibility="private", source="Mine.")
        make_summary(session, user=make_user(session, "bo"), source="His.")
    folder = tmp_path / "out"
    done = run(tmp_path / "data", "export", str(folder))
    assert done.returncode == 0
    assert f"{folder} has 2 summaries of 2 users." in done.stdout
    assert {Path(name).parts[0] for name in contents(folder)} == {"mira", "bo"}
    assert_refused(run(tmp_path / "data", "export", str(folder)), "is not empty")
    done = run(tmp_path / "data", "export", str(folder), "--force", "--user", "Mira")
    assert f"{folder} has 1 summary of 1 user." in done.stdout
    assert_refused(
        run(tmp_path / "data", "export", str(tmp_path / "x"), "--user", "eve"),
        "No summaries by eve",
    )
    with library.session() as session:
        administration.rename_account(
            session, administration.find_account(session, "mira"), "mira.l"
        )
        session.commit()
    done = run(tmp_path / "data", "export", str(tmp_path / "renamed"), "--user", "Mira")
    assert done.stdout.startswith("Mira is now mira.l.\n")
    assert set(contents(tmp_path / "renamed")) == {
        name.replace("mira/", "mira.l/") for name in contents(folder) if name.startswith("mira/")
    }
    (tmp_path / "file").write_text("")
    assert_refused(
        run(tmp_path / "data", "export", str(tmp_path / "file" / "x")), "can't be written"
    )


KILLED = """
import os, signal
import app.services.importing.storing as storing
real, count = storing._tried, 0
def tried(*arguments):
    global count
    if count == 20:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
    return real(*arguments)
storing._tried = tried
from app.cli import main
main()
"""


@pytest.mark.slow
def test_an_import_that_is_killed_can_be_run_again(tmp_path: Path, library: Database) -> None:
    """kill −9 in the middle: what was read is there, and the next run does the rest once."""
    items = "".join(
        ITEM.replace("RenHGS15", f"A{number}").replace("1506.01497", f"1506.{number:05}")
        for number in range(50)
    )
    file = feed(tmp_path / "all.xml", items)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, "import", str(file)],
        env=environment(tmp_path / "data"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.wait(SAFETY) == -signal.SIGKILL
    there = len(summaries(library))
    assert there == 20
    done = import_(tmp_path, str(file))
    assert done.returncode == 0, done.stderr
    assert f"{50 - there} added, {there} unchanged." in done.stdout
    assert len(summaries(library)) == 50
    with library.session() as session:
        assert session.scalar(select(func.count()).select_from(Revision)) == 50
    with closing(sqlite_module.connect(tmp_path / "data" / "shortlist.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


FAULTS = {
    "locked": ("", "The database is busy"),
    "full": ("PRAGMA max_page_count = 1", "The server is out of disk space."),
    "read-only": ("PRAGMA query_only = ON", "The database is read-only at the moment."),
}


@pytest.mark.parametrize("name", FAULTS)
def test_an_import_that_cannot_go_on_says_so(
    tmp_path: Path,
    library: Database,
    notes: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    pragma, says = FAULTS[name]
    real = server.prepare_library
    other = sqlite_module.connect(tmp_path / "data" / "shortlist.sqlite3", isolation_level=None)

    def prepare(config: Config, say: server.Report) -> Database:
        """The fault begins when everything is ready, and lasts."""
        database = real(config, say)

        def run(connection: Any) -> None:
            connection.connection.driver_connection.execute(pragma)

        if pragma:
            event.listen(database.engine, "begin", run)
        else:
            other.execute("BEGIN IMMEDIATE")
        return database

    for number in range(3):  # more than there is room for in what is free in the file
        more = {"key": f"m/m/{number}", "title": "More", "user": "mira"}
        note(notes, f"more{number}.md", "Text. " * 9000, **more)
    with monkeypatch.context() as broken, closing(other):
        broken.setattr(engines, "BUSY_TIMEOUT_MS", 20)
        broken.setattr(server, "prepare_library", prepare)
        done = import_(tmp_path, str(notes))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"Import stopped. {says}" in done.stderr
    assert import_(tmp_path, str(notes)).stdout.count("refused") == 1


@pytest.mark.slow
def test_a_fault_of_ours_in_an_import_is_one_line(
    tmp_path: Path, library: Database, notes: Path
) -> None:
    program = """
from app.services.importing import storing as importing
def fail(*_, **__):
    raise ZeroDivisionError("odd")
importing.create_summary = fail
from app.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "import", str(notes / "a.md"), str(notes / "b")],
        env=environment(tmp_path / "data"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "a.md:1 failed: ZeroDivisionError: odd" in done.stderr
    assert "b.md:1 failed: ZeroDivisionError: odd" in done.stderr
    assert "2 refused" in done.stdout
