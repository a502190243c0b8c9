"""How often somebody may try, who counts as one, and what they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database
from app.services.accounts import account
from app.views.accounts.sign_in import attempts
from app.views.http.errors import format_wait
from app.views.http.security import limiter
from app.views.http.visitors import NOWHERE, network_of
from tests.helpers.client import PASSWORD, Browser, Page
from tests.helpers.factories import make_paper

WRONG = "a wrong guess"


@pytest.fixture
def limited(config: Config, database: Database) -> Flask:
    return create_app(replace(config, rate_limits=True), database)


def sign_in(browser: Browser, name: str, password: str, address: str = "192.0.2.1") -> Page:
    """Try once to sign in from an address."""
    where = {"environ_base": {"REMOTE_ADDR": address}}
    form = browser.get("/login", **where).form("/login")
    return browser.post("/login", {**form, "name": name, "password": password}, **where)


def guesses(app: Flask, name: str, number: int, first: int = 0) -> list[int]:
    """The answers to guesses, each from another address and browser."""
    return [
        sign_in(Browser(app.test_client()), name, WRONG, f"198.51.100.{each}").status
        for each in range(first, first + number)
    ]


@pytest.mark.parametrize("name", ["ann", "ANN ", "nobody"])
def test_guesses_from_everywhere_count_together(limited: Flask, name: str) -> None:
    Browser(limited.test_client()).sign_up("ann")
    assert guesses(limited, name, 60) == [422] * 10 + [429] * 50


def test_names_count_by_themselves(limited: Flask) -> None:
    Browser(limited.test_client()).sign_up("ann")
    assert guesses(limited, "ann", 11)[-1] == 429
    assert guesses(limited, "ben", 1) == [422]
    assert guesses(limited, " Ann", 1) == [429]


def test_known_and_unknown_names_are_answered_alike(limited: Flask) -> None:
    Browser(limited.test_client()).sign_up("ann")
    pages = {}
    for name in ("ann", "nobody"):
        browser = Browser(limited.test_client())
        pages[name] = []
        for number in range(12):
            found = sign_in(browser, name, WRONG, f"203.0.113.{number}")
            pages[name].append((found.status, found.text.replace(name, "NAME")))
    told = [[(status, "Too many" in text) for status, text in each] for each in pages.values()]
    assert told[0] == told[1]


def test_strangers_cannot_lock_the_owner_out(limited: Flask) -> None:
    ann = Browser(limited.test_client()).sign_up("ann")
    ann.submit("/", "/logout")
    assert guesses(limited, "ann", 20)[-1] == 429
    # From wherever she is: her browser is known.
    assert sign_in(ann, "ann", PASSWORD, "198.51.100.200").status == 303


def test_a_known_browser_may_not_guess_for_ever(limited: Flask) -> None:
    ann = Browser(limited.test_client()).sign_up("ann")
    ann.submit("/", "/logout")
    statuses = [sign_in(ann, "ann", WRONG, f"198.51.100.{each}").status for each in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    # Others have their own count, and this browser none of its own for another name.
    assert guesses(limited, "ann", 1) == [422]
    statuses = [sign_in(ann, "ben", WRONG, f"198.51.100.{each}").status for each in range(11)]
    assert statuses == [422] * 10 + [429]


def test_one_network_does_not_use_up_what_strangers_have(limited: Flask) -> None:
    Browser(limited.test_client()).sign_up("ann")
    browser = Browser(limited.test_client())
    statuses = [sign_in(browser, "ann", WRONG).status for _ in range(9)]
    assert statuses == [422] * 5 + [429] * 4
    new_device = Browser(limited.test_client())
    assert sign_in(new_device, "ann", PASSWORD, "198.51.100.7").status == 303


def test_only_failures_count_and_success_forgives_none(limited: Flask) -> None:
    Browser(limited.test_client()).sign_up("ann")
    assert guesses(limited, "ann", 9) == [422] * 9
    for number in range(100, 105):  # each in a browser that is new
        found = sign_in(Browser(limited.test_client()), "ann", PASSWORD, f"198.51.100.{number}")
        assert found.status == 303
    assert guesses(limited, "ann", 2, first=20) == [422, 429]


def test_a_forged_mark_is_none(limited: Flask) -> None:
    Browser(limited.test_client()).sign_up("ann")
    assert guesses(limited, "ann", 11)[-1] == 429
    browser = Browser(limited.test_client())
    for value in ("", "x", "a.b.c", '["x",["ann"]]', "W10.x.y"):
        browser.client.set_cookie(attempts.COOKIE, value)
        assert sign_in(browser, "ann", PASSWORD, "198.51.100.99").status == 429


def test_many_guesses_at_once_are_not_more(
    any_file_database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(replace(config, rate_limits=True), any_file_database)
    looked_at: list[str] = []

    def look(_session: Session, name: str, _password: str, _device: str) -> None:
        looked_at.append(name)
        together.wait(20)  # nobody is told before all of them are here

    together = threading.Barrier(10)
    monkeypatch.setattr(account, "sign_in", look)
    statuses: list[int] = []

    def guess(number: int) -> None:
        browser = Browser(app.test_client())
        statuses.append(sign_in(browser, "ann", WRONG, f"198.51.100.{number}").status)

    at_once(guess, 24)
    assert len(looked_at) == 10
    assert sorted(statuses) == [422] * 10 + [429] * 14


def at_once(work: Callable[[int], None], number: int) -> None:
    threads = [threading.Thread(target=work, args=(each,)) for each in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_no_name_is_in_what_is_counted(limited: Flask) -> None:
    Browser(limited.test_client()).sign_up("ann")
    guesses(limited, "somebody.special", 3)
    keys: Any = limiter.limiter.storage
    assert any("strangers" in key for key in keys._windows)
    assert not any("somebody" in key for key in keys._windows)


def test_the_current_password_cannot_be_guessed(limited: Flask) -> None:
    ann = Browser(limited.test_client()).sign_up("ann")
    statuses = []
    for number in range(11):
        where = {"environ_base": {"REMOTE_ADDR": f"198.51.100.{number}"}}
        form = ann.get("/settings", **where).form("/settings/password")
        data = {**form, "current": WRONG, "new": "another good one"}
        statuses.append(ann.post("/settings/password", data, **where).status)
    assert statuses == [422] * 10 + [429]


def test_who_waits_is_told_how_long(limited: Flask) -> None:
    browser = Browser(limited.test_client())
    for _ in range(5):
        sign_in(browser, "ann", WRONG)
    page = sign_in(browser, "ann", WRONG)
    assert page.status == 429
    assert 840 < int(page.response.headers["Retry-After"]) <= 900
    assert "Too many attempts. Try again in 15 minutes." in page.text
    assert page.form("/login")["name"] == "ann"


def test_a_text_is_kept_while_its_writer_waits(limited: Flask, session: Session) -> None:
    make_paper(session, "conf/x/A1")
    browser = Browser(limited.test_client())
    for number in range(12):
        data = {
            **browser.get("/login").form("/login"),
            **{"name": f"n{number}", "password": WRONG},
            **{"kept_for": "conf/x/A1", "source": "My text"},
        }
        page = browser.post("/login", data)
    assert page.status == 429
    assert "Too many attempts. Try again in one minute." in page.text
    assert page.form("/login")["source"] == "My text"


def test_the_editor_is_told_how_long(limited: Flask) -> None:
    ann = Browser(limited.test_client()).sign_up("ann")
    token = ann.get("/").form("/logout")["csrf_token"]
    for _ in range(121):
        page = ann.post(
            "/preview", {"csrf_token": token, "source": ""}, headers={"Accept": "application/json"}
        )
    assert page.status == 429
    assert 0 < int(page.response.headers["Retry-After"]) <= 60
    assert page.response.json == {"error": "Too many attempts. Try again in one minute."}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "one minute"),
        (60, "one minute"),
        (61, "2 minutes"),
        (900, "15 minutes"),
        (3541, "one hour"),
        (3600, "one hour"),
        (3601, "2 hours"),
    ],
)
def test_waiting_in_words(seconds: int, words: str) -> None:
    assert format_wait(seconds) == words


@pytest.mark.parametrize(
    ("text", "bucket"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("192.0.2.1:5678", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:443", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "192.0.2.1"),
        ("2002:c000:201::1", "192.0.2.1"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3::4]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3::4]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("[fe80::1%25eth0]:80", "fe80::/64"),
        ("[fe80::1%eth0]:80", "fe80::/64"),
        ("::1", "::/64"),
        *(
            (text, NOWHERE)
            for text in (
                "",
                "unix:",
                "unknown",
                "_hidden",
                "192.0.2.1:",
                "192.0.2.1:999999",
                "192.0.2.256",
                "192.0.2.01",
                "1" * 5000,
                "192.0.2.1/24",
                "2001:db8::1]:443",
                "١٩٢.0.2.1",
                "\x00",
                "for=192.0.2.1",
            )
        ),
    ],
)
def test_who_counts_as_one(text: str, bucket: str) -> None:
    assert network_of(text) == bucket


# Headers are read before the database, and what is asked of that, other tests here ask too.
SAME_SQL = pytest.mark.sqlite_only("test_forwarded_addresses_count_only_behind_a_proxy")
FORWARDED = [
    *("1.2.3.4:5678", "[2001:db8::1]:443", "", " ", ",", "junk", "fe80::1%eth0", "unix:"),
    *("-1", "%", "a, b, c", "é", "1.2.3.4, ", "[", "[]:1", '"[::1]:80"'),
]


@SAME_SQL
@pytest.mark.parametrize("value", FORWARDED)
def test_no_forwarded_address_is_a_fault(config: Config, database: Database, value: str) -> None:
    app = create_app(replace(config, rate_limits=True, proxies=1), database)
    app.testing = False
    browser = Browser(app.test_client())
    headers = {"X-Forwarded-For": value.encode().decode("latin-1")}
    form = browser.get("/login", headers=headers).form("/login")
    data = {**form, "name": "ann", "password": WRONG}
    assert browser.post("/login", data, headers=headers).status == 422
    assert browser.get("/search?q=x", headers=headers).status == 200
    where = {"REMOTE_ADDR": ""}  # a Unix socket
    assert browser.post("/login", data, headers=headers, environ_overrides=where).status == 422


NAMES = ("X-Forwarded-Proto", "X-Forwarded-Host")
PATHS = ("/", "/feed.atom", "/no/such", "/sitemap.xml", "/settings")
VALUES = ("", "junk", "a b", "javascript", "[", "::", "a:b", "é", "/../")


@SAME_SQL
@pytest.mark.parametrize("site_url", ["", "http://localhost"])
def test_no_forwarded_name_is_a_fault(config: Config, database: Database, site_url: str) -> None:
    app = create_app(replace(config, proxies=1, site_url=site_url), database)
    app.testing = False
    faults = []
    for name, value in product(NAMES, VALUES):
        browser = Browser(app.test_client())
        headers = {name: value.encode().decode("latin-1")}
        answers = [browser.get(path, headers=headers) for path in PATHS]
        answers.append(browser.post("/login", {"name": "ann"}, headers=headers))
        faults += [(name, value) for answer in answers if answer.status >= 500]
    assert faults == []


def test_forwarded_addresses_count_only_behind_a_proxy(config: Config, database: Database) -> None:
    for proxies, last in ((0, 429), (1, 422)):
        app = create_app(replace(config, rate_limits=True, proxies=proxies), database)
        browser = Browser(app.test_client())
        for number in range(12):
            headers = {"X-Forwarded-For": f"198.51.100.{number}"}
            form = browser.get("/login", headers=headers).form("/login")
            data = {**form, "name": f"n{number}", "password": WRONG}
            status = browser.post("/login", data, headers=headers).status
        assert status == last


def test_ipv4_visitors_of_an_ipv6_socket_are_not_one(limited: Flask) -> None:
    statuses = [
        sign_in(Browser(limited.test_client()), f"n{number}", WRONG, f"::ffff:192.0.2.{number}")
        for number in range(15)
    ]
    assert {page.status for page in statuses} == {422}
