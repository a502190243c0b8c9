"""What a member's file may say, and what only an administrator's may."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.models import Revision, Summary, User
from app.services.accounts import administration
from app.services.votes import compute_popularity
from tests.helpers.client import Browser
from tests.helpers.factories import make_summary
from tests.helpers.samples.shortscience import HEAD, ITEM, TAIL
from tests.helpers.samples.vaults import feed, import_vault, note, send

FEED = (HEAD + ITEM.replace("#martinthoma", "#ann").replace(">7<", ">900000<") + TAIL).encode()


@pytest.fixture
def ann(guest: Browser, no_child: None) -> Browser:
    return guest.sign_up("ann")


def facts(session: Session) -> tuple[int, int]:
    summary = session.scalars(select(Summary).join(User).where(User.name == "ann")).one()
    found = (summary.score, summary.imported_votes)
    session.rollback()
    return found


def test_a_member_brings_no_votes(ann: Browser, session: Session) -> None:
    make_summary(session, source="Somebody's, before.")
    for _ in range(2):
        status, text = send(ann, "rss.xml", FEED, visibility="public")
        assert status == 200
        assert facts(session) == (0, 0)
    front = ann.get("/?sort=rated").text
    assert "900" not in front
    assert "1 unchanged" in text


def test_an_administrator_brings_votes(ann: Browser, session: Session, tmp_path: Path) -> None:
    user = session.scalars(select(User)).one()
    administration.set_role(session, user, "trusted")
    session.commit()
    send(ann, "rss.xml", FEED, visibility="public")
    assert facts(session) == (0, 0)
    administration.set_role(session, user, "administrator")
    session.commit()
    send(ann, "rss.xml", FEED, visibility="public")
    assert facts(session) == (900_000, 900_000)


def test_the_command_gives_votes_back(ann: Browser, session: Session, tmp_path: Path) -> None:
    send(ann, "rss.xml", FEED, visibility="public")
    item = ITEM.replace("#martinthoma", "#ann")
    assert import_vault(session, feed(tmp_path / "rss.xml", item))[0].status == "changed"
    assert facts(session) == (7, 7)
    # What a member reads afterwards takes none away.
    send(ann, "rss.xml", FEED)
    assert facts(session) == (7, 7)


@pytest.mark.parametrize("field", ["created", "edited", "date"])
def test_no_text_is_from_tomorrow(
    ann: Browser, session: Session, field: str, tmp_path: Path
) -> None:
    later = (now() + timedelta(hours=23)).isoformat()
    text = f"---\nkey: a/b/C\ntitle: T\nvisibility: public\n{field}: {later}\n---\nText.\n"
    send(ann, "a.md", text.encode())
    import_vault(session, note(tmp_path, "b.md", key="a/b/C", user="bo", **{field: later}))
    assert len(session.scalars(select(Summary)).all()) == 2
    for summary in session.scalars(select(Summary)):
        moments = (summary.created_at, summary.published_at, summary.edited_at)
        assert all(moment <= now() for moment in moments if moment is not None)
        assert summary.popularity <= compute_popularity(0, now())
    assert all(saved <= now() for saved in session.scalars(select(Revision.saved_at)))
