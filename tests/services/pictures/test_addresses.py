"""An address of a picture stands in the texts of one summary only, and ends with its link."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Draft, Paper, Picture, PictureUse, Revision, Summary, User
from app.queries.pictures import find_visible_picture
from app.services.operation import tidying
from app.services.pictures import uploads
from app.services.pictures.storage import make_picture_path
from app.services.pictures.uploads import find_picture_names
from app.services.refusals import Refusal
from app.services.summaries import deletion, sharing
from app.services.summaries.content import Content, Edit
from app.services.summaries.publishing import create_summary
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user, publish, save_draft
from tests.helpers.samples.pictures import source


@pytest.fixture
def ann(session: Session) -> User:
    return make_user(session, "ann")


def upload(session: Session, user: User, name: str = "drawing") -> str:
    found = uploads.store_picture(session, user, source(name))
    session.commit()
    return f"![p](/pictures/{found.name})"


def file(session: Session, name: str) -> Path:
    data_dir: Path = session.info["data_dir"]
    return make_picture_path(data_dir, name)


def texts(session: Session, summary: Summary) -> list[str]:
    """All that is kept of a summary and could show a picture."""
    session.refresh(summary)
    versions = session.execute(
        select(Revision.source, Revision.html).where(Revision.summary_id == summary.id)
    )
    found = [summary.source, summary.html, summary.opening_html, summary.lead_html]
    return [*found, *(text for row in versions for text in row)]


def names(session: Session, summary: Summary) -> set[str]:
    return {name for text in texts(session, summary) for name in find_picture_names(text)}


def test_an_address_copied_into_another_text(session: Session, ann: User) -> None:
    text = upload(session, ann)
    (first,) = find_picture_names(text)
    named = make_summary(session, user=ann, source=text)
    hidden = make_summary(session, user=ann, source=f"{text} `{first}`", anonymous=True)
    second = make_summary(session, user=ann, source=text, anonymous=True)
    found = [names(session, each) for each in (named, hidden, second)]
    assert found[0] == {first}
    assert len({name for each in found for name in each}) == 3
    for each in found:
        (name,) = each
        assert find_visible_picture(session, name, None) is not None
        assert file(session, name).read_bytes() == file(session, first).read_bytes()
    other = make_paper(session, "conf/x/Other")
    assert create_summary(session, ann, other, Edit(source=text)).addresses_changed
    assert not create_summary(
        session, ann, make_paper(session, "conf/x/P"), Edit("Plain")
    ).addresses_changed
    session.commit()
    # Saving what the window still holds changes nothing more.
    before = hidden.source
    paper = session.get_one(Paper, hidden.paper_id)
    again = publish(session, ann, paper, source=f"{text} `{first}`", anonymous=True)
    session.commit()
    assert again.source == before
    assert len(session.scalars(select(Revision).where(Revision.summary_id == hidden.id)).all()) == 1


def test_the_same_upload_twice(session: Session, ann: User) -> None:
    named = make_summary(session, user=ann, source=upload(session, ann))
    hidden = make_summary(session, user=ann, source=upload(session, ann), anonymous=True)
    assert names(session, named).isdisjoint(names(session, hidden))
    # In drafts about two papers it is one; the second that is saved gets another.
    text = upload(session, ann)
    assert upload(session, ann) == text
    both = [make_summary(session, user=ann, source=text) for _ in range(2)]
    assert names(session, both[0]).isdisjoint(names(session, both[1]))


def test_an_earlier_version_keeps_its_address(session: Session, ann: User) -> None:
    """Others see what was public once, so that address may not stand elsewhere either."""
    text = upload(session, ann)
    named = make_summary(session, user=ann, source=text)
    publish(session, ann, session.get_one(Paper, named.paper_id), source="Without.")
    session.commit()
    hidden = make_summary(session, user=ann, source=text, anonymous=True)
    assert names(session, named) == set(find_picture_names(text))
    assert names(session, named).isdisjoint(names(session, hidden))
    deletion.delete_summary(session, named)
    session.commit()
    other = make_summary(session, user=ann, source=text, anonymous=True)
    back = deletion.restore_summary(session, ann, named.id)
    session.commit()
    assert back is not None
    assert names(session, back) == set(find_picture_names(text))
    assert names(session, other).isdisjoint(names(session, back) | names(session, hidden))


def test_somebody_elses_address_stays_what_it_is(session: Session, ann: User) -> None:
    text = upload(session, ann)
    make_summary(session, user=ann, source=text)
    assert make_summary(session, source=text).source == text


def test_without_room_nothing_is_lost(
    session: Session, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = upload(session, ann)
    make_summary(session, user=ann, source=text)
    monkeypatch.setattr(uploads, "MAX_PICTURES", 1)
    with pytest.raises(Refusal, match="You’ve reached the limit"):
        make_summary(session, user=ann, source=text, anonymous=True)
    session.rollback()


def test_a_new_link_ends_the_addresses_too(session: Session, ann: User) -> None:
    first, second = upload(session, ann), upload(session, ann, "grey")
    paper = make_paper(session)
    make_summary(session, paper, ann, second, visibility="unlisted")
    summary = make_summary(session, paper, ann, f"It shows {first}", visibility="unlisted")
    content = Content(f"More. {first}")
    save_draft(session, ann, paper, content, base_revision=2, seen_version=0)
    session.commit()
    before = names(session, summary)
    sharing.renew_link(session, summary)
    session.commit()
    after = names(session, summary)
    assert len(after) == len(before) == 2
    assert after.isdisjoint(before)
    (draft,) = session.scalars(select(Draft.source))
    assert set(find_picture_names(draft)) < after
    stranger = make_user(session)
    for name in before:
        assert find_visible_picture(session, name, None) is None
        assert find_visible_picture(session, name, stranger) is None
        assert (
            find_visible_picture(session, name, ann) is not None
        )  # in a window that is still open
    (shown,) = find_picture_names(summary.source)
    assert find_visible_picture(session, shown, None) is not None
    assert file(session, shown).is_file()
    # That window saves what it holds: the old address does not come back.
    typed = f"It shows {first}, still."
    saved = publish(session, ann, paper, source=typed, visibility="unlisted", seen_revision=2)
    session.commit()
    assert set(find_picture_names(saved.source)) == set(find_picture_names(saved.html)) == {shown}
    # Nor into another text.
    other = make_summary(session, user=ann, source=second)
    assert names(session, other).isdisjoint(before | after)


def test_a_link_that_was_closed_and_opened_again(session: Session, ann: User) -> None:
    text = upload(session, ann)
    paper = make_paper(session)
    seen: set[str] = set()
    for visibility in ("unlisted", "private", "unlisted", "public", "unlisted"):
        summary = make_summary(session, paper, ann, text, visibility=visibility)
        if visibility == "unlisted":
            (name,) = names(session, summary)
            assert name not in seen
            seen.add(name)
            assert find_visible_picture(session, name, None) is not None
    deletion.delete_summary(session, summary)
    back = deletion.restore_summary(session, ann, summary.id)
    session.commit()
    assert back is not None
    assert names(session, back).isdisjoint(seen)
    assert len(session.scalars(select(Picture)).all()) == 1


def test_a_library_from_before(session: Session, ann: User) -> None:
    """Two texts share an address, one of them only in an earlier version, as the migration notes
    it."""
    text = upload(session, ann)
    (name,) = find_picture_names(text)
    named = make_summary(session, user=ann, source=text)
    others = [make_summary(session, user=ann, source="A", anonymous=True) for _ in range(2)]
    begin_writing(session)
    picture = session.scalars(select(Picture.id)).one()
    for number in (others[0].id, others[1].id):
        session.execute(
            update(Revision)
            .where(Revision.summary_id == number)
            .values(source=text, html=f'<img src="/pictures/{name}">')
        )
        session.add(PictureUse(picture_id=picture, summary_id=number))
    session.execute(update(Summary).where(Summary.id == others[0].id).values(source=text))
    session.commit()
    session.expire_all()
    deque(tidying.tidy(session), maxlen=0)
    found = [names(session, each) for each in (named, *others)]
    assert found[0] == {name}
    assert [len(each) for each in found] == [1, 1, 1]
    assert len(set.union(*found)) == 3
    deque(tidying.tidy(session), maxlen=0)
    assert [names(session, each) for each in (named, *others)] == found


def test_its_writer_is_told(app: Flask, session: Session) -> None:
    browser = Browser(app.test_client()).sign_up("ann")
    ann = session.scalars(select(User)).one()
    text = upload(session, ann)
    for key, told in (("conf/x/A1", False), ("conf/x/A2", True)):
        make_paper(session, key)
        answer = browser.submit(f"/write/{key}", source=text, visibility="public")
        assert answer.status == 303
        page = browser.get(answer.location)
        assert ("was copied to a new URL" in page.text) is told
    assert "was copied to a new URL" not in browser.get("/paper/conf/x/A2").text
