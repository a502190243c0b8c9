"""Signing in with a provider, from the button to the session, and all that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database, begin_writing, now
from app.models import EmailAddress, Identity, Mail, SignIn, User
from app.queries.people import can_sign_in
from app.services.accounts import invitations
from app.services.accounts.merging import merge
from app.services.exporting.archive_rows import make_profile
from app.services.providers import exchange
from app.services.providers.metadata import forget_all
from app.services.providers.openid import MAX_AGE
from tests.helpers.client import PASSWORD, Browser, Page
from tests.helpers.stand_ins.provider import CALLBACK, CLIENT_ID, LocalProvider

ADA = {"sub": "248289761001", "preferred_username": "ada", "name": "Ada Lovelace"}


@pytest.fixture
def provider(app: Flask, config: Config) -> Iterator[LocalProvider]:
    found = LocalProvider(claims=dict(ADA))
    found.attach(app, config)
    yield found
    found.close()


def begin(browser: Browser, page: str = "/login", name: str = "lab", **fields: str) -> str:
    """Press the button; says where the provider is asked."""
    answer = browser.submit(page, f"/login/with/{name}", **fields)
    assert answer.status == 200, answer.text
    assert "no-store" in answer.response.headers["Cache-Control"]
    return answer.response.headers["Refresh"].removeprefix("0; url=")


def come_back(browser: Browser, provider: LocalProvider, **fields: str) -> Page:
    return browser.get(provider.authorize(begin(browser, **fields)))


def sign_up(browser: Browser, provider: LocalProvider, **fields: str) -> Page:
    answer = come_back(browser, provider)
    assert answer.location == "/signup/with", answer.text
    return browser.submit("/signup/with", **fields)


def problem(page: Page) -> str:
    assert page.text.count('role="alert"') == 1
    return " ".join(page.text.split('role="alert">')[1].split("</p>")[0].split())


def test_somebody_signs_up_and_in_again(
    guest: Browser, app: Flask, provider: LocalProvider, session: Session
) -> None:
    provider.claims |= {"email": "ada@example.org", "email_verified": True}
    page = begin(guest, next="/tags")
    chosen = guest.get(provider.authorize(page))
    assert chosen.location == "/signup/with"
    form = guest.get("/signup/with").form("/signup/with")
    assert (form["name"], form["display_name"]) == ("ada", "Ada Lovelace")
    before = guest.client.get_cookie("shortlist")
    done = guest.post("/signup/with", form)
    assert (done.status, done.location) == (303, "/tags")
    after = guest.client.get_cookie("shortlist")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    user = session.scalars(select(User)).one()
    assert (user.name, user.password_hash) == ("ada", None)
    row = session.scalars(select(Identity)).one()
    assert (row.issuer, row.subject) == (provider.issuer, ADA["sub"])
    address = session.scalars(select(EmailAddress)).one()
    assert (address.address, address.pending) == ("ada@example.org", None)
    session.commit()
    assert guest.get("/settings").status == 200
    # What proved it once does so no more.
    assert guest.get("/signup/with").location == "/login"
    again = Browser(app.test_client())
    assert come_back(again, provider, next="//evil.example/").location == "/"
    assert again.get("/settings").status == 200
    session.commit()
    assert len(session.scalars(select(SignIn)).all()) == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1
    assert provider.asked.count("/keys") == 1


@pytest.mark.parametrize(
    ("wrong", "algorithm"),
    [
        ({"nonce": "another"}, "ES256"),
        ({"nonce": None}, "ES256"),
        ({"aud": "another client"}, "ES256"),
        ({"aud": [CLIENT_ID, "another client"]}, "ES256"),
        ({"iss": "https://elsewhere.example"}, "ES256"),
        ({"iat": 1_000_000_000, "exp": 1_000_000_300}, "ES256"),
        ({"sub": ""}, "ES256"),
        ({"sub": "a\x00"}, "ES256"),
        ({}, "none"),
    ],
    ids=lambda each: str(each)[:20],
)
@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_a_token_that_proves_nothing(
    guest: Browser, provider: LocalProvider, wrong: dict[str, Any], algorithm: str
) -> None:
    provider.wrong, provider.algorithm = wrong, algorithm
    page = come_back(guest, provider)
    assert page.status == 422
    assert problem(page).startswith("Lab sent an answer that doesn’t prove who you are")
    assert guest.get("/signup/with").location == "/login"


@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_a_signature_with_a_secret_or_an_unknown_key_is_none(
    guest: Browser, provider: LocalProvider
) -> None:
    known = provider.published[:]
    provider.use_rsa()
    provider.published = known
    assert come_back(guest, provider).status == 422
    # New keys are asked for, but not for each token that comes: so soon only those that are kept.
    assert provider.asked.count("/keys") == 1


@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_new_keys_are_asked_for(
    guest: Browser, provider: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert come_back(guest, provider).status == 303
    provider.use_rsa()
    monkeypatch.setattr("app.services.providers.metadata.MIN_KEYS_LIFE", -1.0)
    assert come_back(guest, provider).status == 303
    assert provider.asked.count("/keys") == 2


@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_a_way_back_that_was_not_begun_here(
    guest: Browser, app: Flask, provider: LocalProvider
) -> None:
    stale = "This sign-in has expired"
    other = Browser(app.test_client())
    theirs = provider.authorize(begin(other))
    assert problem(guest.get(theirs)).startswith(stale)  # began nothing
    mine = provider.authorize(begin(guest))
    assert problem(guest.get(theirs)).startswith(stale)  # another state
    assert problem(guest.get(mine)).startswith(stale)  # which has ended this one
    mine = provider.authorize(begin(guest))
    assert problem(guest.get(mine.replace("/lab/", "/github/"))).startswith(stale)
    mine = provider.authorize(begin(guest))
    assert guest.get(mine).status == 303
    assert problem(guest.get(mine)).startswith(stale)  # the second time
    # A code that was used, in a sign-in that was begun.
    code = mine.split("code=")[1].split("&")[0]
    fresh = provider.authorize(begin(guest))
    replayed = guest.get(f"{CALLBACK}?code={code}&state={fresh.split('state=')[1]}")
    assert replayed.status == 422
    denied = begin(guest).split("state=")[1].split("&")[0]
    page = guest.get(f"{CALLBACK}?error=access_denied&state={denied}")
    assert problem(page) == "You didn’t allow Lab to sign you in here."
    assert guest.post("/login/with/lab").status == 400  # no token
    assert guest.get("/login/with/lab").status == 405
    assert guest.get("/login/with/other/callback").status == 404
    elsewhere = provider.authorize(begin(guest)) + "&iss=https://elsewhere.example"
    assert guest.get(elsewhere).status == 422


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"issuer": "https://elsewhere.example"}, "Lab says that it is somebody else."),
        ({"token_endpoint": "http://elsewhere.example/"}, "Lab names an address that can’t be"),
        ({"authorization_endpoint": "https://a@b.example"}, "Lab names an address that can’t be"),
        ({"jwks_uri": "https://127.0.0.2/keys"}, ""),
    ],
)
@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_what_a_provider_says_of_itself(
    guest: Browser, provider: LocalProvider, metadata: dict[str, Any], says: str
) -> None:
    provider.metadata = metadata
    page = guest.submit("/login", "/login/with/lab")
    if says:
        assert page.status == 503
        assert problem(page).startswith(says)
        return
    # An address in somebody's own network, at another host than the issuer's.
    address = page.response.headers["Refresh"].removeprefix("0; url=")
    back = guest.get(provider.authorize(address))
    assert (back.status, problem(back)) == (503, "Lab can’t be reached at the moment.")


@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_a_provider_that_gives_no_answer(
    guest: Browser, provider: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = begin(guest)
    for answer in ([], {"id_token": 5}, {"id_token": "a.b.c"}, {"error": "invalid_client"}, b"<p>"):
        provider.token_answer = answer
        page = guest.get(provider.authorize(address))
        assert page.status in (422, 503)
        address = begin(guest)
    provider.token_answer = None
    monkeypatch.setattr(exchange, "MAX_BYTES", 10)
    assert problem(guest.get(provider.authorize(address))) == "Lab sent more than we want to read."
    address = begin(guest)
    monkeypatch.setattr(exchange, "SECONDS", -1.0)
    assert problem(guest.get(provider.authorize(address))) == "Lab did not answer in time."


def test_an_address_that_nobody_confirmed_finds_and_tells_nothing(
    guest: Browser, app: Flask, provider: LocalProvider, session: Session
) -> None:
    Browser(app.test_client()).sign_up("ben")
    ben = session.scalars(select(User)).one()
    session.commit()
    provider.metadata = {"userinfo_endpoint": f"{provider.issuer}/userinfo"}
    provider.claims = {"sub": "1", "name": "Ben", "preferred_username": "ben"}
    assert come_back(guest, provider).location == "/signup/with"
    page = guest.get("/signup/with")
    proposed = page.form("/signup/with")["name"]
    assert proposed.startswith("ben-")
    assert "ben@" not in page.text
    taken = guest.submit("/signup/with", name="ben")
    assert taken.status == 422
    assert "This username is taken" in taken.text
    provider.claims |= {"email": "ben@example.org", "email_verified": "yes"}
    assert sign_up(guest, provider).status == 303
    session.commit()
    assert session.scalars(select(Identity.user_id)).one() != ben.id
    assert session.scalars(select(EmailAddress)).all() == []


def test_sign_up_that_is_closed_or_by_invitation(
    guest: Browser, app: Flask, config: Config, provider: LocalProvider, session: Session
) -> None:
    provider.attach(app, config, signup=False)
    come_back(guest, provider)
    page = guest.get("/signup/with")
    assert page.status == 403
    assert "ada isn’t linked to an account here. Sign-up is closed." in page.text
    provider.attach(app, config, signup=False, by_invitation=True)
    assert "You need an invitation" in guest.get("/signup/with").text
    token = invitations.make_invitation(session)
    session.commit()
    page_of_link = f"/signup?invitation={token}"
    address = begin(guest, page_of_link)
    assert guest.get(provider.authorize(address)).location == "/signup/with"
    assert guest.submit("/signup/with").status == 303
    assert session.scalars(select(User.name)).all() == ["ada"]
    assert not invitations.is_invitation(session, token)


def test_linking_and_unlinking(
    guest: Browser, app: Flask, provider: LocalProvider, session: Session
) -> None:
    page = "/settings/sign-in"
    guest.sign_up("ada")
    begin_writing(session)
    session.add(EmailAddress(user_id=1, address="a@b.org", address_folded="a@b.org"))
    session.commit()
    wrong = guest.submit(page, f"{page}/link", provider="lab", current="wrong password")
    assert wrong.status == 422
    assert "Current password is incorrect." in wrong.text
    away = guest.submit(page, f"{page}/link", provider="lab", current=PASSWORD)
    address = away.response.headers["Refresh"].removeprefix("0; url=")
    assert guest.get(provider.authorize(address)).location == page
    assert "ada" in guest.get(page).text
    # Another account cannot have it, too, and who signs in with it is Ada.
    ben = Browser(app.test_client()).sign_up("ben")
    away = ben.submit(page, f"{page}/link", provider="lab", current=PASSWORD)
    address = away.response.headers["Refresh"].removeprefix("0; url=")
    refused = ben.get(provider.authorize(address))
    assert problem(refused) == "Ada is linked to another account here."
    other = Browser(app.test_client())
    come_back(other, provider)
    assert "Signed in as <bdi>ada</bdi>" in other.get("/settings").text
    number = session.scalars(select(Identity.id)).one()
    session.commit()
    gone = ben.submit(page, f"{page}/link", current=PASSWORD)  # nobody's provider
    assert gone.status == 404
    form = {**ben.get(page).form(f"{page}/link"), "current": PASSWORD}
    ben.post(f"{page}/{number}/unlink", form)
    assert session.scalars(select(Identity.id)).all() == [number]
    session.commit()
    form = {**guest.get(page).form(f"{page}/link"), "current": PASSWORD}
    for _ in range(2):  # the second time there is nothing to unlink, and to tell
        assert guest.post(f"{page}/{number}/unlink", form).status == 303
    assert session.scalars(select(Identity.id)).all() == []
    told = session.scalars(select(Mail).where(Mail.kind.startswith("account-"))).all()
    assert [each.kind for each in told] == ["account-linked", "account-unlinked"]
    assert {each.facts["issuer"] for each in told} == {"Lab"}


def test_who_has_no_password_shows_a_sign_in_of_a_moment_ago(
    guest: Browser, app: Flask, config: Config, provider: LocalProvider, session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sign_up(guest, provider)
    number = session.scalars(select(Identity.id)).one()
    session.commit()
    page = "/settings/sign-in"
    form = guest.get(page).form(f"{page}/link")
    assert "current" not in form
    last = guest.post(f"{page}/{number}/unlink", form)
    assert last.status == 422
    assert "This is your only way to sign in." in last.text
    monkeypatch.setattr("app.services.accounts.sessions.FRESH_MINUTES", -1)
    old = guest.submit("/settings/email", address="ada@example.org")
    assert old.status == 422
    assert "Sign in again" in old.text
    monkeypatch.undo()
    # At the provider they are asked who they are, also when it knows.
    address = begin(guest, "/login?again=1&next=/settings/email", next="/settings/email")
    assert guest.get(provider.authorize(address)).location == "/settings/email"
    assert provider.prompts[-1] == "login"
    assert guest.submit("/settings/email", address="ada@example.org").status == 303
    new = "a much better secret"
    assert guest.submit("/settings", "/settings/password", new=new).status == 303
    assert Browser(app.test_client()).sign_in("ada", new)


def test_a_renewed_proof_is_of_now(
    guest: Browser, app: Flask, provider: LocalProvider, session: Session
) -> None:
    """A provider says when it last asked; one that never says so is believed to have asked now."""
    page, moment = "/settings/email", int(now().timestamp())
    provider.claims["auth_time"] = moment - 3600  # it knew them for an hour
    sign_up(guest, provider)
    assert provider.max_ages == [str(MAX_AGE)]  # so that it says so
    old = guest.submit(page, address="ada@example.org")
    assert (old.status, "Sign in again" in old.text) == (422, True)

    def prove_again() -> Page:
        address = begin(guest, f"/login?again=1&next={page}", next=page)
        return guest.get(provider.authorize(address))

    assert problem(prove_again()).startswith("Lab didn’t ask you to sign in again.")
    assert (provider.prompts[-1], provider.max_ages[-1]) == ("login", "0")
    for wrong in (moment + 3600, "now", True, -1, float("nan")):
        provider.claims["auth_time"] = wrong
        assert problem(prove_again()).startswith("Lab sent an answer that doesn’t prove")
    assert guest.submit(page, address="ada@example.org").status == 422
    provider.claims["auth_time"] = moment
    assert prove_again().location == page
    assert guest.submit(page, address="ada@example.org").status == 303
    del provider.claims["auth_time"]
    assert prove_again().location == page
    provider.metadata = {"claims_supported": ["sub", "auth_time"]}  # it could say it
    forget_all()
    assert problem(prove_again()).startswith("Lab sent an answer that doesn’t prove")
    assert session.scalars(select(SignIn.way).distinct()).all() == ["Lab"]


def test_passwords_can_be_switched_off(
    guest: Browser, app: Flask, config: Config, provider: LocalProvider
) -> None:
    ada = Browser(app.test_client()).sign_up("ada")
    form = guest.get("/login").form("/login")
    provider.attach(app, config, passwords=False)
    page = guest.get("/login").text
    assert "Sign in with Lab" in page
    assert 'type="password"' not in page + guest.get("/signup").text + ada.get("/settings").text
    for path in ("/login", "/signup"):
        answer = guest.post(path, {**form, "name": "ada", "password": PASSWORD})
        assert answer.status == 403
        assert "Passwords aren’t used on this site." in answer.text
    assert guest.get("/recover").status == 403
    assert guest.get("/recover/token").status == 403


@pytest.mark.parametrize(
    ("emails", "address"),
    [
        ([{"email": "a@b.org", "primary": True, "verified": True}], ["a@b.org"]),
        ([{"email": "a@b.org", "primary": True, "verified": False}], []),
    ],
)
@pytest.mark.sqlite_only(reason="the same rows: test_somebody_signs_up_and_in_again")
def test_github(
    guest: Browser, app: Flask, provider: LocalProvider, session: Session,
    emails: Any, address: list[str],
) -> None:  # fmt: skip
    provider.github = {"id": 583231, "login": "octocat", "name": "The Octocat", "emails": emails}
    back = guest.get(provider.authorize(begin(guest, name="github")))
    assert back.location == "/signup/with"
    assert guest.submit("/signup/with").status == 303
    assert session.scalars(select(User.name)).one() == "octocat"
    assert session.scalars(select(Identity.subject)).one() == "583231"
    assert list(session.scalars(select(EmailAddress.address))) == address
    session.commit()
    provider.github = {"id": "583231", "login": "octocat"}
    odd = guest.get(provider.authorize(begin(guest, "/login?again=1", name="github")))
    assert odd.status == 422


def test_links_go_where_the_account_goes(
    guest: Browser, app: Flask, provider: LocalProvider, session: Session
) -> None:
    Browser(app.test_client()).sign_up("lovelace")
    sign_up(guest, provider)
    one, other = session.scalars(select(User).order_by(User.name)).all()
    assert make_profile(session, one)["linked_accounts"][0]["label"] == "ada"
    assert can_sign_in(session, one)
    merge(session, one, other)
    session.commit()
    ada = Browser(app.test_client())
    come_back(ada, provider)
    assert "Signed in as <bdi>lovelace</bdi>" in ada.get("/settings").text


@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_names_that_cannot_be_shown_or_kept(
    guest: Browser, app: Flask, provider: LocalProvider, session: Session
) -> None:
    name = "".join(map(chr, range(0x4E00, 0x4E00 + 9000)))  # too long for a cookie
    said = {"id": 7, "login": "\ud800octo\u202ecat", "name": name}
    email = {"email": "a\ud800@b.org", "primary": True, "verified": True}
    provider.github = {**said, "emails": [email]}
    back = guest.get(provider.authorize(begin(guest, name="github")))
    assert back.location == "/signup/with"
    page = guest.get("/signup/with")
    assert page.status == 200
    assert "<strong>octocat</strong>" in page.text
    assert guest.submit("/signup/with").status == 303
    assert session.scalars(select(User.name)).one() == "octocat"
    assert session.scalars(select(EmailAddress)).all() == []
    session.commit()
    provider.github = {**said, "id": 2**63}
    address = begin(guest, "/login?again=1", name="github")
    assert guest.get(provider.authorize(address)).status == 422


@pytest.mark.sqlite_only(reason="nothing is read: test_somebody_signs_up_and_in_again")
def test_keys_that_nobody_can_read_do_not_spoil_others(
    guest: Browser, provider: LocalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd: list[dict[str, Any]] = [
        {"kty": "EC", "crv": "brainpoolP256r1", "x": "AA", "y": "AA", "kid": "odd"},
        {"kty": "RSA", "n": 5, "e": []},
        {"kty": "RSA", "n": "AQ", "e": "AQAB"},
    ]
    keys = {"keys": [*odd, provider.key.as_dict(private=False)]}
    monkeypatch.setattr("app.services.providers.openid.load_keys", lambda *_, **__: keys)
    assert come_back(guest, provider).location == "/signup/with"
    keys["keys"] = odd
    assert come_back(guest, provider).status == 422


@pytest.mark.sqlite_only(reason="limits are in memory: tests/views/http/test_limits.py")
def test_one_sign_in_that_was_begun_does_not_ask_a_provider_for_ever(
    config: Config, database: Database, provider: LocalProvider
) -> None:
    app = create_app(replace(config, rate_limits=True), database)
    provider.attach(app, replace(config, rate_limits=True))
    guest = Browser(app.test_client())
    state = begin(guest).split("state=")[1].split("&")[0]
    kept = guest.client.get_cookie("shortlist")
    assert kept is not None
    found = []
    for _ in range(30):
        guest.client.set_cookie("shortlist", kept.value)
        found.append(guest.get(f"{CALLBACK}?code=x&state={state}").status)
    assert found == [422] * 20 + [429] * 10
    assert provider.asked.count("/token") == 20
