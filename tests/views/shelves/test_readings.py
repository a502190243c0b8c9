from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Config
from app.db import Database, now
from app.licences import LICENCES
from app.models import Paper, Reading, Shelf, Summary, User
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.participation import hand_in
from app.services.shelves.reveal import reveal_due
from tests.helpers.client import Browser
from tests.helpers.factories import (
    join_shelf,
    make_paper,
    make_reading,
    make_shelf,
    make_summary,
)

KEY = "conf/x/A1"
HOME = "/shelf/ann/guide"
READING = f"{HOME}/readings/1"
TEXT = {"takeaway": "In one line", "source": "# Doubts\n\nSome doubts."}


def find_user(session: Session, name: str) -> User:
    found = session.scalars(select(User).where(User.name == name)).one()
    session.commit()
    return found


def another(guest: Browser) -> Browser:
    return Browser(guest.client.application.test_client())


def make_group(guest: Browser, session: Session, visibility: str = "private") -> Browser:
    """A shelf of Ann (the guest from here on), and Ben's browser, who shares it."""
    guest.sign_up("ann")
    ben = another(guest).sign_up("ben")
    paper = make_paper(session, KEY, "A paper")
    ann = find_user(session, "ann")
    shelf = make_shelf(session, ann, paper, title="Guide", visibility=visibility)
    join_shelf(session, shelf, find_user(session, "ben"), "viewer")
    return ben


def write(browser: Browser, audience: str, **texts: str) -> str:
    """Write in the ordinary editor; returns where that leads."""
    form = browser.get(f"/write/{KEY}").form(f"/write/{KEY}")
    field = next(name for name in form if name.startswith("reading-"))
    sent = {**form, **TEXT, **texts, field: audience, "save": "1"}
    return browser.post(f"/write/{KEY}", sent).location


def test_a_reading_from_beginning_to_end(guest: Browser, session: Session) -> None:
    ben = make_group(guest, session)
    assert ben.get(f"{HOME}/readings").status == 404
    assert "Read together" in guest.get(HOME).text
    guest.submit(f"{HOME}/readings", f"{HOME}/readings/switch", value="on")
    day = (now() + timedelta(days=7)).date()
    start = f"{HOME}/readings"
    refused = guest.submit(start, start, paper=KEY, ends_on="yesterday", leader="ben")
    assert (refused.status, 'value="yesterday"' in refused.text) == (422, True)
    answer = guest.submit(start, start, paper=KEY, ends_on=day.isoformat(), leader="ben")
    assert (answer.status, answer.location) == (303, READING)
    for page in (ben.get(HOME), ben.get(READING), ben.get(start)):
        assert "A paper" in page.text
        assert "led by" in page.text
    # The editor proposes to keep a new text, and the more private answer counts.
    page = ben.get(f"/write/{KEY}")
    assert 'value="group" checked' in page.text
    assert write(ben, "group", visibility="public") == READING
    assert session.scalars(select(Summary.visibility)).all() == ["private"]
    session.commit()
    assert "Your summary is handed in" in ben.get(READING).text
    for reader in (guest, another(guest)):
        assert "Some doubts" not in reader.get(f"/paper/{KEY}").text
    assert "Some doubts" not in guest.get(READING).text
    assert write(guest, "public", source="# Doubts\n\nNone at all.") == READING
    page = ben.get(READING)
    for words in ("Some doubts", "None at all", "Doubts", "It is shown to the group"):
        assert words in page.text
    assert "Past readings" in ben.get(start).text
    ben.submit(READING, f"{READING}/answer", value="take-back")
    assert "Some doubts" not in guest.get(READING).text
    ben.submit(READING, f"{READING}/answer", value="hand-in", audience="group")
    assert "Some doubts" in guest.get(READING).text
    assert another(guest).get(READING).status == 404


def test_a_text_is_kept_out_and_taken_back_in_the_editor(guest: Browser, session: Session) -> None:
    ben = make_group(guest, session)
    shelf = session.scalars(select(Shelf)).one()
    make_reading(session, shelf, session.scalars(select(Paper)).one())
    assert write(ben, "", visibility="private") == f"/paper/{KEY}#ben"
    assert "Hand in" in ben.get(READING).text
    write(ben, "public")
    assert "It becomes public when it is shown" in ben.get(READING).text
    write(ben, "")
    assert "not handed in yet" in ben.get(READING).text


def test_one_is_told_to_whom_the_text_is_shown(guest: Browser, session: Session) -> None:
    ben = make_group(guest, session)
    shelf, paper = session.scalars(select(Shelf)).one(), session.scalars(select(Paper)).one()
    make_reading(session, shelf, paper)
    user = find_user(session, "ben")
    make_summary(session, paper, user, visibility="unlisted")
    ben.submit(READING, f"{READING}/answer", value="hand-in", audience="public")
    assert "It will be shown to the group" in ben.get(READING).text  # it stays unlisted
    write(guest, "public")
    deque(reveal_due(session), maxlen=0)
    assert "It is shown to the group" in ben.get(READING).text
    assert "It is public" in guest.get(READING).text
    make_summary(session, paper, find_user(session, "ann"), "Hidden again.", visibility="private")
    page = guest.get(READING).text
    assert "It is shown to the group" in page
    assert "becomes public" not in page


