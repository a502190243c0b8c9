"""Passkeys: added, used, refused and removed, with an authenticator in software."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.config import Config
from app.db import begin_writing
from app.models import EmailAddress, Mail, Passkey, SignIn, UsedChallenge, User
from app.queries.people import can_sign_in
from app.services.accounts.merging import merge
from app.services.accounts.sign_in import passkeys, recovery, sign_in_links
from app.services.accounts.sign_in.ways import UsableWays
from app.services.exporting.archive_rows import make_profile
from app.services.mail import tokens
from app.services.mail.kinds import MAIL_KINDS
from app.settings.sign_in import PasskeySettings, SignInSettings
from tests.helpers.client import PASSWORD, Browser, Page
from tests.helpers.stand_ins.authenticator import (
    BACKED_UP,
    ELIGIBLE,
    PRESENT,
    VERIFIED,
    SoftAuthenticator,
)

PAGE, OPTIONS = "/settings/passkeys", "/settings/passkeys/options"
ENTRY, ENTRY_OPTIONS = "/login/passkey", "/login/passkey/options"
SETTINGS = PasskeySettings("papers.example.org", "https://papers.example.org")
UNKNOWN = "This passkey can’t be used here. Sign in another way."
STALE = "This took too long, or was begun in another window. Try again."


@pytest.fixture
def site(app: Flask, config: Config) -> Flask:
    return attach(app, config)


def attach(app: Flask, config: Config, **sign_in: Any) -> Flask:
    ways = SignInSettings(**{"passkeys": SETTINGS, **sign_in})
    changed = replace(config, sign_in=ways)
    app.extensions["shortlist"] = (changed, app.extensions["shortlist"][1])
    return app


def ask(browser: Browser, page: str, options: str, **fields: str) -> dict[str, Any]:
    """What the server lets the browser be asked."""
    form = browser.get(page).form(PAGE if page == PAGE else ENTRY)
    answer = browser.post(options, {**form, **fields}, headers={"Accept": "application/json"})
    assert answer.status == 200, answer.text
    assert "no-store" in answer.response.headers["Cache-Control"]
    found: dict[str, Any] = answer.response.get_json()
    return found


def add(browser: Browser, key: SoftAuthenticator, name: str = "", **changes: Any) -> Page:
    made = key.create(ask(browser, PAGE, OPTIONS, current=PASSWORD), **changes)
    return browser.submit(PAGE, credential=made, name=name)


def enter(browser: Browser, key: SoftAuthenticator, then: str = "", **changes: Any) -> Page:
    signed = key.get(ask(browser, "/login", ENTRY_OPTIONS), **changes)
    return browser.submit("/login", ENTRY, credential=signed, next=then)


def who(browser: Browser) -> str:
    page = browser.get("/about").text
    return page.split("Signed in as <bdi>")[1].split("<")[0] if "Signed in as" in page else ""


def give_address(session: Session, name: str = "ada") -> None:
    user = session.scalars(select(User).where(User.name == name)).one()
    begin_writing(session)
    row = {"address": "ada@example.org", "address_folded": "ada@example.org"}
    session.add(EmailAddress(user_id=user.id, **row))
    session.commit()


def kinds(session: Session) -> list[str]:
    found = list(session.scalars(select(Mail.kind).order_by(Mail.id)))
    session.commit()
    return found


def remove(browser: Browser, number: int) -> Page:
    form = {**browser.get(PAGE).form(PAGE), "current": PASSWORD}
    return browser.post(f"{PAGE}/{number}/remove", form)


def test_a_passkey_is_added_used_and_removed(site: Flask, session: Session) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    give_address(session)
    key = SoftAuthenticator(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)
    form = ada.get(PAGE).form(PAGE)
    refused = ada.post(
        OPTIONS, {**form, "current": "wrong"}, headers={"Accept": "application/json"}
    )
    assert (refused.status, refused.response.get_json()["error"]) == (
        422,
        "Current password is incorrect.",
    )
    options = ask(ada, PAGE, OPTIONS, current=PASSWORD)
    assert (options["rp"]["id"], options["attestation"]) == ("papers.example.org", "none")
    assert "ada" not in options["user"]["id"]
    done = ada.submit(PAGE, credential=key.create(options), name="My \u202ephone")
    assert (done.status, done.location) == (303, PAGE)
    assert "<bdi>My phone</bdi></strong> · synced" in ada.get(PAGE).text
    # Its authenticator is told which keys it need not make again, and the account has one handle.
    again = ask(ada, PAGE, OPTIONS, current=PASSWORD)
    assert [each["id"] for each in again["excludeCredentials"]] == [json.loads(key.get(
        {"rpId": "x", "challenge": "AAAA", "userVerification": "required"}))["id"]]  # fmt: skip
    assert again["user"]["id"] == options["user"]["id"]
    guest = Browser(site.test_client())
    assert enter(guest, key, "/tags").location == "/tags"
    assert who(guest) == "ada"
    row = session.scalars(select(Passkey)).one()
    assert (row.sign_count, row.used_on is not None) == (key.count, True)
    assert list(session.scalars(select(SignIn.way).order_by(SignIn.id))) == ["sign-up", "passkey"]
    profile = make_profile(session, session.get_one(User, row.user_id))
    assert profile["passkeys"][0]["name"] == "My phone"
    session.commit()
    assert " · passkey</span>" in guest.get("/settings/sessions").text
    assert remove(guest, row.id).location == PAGE
    assert kinds(session) == ["passkey-added", "sign-in", "passkey-removed"]
    refused = enter(Browser(site.test_client()), key)
    assert (refused.status, UNKNOWN in refused.text) == (422, True)


@pytest.mark.sqlite_only(reason="nothing is written: test_a_passkey_is_added_used_and_removed")
def test_what_is_no_new_passkey(site: Flask, session: Session) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    wrong: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"origin": "https://evil.example"}, {}),
        ({"origin": "https://sub.papers.example.org"}, {}),
        ({"host": "evil.example"}, {}),
        ({"flags": PRESENT}, {}),
        ({"flags": VERIFIED}, {}),
        ({"flags": PRESENT | VERIFIED | BACKED_UP}, {}),
        ({"kind": "webauthn.another"}, {}),
        ({"cross_origin": True}, {}),
        ({"credential_id": b""}, {}),
        ({"credential_id": b"x" * 1024}, {}),
        ({}, {"attestationObject": "AAAA"}),
        ({}, {"cose": {3: -65535}}),
        ({}, {"cose": {-2: b"\x01" * 32}}),
    ]
    for each, changes in wrong:
        page = add(ada, SoftAuthenticator(**each), **changes)
        assert page.status == 422
        assert "Your browser didn’t make a passkey. Try again." in page.text
    assert session.scalars(select(Passkey)).all() == []


@pytest.mark.sqlite_only(reason="nothing is written: test_a_passkey_is_added_used_and_removed")
def test_what_signs_nobody_in(site: Flask, session: Session) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    key = SoftAuthenticator()
    assert add(ada, key).status == 303
    stranger = SoftAuthenticator(credential_id=key.credential_id, handle=key.handle)
    wrong = [
        (replace(key, origin="https://evil.example"), {}),
        (replace(key, host="evil.example"), {}),
        (replace(key, flags=PRESENT), {}),
        (replace(key, flags=PRESENT | VERIFIED | ELIGIBLE), {}),
        (replace(key, kind="webauthn.create"), {}),
        (replace(key, cross_origin=True), {}),
        (replace(key, handle=None), {}),
        (replace(key, handle=b"another account, or nobody's one"), {}),
        (stranger, {}),
        (SoftAuthenticator(handle=key.handle), {}),
        (key, {"signature": "AAAA"}),
        (key, {"authenticatorData": "AAAA"}),
    ]
    guest = Browser(site.test_client())
    said = set()
    for each, changes in wrong:
        page = enter(guest, each, **changes)
        assert page.status == 422
        said.add(page.text.split('role="alert"><p>')[1].split("</p>")[0])
    assert said == {UNKNOWN}  # in the same words, whoever exists
    for answer in ("", "[]", "{", "[" * 10_000, json.dumps({"a": "x" * 20_000})):
        ask(guest, "/login", ENTRY_OPTIONS)
        assert guest.submit("/login", ENTRY, credential=answer).status == 422
    assert who(guest) == ""
    assert session.scalars(select(Passkey.sign_count)).one() == 0


def test_a_challenge_counts_once_in_its_session_and_not_for_long(
    site: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    key = SoftAuthenticator()
    options = ask(ada, PAGE, OPTIONS, current=PASSWORD)
    made = key.create(options)
    cookie = ada.client.get_cookie("shortlist")
    assert cookie is not None
    assert ada.submit(PAGE, credential=made).status == 303
    assert STALE in ada.submit(PAGE, credential=made).text
    # Nor with a cookie that was kept, once the key is removed.
    number = session.scalars(select(Passkey.id)).one()
    session.commit()
    assert remove(ada, number).status == 303
    form = ada.get(PAGE).form(PAGE)
    ada.client.set_cookie("shortlist", cookie.value)
    replayed = ada.post(PAGE, {**form, "credential": made})
    assert (replayed.status, STALE in replayed.text) == (422, True)
    assert session.scalars(select(Passkey)).all() == []
    session.commit()
    assert add(ada, key).status == 303
    guest, other = Browser(site.test_client()), Browser(site.test_client())
    asked = ask(guest, "/login", ENTRY_OPTIONS)
    signed = key.get(asked)
    cookie = guest.client.get_cookie("shortlist")
    assert cookie is not None
    assert STALE in other.submit("/login", ENTRY, credential=signed).text  # of another session
    assert UNKNOWN in enter(other, key, clientDataJSON=json.loads(signed)["response"][
        "clientDataJSON"]).text  # fmt: skip
    form = guest.get("/login").form(ENTRY)
    assert guest.post(ENTRY, {**form, "credential": signed}).status == 303
    thief = Browser(site.test_client())
    thief.client.set_cookie("shortlist", cookie.value)
    begin_writing(session)
    session.execute(update(Passkey).values(sign_count=0))  # as of one that counts nothing
    session.commit()
    assert STALE in thief.post(ENTRY, {**form, "credential": signed}).text
    assert who(thief) == ""
    assert len(session.scalars(select(UsedChallenge)).all()) == 3
    session.commit()
    monkeypatch.setattr("app.views.accounts.sign_in.passkeys.CHALLENGE_SECONDS", -1)
    assert STALE in enter(thief, key).text


def test_a_count_that_goes_back_ends_a_passkey(site: Flask, session: Session) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    give_address(session)
    key = SoftAuthenticator(count=5)
    assert add(ada, key).status == 303
    copy = replace(key)
    guest = Browser(site.test_client())
    assert enter(guest, key).status == 303
    refused = enter(Browser(site.test_client()), copy)
    assert (refused.status, "may have been copied" in refused.text) == (422, True)
    # Whichever is the copy, neither signs in from now on.
    assert "may have been copied" in enter(Browser(site.test_client()), key).text
    assert kinds(session).count("passkey-copied") == 1
    assert "May have been copied" in ada.get(PAGE).text
    # One that counts nothing, as those that are synced, has no count to go back.
    synced = SoftAuthenticator(counts=False)
    assert add(ada, synced).status == 303
    for _ in range(2):
        assert enter(Browser(site.test_client()), synced).status == 303


def test_an_account_has_so_many_passkeys_and_no_more(
    site: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when their challenges were all given out before the first was answered."""
    monkeypatch.setattr(passkeys, "MAX_PASSKEYS", 1)
    ada = Browser(site.test_client()).sign_up("ada")
    made = SoftAuthenticator().create(ask(ada, PAGE, OPTIONS, current=PASSWORD))
    cookie = ada.client.get_cookie("shortlist")
    assert cookie is not None
    assert add(ada, SoftAuthenticator()).status == 303
    form = ada.get(PAGE).form(PAGE)
    ada.client.set_cookie("shortlist", cookie.value)
    refused = ada.post(PAGE, {**form, "credential": made})
    assert (refused.status, "Up to 1 passkeys." in refused.text) == (422, True)
    assert len(session.scalars(select(Passkey)).all()) == 1


