"""A forgotten password: the same answers whoever is meant, and a link that works once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database, begin_writing, now
from app.models import EmailAddress, Identity, Job, Mail, MailToken, User
from app.services.accounts.sign_in import sign_in_links
from app.settings.sign_in import SignInSettings, UserHeaderSettings
from tests.helpers.client import PASSWORD, Browser, Page
from tests.helpers.mail.mailbox import give_address, link_in, read_mail, text_of
from tests.helpers.queries import count_queries

NEW = "a sentence of my own"


@pytest.fixture
def ann(app: Flask, session: Session) -> Browser:
    browser = Browser(app.test_client()).sign_up("ann")
    give_address(session, session.scalars(select(User)).one(), "Ann@example.org")
    return browser


def ask(browser: Browser, name: str) -> Page:
    return browser.submit("/recover", name=name)


@pytest.mark.parametrize("sought", ["ann", " ANN ", "ann@example.org", "Ann@Example.ORG"])
def test_a_link_resets_the_password_and_signs_out_everywhere(
    ann: Browser, guest: Browser, database: Database, session: Session, sought: str
) -> None:
    assert ask(guest, sought).location == "/recover/sent"
    assert guest.get("/recover/sent").status == 200
    (mail,) = read_mail(database)
    assert mail["To"] == "Ann@example.org"
    path = link_in(mail)
    page = guest.get(path)
    assert page.response.headers["Cache-Control"] == "private, no-store"
    weak = guest.submit(path, new="password")
    assert weak.status == 422
    assert "too common" in weak.text
    assert ann.get("/settings").status == 200
    assert guest.submit(path, new=NEW).location == "/login"
    assert "Password changed" in guest.get("/login").text
    assert ann.get("/settings").status == 302
    assert guest.get(path).status == 410
    token = guest.get("/login").form("/login")["csrf_token"]
    assert guest.post(path, {"new": PASSWORD, "csrf_token": token}).status == 410
    guest.sign_in("ann", NEW)
    (told,) = read_mail(database)
    assert "was changed" in text_of(told)
    assert session.scalar(select(MailToken)) is None


def link(session: Session, label: str, issuer: str = "https://idp.example") -> int:
    """Let ann sign in with an account elsewhere."""
    begin_writing(session)
    row = Identity(user_id=1, issuer=issuer, subject=label, label=label, created_at=now())
    session.add(row)
    session.commit()
    return row.id


def test_what_is_not_ticked_is_unlinked(
    ann: Browser, guest: Browser, database: Database, session: Session
) -> None:
    orcid, strange = link(session, "0000-0001"), link(session, "<b>stranger</b>")
    ask(guest, "ann")
    path = link_in(read_mail(database)[0])
    page = guest.get(path)
    assert "&lt;b&gt;stranger&lt;/b&gt;" in page.text
    form = page.form(path)
    assert page.text.count(" checked") == 0  # none stays, unless somebody says so
    # What could not be saved keeps the ticks, and nothing goes by it.
    weak = guest.post(path, {**form, "new": "password", "kept": str(orcid)})
    assert (weak.status, weak.text.count(" checked")) == (422, 1)
    late = link(session, "late")  # by whoever is in the account meanwhile
    assert {orcid, strange, late} == set(session.scalars(select(Identity.id)))
    session.commit()
    assert guest.post(path, {**form, "new": NEW, "kept": str(orcid)}).location == "/login"
    assert session.scalars(select(Identity.id)).all() == [orcid]
    session.commit()
    (told,) = read_mail(database)
    text = text_of(told)
    assert "can no longer sign in to it: https://idp.example, https://idp.example." in text
    assert "can still sign in to it: https://idp.example (linked " in text
    assert "/settings/sign-in" in text
    assert "stranger" not in text


def test_none_stays_when_nothing_is_ticked(
    ann: Browser, guest: Browser, database: Database, session: Session
) -> None:
    """Whoever had got into the account and linked one of theirs is out."""
    link(session, "thief")
    ask(guest, "ann")
    path = link_in(read_mail(database)[0])
    form = guest.get(path).form(path)
    assert guest.post(path, {**form, "new": NEW}).location == "/login"
    assert session.scalars(select(Identity.id)).all() == []


@pytest.mark.parametrize("kept", ["", "no number", "9" * 400, "-1", "\u0663"])
def test_ticks_that_mean_nothing_keep_nothing(
    ann: Browser, guest: Browser, database: Database, session: Session, kept: str
) -> None:
    link(session, "0000-0001")
    ask(guest, "ann")
    path = link_in(read_mail(database)[0])
    form = guest.get(path).form(path)
    assert guest.post(path, {**form, "new": NEW, "kept": kept}).location == "/login"
    assert session.scalars(select(Identity.id)).all() == []
    session.commit()
    (told,) = read_mail(database)
    assert "can still sign in" not in text_of(told)


def test_a_second_use_in_the_same_moment_is_refused(
    ann: Browser, guest: Browser, database: Database, session: Session
) -> None:
    ask(guest, "ann")
    path = link_in(read_mail(database)[0])
    form = guest.get(path).form(path)
    begin_writing(session)
    session.scalars(select(MailToken)).one().expires_at = now()
    session.commit()
    assert guest.post(path, {**form, "new": NEW}).status == 410
    ann.get("/settings")
    ann.submit("/", "/logout")
    ann.sign_in("ann")


@pytest.mark.parametrize("sought", ["nobody", "nobody@example.org", "ben", "x" * 2000, "a\x00b"])
def test_answers_tell_nothing_of_who_exists(
    ann: Browser, app: Flask, database: Database, session: Session, sought: str
) -> None:
    Browser(app.test_client()).sign_up("ben")  # who has no address
    answers, statements = [], []
    for name in ("ann", sought):
        reader = Browser(app.test_client())
        form = reader.get("/recover").form("/recover")
        with count_queries(database) as counted:
            answer = reader.post("/recover", {**form, "name": name})
        answers.append((answer.status, answer.location, answer.text))
        statements.append(list(counted))
    assert answers[0] == answers[1]
    assert statements[0] == statements[1]
    assert [mail["To"] for mail in read_mail(database)] == ["Ann@example.org"]
    assert session.scalars(select(Job).where(Job.kind == "recovery", Job.key != "")).all() == []


def test_an_account_gets_few_links(
    ann: Browser, guest: Browser, database: Database, session: Session
) -> None:
    for _ in range(5):
        ask(guest, "ann")
        read_mail(database)
    assert len(session.scalars(select(Mail)).all()) == 3


def test_one_name_is_asked_for_a_few_times(
    ann: Browser, config: Config, database: Database
) -> None:
    app = create_app(replace(config, rate_limits=True), database)
    for name in ("ann", "nobody-recovers"):
        statuses = []
        for number in range(6):
            reader = Browser(app.test_client())
            form = reader.get("/recover").form("/recover")
            source = {"REMOTE_ADDR": f"10.0.{number}.{len(name)}"}
            answer = reader.post("/recover", {**form, "name": name}, environ_base=source)
            statuses.append(answer.status)
        assert statuses == [303] * 5 + [429]


def test_a_new_address_makes_links_to_the_old_useless(
    ann: Browser, guest: Browser, database: Database
) -> None:
    ask(guest, "ann")
    path = link_in(read_mail(database)[0])
    assert guest.get(path).status == 200
    ann.submit("/settings/email", "/settings/email/remove", password=PASSWORD)
    assert guest.get(path).status == 410


def test_an_address_that_waits_recovers_nothing(
    ann: Browser, guest: Browser, database: Database, session: Session
) -> None:
    begin_writing(session)
    row = session.scalars(select(EmailAddress)).one()
    row.pending, row.address, row.address_folded = "evil@example.org", None, None
    session.commit()
    ask(guest, "ann")
    ask(guest, "evil@example.org")
    assert read_mail(database) == []


def test_the_page_says_where_mail_is(app: Flask, config: Config, guest: Browser) -> None:
    assert "shortlist mail list" in guest.get("/recover/sent").text
    server = replace(config, mail=replace(config.mail, host="mail.example.org"))
    app.extensions["shortlist"] = (server, app.extensions["shortlist"][1])
    assert "shortlist mail list" not in guest.get("/recover/sent").text
    assert "/recover" in guest.get("/login").links()


def test_the_link_never_leads_where_the_request_said(
    ann: Browser, config: Config, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("site_url", "link_base"):
        monkeypatch.setitem(database.info, name, "")
    reader = Browser(create_app(replace(config, site_url=""), database).test_client())
    evil = {"Host": "evil.example"}
    form = reader.get("/recover", headers=evil).form("/recover")
    assert reader.post("/recover", {**form, "name": "ann"}, headers=evil).status == 303
    (mail,) = read_mail(database)
    assert "http://127.0.0.1:5000/recover/" in text_of(mail)
    assert "evil" not in mail.as_string()


def test_a_link_of_an_administrator_signs_in_once(
    guest: Browser, app: Flask, config: Config, session: Session
) -> None:
    Browser(app.test_client()).sign_up("ann")
    user = session.scalars(select(User)).one()
    link = sign_in_links.make_sign_in_link(session, user, "")
    session.commit()
    # Where nobody has a password, too.
    header = UserHeaderSettings("X-Remote-User", ())
    changed = replace(config, sign_in=SignInSettings(passwords=False, user_header=header))
    app.extensions["shortlist"] = (changed, app.extensions["shortlist"][1])
    assert "no-store" in guest.get(link).response.headers["Cache-Control"]
    assert guest.submit(link).location == "/settings"
    assert guest.get("/settings").status == 200
    late = Browser(app.test_client()).get(link)
    assert (late.status, "Ask the administrator for a new one" in late.text) == (410, True)


def test_a_link_of_an_administrator_leads_to_linked_accounts(
    ann: Browser, guest: Browser, session: Session
) -> None:
    link(session, "0000-0001")
    path = sign_in_links.make_sign_in_link(session, session.scalars(select(User)).one(), "")
    session.commit()
    assert guest.submit(path).location == "/settings/sign-in"
    page = guest.get("/settings/sign-in").text
    assert "Unlink those that you don’t know." in page
    assert "0000-0001" in page


def test_a_new_password_ends_links_of_an_administrator(
    ann: Browser, guest: Browser, session: Session
) -> None:
    user = session.scalars(select(User)).one()
    link = sign_in_links.make_sign_in_link(session, user, "")
    session.commit()
    assert ann.submit("/settings", "/settings/password", current=PASSWORD, new=NEW).status == 303
    assert guest.get(link).status == 410
