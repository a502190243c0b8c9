"""Sign-up by invitation: links that administrators make, for one person each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.config import Config
from app.db import begin_writing, now
from app.models import Invitation, User
from app.services.accounts import administration, invitations
from tests.helpers.client import PASSWORD, Browser


@pytest.fixture
def admin(app: Flask, config: Config, session: Session) -> Browser:
    """An administrator of a site where who is invited can sign up."""
    browser = Browser(app.test_client()).sign_up("ann")
    administration.set_role(session, session.scalars(select(User)).one(), "administrator")
    session.commit()
    changed = replace(config, signup=False, by_invitation=True)
    app.extensions["shortlist"] = (changed, app.extensions["shortlist"][1])
    return browser


def invite(admin: Browser) -> str:
    page = admin.submit("/invitations")
    (link,) = (each for each in page.links() if "invitation=" in each)
    return link.removeprefix("http://localhost")


def test_one_person_signs_up_with_a_link(admin: Browser, app: Flask) -> None:
    link = invite(admin)
    assert link not in admin.get("/invitations").text
    ben, cy = Browser(app.test_client()), Browser(app.test_client())
    late = cy.get(link).form("/signup")
    weak = ben.submit(link, "/signup", name="ben", password="password")
    assert weak.status == 422
    again = {**weak.form("/signup"), "password": PASSWORD}
    assert ben.post("/signup", again).status == 303
    answer = cy.post("/signup", {**late, "name": "cy", "password": PASSWORD})
    assert answer.status == 403
    assert "You need an invitation" in answer.text
    assert cy.get(link).status == 403
    assert ben.get("/invitations").status == 403
    assert "Revoke" not in admin.get("/invitations").text


def test_without_a_link_nobody_signs_up(admin: Browser, guest: Browser, session: Session) -> None:
    assert guest.get("/signup").status == 403
    assert guest.get("/signup?invitation=guessed").status == 403
    link = invite(admin)
    assert guest.get(link).status == 200
    number = session.scalars(select(Invitation.id)).one()
    session.commit()
    assert admin.submit("/invitations", f"/invitations/{number}/revoke").status == 303
    assert guest.get(link).status == 403


def test_an_invitation_expires(admin: Browser, guest: Browser, session: Session) -> None:
    link = invite(admin)
    begin_writing(session)
    session.execute(update(Invitation).values(expires_at=now()))
    session.commit()
    assert guest.get(link).status == 403
    invitations.make_invitation(session)
    session.commit()
    assert len(session.scalars(select(Invitation)).all()) == 1


def test_invitations_count_for_nothing_where_sign_up_is_closed(
    admin: Browser, app: Flask, config: Config, guest: Browser
) -> None:
    link = invite(admin)
    closed = replace(config, signup=False)
    app.extensions["shortlist"] = (closed, app.extensions["shortlist"][1])
    page = guest.get(link)
    assert page.status == 403
    assert "Sign-up is closed" in page.text
    assert "SHORTLIST_SIGNUP" in admin.get("/invitations").text
