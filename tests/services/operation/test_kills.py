"""R7: what was acknowledged is there, however often the server is killed."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.db import Database
from app.engines import sqlite_module
from app.services.operation import schema
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary
from tests.helpers.kills.clients import Importer, KilledClient, Writer, fields, get, post
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
STATES = "SELECT state, count(*) FROM list_imports GROUP BY state"


@pytest.mark.slow
def test_killed_again_and_again(tmp_path: Path) -> None:
    """kill −9 while people write and import: nothing acknowledged is lost, nothing is doubled."""
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
    importer = Importer(url, 1, up)
    clients: list[KilledClient] = [*writers, importer]
    for client in clients:
        client.start()
    for number in range(KILLS):
        goal = count_taken(clients) + random.randint(1, 20)
        wait_until(lambda goal=goal: count_taken(clients) >= goal, "more that was taken")
        up.clear()
        kill(server)
        server = start(tmp_path, port)
        up.set()
        print(f"{number + 1} kills, {count_taken(clients)} taken", flush=True)
    wait_until(
        lambda: count_taken(clients) > 0 and all(client.has_all for client in clients),
        "all of each client",
    )
    for client in clients:
        client.stopping = True
    kill(server)
    up.set()
    for client in clients:
        client.join(SAFETY)
    finish_imports(tmp_path, importer, port)
    with sqlite_module.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for number, writer in enumerate(writers):
            assert writer.saved, "nothing was written at all"
            check(connection, number, writer)
            check_vote_and_status(connection, number, writer)
        check_imports(connection, importer)
    with database.session() as session:
        check_counts(session)
    database.close()


def count_taken(clients: Sequence[KilledClient]) -> int:
    """How much the server has acknowledged."""
    assert [client.failure for client in clients if client.failure] == []
    return sum(client.taken for client in clients)


def kill(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def finish_imports(folder: Path, importer: Importer, port: int) -> None:
    """Let the server do what was begun, and undo one import."""
    file = folder / "shortlist.sqlite3"
    with sqlite_module.connect(file) as connection:  # as after a minute: leases have run out
        connection.execute("UPDATE jobs SET held_until = NULL, due_at = queued_at")
    server = start(folder, port)
    try:
        wait_until(lambda: not {"waiting", "undoing"} & states(file).keys(), "all imports")
        address = importer.sent_once[-1]
        page = get(importer.opener, importer.url + address)
        post(importer.opener, importer.url + f"{address}/undo", fields(page, f"{address}/undo"))
        wait_until(lambda: states(file).get("undone") == 1, "one that is undone")
        importer.undone = importer.lists.pop(address)
    finally:
        kill(server)


def states(file: Path) -> dict[str, int]:
    connection = sqlite_module.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return dict(connection.execute(STATES).fetchall())
    finally:
        connection.close()


def check_imports(connection: sqlite3.Connection, importer: Importer) -> None:
    """Each paper that was reported is there once, and each list that was begun is whole."""
    everywhere = connection.execute("SELECT title FROM papers WHERE title LIKE 'importer%'")
    papers = [title for (title,) in everywhere]
    assert len(papers) == len(set(papers))
    assert set(importer.papers) <= set(papers)
    query = (
        "SELECT title FROM list_entries JOIN papers ON papers.id = paper_id"
        " JOIN users ON users.id = user_id WHERE users.name = ?"
    )
    listed = [title for (title,) in connection.execute(query, [importer.user])]
    assert len(listed) == len(set(listed))
    assert importer.lists, "nothing is left that could have been lost"
    wanted = {title for titles in importer.lists.values() for title in titles}
    # An import whose start was cut off before its answer may be there too, and is whole then.
    more = set(listed) - wanted
    assert wanted <= set(listed)
    assert more in (set(), set(importer.sending))
    assert not set(importer.undone) & {*papers, *listed}
    assert importer.cut or KILLS < 50, "no import was ever under way"


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
