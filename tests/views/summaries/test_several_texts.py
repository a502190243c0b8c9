"""Who has two summaries of one paper, since it was merged: what is done to one leaves the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DeletedSummary, Draft, Picture, Revision, Summary, SummaryTag, User
from app.services.papers.merging import merge_papers
from app.services.pictures import uploads
from app.services.summaries import publishing
from app.services.summaries.content import Edit
from app.services.summaries.deletion import delete_summary
from app.services.summaries.publishing import EditConflict, change_summary
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary

ONE, OTHER = "conf/x/One", "journals/corr/Two"
STATES = list(itertools.product(("public", "unlisted", "private"), (False, True)))
# The SQL depends on the state of one text at most. Six pairs have each state in each place.
ONCE = pytest.mark.sqlite_only("the pairs of a state with the next one run the same SQL")
PAIRS = [
    pytest.param((one, other), marks=() if (after - before) % len(STATES) == 1 else ONCE)
    for (before, one), (after, other) in itertools.product(enumerate(STATES), repeat=2)
    if (after - before) % len(STATES) in (0, 1, 3)
]


@pytest.fixture
def ann(app: Flask) -> Browser:
    return Browser(app.test_client()).sign_up("ann")


def drawing() -> bytes:
    """The same picture in both texts, where each must have an address of its own."""
    file = BytesIO()
    Image.new("RGB", (30, 20), "teal").save(file, "PNG")
    return file.getvalue()


def two_texts(session: Session, *states: tuple[str, bool]) -> tuple[int, int]:
    """Numbers of Ann's first and second text about one paper, each seen as it says."""
    user = session.scalars(select(User).where(User.name == "ann")).one()
    papers = [make_paper(session, key, "One work") for key in (ONE, OTHER)]
    for number, (paper, (visibility, anonymous)) in enumerate(zip(papers, states, strict=True)):
        text = ("First words.", "Second words.")[number]
        shown = uploads.format_picture_markdown(
            uploads.store_picture(session, user, drawing()), "A drawing"
        )
        text = f"{text}\n\n{shown}"
        summary = make_summary(session, paper, user, text, tags=[f"tag{number}"])
        make_summary_version(session, summary, visibility, anonymous)
    merge_papers(session, papers[0], papers[1], user)
    session.commit()
    first, second = session.scalars(select(Summary.id).order_by(Summary.place)).all()
    session.rollback()
    return first, second


def make_summary_version(
    session: Session, summary: Summary, visibility: str, anonymous: bool
) -> None:
    """Save another version, so that there is one to restore, and then who sees it."""
    text = summary.source.replace("words", "better words")
    edit = Edit(source=text, visibility=visibility, anonymous=anonymous)
    change_summary(session, summary, edit)
    session.commit()


def state(session: Session, summary_id: int) -> tuple[Any, ...]:
    """All that must stay as it is."""
    session.rollback()
    found = session.get(Summary, summary_id, populate_existing=True)
    assert found is not None
    revisions = select(Revision.source, Revision.public_since).where(
        Revision.summary_id == summary_id
    )
    drafts = select(Draft.source).where(Draft.summary_id == summary_id)
    names = select(Summary.source, Summary.visibility, Summary.anonymous, Summary.share_code)
    told = (
        session.execute(names.where(Summary.id == summary_id)).one(),
        session.execute(revisions.order_by(Revision.number)).all(),
        session.scalars(drafts).all(),
        session.scalars(select(SummaryTag.tag_id).where(SummaryTag.summary_id == summary_id)).all(),
        session.scalars(select(Picture.name).where(Picture.summary_id == summary_id)).all(),
        found.published_at,
        found.edited_at,
        found.html,
    )
    session.rollback()  # the requests that follow use the same connection
    return told


def change_visibility(ann: Browser, number: int, session: Session) -> None:
    page = f"/summary/{number}/sharing"
    assert ann.submit(page, visibility="private", anonymous="").status == 303


def restore_version(ann: Browser, number: int, session: Session) -> None:
    oldest = select(Revision.id).where(Revision.summary_id == number).order_by(Revision.number)
    revision = session.scalars(oldest).first()
    session.rollback()
    page = f"/revision/{revision}"
    assert ann.submit(page, f"{page}/restore").status == 303


def edit(ann: Browser, number: int, session: Session) -> None:
    fields = ann.get(f"/summary/{number}/edit").form(f"/write/{ONE}")
    assert ann.post(f"/write/{ONE}", {**fields, "source": "Edited."}).status == 303


