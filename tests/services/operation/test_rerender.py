"""After an upgrade all stored HTML is made anew, whatever it belongs to."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Identifier, ListEntry, Paper, Summary, User
from app.queries.identifiers import find_paper
from app.rendering import RendererBusy
from app.services.accounts import account
from app.services.links import stale
from app.services.operation import rerender
from app.services.operation.rerender import count_stale, renew_stale
from tests.helpers.factories import make_paper, make_summary, make_user, put_on_list


def age(session: Session) -> None:
    """Make everything look as if another version had rendered it."""
    begin_writing(session)
    session.execute(update(Summary).values(html="old", lead_html="old", renderer_version=1000))
    session.execute(update(Paper).values(title_html="old", abstract_html="", renderer_version=1000))
    session.execute(update(User).values(bio_html="old", renderer_version=1000))
    session.execute(update(ListEntry).values(notes_html="old", renderer_version=1000))
    session.commit()
    session.expire_all()


def test_titles_abstracts_bios_and_notes_are_rendered_anew(session: Session) -> None:
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    account.change_profile(session, ann, "Ann", "I *read*.")
    session.commit()
    paper = make_paper(session, title="On $x$", abstract="All of $y$.")
    summary = make_summary(session, paper, ann, "A *text*.")
    entry = put_on_list(session, ann, paper, notes="I *note*.")
    age(session)
    assert count_stale(session) == 4
    assert len(list(renew_stale(session))) == 4
    session.expire_all()
    assert count_stale(session) == 0
    assert "<math" in session.get_one(Paper, paper.id).title_html
    assert "<math" in session.get_one(Paper, paper.id).abstract_html
    assert "<em>read</em>" in session.get_one(User, ann.id).bio_html
    assert "<em>note</em>" in session.get_one(ListEntry, entry.id).notes_html
    assert session.get_one(User, ben.id).bio_html == "old", "there is no bio to render"
    assert session.get_one(Summary, summary.id).lead_html == "A text."


def test_what_is_refused_today_keeps_its_html(session: Session) -> None:
    ann = make_user(session, "ann")
    paper = make_paper(session)
    summary = make_summary(session, paper, ann, "fine")
    begin_writing(session)
    session.execute(update(Summary).values(source="> " * 40 + "x"))
    session.execute(update(User).values(bio="> " * 40 + "x"))
    session.commit()
    age(session)
    list(renew_stale(session))
    session.expire_all()
    assert count_stale(session) == 0
    assert session.get_one(Summary, summary.id).html == "old"
    assert session.get_one(User, ann.id).bio_html == "old"


def test_more_papers_than_one_transaction_takes(session: Session) -> None:

    papers = [make_paper(session, title=f"On $x_{n}$") for n in range(5)]
    age(session)
    before, stale.BATCH = stale.BATCH, 2
    try:
        assert list(renew_stale(session)) == [paper.id for paper in papers]
    finally:
        stale.BATCH = before
    session.expire_all()
    assert all("<math" in session.get_one(Paper, paper.id).title_html for paper in papers)


def test_papers_of_an_older_library_are_known_by_their_addresses(session: Session) -> None:
    address = "https://ieeexplore.ieee.org/document/7780459"
    papers = [make_paper(session, url=url) for url in (address, address, "https://x.org/a", "")]
    summary = make_summary(session, source=f"See {address}.")
    begin_writing(session)
    session.execute(delete(Identifier).where(Identifier.kind == "url"))
    session.commit()
    age(session)
    assert find_paper(session, address) is None
    list(renew_stale(session))
    for name, paper in ((address, papers[0]), ("http://www.x.org/a/", papers[2])):
        found = find_paper(session, name)
        assert found is not None
        assert found.id == paper.id
    session.expire_all()
    assert f'href="/paper/{papers[0].key}"' in session.get_one(Summary, summary.id).html


def test_what_there_was_no_time_for_comes_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = make_summary(session, source="A *text*.")
    age(session)
    with monkeypatch.context() as busy:
        busy.setattr(rerender, "render_text", Mock(side_effect=RendererBusy("later")))
        list(renew_stale(session))
    assert session.get_one(Summary, summary.id, populate_existing=True).html == "old"
    list(renew_stale(session))
    assert "<em>" in session.get_one(Summary, summary.id, populate_existing=True).html
