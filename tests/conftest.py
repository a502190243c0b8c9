"""Fixtures. Every test gets an empty, migrated database of its own: SQLite in memory, and, when
SHORTLIST_TEST_POSTGRESQL_URL names a server, the same test once more on PostgreSQL."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.orm import Session

from app import create_app
from app.cache.log import open_log
from app.cache.pages import PageCache
from app.config import Config
from app.db import Database
from app.services.importing import process as importing
from app.services.operation import schema
from app.views.http.security import limiter
from tests.helpers.client import Browser
from tests.helpers.engines import (
    ENGINES,
    POSTGRESQL,
    NoLog,
    copy_database,
    drop_everything,
    empty_postgresql,
    keep_dead_rows,
)
from tests.helpers.running import shared_folder
from tests.helpers.stand_ins.local_child import LocalChild
from tests.helpers.stand_ins.outside import StandIn

IN_CI = os.environ.get("CI") == "true"
if IN_CI and not POSTGRESQL:
    raise pytest.UsageError("CI must set SHORTLIST_TEST_POSTGRESQL_URL: .ci/run does")
# Which of several processes this one is, when the tests run in parallel (pytest-xdist).
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SITE = "http://localhost"
# Objects that are made until Python looks for those that only name each other. By itself it does so
# at each 700, which takes two in a hundred parts of a run.
MAX_GARBAGE = 50_000
BROWSER = Path(__file__).parent / "browser"
# Also for the programs that tests start: who renders need not give way to who tests.
os.environ["SHORTLIST_TEST_NICENESS"] = "0"
# Each program that a test starts would compile all modules anew, which takes as long as the test.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    os.environ["PYTHONPYCACHEPREFIX"] = str(shared_folder() / "bytecode")
# Some tests make apps of their own, each of which would compile its templates anew. The folder is
# made before this process starts those that run the tests.
Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(shared_folder()))}
# By itself Hypothesis fails a test that takes longer than usual: a busy machine is no fault.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that are marked slow too")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Tests that are named one by one run in this process, which starts at once."""
    named = [each for each in config.args if "::" in each]
    return 0 if named and named == config.args else None


def pytest_collection() -> None:
    """Look for no garbage while all modules are loaded: that takes part of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Spare the garbage collector all that was imported and collected, which stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MAX_GARBAGE)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser or PostgreSQL, so that it can be left out.

    What is marked `sqlite_only` is left out on PostgreSQL here, and what is marked `slow` when all
    tests are run, unless this is CI or `--slow` is given.
    """
    items[:] = [item for item in items if not _is_twice(item)]
    for item in items:
        if item.path.is_relative_to(BROWSER):
            item.add_marker("browser")
        fixtures = getattr(item, "fixturenames", ())
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if "postgresql" in values or any(name.startswith("postgresql") for name in fixtures):
            item.add_marker("postgresql")
    if config.args == config.getini("testpaths") and not (IN_CI or config.getoption("slow")):
        slow = [item for item in items if item.get_closest_marker("slow")]
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)


def _is_twice(item: pytest.Item) -> bool:
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "postgresql" in values and item.get_closest_marker("sqlite_only") is not None


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[Database]:
    """A migrated database that tests copy: migrating for each would take longer than the tests."""
    database = Database("sqlite://", site_url=SITE, password_cost=0)
    schema.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def sqlite_database() -> Iterator[Database]:
    """One database in memory, so that SQLAlchemy compiles each statement once in a run."""
    database = Database("sqlite://", site_url=SITE, password_cost=0)
    yield database
    database.close()


@pytest.fixture(scope="session")
def elsewhere_database() -> Iterator[Database]:
    """The same for tests that need a second site."""
    database = Database("sqlite://", site_url="http://elsewhere", password_cost=0)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_url() -> URL:
    """The named database on the PostgreSQL server, or one beside it for this process alone."""
    url = make_url(POSTGRESQL).set(drivername="postgresql+psycopg")
    return _make_database(url, WORKER) if WORKER else url