def edit_text_alone(ann: Browser, number: int, session: Session) -> None:
    fields = ann.get(f"/summary/{number}/edit").form(f"/write/{ONE}")
    sent = {"csrf_token": fields["csrf_token"], "summary": str(number), "source": "Edited."}
    assert ann.post(f"/write/{ONE}", sent).status == 303


def keep_draft(ann: Browser, number: int, session: Session) -> None:
    fields = ann.get(f"/summary/{number}/edit").form(f"/write/{ONE}")
    answer = ann.post(f"/write/{ONE}/draft", {**fields, "source": "A draft."})
    assert answer.status == 200
    assert ann.get(f"/summary/{number}/edit").form(f"/write/{ONE}")["source"] == "A draft."
    page = f"/summary/{number}/edit"
    assert ann.submit(page, f"/write/{ONE}/draft/discard").status == 303


def delete_and_restore(ann: Browser, number: int, session: Session) -> None:
    page = f"/summary/{number}/delete"
    assert ann.submit(page).status == 303
    session.rollback()
    assert session.scalars(select(DeletedSummary.id)).all() == [number]
    session.rollback()
    answer = ann.submit("/deleted", f"/deleted/{number}/restore")
    assert (answer.status, answer.location) == (303, f"/summary/{number}")


def renew_link(ann: Browser, number: int, session: Session) -> None:
    fields = ann.get(f"/summary/{number}/sharing").form(f"/summary/{number}/sharing")
    answer = ann.post(f"/summary/{number}/sharing/renew", {"csrf_token": fields["csrf_token"]})
    assert answer.status == 303


ACTIONS: list[Callable[[Browser, int, Session], None]] = [
    change_visibility,
    restore_version,
    edit,
    edit_text_alone,
    keep_draft,
    delete_and_restore,
    renew_link,
]


@pytest.mark.parametrize("states", PAIRS, ids=str)
def test_whatever_is_done_to_one_leaves_the_other(
    app: Flask, ann: Browser, session: Session, states: tuple[tuple[str, bool], ...]
) -> None:
    """Each state meets itself, its neighbours and its opposite; by turns as first and second."""
    first, second = two_texts(session, *states)
    is_second = sum(map(STATES.index, states)) % 2 == 0
    target, other = (second, first) if is_second else (first, second)
    before = state(session, other)
    mine = state(session, target)
    for act in ACTIONS:
        act(ann, target, session)
        assert state(session, other) == before, act.__name__
        visibility, anonymous = state(session, target)[0][1:3]
        if act is change_visibility:
            assert (visibility, anonymous) == ("private", False)
            fields = {"visibility": mine[0][1], "anonymous": "y" if mine[0][2] else ""}
            assert ann.submit(f"/summary/{target}/sharing", **fields).status == 303
        else:  # nothing but the choice of its writer shows a text, or a name
            assert (visibility, anonymous) == tuple(mine[0][1:3]), act.__name__
    page = Browser(app.test_client()).get(f"/paper/{ONE}").text
    named = [each for each in states if each == ("public", False)]
    assert ("/user/ann" in page) == bool(named)


def test_a_text_that_is_deleted_twice_at_once(ann: Browser, session: Session) -> None:
    first, second = two_texts(session, ("public", False), ("public", True))
    form = ann.get(f"/summary/{second}/delete").form(f"/summary/{second}/delete")
    answers = [ann.post(f"/summary/{second}/delete", form).status for _ in range(2)]
    assert answers == [303, 404]
    session.rollback()
    assert session.scalars(select(Summary.id)).all() == [first]


def test_what_was_written_anew_does_not_stand_beside_what_was_deleted(
    ann: Browser, session: Session
) -> None:
    make_paper(session, ONE)
    for text in ("One.", "Another."):
        assert ann.submit(f"/write/{ONE}", source=text).status == 303
        number = session.scalars(select(Summary.id)).one()
        session.rollback()
        assert ann.submit(f"/summary/{number}/delete").status == 303
    numbers = session.scalars(select(DeletedSummary.id).order_by(DeletedSummary.id)).all()
    session.rollback()
    for number in numbers:
        assert ann.submit("/deleted", f"/deleted/{number}/restore").status == 303
    assert session.scalars(select(Summary.source)).all() == ["One."]