def test_a_text_waits_for_the_readings_of_other_groups(guest: Browser, session: Session) -> None:
    ben = make_group(guest, session)
    shelf, paper = session.scalars(select(Shelf)).one(), session.scalars(select(Paper)).one()
    make_reading(session, shelf, paper)
    user = find_user(session, "ben")
    own = make_shelf(session, user, paper, title="Own")
    make_reading(session, own, paper)
    make_summary(session, paper, user, visibility="private")
    for path in (READING, "/shelf/ben/own/readings/1"):
        ben.submit(path, f"{path}/answer", value="hand-in", audience="public")
    assert "public when all your readings of this paper have ended" in ben.get(READING).text


def test_who_does_not_agree_to_the_licence_keeps_their_choice(
    config: Config, database: Database, session: Session
) -> None:
    app = create_app(replace(config, licence=LICENCES["CC-BY-4.0"]), database)
    ann = Browser(app.test_client())
    make_group(ann, session)
    shelf, paper = session.scalars(select(Shelf)).one(), session.scalars(select(Paper)).one()
    make_reading(session, shelf, paper)
    make_summary(session, paper, find_user(session, "ann"), visibility="private")
    answer = f"{READING}/answer"
    refused = ann.submit(READING, answer, value="hand-in", audience="public")
    assert refused.status == 422
    assert "Agree to CC BY 4.0 to publish, or show it to the group." in refused.text
    assert 'name="audience" value="public" checked' in refused.text
    assert "not handed in" not in ann.get(READING).text
    ann.submit(READING, answer, value="hand-in", audience="public", agrees="1")
    assert "Your summary is handed in" in ann.get(READING).text
    assert session.scalars(select(Summary.licence)).all() == ["CC-BY-4.0"]


def test_who_handed_in_before_there_was_a_licence_can_agree(
    config: Config, database: Database, session: Session
) -> None:
    make_group(ann := Browser(create_app(config, database).test_client()), session)
    shelf, paper = session.scalars(select(Shelf)).one(), session.scalars(select(Paper)).one()
    reading, user = make_reading(session, shelf, paper), find_user(session, "ann")
    mine = make_summary(session, paper, user, visibility="private")
    hand_in(session, user, shelf, reading, mine, "public")
    session.commit()
    page = ann.get(READING)
    assert "It becomes public when it is shown." in page.text
    assert "under a licence" not in page.text
    now_with = create_app(replace(config, licence=LICENCES["CC-BY-4.0"]), database)
    again = Browser(now_with.test_client()).sign_in("ann")
    assert "yours stays with the group" in again.get(READING).text
    again.submit(READING, f"{READING}/answer", value="hand-in", audience="public", agrees="1")
    assert "under a licence" not in again.get(READING).text
    assert session.scalars(select(Summary.licence)).all() == ["CC-BY-4.0"]


def test_odd_names_of_fields_break_nothing(guest: Browser, session: Session) -> None:
    make_group(guest, session)
    form = guest.get(f"/write/{KEY}").form(f"/write/{KEY}")
    odd = {**form, **TEXT, "reading-\x00": "group", "visibility": "public", "save": "1"}
    assert guest.post(f"/write/{KEY}", odd).status == 303
    assert session.scalars(select(Summary.visibility)).all() == ["private"]  # of two the narrower
    session.commit()
    token = guest.get("/settings").form("/logout")
    start = f"{HOME}/readings"
    make_reading(
        session, session.scalars(select(Shelf)).one(), session.scalars(select(Paper)).one()
    )
    for fields in (
        {"paper": "\x00", "ends_on": "2027-01-01"},
        {"paper": KEY, "ends_on": "\x00"},
        {"paper": KEY, "ends_on": "0001-01-01"},
        {"paper": KEY, "ends_on": "9999-12-31"},
        {"paper": KEY, "ends_on": "2027-01-01", "leader": "\x00"},
    ):
        assert guest.post(start, {**token, **fields}).status in (404, 422), fields
    for entry in ("\x00", "²", "٣", "-1", "9" * 30):
        assert guest.post(f"{HOME}/ballot/vote", {**token, "entry": entry}).status == 422


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_text_that_is_sent_again_is_still_kept(
    guest: Browser, session: Session, is_signed_in: bool
) -> None:
    make_group(guest, session)
    shelf, paper = session.scalars(select(Shelf)).one(), session.scalars(select(Paper)).one()
    make_reading(session, shelf, paper)
    editor = f"/write/{KEY}"
    form = guest.get(editor).form(editor)
    form = {**form, **TEXT, "visibility": "public", "save": "1", "csrf_token": "of another session"}
    if is_signed_in:
        again = guest.post(editor, form).form(editor)
    else:
        page = another(guest).post(editor, form)
        again = {
            **page.form(editor),
            "csrf_token": guest.get("/settings").form("/logout")["csrf_token"],
        }
        assert [name for name in page.form("/login") if name.startswith("reading-")]
    assert guest.post(editor, again).location == READING
    assert session.scalars(select(Summary.visibility)).all() == ["private"]


