from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Draft, Paper, User
from app.queries import drafts as queries
from app.services.refusals import Refusal
from app.services.summaries import drafts
from app.services.summaries.content import Content
from app.services.summaries.drafts import MAX_DRAFT_BYTES, DraftConflict
from tests.helpers.factories import make_paper, make_summary, make_user, save_draft


@pytest.fixture
def writer(session: Session) -> User:
    return make_user(session, "ann")


@pytest.fixture
def paper(session: Session) -> Paper:
    return make_paper(session, "conf/x/A1")


def keep(
    session: Session, user: User, paper: Paper, text: str, revision: int = 0, version: int = 0
) -> int:
    draft = save_draft(
        session, user, paper, Content(text), base_revision=revision, seen_version=version
    )
    session.commit()
    return 0 if draft is None else draft.version


def test_a_draft_is_kept_as_typed(session: Session, writer: User, paper: Paper) -> None:
    typed = Content("  $x_1$ and\nmore ", " take ", "One, two", "unlisted", True)
    save_draft(session, writer, paper, typed, base_revision=0, seen_version=0)
    session.commit()
    found = queries.find_draft(session, writer, paper, None)
    assert found is not None
    assert (found.source, found.takeaway, found.tags) == (
        "  $x_1$ and\nmore ",
        " take ",
        "One, two",
    )
    assert (found.visibility, found.anonymous) == ("unlisted", True)
    assert [each.paper.key for each in queries.list_drafts(session, writer)] == ["conf/x/A1"]


def test_each_save_has_a_higher_version(session: Session, writer: User, paper: Paper) -> None:
    first = keep(session, writer, paper, "a")
    second = keep(session, writer, paper, "ab", version=first)
    assert second > first > 0
    drafts.discard_draft(session, writer, paper, None)
    session.commit()
    assert keep(session, writer, paper, "abc", version=second) > second


def test_a_window_that_missed_a_save_is_told(session: Session, writer: User, paper: Paper) -> None:
    first = keep(session, writer, paper, "begun")
    keep(session, writer, paper, "begun, went on here", version=first)
    with pytest.raises(DraftConflict) as caught:
        keep(session, writer, paper, "begun, went on there", version=first)
    session.rollback()
    assert caught.value.other.content.source == "begun, went on here"
    found = queries.find_draft(session, writer, paper, None)
    assert found is not None
    assert found.source == "begun, went on here"
    # The same text from two windows is no conflict.
    keep(session, writer, paper, "begun, went on here", version=first)


def test_a_summary_saved_meanwhile_is_a_conflict(
    session: Session, writer: User, paper: Paper
) -> None:
    first = keep(session, writer, paper, "begun")
    summary = make_summary(session, paper, writer, "saved there")
    drafts.discard_draft(session, writer, paper, summary)
    session.commit()
    with pytest.raises(DraftConflict) as caught:
        keep(session, writer, paper, "still typing", version=first)
    session.rollback()
    other = caught.value.other
    assert (other.content.source, other.revision, other.version) == ("saved there", 1, 0)
    keep(session, writer, paper, "put together", revision=other.revision, version=other.version)


def test_nothing_is_kept_of_what_is_saved_or_empty(
    session: Session, writer: User, paper: Paper
) -> None:
    version = keep(session, writer, paper, "a")
    assert keep(session, writer, paper, " \n", version=version) == 0
    assert session.scalar(select(func.count()).select_from(Draft)) == 0
    make_summary(session, paper, writer, "saved", tags=["a", "b"])
    content = Content("saved\n", tags="B, a")
    assert save_draft(session, writer, paper, content, base_revision=1, seen_version=0) is None
    content = Content("saved\n", tags="B, a, c")
    assert save_draft(session, writer, paper, content, base_revision=1, seen_version=0) is not None


def test_two_writers_do_not_meet(session: Session, writer: User, paper: Paper) -> None:
    other = make_user(session, "ben")
    keep(session, writer, paper, "hers")
    keep(session, other, paper, "his")
    found = queries.find_draft(session, writer, paper, None)
    assert found is not None
    assert found.source == "hers"


def test_a_text_too_long_for_a_summary_is_kept(
    session: Session, writer: User, paper: Paper
) -> None:
    assert keep(session, writer, paper, "é" * 70_000)
    with pytest.raises(Refusal, match="can be up to"):
        keep(session, writer, paper, "x" * (MAX_DRAFT_BYTES + 1))


def test_there_is_a_limit_to_drafts(
    session: Session, writer: User, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 1)
    version = keep(session, writer, paper, "a")
    with pytest.raises(Refusal, match="reached the limit"):
        keep(session, writer, make_paper(session), "b")
    session.rollback()
    assert keep(session, writer, paper, "more", version=version)
