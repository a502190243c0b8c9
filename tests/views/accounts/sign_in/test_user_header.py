"""Signing in by the header of a proxy, and from whom it is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database, begin_writing
from app.models import Identity, LoginSession, SignIn, User
from app.services.accounts import invitations
from app.settings.sign_in import SignInSettings, read_sign_in
from tests.helpers.client import PASSWORD, Browser

PROXY, OTHER = "10.0.5.7", "192.0.2.1"
SETTINGS = read_sign_in(
    {"USER_HEADER": "X-Remote-User", "USER_HEADER_FROM": "127.0.0.1, 10.0.5.0/24"},
    "SHORTLIST_",
    "",
    passwords=True,
)


@pytest.fixture
def behind(app: Flask, config: Config) -> Flask:
    """A site whose proxy says who asks."""
    app.wsgi_app.cache.personal_header = "x-remote-user"  # type: ignore[attr-defined]
    return attach(app, config)


def attach(
    app: Flask, config: Config, sign_in: SignInSettings = SETTINGS, **changes: bool
) -> Flask:
    changed = replace(config, sign_in=sign_in, **changes)  # type: ignore[arg-type]
    app.extensions["shortlist"] = (changed, app.extensions["shortlist"][1])
    return app


def browser(app: Flask, said: str, address: str = PROXY) -> Browser:
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": address, "HTTP_X_REMOTE_USER": said}
    return Browser(client)


def who(one: Browser) -> str:
    """As whom a browser is signed in; empty for nobody."""
    page = one.get("/about").text
    return page.split("Signed in as <bdi>")[1].split("<")[0] if "Signed in as" in page else ""


def test_whom_the_proxy_names_is_signed_in(behind: Flask, session: Session) -> None:
    guest = Browser(behind.test_client())
    for _ in range(3):  # the page is kept for guests
        assert guest.get("/about").status == 200
    ada = browser(behind, b"LAB\\Ada@lab.example".decode("latin-1"))
    assert who(ada) == "ada"
    assert who(guest) == ""
    assert ada.get("/settings").status == 200
    row = session.scalars(select(Identity)).one()
    assert (row.issuer, row.subject) == ("proxy", "LAB\\Ada@lab.example")
    session.commit()
    out = ada.submit("/settings", "/logout")
    assert (out.status, "signs you in again" in out.text) == (200, True)
    assert "Signed in as" not in out.text
    assert who(ada) == "ada"
    # The name alone finds nobody, and another person in the same browser is somebody else.
    ada.client.environ_base["HTTP_X_REMOTE_USER"] = "ada"
    assert who(ada).startswith("ada-")
    session.commit()
    assert len(session.scalars(select(User)).all()) == 2
    # Without the header the session counts for nothing.
    del ada.client.environ_base["HTTP_X_REMOTE_USER"]
    assert who(ada) == ""
    assert ada.get("/settings").status == 302


def test_requests_without_a_cookie_store_no_session(
    behind: Flask, config: Config, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):  # as a program asks, which keeps no cookie
        program = browser(behind, "ada")
        assert who(program) == "ada"
        assert program.get("/about").response.headers["Cache-Control"] == "private, no-store"
    assert len(session.scalars(select(User)).all()) == 1
    assert session.scalars(select(LoginSession)).all() == []
    assert session.scalars(select(SignIn)).all() == []
    session.commit()
    ada = browser(behind, "ada")
    # All that members may do can be done: a file that is too large for guests is read.
    large = ada.submit("/settings/import", owner="x" * 1_200_000)
    assert (large.status, "Choose a file" in large.text) == (422, True)
    assert ada.submit("/settings", "/settings/profile", display_name="Ada L.").status == 303
    # Who shows anew that it is still them has a session, one for a browser, and few in all.
    page = "/settings/email"
    refused = ada.submit(page, address="ada@example.org")
    assert (refused.status, "Sign in again" in refused.text) == (422, True)
    for _ in range(2):
        assert ada.get(f"/login?again=1&next={page}").location == page
    assert ada.submit(page, address="ada@example.org").status == 303
    assert len(session.scalars(select(LoginSession)).all()) == 1
    assert session.scalars(select(SignIn.way).distinct()).all() == ["your organisation’s sign-in"]
    session.commit()
    monkeypatch.setattr("app.services.accounts.sessions.MAX_SESSIONS", 2)
    monkeypatch.setattr("app.services.accounts.sessions.MAX_SIGN_INS", 3)
    for _ in range(4):
        assert browser(behind, "ada").get(f"/login?again=1&next={page}").location == page
    assert len(session.scalars(select(LoginSession)).all()) == 2
    assert len(session.scalars(select(SignIn)).all()) == 3
    session.commit()
    # Somebody else at this browser: that session has ended.
    ada.client.environ_base["HTTP_X_REMOTE_USER"] = "ben"
    assert who(ada) == "ben"
    del ada.client.environ_base["HTTP_X_REMOTE_USER"]
    assert who(ada) == ""


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("ada", OTHER),
        ("ada", ""),
        ("ada", "10.0.50.7"),
        ("mallory,ada", PROXY),
        ("a\x00", PROXY),
        ("", PROXY),
        ("a" * 300, PROXY),
    ],
)
@pytest.mark.sqlite_only(reason="nothing is read")
def test_what_is_not_believed(behind: Flask, said: str, address: str) -> None:
    one = browser(behind, said, address)
    assert one.get("/about").status == 200
    assert who(one) == ""


@pytest.mark.sqlite_only(reason="nothing is written: test_whom_the_proxy_names_is_signed_in")
def test_the_address_of_the_connection_counts(config: Config, database: Database) -> None:
    app = create_app(replace(config, sign_in=SETTINGS, proxies=1), database)
    stranger = browser(app, "ada", OTHER)
    stranger.client.environ_base["HTTP_X_FORWARDED_FOR"] = PROXY
    assert who(stranger) == ""
    ada = browser(app, "ada")
    ada.client.environ_base["HTTP_X_FORWARDED_FOR"] = OTHER
    assert who(ada) == "ada"
    mapped = browser(app, "ada", f"::ffff:{PROXY}")
    assert who(mapped) == "ada"


def test_nobody_signs_up_where_sign_up_is_closed(
    behind: Flask, config: Config, session: Session
) -> None:
    attach(behind, config, signup=False)
    ada = browser(behind, "ada")
    assert who(ada) == ""
    assert "who has no account here" in ada.get("/login").text
    attach(behind, config, signup=False, by_invitation=True)
    assert who(ada) == ""
    token = invitations.make_invitation(session)
    session.commit()
    assert ada.get(f"/signup?invitation={token}").location == "/signup/with"
    form = ada.get("/signup/with").form("/signup/with")
    for named in ("ben", ""):  # the browser is somebody else's by now
        ada.client.environ_base["HTTP_X_REMOTE_USER"] = named
        assert ada.post("/signup/with", form).status == 422
    ada.client.environ_base["HTTP_X_REMOTE_USER"] = "ada"
    assert ada.submit("/signup/with", name="lovelace").status == 303
    del ada.client.environ_base["HTTP_X_REMOTE_USER"]
    assert who(ada) == ""  # nor does the session of this moment count without the proxy
    ada.client.environ_base["HTTP_X_REMOTE_USER"] = "ada"
    assert who(ada) == "lovelace"


def test_another_site_begins_no_sessions(behind: Flask, session: Session) -> None:
    """Its pages can make the browser ask, and the proxy names who is at it."""
    ada = browser(behind, "ada")
    assert who(ada) == "ada"
    page = ada.get("/login?again=1", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status == 200
    assert session.scalars(select(LoginSession)).all() == []
    session.commit()
    assert ada.get("/login?again=1", headers={"Sec-Fetch-Site": "same-origin"}).status == 303


def test_a_session_that_ended_locks_nobody_out(
    behind: Flask, config: Config, session: Session
) -> None:
    ada = browser(behind, "ada")
    assert who(ada) == "ada"
    attach(behind, config, signup=False)
    assert ada.get("/login?again=1&next=/settings").location == "/settings"
    begin_writing(session)
    session.execute(delete(LoginSession))
    session.commit()
    assert who(ada) == "ada"  # although the browser has the cookie of that session
    del ada.client.environ_base["HTTP_X_REMOTE_USER"]
    assert who(ada) == ""


def test_an_account_with_a_password_is_linked(behind: Flask, config: Config) -> None:
    page = "/settings/sign-in"
    attach(behind, config, signup=False)
    attach(behind, config)
    ada = Browser(behind.test_client()).sign_up("ada")
    ada.client.environ_base |= {"REMOTE_ADDR": PROXY, "HTTP_X_REMOTE_USER": "al"}
    assert who(ada) == "ada"  # who is signed in stays so
    done = ada.submit(page, f"{page}/link", provider="proxy", current=PASSWORD)
    assert (done.status, done.location) == (303, page)
    assert who(browser(behind, "al")) == "ada"
    alone = replace(SETTINGS, passwords=False)
    attach(behind, config, alone)
    again = ada.get(f"/login?again=1&next={page}")
    assert (again.status, again.location) == (303, page)
    assert "Open this site through its portal" in Browser(behind.test_client()).get("/login").text


def test_names_that_end_with_half_a_space_are_two_people(behind: Flask, session: Session) -> None:
    # In UTF-8 the last byte of these is white space of Latin-1: NO-BREAK SPACE and NEXT LINE.
    names = ["josà", "josÅ"]
    for name in names:
        assert who(browser(behind, f" {name}\t".encode().decode("latin-1")))
    assert sorted(session.scalars(select(Identity.subject))) == sorted(names)


@pytest.mark.sqlite_only(reason="nothing is written: test_whom_the_proxy_names_is_signed_in")
def test_a_session_that_does_not_count_is_on_no_page(behind: Flask, config: Config) -> None:
    ada = browser(behind, "ada")
    assert who(ada) == "ada"
    del ada.client.environ_base["HTTP_X_REMOTE_USER"]
    for path in ("/about", "/nowhere", "/about?a=%00"):
        assert "Signed in as" not in ada.get(path).text
    refused = ada.post("/settings/profile")  # without a token
    assert (refused.status, "Signed in as" in refused.text) == (401, False)
    # Nor does it when no proxy is believed any more.
    ada.client.environ_base["HTTP_X_REMOTE_USER"] = "ada"
    assert who(ada) == "ada"
    attach(behind, config, SignInSettings())
    assert who(ada) == ""


def test_a_header_that_is_not_linked_does_not_renew_a_sign_in(
    behind: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "/settings/sign-in"
    ada = Browser(behind.test_client()).sign_up("ada")
    attach(behind, config, replace(SETTINGS, passwords=False), signup=False)
    ada.client.environ_base |= {"REMOTE_ADDR": PROXY, "HTTP_X_REMOTE_USER": "mallory"}
    minutes = "app.services.accounts.sessions.FRESH_MINUTES"
    monkeypatch.setattr(minutes, -1)
    assert ada.submit(page, f"{page}/link", provider="proxy").status == 422
    before = ada.client.get_cookie("shortlist")
    again = ada.get(f"/login?again=1&next={page}")
    assert again.status == 200
    assert "mallory" in again.text
    after = ada.client.get_cookie("shortlist")
    assert before is not None
    assert after is not None
    assert before.value == after.value
