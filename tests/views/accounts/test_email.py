"""The email address of an account, from the settings to the mail and back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing, now
from app.models import Bounce, EmailAddress, User
from app.services.accounts import administration
from tests.helpers.client import PASSWORD, Browser, Page
from tests.helpers.mail.mailbox import give_address, link_in, read_mail, text_of

PAGE = "/settings/email"


@pytest.fixture
def ann(app: Flask) -> Browser:
    return Browser(app.test_client()).sign_up("ann")


def ask(browser: Browser, address: str, password: str = PASSWORD) -> Page:
    return browser.submit(PAGE, address=address, current=password)


def follow(browser: Browser, path: str) -> Page:
    """Open the link of a mail and press its button."""
    form = browser.get(path).form(path)
    return browser.post(path, form)


def address_of(session: Session, name: str = "ann") -> str | None:
    session.commit()
    query = select(EmailAddress.address).join(User, User.id == EmailAddress.user_id)
    found = session.scalar(query.where(User.name == name))
    session.commit()
    return found


def test_an_address_is_confirmed_by_its_link(
    ann: Browser, database: Database, session: Session, guest: Browser
) -> None:
    assert ask(ann, "Ann@Example.org").status == 303
    assert "Waiting for confirmation: <strong>Ann@example.org" in ann.get(PAGE).text
    assert address_of(session) is None
    (mail,) = read_mail(database)
    assert (mail["To"], "ann" in text_of(mail)) == ("Ann@example.org", True)
    # A program that opens the link confirms nothing; the owner may be signed out.
    assert guest.get(link_in(mail)).status == 200
    assert address_of(session) is None
    confirmed = follow(guest, link_in(mail))
    assert "Email address of ann confirmed" in guest.get(confirmed.location).text
    assert address_of(session) == "Ann@example.org"
    assert "Your address is <strong>Ann@example.org" in ann.get(PAGE).text
    assert guest.get(link_in(mail)).status == 410
    again = guest.post(link_in(mail), guest.get("/login").form("/login"))
    assert again.status == 422
    assert "already used" in again.text


def test_what_cannot_be_an_address_is_refused_with_the_input_kept(
    ann: Browser, database: Database
) -> None:
    answer = ask(ann, "ann@nowhere", "wrong password")
    assert answer.status == 422
    assert "Enter an email address" in answer.text
    assert "Current password is incorrect" in answer.text
    assert answer.form(PAGE)["address"] == "ann@nowhere"
    assert read_mail(database) == []


def test_a_change_is_confirmed_at_the_new_address_and_told_to_the_old(
    ann: Browser, database: Database, session: Session
) -> None:
    give_address(session, session.scalars(select(User)).one(), "old@example.org")
    ask(ann, "first@example.org")
    ask(ann, "new@example.org")
    first, second = read_mail(database)
    assert ann.get(link_in(first)).status == 410
    assert address_of(session) == "old@example.org"
    follow(ann, link_in(second))
    assert address_of(session) == "new@example.org"
    (told,) = read_mail(database)
    assert told["To"] == "old@example.org"
    assert "new@example.org" not in told.as_string()
    assert "Another address was confirmed" in text_of(told)


def test_an_address_is_removed_with_the_password(
    ann: Browser, database: Database, session: Session
) -> None:
    give_address(session, session.scalars(select(User)).one(), "old@example.org")
    assert ann.submit(PAGE, f"{PAGE}/remove", password="wrong").status == 422
    assert address_of(session) == "old@example.org"
    assert ann.submit(PAGE, f"{PAGE}/remove", password=PASSWORD).status == 303
    assert address_of(session) is None
    assert "It was removed" in text_of(read_mail(database)[0])
    assert "Remove address" not in ann.get(PAGE).text


def test_an_address_belongs_to_one_account_and_only_its_owner_learns_that(
    ann: Browser, app: Flask, database: Database, session: Session
) -> None:
    give_address(session, session.scalars(select(User)).one(), "ann@example.org")
    ben = Browser(app.test_client()).sign_up("ben")
    taken, free = ask(ben, "Ann@example.org"), ask(ben, "free@example.org")
    assert (taken.status, taken.location) == (free.status, free.location)
    ask(ben, "Ann@example.org")
    answer = follow(ben, link_in(read_mail(database)[-1]))
    assert answer.status == 422
    assert "Another account has this email address" in answer.text
    assert address_of(session, "ben") is None


def test_the_owner_sees_that_an_address_takes_no_mail(
    ann: Browser, database: Database, session: Session
) -> None:
    begin_writing(session)
    refused = {"answer": "550 5.1.1 no such <b>user</b>", "refused_at": now()}
    session.add(Bounce(address="ann@example.org", **refused))
    session.commit()
    give_address(session, session.scalars(select(User)).one(), "Ann@example.org")
    assert "550 5.1.1 no such &lt;b&gt;user" in ann.get(PAGE).text
    ask(ann, "new@example.org")
    begin_writing(session)
    session.add(Bounce(address="new@example.org", answer="551 moved", refused_at=now()))
    session.commit()
    assert "551 moved" in ann.get(PAGE).text
    ask(ann, "new@example.org")  # who asks again has mended it
    assert "551 moved" not in ann.get(PAGE).text
    assert len(read_mail(database)) == 2


def test_changes_of_password_and_name_are_told(
    ann: Browser, database: Database, session: Session
) -> None:
    user = session.scalars(select(User)).one()
    give_address(session, user, "ann@example.org")
    ann.submit("/settings", "/settings/password", current=PASSWORD, new="another sentence")
    administration.rename_account(session, user, "anna")
    session.commit()
    password, name = read_mail(database)
    assert "all devices were signed out" in text_of(password)
    assert "from ann to anna" in text_of(name)


def test_nobody_else_sees_an_address(
    ann: Browser, app: Flask, session: Session, guest: Browser
) -> None:
    give_address(session, session.scalars(select(User)).one(), "ann@example.org")
    ben = Browser(app.test_client()).sign_up("ben")
    for browser in (guest, ben):
        for path in ("/", "/users", "/user/ann", "/feed.atom", "/settings", PAGE):
            assert "ann@example.org" not in browser.get(path).text
    assert ann.get(PAGE).response.headers["Cache-Control"] == "private, no-store"
