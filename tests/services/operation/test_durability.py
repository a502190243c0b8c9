"""R7: what was acknowledged is there, whatever happens to the server or its disk."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database, sqlite_module
from app.models.papers.list_entry import STATUSES
from app.rendering.sandbox.processes import BUSY
from app.services.operation import schema
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.running import (
    environment,
    free_port,
    provide_fonts,
    shortlist,
    until_it_answers,
)
from tests.helpers.waiting import SAFETY, wait_until

# Two in each run of the tests; `SHORTLIST_TEST_KILLS=200` for the bar.
KILLS = int(os.environ.get("SHORTLIST_TEST_KILLS", "2"))
WRITERS = 3
SECRET = "a key for tests only, long enough"


class ServerBusy(OSError):
    """The server has no time for what was sent, and took nothing of it."""


class Writer(threading.Thread):
    """Saves drafts and summaries, votes and keeps a list, and notes what the server took.

    Attributes:
        votes, statuses: what was sent of each, the last one last.
        voted, listed: how many of them were taken.
        failure: an answer that no writer should get.
    """

    failure = ""

    def __init__(self, url: str, number: int, up: threading.Event, summary_id: int) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.key = f"conf/x/A{number}"
        self.summary_id = summary_id
        self.votes: list[int] = []
        self.statuses: list[str] = []
        self.voted = self.listed = 0
        self.path = f"/write/conf/x/A{number}"
        self.drafts: list[str] = []
        self.saved: list[str] = []
        self.count = 0
        self.stopping = False
        self.up = up
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        sign_up(self.opener, url, f"writer{number}")

    def run(self) -> None:
        while not self.stopping:
            try:
                self.write()
            except (URLError, ConnectionError, TimeoutError, OSError):
                self.up.wait(SAFETY)  # until the server is there again
            except AssertionError as error:
                self.failure = str(error)
                return

    def write(self) -> None:
        form = fields(get(self.opener, self.url + self.path), self.path)
        for _ in range(4):
            self.count += 1
            typed = {**form, "source": f"Text number {self.count}."}
            answer = post(self.opener, f"{self.url}{self.path}/draft", typed)
            self.drafts.append(typed["source"])
            form["draft"] = re.findall(r'"version":(\d+)', answer)[0]
        post(self.opener, self.url + self.path, {**typed, "draft": form["draft"]})
        self.saved.append(typed["source"])
        token = {"csrf_token": form["csrf_token"]}
        self.votes.append(1 if len(self.votes) % 2 == 0 else -1)
        vote = {**token, "value": str(self.votes[-1])}
        post(self.opener, f"{self.url}/summary/{self.summary_id}/vote", vote)
        self.voted = len(self.votes)
        self.statuses.append(STATUSES[len(self.statuses) % len(STATUSES)])
        status = {**token, "status": self.statuses[-1]}
        post(self.opener, f"{self.url}/list/entry/{self.key}/status", status)
        self.listed = len(self.statuses)


@pytest.mark.slow
def test_killed_again_and_again(tmp_path: Path) -> None:
    """kill −9 while people write: no acknowledged text is lost, none is there twice."""
    file = tmp_path / "shortlist.sqlite3"
    database = Database(f"sqlite:///{file}", data_dir=tmp_path)
    schema.upgrade(database)
    with database.session() as session:
        for number in range(WRITERS):
            make_paper(session, f"conf/x/A{number}")
        summary_id = make_summary(session).id
    database.close()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = start(tmp_path, port)
    up = threading.Event()
    up.set()
    writers = [Writer(url, number, up, summary_id) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(KILLS):
        goal = taken(writers) + random.randint(1, 12)
        wait_until(lambda goal=goal: taken(writers) >= goal, "more that was taken")
        up.clear()
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        server = start(tmp_path, port)
        up.set()
    wait_until(
        lambda: taken(writers) > 0 and all(writer.listed for writer in writers),
        "all of each writer",
    )
    for writer in writers:
        writer.stopping = True
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    for writer in writers:
        writer.join(SAFETY)
    with sqlite_module.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for number, writer in enumerate(writers):
            assert writer.saved, "nothing was written at all"
            check(connection, number, writer)
            check_vote_and_status(connection, number, writer)
    with database.session() as session:
        check_counts(session)
    database.close()


def taken(writers: list[Writer]) -> int:
    """How many drafts and summaries the server has acknowledged."""
    assert [writer.failure for writer in writers if writer.failure] == []
    return sum(len(writer.drafts) + len(writer.saved) for writer in writers)


def check(connection: sqlite3.Connection, number: int, writer: Writer) -> None:
    of = "(SELECT id FROM papers WHERE key = ?)"
    key = [f"conf/x/A{number}"]
    found = connection.execute(f"SELECT id, source FROM summaries WHERE paper_id = {of}", key)
    rows = found.fetchall()
    assert len(rows) == 1
    revisions = [
        source
        for (source,) in connection.execute(
            "SELECT source FROM revisions WHERE summary_id = ? ORDER BY number", [rows[0][0]]
        )
    ]
    # A save that was cut off before its answer may be there too, but only the last.
    assert set(writer.saved) <= set(revisions)
    assert len(revisions) == len(set(revisions))
    assert rows[0][1] == revisions[-1]
    kept = connection.execute(f"SELECT source FROM drafts WHERE paper_id = {of}", key).fetchall()
    newest = max(writer.drafts[-1:] + writer.saved[-1:], key=order)
    present = [source for (source,) in kept] + [rows[0][1]]
    assert order(newest) <= max(map(order, present))


def check_vote_and_status(connection: sqlite3.Connection, number: int, writer: Writer) -> None:
    """What was taken last is there, or what was sent after it and cut off before its answer."""
    of = "(SELECT id FROM users WHERE name = ?)"
    name = [f"writer{number}"]
    rows = connection.execute(f"SELECT value FROM votes WHERE user_id = {of}", name).fetchall()
    assert [value for (value,) in rows] in ([each] for each in writer.votes[writer.voted - 1 :])
    query = f"SELECT status FROM list_entries WHERE user_id = {of}"
    kept = [status for (status,) in connection.execute(query, name)]
    assert kept in ([each] for each in writer.statuses[writer.listed - 1 :])


def order(source: str) -> int:
    return int(re.findall(r"\d+", source)[0])


def start(data_dir: Path, port: int) -> subprocess.Popen[bytes]:
    provide_fonts(data_dir)
    process = subprocess.Popen(
        shortlist("serve", "--port", str(port)),
        env=environment(
            data_dir,
            SHORTLIST_SECRET_KEY=SECRET,
            SHORTLIST_RATE_LIMITS="off",
            SHORTLIST_PASSWORD_COST="1",
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a group of its own: workers are killed with it
    )
    until_it_answers(process, f"http://127.0.0.1:{port}/help")
    return process


def sign_up(opener: OpenerDirector, url: str, name: str) -> None:
    form = fields(get(opener, f"{url}/signup"), "/signup")
    post(opener, f"{url}/signup", {**form, "name": name, "password": PASSWORD})


def get(opener: OpenerDirector, url: str) -> str:
    with opener.open(url, timeout=SAFETY) as answer:
        return str(answer.read().decode())


def post(opener: OpenerDirector, url: str, form: dict[str, str]) -> str:
    request = Request(url, urlencode(form).encode(), {"Accept": "application/json"})
    try:
        with opener.open(request, timeout=SAFETY) as answer:
            return str(answer.read().decode())
    except HTTPError as error:
        said = error.read().decode()
        if error.code == 503 or (error.code == 422 and BUSY in said):
            raise ServerBusy from None
        problems = re.findall(r'class="problems".*?</div>', said, re.DOTALL)
        raise AssertionError(f"{error.code}: {(problems or [said])[0][:1000]}") from None


def fields(page: str, action: str) -> dict[str, str]:
    """Hidden fields of the form that is sent to an address; the rest is filled in by the test."""
    form = re.split(rf'<form[^>]* action="{action}"', page)[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        if 'type="hidden"' in tag:
            found[re.findall(r'name="([^"]*)"', tag)[0]] = re.findall(r'value="([^"]*)"', tag)[0]
    return found


@pytest.fixture
def writer(guest: Browser, session: Session) -> Browser:
    make_paper(session, "conf/x/A1")
    return guest.sign_up("ann")


@pytest.fixture
def sqlite_only(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("this is about SQLite's file")


@pytest.mark.usefixtures("sqlite_only")
def test_a_full_disk_is_said_and_forgotten(writer: Browser, session: Session) -> None:
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    form["source"] = "x " * 30_000
    pages = session.scalar(text("PRAGMA page_count"))
    session.execute(text(f"PRAGMA max_page_count = {pages}"))
    session.commit()
    answer = writer.post("/write/conf/x/A1", form)
    assert answer.status == 503
    assert answer.form("/write/conf/x/A1")["source"].strip() == form["source"].strip()
    kept = writer.post("/write/conf/x/A1/draft", form, headers={"Accept": "application/json"})
    assert (kept.status, kept.response.mimetype) == (503, "application/json")
    session.execute(text("PRAGMA max_page_count = 1073741823"))
    session.commit()
    assert writer.post("/write/conf/x/A1", form).status == 303


def test_a_database_that_cannot_be_written(writer: Browser, database: Database) -> None:
    """Locked by something else, or read-only: a clear 503 with the text, then it works again."""
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    form["source"] = "Kept."
    failing = True

    def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if failing and statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            fault = sqlite_module.OperationalError("attempt to write a readonly database")
            raise OperationalError(statement, {}, fault)

    event.listen(database.engine, "before_cursor_execute", refuse)
    try:
        answer = writer.post("/write/conf/x/A1", form)
        assert answer.status == 503
        assert "Kept." in answer.text
        failing = False
        assert writer.post("/write/conf/x/A1", form).status == 303
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse)


@pytest.fixture
def shared_file(tmp_path: Path, config: Config) -> Iterator[tuple[Path, Browser]]:
    """A file on the disk, and somebody signed in to its site, who waits a tenth of a second."""
    file = tmp_path / "shared.sqlite3"
    database = Database(f"sqlite:///{file}", data_dir=tmp_path, password_cost=0)
    schema.upgrade(database)
    event.listen(
        database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 100")
    )
    database.engine.dispose()
    with database.session() as session:
        make_paper(session, "conf/x/A1")
    yield file, Browser(create_app(config, database).test_client()).sign_up("ann")
    database.close()


def test_a_locked_file_is_waited_for_then_said(shared_file: tuple[Path, Browser]) -> None:
    file, writer = shared_file
    form = writer.get("/write/conf/x/A1").form("/write/conf/x/A1")
    form["source"] = "Kept."
    with closing(sqlite_module.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = writer.post("/write/conf/x/A1", form)
        assert answer.status == 503
        assert "Kept." in answer.text
        assert writer.get("/help").status == 200
        other.execute("COMMIT")
    assert writer.post("/write/conf/x/A1", form).status == 303