@pytest.fixture(scope="session")
def postgresql_database(postgresql_url: URL) -> Iterator[Database]:
    """One migrated database on the PostgreSQL server; each test begins with empty tables."""
    address = postgresql_url.render_as_string(hide_password=False)
    database = Database(address, site_url=SITE, password_cost=0)
    drop_everything(database)
    schema.upgrade(database)
    keep_dead_rows(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_beside(postgresql_url: URL) -> Iterator[Database]:
    """Another database, whose schema tests of migrations need not bring back."""
    address = _make_database(postgresql_url, "beside").render_as_string(hide_password=False)
    database = Database(address, site_url=SITE, password_cost=0)
    yield database
    database.close()


@pytest.fixture
def postgresql_without_tables(postgresql_beside: Database) -> Database:
    """A database on the PostgreSQL server in which nothing is."""
    drop_everything(postgresql_beside)
    return postgresql_beside


def _make_database(url: URL, name: str) -> URL:
    """An empty database beside the named one."""
    own = url.set(database=f"{url.database}_{name}")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    server.dispose()
    return own


@pytest.fixture
def postgresql_tables(postgresql_database: Database) -> Iterator[Database]:
    """The database on PostgreSQL, emptied again after the test."""
    yield postgresql_database
    empty_postgresql(postgresql_database)


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        template: Database = request.getfixturevalue("sqlite_template")
        found: Database = request.getfixturevalue("sqlite_database")
        copy_database(template, found)
        found.info["data_dir"] = tmp_path
        yield found
    else:
        found = request.getfixturevalue("postgresql_tables")
        found.info["data_dir"] = tmp_path
        yield found


@pytest.fixture
def elsewhere(sqlite_template: Database, elsewhere_database: Database, tmp_path: Path) -> Database:
    """Another site, with nothing in it."""
    copy_database(sqlite_template, elsewhere_database)
    elsewhere_database.info["data_dir"] = tmp_path / "elsewhere"
    elsewhere_database.info["data_dir"].mkdir()
    return elsewhere_database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session for arranging and checking; it sees what requests have committed."""
    with database.session() as opened:
        yield opened


def config_in(folder: Path) -> Config:
    return Config(
        data_dir=folder,
        database_url="sqlite://",
        secret_key="a key for tests only, long enough",
        site_url=SITE,
        rate_limits=False,
        rate_limit_storage="memory://",  # which a test has for itself
        password_cost=0,
        # no test asks the outside; see tests/helpers/stand_ins/outside.py for those of look-ups
        lookups=False,
    )


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


@pytest.fixture(scope="session")
def any_app() -> Flask:
    """One app for a whole run: building it and its templates would take longer than most tests."""
    database = Database("sqlite://")
    found = create_app(config_in(Path("nowhere")), database)
    database.close()
    return found


@pytest.fixture
def app(any_app: Flask, config: Config, database: Database) -> Flask:
    any_app.extensions["shortlist"] = (config, database)
    any_app.testing = True
    # Pages go through the cache in all tests; on PostgreSQL it would listen for each of them.
    is_cached = database.engine.dialect.name == "sqlite"
    log = open_log(database) if is_cached else NoLog()
    any_app.wsgi_app.cache = PageCache(log, config.cache_bytes)  # type: ignore[attr-defined]
    limiter.enabled = False  # an app that a test made of its own may have switched it on
    return any_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def guest(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app.test_client())


@pytest.fixture(params=ENGINES)
def any_file_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database that threads can use at once, each with a connection of its own."""
    if request.param == "postgresql":
        shared: Database = request.getfixturevalue("postgresql_tables")
        shared.info["data_dir"] = tmp_path
        yield shared
        return
    found = Database(
        f"sqlite:///{tmp_path / 'shared.sqlite3'}",
        site_url=SITE,
        password_cost=0,
        data_dir=tmp_path,
    )
    copy_database(request.getfixturevalue("sqlite_template"), found)
    yield found
    found.close()


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """What members bring is read in this process; for tests of what is made of it, not of how."""
    monkeypatch.setattr(importing, "Child", LocalChild)


@pytest.fixture(scope="session")
def stand_in_server() -> Iterator[StandIn]:
    """One server for all tests of look-ups."""
    found = StandIn()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def stand_in(stand_in_server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The outside, which answers as the services do. The test fails when anything tries to connect
    to another place, or asks where another host is."""
    real = socket.socket.connect
    astray: list[object] = []

    def connect(self: socket.socket, address: Any) -> None:
        if address != ("127.0.0.1", stand_in_server.port):
            astray.append(address)
            raise ConnectionRefusedError
        real(self, address)

    def names(host: Any, port: Any, *_: Any, **__: Any) -> Any:
        if host != "127.0.0.1":
            astray.append(host)
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", names)
    stand_in_server.usual()
    yield stand_in_server
    stand_in_server.let_go.set()
    assert not astray
