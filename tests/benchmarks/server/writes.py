"""S8: what votes and summaries cost to write, and how many of them 50 clients write in a second.

The processor's time is that of the app in this process, called without a server, limits included;
the renderer's process is not in it. The rates are those of `shortlist serve` with one worker, to
bare commits of one row into a file of SQLite with the same synchronisation.
"""

from __future__ import annotations

import gc
import http.client
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, process_time, sleep
from urllib.parse import urlencode, urlsplit

from flask import Flask
from flask import session as cookie
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import create_environ, run_wsgi_app

from app import create_app
from app.config import Config
from app.db import Database
from app.engines import sqlite_module
from app.models import Paper, Summary, User, Vote
from app.services.accounts.sessions import start_session
from app.views.http.access import TOKEN
from tests.benchmarks import library, served
from tests.benchmarks.measure import Figure
from tests.benchmarks.speed import PAPERS, SUMMARIES
from tests.helpers.running import SECRET

CLIENTS = 50
VOTES, POSTS = 20, 4  # of each client
COMMITS = 1000
ROUNDS = 15
MOST_VOTE_MS, MOST_POST_MS = 3.0, 10.0
LEAST_RATE = 0.1
TEXT = """## What it does

The method of \\cite{{{key}}} puts the proposals **into** the network: $L = -\\log p_i$ is the
loss of one region, and everything else follows from it.

* one pass over the image,
* shared features, as in [the first one](https://example.org/{number}).
"""


