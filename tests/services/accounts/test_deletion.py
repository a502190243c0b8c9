"""Deleting one's account: asked for, thought better of, and done."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, begin_writing, now
from app.models import DeletionRequest, Draft, FormerName, Picture, PictureUse, Summary, User, Vote
from app.services import votes
from app.services.accounts import administration, deletion
from app.services.operation.jobs import runner
from app.services.operation.jobs.kinds import KINDS
from app.services.summaries.content import Content
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.counts import check_counts
from tests.helpers.factories import make_paper, make_summary, make_user, save_draft
from tests.helpers.mail.mailbox import give_address, read_mail, text_of

PAGE = "/settings/delete"
PICTURE = "A" * 22 + ".png"


@pytest.fixture
def ann(app: Flask, session: Session) -> Browser:
    """Somebody with a text of each visibility, an anonymous one, a draft, a picture and a vote."""
    browser = Browser(app.test_client()).sign_up("ann", "Ann Example")
    user = session.scalars(select(User)).one()
    begin_writing(session)
    facts = {"digest": "0" * 64, "width": 1, "height": 1, "size": 1, "uploaded_at": now()}
    session.add(Picture(name=PICTURE, user_id=user.id, **facts))
    session.commit()
    for visibility in ("public", "unlisted", "private"):
        source = f"It is {visibility}. ![A picture](/pictures/{PICTURE})"
        paper = make_paper(session, f"conf/x/{visibility}")
        make_summary(
            session,
            paper,
            user,
            source if visibility == "public" else visibility,
            visibility=visibility,
        )
    make_summary(session, make_paper(session, "conf/x/hidden"), user, "Hidden.", anonymous=True)
    paper = make_paper(session, "conf/x/other")
    other = make_summary(session, paper, make_user(session, "ben"))
    votes.cast_vote(session, user, other.id, 1)
    save_draft(session, user, paper, Content("Mine."), base_revision=0, seen_version=0)
    session.commit()
    return browser


def ask(browser: Browser, texts: str, password: str = PASSWORD) -> int:
    return browser.submit(PAGE, texts=texts, current=password).status


def end_fortnight(database: Database, session: Session) -> None:
    """Let the time of all requests have come, and run the job."""
    begin_writing(session)
    for request in session.scalars(select(DeletionRequest)):
        request.due_at = now()
    session.commit()
    runner.run_due(database, lambda: False, {"accounts": KINDS["accounts"]})
    session.expire_all()


def left(session: Session) -> dict[str, tuple[str, bool]]:
    """What is left of the texts: by paper, who has it and whether it is anonymous."""
    found = session.scalars(select(Summary))
    rows = {each.paper_id: each for each in found}
    names = dict(session.execute(select(User.id, User.display_name)).all())
    return {
        rows[number].source.split(".")[0]: (names[rows[number].user_id], rows[number].anonymous)
        for number in rows
        if names[rows[number].user_id] != "Ben"
    }


def test_texts_stay_as_anonymous(
    app: Flask, ann: Browser, guest: Browser, database: Database, session: Session
) -> None:
    assert ask(ann, "keep") == 303
    end_fortnight(database, session)
    assert left(session) == {
        "It is public": (deletion.NOBODY, True),
        "unlisted": (deletion.NOBODY, True),
        "Hidden": (deletion.NOBODY, True),
    }
    session.commit()
    page = guest.get("/paper/conf/x/public")
    assert "It is public." in page.text
    assert "Ann" not in page.text
    assert "ann" not in guest.get("/users").text.split("<main")[1]
    assert guest.get("/user/ann").status == 404
    assert "taken" in guest.submit("/signup", name="ann", password=PASSWORD).text
    use = session.scalars(select(PictureUse)).one()
    kept = session.scalars(select(Picture)).one()
    assert (kept.id, kept.summary_id) == (use.picture_id, use.summary_id)
    assert session.scalars(select(Vote)).all() == session.scalars(select(Draft)).all() == []
    nobody = session.scalars(select(User).where(User.display_name == deletion.NOBODY)).one()
    assert nobody.password_hash is None
    former = session.get_one(FormerName, "ann")
    assert former.user_id is None
    session.commit()
    check_counts(session)


def test_texts_go_too(ann: Browser, guest: Browser, database: Database, session: Session) -> None:
    assert ask(ann, "delete") == 303
    end_fortnight(database, session)
    assert left(session) == {}
    assert session.scalars(select(User.name)).all() == ["ben"]
    assert session.scalars(select(Picture)).all() == []
    session.commit()
    check_counts(session)


def test_who_signs_in_is_asked_and_can_keep_the_account(
    ann: Browser, database: Database, session: Session
) -> None:
    give_address(
        session, session.scalars(select(User).where(User.name == "ann")).one(), "a@example.org"
    )
    assert ask(ann, "keep", "wrong password") == 422
    assert ann.get("/settings").status == 200
    assert ask(ann, "keep") == 303
    (mail,) = read_mail(database)
    assert "will be deleted on" in text_of(mail)
    assert ann.get("/settings").status == 302
    assert "Sign in before then to keep it" in ann.get("/login").text
    answer = ann.submit("/login", name="ann", password=PASSWORD)
    assert answer.location == PAGE
    assert ann.submit(PAGE, f"{PAGE}/cancel").status == 303
    end_fortnight(database, session)
    assert len(left(session)) == 4
    session.commit()
    ann.submit("/", "/logout")
    assert ann.submit("/login", name="ann", password=PASSWORD).location == "/"


def test_nothing_happens_before_its_time(
    ann: Browser, database: Database, session: Session
) -> None:
    ask(ann, "delete")
    assert not deletion.has_due(session)
    session.commit()
    runner.run_due(database, lambda: False, {"accounts": KINDS["accounts"]})
    assert len(left(session)) == 4


def test_the_choice_is_asked_for_and_the_only_administrator_stays(
    ann: Browser, session: Session
) -> None:
    assert "Choose what happens" in ann.submit(PAGE, current=PASSWORD).text
    user = session.scalars(select(User).where(User.name == "ann")).one()
    administration.set_role(session, user, "administrator")
    session.commit()
    answer = ann.submit(PAGE, texts="keep", current=PASSWORD)
    assert answer.status == 422
    assert "only administrator" in answer.text
    assert session.scalar(select(DeletionRequest)) is None


def test_a_job_that_was_killed_goes_on(ann: Browser, database: Database, session: Session) -> None:
    ask(ann, "keep")
    begin_writing(session)
    session.scalars(select(DeletionRequest)).one().due_at = now()
    session.commit()
    with database.session() as other:
        work = deletion.delete_due(other)
        next(work)
        work.close()
    end_fortnight(database, session)
    assert set(left(session).values()) == {(deletion.NOBODY, True)}
