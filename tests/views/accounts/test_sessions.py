"""Where one is signed in, when one signed in, and mail about that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Database, begin_writing, now
from app.models import EmailAddress, Job, LoginSession, Mail, User
from app.services.accounts import sessions
from app.views.accounts.sign_in.devices import UNKNOWN_DEVICE, describe_device
from tests.helpers.client import Browser
from tests.helpers.mail.mailbox import give_address, read_mail, text_of
from tests.helpers.queries import count_queries

PAGE = "/settings/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ann(app: Flask) -> Browser:
    return Browser(app.test_client()).sign_up("ann")


def browse(app: Flask, user_agent: str = FIREFOX) -> Browser:
    """Ann, on another device."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    return Browser(client).sign_in("ann")


def set_used(session: Session, days: int) -> None:
    """Let all sessions have been used some days ago."""
    begin_writing(session)
    session.execute(update(LoginSession).values(used_on=(now() - timedelta(days=days)).date()))
    session.commit()


def days_used(session: Session) -> set[int]:
    session.commit()
    found = session.scalars(select(LoginSession.used_on)).all()
    session.commit()
    return {(now().date() - day).days for day in found}


def test_devices_are_listed_and_signed_out(app: Flask, ann: Browser) -> None:
    other = browse(app)
    page = ann.get(PAGE)
    assert "Firefox on Linux" in page.text
    assert page.text.count("this device") == 1
    (action,) = {
        each.get("action") for each in page.tree.iter("form") if "/end" in each.get("action", "")
    } - {f"{PAGE}/end-others"}
    assert ann.submit(PAGE, action).status == 303
    assert other.get("/settings").status == 302
    assert ann.get("/settings").status == 200
    assert "Firefox on Linux" in ann.get(PAGE).text.split("Recent sign-ins")[1]


def test_all_others_are_signed_out_at_once(app: Flask, ann: Browser) -> None:
    others = [browse(app), browse(app)]
    assert ann.submit(PAGE, f"{PAGE}/end-others").status == 303
    assert [each.get("/settings").status for each in others] == [302, 302]
    assert f"{PAGE}/end-others" not in ann.get(PAGE).text


def test_nobody_signs_others_out(app: Flask, ann: Browser, session: Session) -> None:
    hers = session.scalars(select(LoginSession.token_hash)).one()[:16]
    session.commit()
    ben = Browser(app.test_client()).sign_up("ben")
    browse(app)
    form = ben.get("/settings").form("/settings/profile")
    for handle in (hers, hers[:4], "%" * 16, "_" * 16, "x"):
        assert ben.post(f"{PAGE}/{handle}/end", form).status == 404
    assert ann.get("/settings").status == 200


def test_a_use_is_written_once_a_day(ann: Browser, database: Database, session: Session) -> None:
    set_used(session, 3)
    assert ann.get("/users").status == 200
    assert days_used(session) == {0}
    with count_queries(database) as found:
        ann.get("/users")
    assert not any(each.startswith(("UPDATE", "INSERT", "DELETE")) for each in found)


def test_a_use_that_cannot_be_written_keeps_nobody_from_reading(
    ann: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("read-only"))

    set_used(session, 1)
    with monkeypatch.context() as patch:
        patch.setattr(sessions, "note_use", fail)
        assert ann.get("/settings").status == 200
    assert days_used(session) == {1}


def test_who_is_away_for_too_long_signs_in_again(
    app: Flask, config: Config, ann: Browser, session: Session
) -> None:
    app.extensions["shortlist"] = (replace(config, idle_days=7), app.extensions["shortlist"][1])
    set_used(session, 7)
    assert ann.get("/settings").status == 200
    set_used(session, 8)
    assert ann.get("/settings").status == 302
    again = browse(app)
    assert again.get(PAGE).text.count("last used") == 1


def test_a_new_browser_is_told_by_mail_at_most_once_an_hour(
    app: Flask, ann: Browser, database: Database, session: Session
) -> None:
    give_address(session, session.scalars(select(User)).one(), "ann@example.org")
    ann.submit("/", "/logout")
    ann.sign_in("ann")  # which is known
    assert read_mail(database) == []
    browse(app)
    (mail,) = read_mail(database)
    assert "before: Firefox on Linux." in text_of(mail)
    browse(app)
    browse(app)
    assert read_mail(database) == []  # the second waits, and the third is none
    begin_writing(session)
    sent = session.scalars(select(Mail).where(Mail.state == "sent")).one()
    job = session.scalars(select(Job).where(Job.kind == "mail", Job.key != "")).one()
    session.commit()
    assert sent.sent_at is not None
    assert job.due_at == sent.sent_at + timedelta(hours=1)


def test_one_click_turns_such_mail_off(
    app: Flask, ann: Browser, database: Database, session: Session, guest: Browser
) -> None:
    give_address(session, session.scalars(select(User)).one(), "ann@example.org")
    browse(app)
    (mail,) = read_mail(database)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://localhost")
    assert guest.get(path).form(path) == {"List-Unsubscribe": "One-Click"}
    browse(app)  # told in an hour, unless it is turned off
    assert guest.post(path, {"List-Unsubscribe": "One-Click"}).status == 200
    assert guest.post("/mail/unsubscribe/none").status == 404
    browse(app)
    assert "we don’t tell you" in ann.get("/settings/email").text
    begin_writing(session)
    row = session.scalars(select(EmailAddress)).one()
    assert (row.tells_sign_ins, row.address) == (False, "ann@example.org")
    session.commit()
    ann.submit("/settings/email", "/settings/email/notices")
    assert "we tell you" in ann.get("/settings/email").text


@pytest.mark.parametrize(
    ("user_agent", "found"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        ("curl/8.0 <script>", UNKNOWN_DEVICE),
        ("", UNKNOWN_DEVICE),
    ],
)
def test_devices_are_described(user_agent: str, found: str) -> None:
    assert describe_device(user_agent) == found
