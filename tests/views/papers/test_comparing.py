from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import User
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

KEY = "conf/x/A1"
COMPARE = f"/paper/{KEY}/compare"


def test_summaries_stand_side_by_side_under_their_headings(
    guest: Browser, session: Session
) -> None:
    paper = make_paper(session, KEY, "A paper")
    make_summary(session, paper, make_user(session, "ann", "Ann"), "First.\n\n# Results\n\nGood.")
    assert COMPARE not in guest.get(f"/paper/{KEY}").links()
    assert guest.get(COMPARE).location == f"/paper/{KEY}"
    text = "# Result\n\nBad.\n\n# Doubts\n\nMany."
    make_summary(session, paper, make_user(session, "ben", "Ben"), text, anonymous=True)
    page = guest.get(f"/paper/{KEY}")
    assert f'href="{COMPARE}" rel="nofollow"' in page.text
    for _ in range(2):  # kept the second time
        page = guest.get(COMPARE)
        headings = [each.text for each in page.tree.iter("h2") if each.text]
        assert headings == ["Takeaway", "Results", "Before the first heading", "Doubts"]
        assert "Only <bdi>Anonymous</bdi>" in page.text
        assert "Only <bdi>Ann</bdi>" in page.text
        assert "Ben" not in page.text
    assert guest.get("/paper/none/compare").status == 404


def test_hidden_texts_are_compared_for_their_writer_alone(guest: Browser, session: Session) -> None:
    paper = make_paper(session, KEY)
    make_summary(session, paper, None, "In public.")
    make_summary(session, paper, None, "A secretword.", visibility="private")
    writer = Browser(guest.client.application.test_client()).sign_up("ann")
    ann = session.scalars(select(User).where(User.name == "ann")).one()
    session.commit()
    make_summary(session, paper, ann, "Hers alone.", visibility="private")
    assert guest.get(COMPARE).location == f"/paper/{KEY}"
    text = writer.get(COMPARE).text
    assert "Hers alone." in text
    assert "secretword" not in text
