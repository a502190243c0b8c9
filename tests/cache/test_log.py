"""The log of changes: what is written down, and that another process reads it at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from app import create_app
from app.cache.keys import PageKey, key_of
from app.cache.log import (
    LogReader,
    LogUnavailable,
    PostgreSQLReader,
    may_follow_votes,
    open_log,
)
from app.cache.names import ANYTHING, names_of_page
from app.cache.pages import PageCache, make_page
from app.cache.parts import PagePart
from app.cache.wsgi import find_answer
from app.change_log import EVERYTHING, MAX_NAMES, log_everything
from app.config import Config
from app.db import Database, begin_writing, now
from app.models import Author, Change, Job, Summary, User
from app.services import changed_pages, votes
from app.services.accounts import account
from app.services.bulk import insert_rows
from app.services.operation import schema
from app.services.summaries import deletion
from tests.helpers.engines import POSTGRESQL, NoLog
from tests.helpers.factories import make_paper, make_summary, make_user
from tests.helpers.waiting import wait_until

APP = Path(__file__).parents[2] / "app"
KEY = PageKey("/paper/conf/test/Kept", "", "", "")


def names(session: Session) -> list[str]:
    found = list(session.scalars(select(Change.name).order_by(Change.number)))
    begin_writing(session)
    session.execute(delete(Change))
    session.commit()
    return found


def page(*stands_on: str, body: bytes = b"x") -> object:
    return make_page(200, [], body, names=stands_on)


def test_a_summary_names_all_that_shows_it(session: Session) -> None:
    target = make_paper(session, "conf/test/Target")
    paper = make_paper(session, "conf/test/Kept")
    user = make_user(session, "ada")
    names(session)
    summary = make_summary(session, paper, user, f"See \\cite{{{target.key}}}.", tags=["deep"])
    assert names(session) == [
        "/paper/conf/test/Kept",
        "/paper/conf/test/Target",
        f"/summary/{summary.id}",
        "/tag/deep",
        "/user/ada",
        "/venue/conf/test",
        "facts:/paper/conf/test/Target",
        "text:/paper/conf/test/Kept",
        "text:/paper/conf/test/Target",
        f"text:/summary/{summary.id}",
        f"title:{target.title_folded}",
    ]


def test_a_vote_names_no_text_and_says_that_it_is_one(session: Session) -> None:
    paper = make_paper(session, "conf/test/Kept")
    summary = make_summary(session, paper, make_user(session, "ada"))
    voter = make_user(session, "voter")
    names(session)
    votes.cast_vote(session, voter, summary.id, 1)
    session.commit()
    found = names(session)
    shown = ["/paper/conf/test/Kept", f"/summary/{summary.id}", "/user/ada"]
    assert found[:3] == shown
    assert found[-1] == f"votes:{len(found) - 1}"
    assert not [name for name in found if name.startswith(("text:", "facts:"))]


@pytest.mark.parametrize(
    ("statement", "may_follow"),
    [
        ("SELECT a.id FROM authors AS a", False),
        ('SELECT count(*) AS papers FROM "authors"', False),
        ("SELECT tags.papers FROM tags ORDER BY tags.papers", False),
        ("SELECT 1\nFROM papers", True),
        ('SELECT 1 FROM tags JOIN "summaries" ON 1', True),
        ("SELECT 1 FROM tags,votes", True),
        ("SELECT 1 FROM tags LEFT OUTER JOIN (papers AS p JOIN tags AS t ON 1) ON 1", True),
        ("SELECT 1 FROM tags WHERE EXISTS (SELECT 1 FROM writers)", True),
        ("select 1 from drafts", True),
    ],
)
def test_what_may_follow_votes(statement: str, may_follow: bool) -> None:
    assert may_follow_votes(statement) is may_follow


def test_an_anonymous_summary_does_not_name_its_writer(session: Session) -> None:
    paper, user = make_paper(session), make_user(session, "ada")
    names(session)
    make_summary(session, paper, user, anonymous=True)
    assert "/user/ada" not in names(session)


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_what_others_cannot_see_leaves_no_trace(session: Session, visibility: str) -> None:
    paper, user = make_paper(session), make_user(session)
    names(session)
    make_summary(session, paper, user, visibility=visibility)
    assert names(session) == []


def test_what_nobody_named_changes_everything(session: Session) -> None:
    user = make_user(session)
    names(session)
    begin_writing(session)
    session.execute(update(User).values(display_name="Somebody"))
    session.commit()
    assert names(session) == [EVERYTHING]
    begin_writing(session)
    session.execute(update(User).values(display_name="Somebody else"))
    changed_pages.name_papers(session, [])  # tells nothing of users
    session.commit()
    assert names(session) == [EVERYTHING]
    assert user.id


def test_accounts_change_their_own_pages_alone(session: Session) -> None:
    names(session)
    user = account.sign_up(session, "ada", "Ada", "a long enough sentence")
    session.commit()
    assert names(session) == ["/user/ada", "called:/user/ada"]
    account.set_password(session, user, "another sentence, longer")
    session.commit()
    assert names(session) == []


def test_a_rollback_leaves_nothing(session: Session) -> None:
    make_user(session)
    names(session)
    begin_writing(session)
    session.execute(update(User).values(display_name="Somebody"))
    session.rollback()
    begin_writing(session)
    session.execute(delete(Job))  # which no page shows
    session.commit()
    assert names(session) == []


def test_many_papers_change_everything(session: Session) -> None:
    names(session)
    begin_writing(session)
    changed_pages.name_papers(session, range(MAX_NAMES + 1))
    session.execute(update(User).values(display_name="Somebody"))
    session.commit()
    assert names(session) == [EVERYTHING]


def test_another_process_sees_a_commit_at_once(any_file_database: Database) -> None:
    other = open_log(any_file_database)
    wait_until(lambda: _is_open(other), "the log is open")
    cache = PageCache(other, 100_000)
    try:
        with any_file_database.session() as session:
            make_paper(session, "journals/x/First")
            number = cache.begin()
            assert number is not None
            assert cache.keep(KEY, number, page("/paper/conf/test/Kept"))
            assert cache.find(KEY) is not None
            make_paper(session, "journals/x/Else")
            assert cache.find(KEY) is not None
            make_paper(session, "conf/test/Kept")
            assert cache.find(KEY) is None
            # What was begun before a change is not kept after it.
            assert not cache.keep(KEY, number, page("/paper/conf/test/Kept"))
    finally:
        cache.close()


@pytest.mark.skipif(not POSTGRESQL, reason="SHORTLIST_TEST_POSTGRESQL_URL names no server")
def test_another_node_hears_of_a_commit(postgresql_tables: Database) -> None:
    """It shares no file with who writes."""
    heard = PostgreSQLReader(postgresql_tables)
    wait_until(lambda: _is_open(heard), "the log is open")
    before = heard._notified
    with postgresql_tables.session() as session:
        make_paper(session)
    wait_until(lambda: heard._notified > before, "the commit is heard of")
    heard.close()


@pytest.mark.skipif(not POSTGRESQL, reason="SHORTLIST_TEST_POSTGRESQL_URL names no server")
def test_numbers_of_the_log_are_committed_in_their_order(postgresql_tables: Database) -> None:
    """Or a reader who has seen the higher one would never see the other."""
    with postgresql_tables.session() as session:
        make_user(session, "ada")

    def write() -> None:
        with postgresql_tables.session() as session:
            begin_writing(session)
            session.execute(update(User).values(display_name="Somebody"))
            session.commit()

    waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as pool:
        with postgresql_tables.migration() as first:
            log_everything(first)
            second = pool.submit(write)
            wait_until(lambda: second.done() or first.scalar(waits), "the other one waits")
            assert not second.done()
        second.result()


def test_a_cache_without_its_log_says_nothing() -> None:
    cache = PageCache(NoLog(), 100_000)
    assert cache.begin() is None
    assert cache.find(KEY) is None
    assert not cache.catch_up_at_once()


def test_a_private_write_is_seen_by_what_is_asked_again(any_file_database: Database) -> None:
    """It leaves nothing in the log: what one member is shown asks for each commit."""
    log = open_log(any_file_database)
    wait_until(lambda: _is_open(log), "the log is open")
    cache = PageCache(log, 50_000)
    asked = (("SELECT count(*) FROM jobs", ()),)
    number = cache.begin()
    assert number is not None
    digest = cache.digest_reads(asked, number)
    assert digest is not None
    part = PagePart("", frozenset(), reads=asked, digest=digest)
    assert cache.keep("own", number, part)
    for _ in range(2):
        assert cache.confirm("own") is part
    with any_file_database.session() as session:
        begin_writing(session)
        session.add(Job(kind="similar", queued_at=now(), due_at=now()))
        session.commit()
    assert cache.begin() == number
    assert cache.confirm("own") is None
    cache.close()


def test_a_commit_is_seen_by_a_connection_that_is_opened_anew(tmp_path: Path) -> None:
    """Of each connection SQLite counts the commits of others from the same number on."""
    database = Database(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    schema.upgrade(database)
    log = open_log(database)
    cache = PageCache(log, 50_000)
    number = cache.begin()
    assert number is not None
    assert cache.keep(KEY, number, page("/paper/conf/test/Kept"))
    with pytest.raises(LogUnavailable):
        log._query("SELECT nothing FROM nowhere", ())
    with database.session() as writing:
        make_paper(writing, "conf/test/Kept")
    assert cache.find(KEY) is None
    cache.close()
    database.close()


def test_memory_is_bounded(any_file_database: Database) -> None:
    log = open_log(any_file_database)
    wait_until(lambda: _is_open(log), "the log is open")
    cache = PageCache(log, 50_000)
    for number in range(100):
        begun = cache.begin()
        assert begun is not None
        cache.keep(KEY._replace(query=str(number)), begun, page("/x", body=bytes(400)))
    assert len(cache) == 50_000 // 1_700
    assert cache.find(KEY._replace(query="99")) is not None
    assert cache.find(KEY._replace(query="0")) is None
    assert not cache.keep(KEY, begun, page("/x", body=bytes(60_000)))
    cache.close()


def test_gaps_in_the_log_change_everything(session: Session, database: Database) -> None:
    log = open_log(database)
    wait_until(lambda: _is_open(log), "the log is open")
    for number in range(3):
        make_paper(session, f"conf/test/P{number}")
    newest, rows = log.read(0)
    assert rows
    begin_writing(session)
    session.execute(delete(Change).where(Change.number < newest))
    session.commit()
    assert log.read(0) == (newest, [(newest, EVERYTHING)])
    assert log.read(newest) == (newest, [])
    assert log.read(newest + 5)[1] == [(newest, EVERYTHING)]
    log.close()


def test_names_of_pages() -> None:
    html = (
        b'<a href="/paper/a/b%20c?x#y"> <a href="/paper/http://x.org/1"> <a href="/about">'
        b'<a href="/venue/conf/nips"> <a href="/user/ada?openings=1">'
    )
    assert names_of_page("/paper/k", html) == {
        "/paper/k",
        "/paper/a/b c",
        "/paper/http:/x.org/1",
        "called:/user/ada",
    }
    assert names_of_page("/", html) == {ANYTHING}


def test_keys() -> None:
    def key(method: str = "GET", query: str = "", **headers: str) -> PageKey | None:
        return key_of(method, "/", query, headers.get)

    assert key() == key("HEAD")
    assert key("POST") is None
    assert key(cookie="a=1; __Host-shortlist=abc") is None
    assert key(cookie="theme=dark") == key()
    assert key(cookie="openings=1") is None
    assert key(cookie="openings=1", query="openings=1") == key(query="openings=1")
    assert key(authorization="Bearer x") is None
    assert key(host="a") != key(host="b")
    assert key(query="q" * 600) is None
    assert key(host="h" * 600) is None


def _is_open(log: LogReader) -> bool:
    try:
        log.version()
    except LogUnavailable:
        return False
    return True


def test_rows_written_in_bulk_change_everything(session: Session) -> None:
    names(session)
    begin_writing(session)
    insert_rows(session, Author, ["name", "key"], [["Ada Lovelace", "ada"]])
    session.commit()
    assert names(session) == [EVERYTHING]


def test_what_is_written_past_sqlalchemy_has_one_home() -> None:
    """Else the log would not know of it."""
    found = {
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if re.search(r"exec_driver_sql\(|driver_connection", path.read_text("utf-8"))
    }
    assert found == {
        "cache/log.py",
        "db.py",
        "engines.py",
        "queries/search/facets.py",
        "services/operation/backup/copying.py",  # to a database that nobody reads yet
        "services/operation/backup/restore.py",  # everything is new
        "services/operation/backup/rows.py",
        "services/operation/doctor/library.py",  # only reads
        "services/bulk.py",
        "services/search_index/indexing.py",
        "statements.py",
    }


def test_a_thread_that_only_looks_up_finds_what_is_kept(
    any_file_database: Database, config: Config
) -> None:
    """As the server's event loop, which hands all other requests to threads."""
    with any_file_database.session() as session:
        make_summary(session, make_paper(session, "conf/test/Kept"))
        session.commit()
    app = create_app(config, any_file_database)
    cache: PageCache = app.wsgi_app.cache  # type: ignore[attr-defined]
    wait_until(lambda: _is_open(cache._log), "the log is open")

    def look_up() -> bool:
        return find_answer(cache, "GET", KEY.path, "", {"host": "localhost"}.get) is not None

    client = app.test_client()
    with ThreadPoolExecutor(1) as loop:
        assert not loop.submit(look_up).result()
        for _ in range(3):  # kept at the second request, packed at the third
            client.get(KEY.path)
        assert loop.submit(look_up).result()
        with any_file_database.session() as session:
            begin_writing(session)
            session.add(Job(kind="similar", queued_at=now(), due_at=now()))
            session.commit()
        assert loop.submit(look_up).result()
        with any_file_database.session() as session:
            deletion.delete_summary(session, session.scalars(select(Summary)).one())
            session.commit()
        assert not loop.submit(look_up).result()
    cache.close()