def test_only_the_owner_changes_readings(guest: Browser, session: Session) -> None:
    ben = make_group(guest, session)
    shelf = session.scalars(select(Shelf)).one()
    reading = make_reading(session, shelf, session.scalars(select(Paper)).one())
    token = ben.get("/settings").form("/logout")
    posts = ("readings", "readings/switch", "readings/1/edit", "readings/1/remove", "ballot")
    for path in (*posts, "ballot/vote"):  # who may only look does not vote either
        assert ben.post(f"{HOME}/{path}", token).status == 403, path
    assert ben.get(f"{READING}/edit").status == 403
    stranger = another(guest).sign_up("cleo")
    assert stranger.post(f"{READING}/answer", token).status in (400, 404)
    later = (reading.ends_on + timedelta(days=3)).isoformat()
    guest.submit(f"{READING}/edit", ends_on=later, leader="ben")
    assert later in guest.get(READING).text
    early = guest.submit(f"{READING}/edit", ends_on=now().date().isoformat(), leader="")
    assert early.status == 422
    guest.submit(f"{READING}/edit", f"{READING}/remove")
    assert guest.get(READING).status == 404
    assert session.scalars(select(Reading)).all() == []


def test_a_ballot_shows_counts_to_who_voted(guest: Browser, session: Session) -> None:
    ben = make_group(guest, session)
    shelf = session.scalars(select(Shelf)).one()
    make_reading(session, shelf, session.scalars(select(Paper)).one())
    other = make_paper(session, "conf/x/A2", "Another")
    guest.submit(HOME, f"{HOME}/papers", pasted=other.key)
    start = f"{HOME}/readings"
    guest.submit(start, f"{HOME}/ballot", value="open")
    page = guest.get(start)
    entry = re.findall(r'name="entry" value="(\d+)"', page.text)[-1]
    assert "1 vote" not in page.text
    guest.submit(start, f"{HOME}/ballot/vote", entry=entry)
    assert "1 vote" in guest.get(start).text
    assert "1 vote" not in ben.get(start).text
    guest.submit(start, f"{HOME}/ballot", value="close")
    result = ben.get(start).text
    assert "1 vote" in result
    assert result.index("Another") < result.rindex("A paper")
    day = (now() + timedelta(days=7)).date().isoformat()
    guest.submit(start, start, paper=other.key, ends_on=day)
    assert "Result of the vote" not in guest.get(start).text


def test_calendars_and_feeds_need_a_membership(guest: Browser, session: Session) -> None:
    ben = make_group(guest, session)
    shelf = session.scalars(select(Shelf)).one()
    reading = make_reading(session, shelf, session.scalars(select(Paper)).one(), leader="ben")
    start = f"{HOME}/readings"
    ben.submit(start, f"{start}/feed")
    links = [each for each in ben.get(start).links() if "/reading-feed/" in each]
    outside = another(guest)
    calendar, feed = (outside.get(each) for each in links)
    assert calendar.response.mimetype == "text/calendar"
    assert f"DTSTART;VALUE=DATE:{reading.ends_on:%Y%m%d}\r\n" in calendar.text
    assert "SUMMARY:A paper\r\n" in calendar.text
    assert "Led by ben" in feed.text
    for answer in (calendar, feed):
        assert answer.response.headers["X-Robots-Tag"] == "noindex"
        assert "public" not in answer.response.headers["Cache-Control"]
    assert outside.get(f"{HOME}/readings.ics").status == 404
    ben.submit(start, f"{start}/feed")
    assert outside.get(links[0]).status == 404
    links = [each for each in ben.get(start).links() if "/reading-feed/" in each]
    ben.submit(f"{HOME}/members", f"{HOME}/leave")
    assert [outside.get(each).status for each in links] == [404, 404]


def test_a_public_shelf_tells_guests_no_members(guest: Browser, session: Session) -> None:
    make_group(guest, session, "public")
    shelf = session.scalars(select(Shelf)).one()
    make_reading(session, shelf, session.scalars(select(Paper)).one(), leader="ben")
    outside = another(guest)
    for path in ("", "/readings", "/readings/1", "/readings.ics", "/readings.atom"):
        for _ in range(2):  # kept the second time
            page = outside.get(HOME + path)
            assert page.status == 200
            assert "A paper" in page.text
            assert "ben" not in page.text.lower()
    make_reading(session, shelf, _on(session, shelf))
    assert "Another" in outside.get(f"{HOME}/readings").text


def _on(session: Session, shelf: Shelf) -> Paper:
    paper = make_paper(session, "conf/x/A2", "Another")
    add_paper_to_shelf(session, session.get_one(User, shelf.user_id), shelf, paper)
    session.commit()
    return paper