def test_the_last_way_to_sign_in_stays(site: Flask, config: Config, session: Session) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    one, other = SoftAuthenticator(), SoftAuthenticator()
    assert add(ada, one).status == 303
    assert add(ada, other).status == 303
    first, second = session.scalars(select(Passkey.id).order_by(Passkey.id)).all()
    begin_writing(session)
    session.execute(update(User).values(password_hash=None))
    session.commit()
    user = session.scalars(select(User)).one()
    assert can_sign_in(session, user)
    session.commit()
    assert remove(ada, first).status == 303
    last = remove(ada, second)
    assert (last.status, "This is your only way to sign in." in last.text) == (422, True)
    # One that was copied, or is for another host, is no way.
    assert add(ada, one).status == 303
    begin_writing(session)
    session.execute(update(Passkey).where(Passkey.id != second).values(rp_id="old.example.org"))
    session.commit()
    assert "only way" in remove(ada, second).text
    assert "Made for old.example.org" in ada.get(PAGE).text
    # They prove who they are by a new sign-in, as there is no password.
    guest = Browser(site.test_client())
    assert enter(guest, other, PAGE).location == PAGE
    attach(site, config, passkeys=None)
    assert guest.get(PAGE).status == 200
    assert ada.post(ENTRY_OPTIONS, ada.get(PAGE).form(PAGE)).status == 404
    assert 'data-passkey="get"' not in Browser(site.test_client()).get("/login").text