def test_a_draft_comes_back_with_its_text(ann: Browser, session: Session) -> None:
    first, second = two_texts(session, ("public", False), ("private", True))
    for number in (first, second):
        fields = ann.get(f"/summary/{number}/edit").form(f"/write/{ONE}")
        ann.post(f"/write/{ONE}/draft", {**fields, "source": f"Draft of {number}."})
    assert ann.submit(f"/summary/{second}/delete").status == 303
    session.rollback()
    assert session.scalars(select(Draft.source)).all() == [f"Draft of {first}."]
    session.rollback()
    ann.submit("/deleted", f"/deleted/{second}/restore")
    editor = ann.get(f"/summary/{second}/edit")
    assert editor.form(f"/write/{ONE}")["source"] == f"Draft of {second}."


def test_a_window_whose_text_was_deleted_says_so(ann: Browser, session: Session) -> None:
    first, second = two_texts(session, ("public", False), ("private", True))
    fields = ann.get(f"/summary/{second}/edit").form(f"/write/{ONE}")
    assert ann.submit(f"/summary/{second}/delete").status == 303
    sent = {**fields, "source": "Typed meanwhile."}
    answer = ann.post(f"/write/{ONE}/draft", sent)
    assert answer.status == 422
    assert "was deleted in another window" in answer.text
    answer = ann.post(f"/write/{ONE}", sent)
    assert answer.status == 409
    assert "was deleted in another window" in answer.text
    assert answer.form(f"/write/{ONE}")["source"] == "Typed meanwhile."
    session.rollback()
    assert session.get(Summary, first).source.startswith("First better")  # type: ignore


def test_a_text_that_is_deleted_in_the_moment_of_a_conflict(
    ann: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, second = two_texts(session, ("public", False), ("private", True))
    fields = ann.get(f"/summary/{second}/edit").form(f"/write/{ONE}")

    def conflict(where: Session, summary: Summary, *_: Any, **__: Any) -> None:
        delete_summary(where, summary)
        where.commit()
        raise EditConflict

    monkeypatch.setattr(publishing, "change_summary", conflict)
    answer = ann.post(f"/write/{ONE}", {**fields, "source": "Typed meanwhile."})
    assert answer.status == 409
    assert answer.form(f"/write/{ONE}")["source"] == "Typed meanwhile."


def zipped(**files: str) -> tuple[BytesIO, str]:
    data = BytesIO()
    with ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.md", text)
    data.seek(0)
    return data, "notes.zip"


def bring_in(ann: Browser, file: tuple[BytesIO, str]) -> str:
    token = ann.get("/settings/import").form("/settings/import")["csrf_token"]
    sent: Any = {"csrf_token": token, "file": file, "visibility": "public"}
    answer = ann.post("/settings/import", sent, content_type="multipart/form-data")
    assert answer.status == 200
    return answer.text


@pytest.mark.usefixtures("no_child")
def test_a_member_makes_no_second_text_by_a_file(ann: Browser, session: Session) -> None:
    make_paper(session, ONE)
    files = {
        f"n{place}": f"---\nkey: {ONE}\nuser: ann\nplace: {place}\n---\nText {place}.\n"
        for place in range(1, 6)
    }
    page = bring_in(ann, zipped(**files))
    assert page.count("You already have a summary of this paper") == 4
    assert session.scalars(select(Summary.source)).all() == ["Text 1.\n".strip()]


def test_ones_own_export_brings_both_back(ann: Browser, session: Session) -> None:
    first, second = two_texts(session, ("public", False), ("unlisted", True))
    data = ann.get("/settings/export").response.data
    for number in (first, second):
        ann.submit(f"/summary/{number}/delete")
    page = bring_in(ann, (BytesIO(data), "export.zip"))
    assert "already" not in page
    texts = select(Summary.source, Summary.visibility, Summary.anonymous).order_by(Summary.place)
    assert [(row[0].split()[0], *row[1:]) for row in session.execute(texts)] == [
        ("First", "public", False),
        ("Second", "unlisted", True),
    ]


def forged(data: bytes, change: Callable[[str], str]) -> tuple[BytesIO, str]:
    with ZipFile(BytesIO(data)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".md")]
    text = next(each for each in texts if "place:" in each)
    return zipped(n=change(text))


FORGERIES: list[Callable[[str], str]] = [
    lambda text: text.replace(f"key: {ONE}", "key: conf/x/Third"),
    lambda text: text.replace("created: '20", "created: '19"),
    lambda text: text.replace("signature: ", "signature: x").replace(ONE, "conf/x/Third"),
]


