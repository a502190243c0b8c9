"""Each request has an ID, and the log nothing about people."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from app import create_app
from app.config import Config
from app.db import Database
from app.logs import REQUESTS, JSONFormatter, TextFormatter, set_request_id, watch_slow_queries
from tests.helpers.client import Browser

GIVEN = "proxy-1234567890"


def test_each_answer_has_an_id_of_its_own(guest: Browser) -> None:
    first, second = (guest.get("/login").response.headers["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 16
    assert (
        guest.get("/login", headers={"X-Request-ID": GIVEN}).response.headers["X-Request-ID"]
        != GIVEN
    )


@pytest.mark.sqlite_only("the app of these tests keeps no pages on PostgreSQL")
def test_what_is_kept_for_many_has_none(guest: Browser) -> None:
    assert {guest.get("/about").response.headers.get("X-Request-ID") for _ in range(3)} == {None}


@pytest.mark.parametrize(("given", "is_taken"), [(GIVEN, True), ("x", False), ("a\tb" * 9, False)])
def test_a_proxy_may_give_it(
    config: Config, database: Database, given: str, is_taken: bool
) -> None:
    app = create_app(replace(config, proxies=1), database)
    answer = Browser(app.test_client()).get("/login", headers={"X-Request-ID": given})
    assert (answer.response.headers["X-Request-ID"] == given) == is_taken


def test_a_log_of_requests_has_rules_and_no_arguments(
    guest: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)
    guest.get("/user/somebody?q=secret")
    (record,) = [each for each in caplog.records if each.name == REQUESTS]
    line = json.loads(JSONFormatter().format(record))
    assert line["route"].startswith("/user/<")
    assert (line["method"], line["status"], line["level"]) == ("GET", 404, "info")
    assert "secret" not in str(line)
    assert "somebody" not in str(line)
    assert "127.0.0.1" not in str(line)


def test_lines_name_the_request_that_they_are_about() -> None:
    record = logging.LogRecord("app", logging.ERROR, "", 1, "It %s", ("failed",), None)
    set_request_id("abc")
    try:
        assert TextFormatter().format(record) == "It failed [request abc]"
        assert json.loads(JSONFormatter().format(record))["request"] == "abc"
    finally:
        set_request_id("")
    assert TextFormatter().format(record) == "It failed"


def test_slow_queries_are_logged_without_values(caplog: pytest.LogCaptureFixture) -> None:
    database = Database("sqlite://")
    watch_slow_queries(database.engine, 0)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT ?,\n  2", ("secret",))
    assert "SELECT ?, 2" in caplog.messages[-1]
    assert "secret" not in caplog.text
    caplog.clear()
    watched = Database("sqlite://", slow_query_ms=600_000)
    with watched.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert not caplog.messages
    database.close()
    watched.close()