def test_recovery_takes_passkeys_away_and_a_merge_moves_them(site: Flask, session: Session) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    give_address(session)
    key, other = SoftAuthenticator(), SoftAuthenticator()
    assert add(ada, key).status == 303
    assert add(Browser(site.test_client()).sign_up("ben"), other).status == 303
    user, ben = session.scalars(select(User).order_by(User.id)).all()
    token = tokens.make_token(session, MAIL_KINDS["recovery"], user.id, "ada@example.org")
    recovery.reset_password(session, token, "a much better secret", (), UsableWays())
    session.commit()
    assert UNKNOWN in enter(Browser(site.test_client()), key).text
    assert kinds(session)[-2:] == ["passkey-removed", "password-changed"]
    merge(session, ben, user)
    session.commit()
    guest = Browser(site.test_client())
    assert enter(guest, other).status == 303
    assert who(guest) == "ada"
    link = sign_in_links.make_sign_in_link(session, session.get_one(User, user.id), "")
    session.commit()
    assert guest.submit(link).status == 303
    assert session.scalars(select(Passkey)).all() == []


@pytest.mark.sqlite_only(reason="nothing is written: test_a_passkey_is_added_used_and_removed")
def test_a_passkey_is_renamed_by_its_owner_alone(site: Flask, session: Session) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    add(ada, SoftAuthenticator(), "Laptop")
    number = session.scalars(select(Passkey.id)).one()
    session.commit()
    path = f"{PAGE}/{number}/name"
    done = ada.submit(PAGE, path, called="  Work\u202e <b>phone</b>\n" + "x" * 80)
    assert (done.status, done.location) == (303, PAGE)
    name = session.scalars(select(Passkey.name)).one()
    session.commit()
    assert name == ("Work <b>phone</b> " + "x" * 80)[:60]
    page = ada.get(PAGE).text
    assert "Passkey renamed." in page
    assert "Work &lt;b&gt;phone&lt;/b&gt;" in page
    empty = ada.submit(PAGE, path, called=" \u200b ")
    assert (empty.status, "Enter a name for the passkey." in empty.text) == (422, True)
    ben = Browser(site.test_client()).sign_up("ben")
    token = ben.get(PAGE).form(PAGE)["csrf_token"]
    assert ben.post(path, {"csrf_token": token, "called": "Mine"}).status == 303
    huge = ada.post(f"{PAGE}/{10**30}/name", {**ada.get(PAGE).form(path), "called": "Big"})
    assert huge.status == 303
    assert session.scalars(select(Passkey.name)).all() == [name]
    session.commit()


def test_somebody_elses_passkey_is_not_removed_and_a_challenge_is_of_who_asked(
    site: Flask, session: Session
) -> None:
    ada = Browser(site.test_client()).sign_up("ada")
    ben = Browser(site.test_client()).sign_up("ben")
    key = SoftAuthenticator()
    assert add(ada, key).status == 303
    number = session.scalars(select(Passkey.id)).one()
    session.commit()
    assert remove(ben, number).status == 303
    assert remove(ben, 2**40).status == 303
    assert session.scalars(select(Passkey.id)).all() == [number]
    session.commit()
    assert "This passkey was added already." in add(ben, key).text
    made = SoftAuthenticator().create(ask(ben, PAGE, OPTIONS, current=PASSWORD))
    with ben.client.session_transaction() as cookie:
        cookie["passkey-adding"]["user"] = 1
        cookie.modified = True
    assert STALE in ben.submit(PAGE, credential=made).text