def figures() -> Iterator[Figure]:
    source = library.cached(summaries=SUMMARIES, papers=PAPERS, searchable=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "library.sqlite3"
        shutil.copyfile(source, path)
        yield from figures_of(path, folder)


def figures_of(path: Path, folder: Path) -> Iterator[Figure]:
    """The figures of one library, which is written to.

    Args:
        folder: for the server's files; it may be a folder of the system's that is new.
    """
    config = Config(
        data_dir=folder,
        database_url=f"sqlite:///{path}",
        secret_key=SECRET,
        site_url="http://localhost",
    )
    database = Database(config.database_url, site_url=config.site_url)
    app = create_app(config, database)
    with database.session() as session:
        task = _Task(app, session)
        yield from _costs(app, task)
    database.close()
    yield from _rates(path, folder, task)


@dataclass(frozen=True)
class WriteRequest:
    """What a browser sends."""

    path: str
    fields: dict[str, str]
    writer: _Client

    @property
    def body(self) -> bytes:
        return urlencode({**self.fields, "csrf_token": self.writer.csrf}).encode()


@dataclass(frozen=True)
class _Client:
    """Somebody who is signed in."""

    id: int
    cookie: str
    csrf: str


class _Task:
    """What is written: each writer votes on and writes about other things each time."""

    def __init__(self, app: Flask, session: Session) -> None:
        users = select(User.id).order_by(User.id).limit(CLIENTS)
        self.writers = [_sign_in(app, session, id) for id in session.scalars(users)]
        session.commit()
        ids = [writer.id for writer in self.writers]
        others = select(Summary.id).where(
            Summary.visibility == "public", Summary.user_id.not_in(ids)
        )
        # None twice: a second vote of one person replaces the first.
        voted = select(Vote.summary_id).where(Vote.user_id.in_(ids))
        others = others.where(Summary.id.not_in(voted))
        self._summaries = iter(session.scalars(others.order_by(Summary.id).limit(3000)).all())
        written = select(Summary.id).where(Summary.paper_id == Paper.id, Summary.user_id.in_(ids))
        papers = select(Paper.key).where(~written.exists()).order_by(Paper.id).limit(3000)
        self._papers = iter(session.scalars(papers).all())
        self._numbers = count()
        self._values = cycle((1, 1, -1))
        session.commit()

    def vote(self, writer: _Client) -> WriteRequest:
        path = f"/summary/{next(self._summaries)}/vote"
        return WriteRequest(path, {"value": str(next(self._values)), "next": "/"}, writer)

    def post(self, writer: _Client) -> WriteRequest:
        key, number = next(self._papers), next(self._numbers)
        fields = {
            "source": TEXT.format(key=key, number=number),
            "takeaway": f"Number {number} of those who write at the same time.",
            "tags": "deep learning, vision",
            "visibility": "public",
            "summary": "0",
            "revision": "0",
            "draft": "0",
        }
        return WriteRequest(f"/write/{key}", fields, writer)


def _sign_in(app: Flask, session: Session, user_id: int) -> _Client:
    token = start_session(session, session.get_one(User, user_id))
    with app.test_request_context():
        cookie[TOKEN] = token
        csrf = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        value = serializer.dumps(dict(cookie))
    return _Client(user_id, f"{app.config['SESSION_COOKIE_NAME']}={value}", csrf)


def _costs(app: Flask, task: _Task) -> Iterator[Figure]:
    for what, make, most in (
        ("a vote", task.vote, MOST_VOTE_MS),
        ("a summary, without its rendering", task.post, MOST_POST_MS),
    ):
        found = []
        for _ in range(ROUNDS + 1):
            gc.collect()
            some = [make(writer) for writer in islice(cycle(task.writers), 10)]
            found.append(sum(_send(app, form) for form in some) / len(some))
        yield Figure("S8", f"{what}, processor time", 1000 * median(found[1:]), most, "ms")


def _send(app: Flask, form: WriteRequest) -> float:
    """Processor seconds of one write."""
    environ = create_environ(
        form.path,
        "http://localhost",
        method="POST",
        input_stream=BytesIO(form.body),
        content_length=len(form.body),
        content_type="application/x-www-form-urlencoded",
        headers={"Cookie": form.writer.cookie},
    )
    began = process_time()
    parts, status, _ = run_wsgi_app(app, environ)
    took = process_time() - began
    if status[:3] != "303":
        raise AssertionError(f"{form.path}: {status} {b''.join(parts).decode()}")
    return took


def _rates(path: Path, folder: Path, task: _Task) -> Iterator[Figure]:
    """Writes in a second by all clients at once, and whether each of them is there once."""
    commits = _bare_commits(folder)
    print(f"      bare commits: {commits:,.0f} in a second")
    settings = {
        "SHORTLIST_DATABASE_URL": f"sqlite:///{path}",
        "SHORTLIST_SITE_URL": "http://localhost",
        "SHORTLIST_RATE_LIMITS": "off",
    }
    with served.running("ours", folder, **settings) as url:
        for what, make, each, table in (
            ("votes", task.vote, VOTES, Vote),
            ("summaries", task.post, POSTS, Summary),
        ):
            forms = [[make(writer) for _ in range(each)] for writer in task.writers]
            before = _count(path, table)
            began = monotonic()
            with ThreadPoolExecutor(CLIENTS) as pool:
                # From an address each: one may not have so many requests at once.
                hosts = [f"127.0.0.{number + 2}" for number in range(CLIENTS)]
                list(pool.map(lambda host, some: _post_all(url, host, some), hosts, forms))
            rate = CLIENTS * each / (monotonic() - began)
            print(f"      {what}: {rate:,.0f} in a second")
            yield Figure(
                "S8",
                f"{what} of {CLIENTS} clients, to bare commits",
                rate / commits,
                least=LEAST_RATE,
            )
            lost = CLIENTS * each - (_count(path, table) - before)
            yield Figure("S8", f"{what} lost or doubled", abs(lost), 0, "")


def _bare_commits(folder: Path) -> float:
    """Rows that one connection writes in a second, each in a transaction of its own."""
    connection = sqlite_module.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE votes (id INTEGER PRIMARY KEY, value INTEGER)")
    began = monotonic()
    for value in range(COMMITS):
        connection.execute("INSERT INTO votes (value) VALUES (?)", (value,))
    took = monotonic() - began
    connection.close()
    return COMMITS / took


def _count(path: Path, table: type[Vote] | type[Summary]) -> int:
    database = Database(f"sqlite:///{path}")
    with database.session() as session:
        number = session.scalar(select(func.count()).select_from(table)) or 0
    database.close()
    return number


def _post_all(url: str, host: str, forms: Sequence[WriteRequest]) -> None:
    """Send forms one after the other over one connection; all of them must go well."""
    netloc = urlsplit(url).netloc
    connection = http.client.HTTPConnection(netloc, timeout=60, source_address=(host, 0))
    for form in forms:
        headers = {
            "Cookie": form.writer.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "Host": "localhost",
        }
        while True:
            connection.request("POST", form.path, form.body, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 503:
                break
            sleep(float(answer.headers["Retry-After"]))  # the server is busy, as it says
        if answer.status != 303:
            raise AssertionError(f"{form.path}: {answer.status} {said.decode()}")
    connection.close()