@pytest.mark.parametrize("change", FORGERIES)
def test_a_signature_is_good_for_its_text_alone(
    ann: Browser, session: Session, change: Callable[[str], str]
) -> None:
    two_texts(session, ("public", False), ("public", True))
    third = make_paper(session, "conf/x/Third")
    user = session.scalars(select(User).where(User.name == "ann")).one()
    make_summary(session, third, user, "On the third.")
    data = ann.get("/settings/export").response.data
    session.rollback()
    page = bring_in(ann, forged(data, change))
    assert "You already have a summary of this paper" in page
    assert len(session.scalars(select(Summary.id)).all()) == 3


FIELDS = ("takeaway", "tags", "visibility", "anonymous", "revision", "draft", "base", "summary")
EACH = pytest.mark.sqlite_only("with none of the fields, and with all, the same SQL runs")


@pytest.mark.parametrize("missing", [*(pytest.param(each, marks=EACH) for each in FIELDS), "all"])
@pytest.mark.parametrize("there", [False, True])
def test_a_missing_field_shows_nothing(
    app: Flask, ann: Browser, session: Session, missing: str, there: bool
) -> None:
    paper = make_paper(session, ONE)
    if there:
        user = session.scalars(select(User).where(User.name == "ann")).one()
        make_summary(
            session,
            paper,
            user,
            "Old.",
            visibility="private",
            anonymous=True,
            tags=["t"],
            takeaway="Kept.",
        )
    fields = ann.get(f"/write/{ONE}").form(f"/write/{ONE}")
    if not there:
        fields |= {"visibility": "private", "anonymous": "y"}
    gone = FIELDS if missing == "all" else (missing,)
    sent = {name: value for name, value in fields.items() if name not in gone}
    for path in (f"/write/{ONE}/draft", f"/write/{ONE}"):
        answer = ann.post(path, {**sent, "source": "New."})
        assert answer.status in (200, 303, 409), answer.text
    session.rollback()
    row = session.execute(select(Summary.visibility, Summary.anonymous, Summary.takeaway)).first()
    if row is not None:
        assert tuple(row) == ("private", True, "Kept." if there else "")
    assert "New." not in Browser(app.test_client()).get(f"/paper/{ONE}").text


def test_the_text_alone_is_private_and_anonymous(ann: Browser, session: Session) -> None:
    make_paper(session, ONE)
    token = ann.get(f"/write/{ONE}").form(f"/write/{ONE}")["csrf_token"]
    assert ann.post(f"/write/{ONE}", {"csrf_token": token, "source": "Mine."}).status == 303
    row = session.execute(select(Summary.source, Summary.visibility, Summary.anonymous)).one()
    assert tuple(row) == ("Mine.", "private", True)


@pytest.mark.parametrize("missing", ["visibility", "anonymous"])
def test_sharing_leaves_what_it_was_not_told(ann: Browser, session: Session, missing: str) -> None:
    paper = make_paper(session, ONE)
    user = session.scalars(select(User).where(User.name == "ann")).one()
    summary = make_summary(session, paper, user, visibility="unlisted", anonymous=True)
    page = f"/summary/{summary.id}/sharing"
    fields = {**ann.get(page).form(page), "visibility": "private", "anonymous": ""}
    del fields[missing]
    assert ann.post(page, fields).status == 303
    session.expire_all()
    row = session.execute(select(Summary.visibility, Summary.anonymous)).one()
    assert (
        row[("visibility", "anonymous").index(missing)]
        == {"visibility": "unlisted", "anonymous": True}[missing]
    )


def test_a_draft_that_was_new_belongs_to_the_text_that_came(ann: Browser, session: Session) -> None:
    """A draft about one entry meets a summary of the other one when the two are merged."""
    user = session.scalars(select(User).where(User.name == "ann")).one()
    papers = [make_paper(session, key, "One work") for key in (ONE, OTHER)]
    summary = make_summary(session, papers[1], user, "Saved.")
    fields = ann.get(f"/write/{ONE}").form(f"/write/{ONE}")
    ann.post(f"/write/{ONE}/draft", {**fields, "source": "Begun."})
    merge_papers(session, papers[0], papers[1], user)
    session.commit()
    draft = session.scalars(select(Draft)).one()
    assert (draft.summary_id, draft.source) == (summary.id, "Begun.")
    session.rollback()
    answer = ann.submit(f"/write/{ONE}")
    assert answer.status == 409
    assert "Conflicting edits" in answer.text
