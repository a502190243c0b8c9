from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Link, Revision, SearchEntry, Summary, Tag, Vote
from app.rendering import MAX_TEXT_BYTES, RendererBusy
from app.services import votes
from app.services.refusals import Refusal
from app.services.summaries import publishing, rendered_text
from app.services.summaries.checks import parse_tags
from app.services.summaries.content import Edit
from app.services.summaries.deletion import delete_summary
from tests.helpers.factories import make_paper, make_summary, make_user, publish


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_is_written_is_rendered_and_kept(session: Session) -> None:
    summary = make_summary(
        session,
        source="It costs $5, and $p = 2n+d$.",
        takeaway="Since $x_1$",
        tags=["Object Detection", "two-stage"],
    )
    assert summary.source == "It costs $5, and $p = 2n+d$."
    assert summary.html.count("<math") == 1
    assert "costs $5" in summary.html
    assert "<math" in summary.takeaway_html
    assert summary.published_at == summary.created_at
    assert set(session.scalars(select(Tag.name))) == {"object-detection", "two-stage"}


def test_saving_again_changes_the_same_summary(session: Session) -> None:
    paper, user = make_paper(session), make_user(session)
    first = make_summary(session, paper, user, "One", tags=["a"])
    assert first.edited_at is None
    second = make_summary(session, paper, user, "Two", tags=["b"])
    assert second.id == first.id
    assert second.edited_at is not None
    revisions = session.execute(select(Revision.number, Revision.source).order_by(Revision.number))
    assert list(revisions) == [(1, "One"), (2, "Two")]


def test_saving_without_a_change_makes_no_revision(session: Session) -> None:
    paper, user = make_paper(session), make_user(session)
    make_summary(session, paper, user, "One")
    again = make_summary(session, paper, user, "One", anonymous=True)
    assert again.anonymous
    assert again.edited_at is None
    assert count(session, Revision) == 1


def test_a_private_one_counts_as_new_when_it_becomes_public(session: Session) -> None:
    paper, user = make_paper(session), make_user(session)
    long_ago = datetime(2025, 1, 1, tzinfo=UTC)
    private = make_summary(session, paper, user, "One", visibility="private", created_at=long_ago)
    assert private.published_at is None
    public = make_summary(session, paper, user, "One")
    assert public.published_at is not None
    assert public.published_at > long_ago
    assert public.created_at == long_ago


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("source", {"source": " \n "}),
        ("source", {"source": "ü" * (MAX_TEXT_BYTES // 2 + 1)}),
        ("takeaway", {"source": "x", "takeaway": "x" * 201}),
        ("tags", {"source": "x", "tags": [f"tag{number}" for number in range(9)]}),
        ("tags", {"source": "x", "tags": ["x" * 41]}),
    ],
)
def test_what_cannot_be_taken_names_its_field(
    session: Session, field: str, options: dict[str, object]
) -> None:
    user, paper = make_user(session), make_paper(session)
    with pytest.raises(Refusal) as refused:
        publish(session, user, paper, **options)  # type: ignore[arg-type]  # mixed on purpose
    assert refused.value.field == field


def test_tags_have_one_form() -> None:
    assert parse_tags("Object Detection,  C++, c++, .NET,, Größe") == [
        "object-detection",
        "c++",
        "net",
        "größe",
    ]


def test_deleting_leaves_nothing_behind(session: Session) -> None:
    target = make_paper(session, "conf/x/Target1")
    summary = make_summary(session, source=f"See [it](/paper/{target.key}).", tags=["a"])
    votes.cast_vote(session, make_user(session), summary.id, 1)
    session.commit()
    assert (count(session, Link), count(session, Vote)) == (1, 1)
    delete_summary(session, summary)
    session.commit()
    for table in (Summary, Revision, Link, Vote):
        assert count(session, table) == 0
    assert (
        session.scalar(
            select(func.count()).select_from(SearchEntry).where(SearchEntry.summary_id.is_not(None))
        )
        == 0
    )


def test_the_number_of_a_deleted_summary_does_not_come_back(session: Session) -> None:
    first = make_summary(session)
    number = first.id
    delete_summary(session, first)
    session.commit()
    session.expunge_all()
    assert make_summary(session).id > number


def test_a_takeaway_that_cannot_be_rendered_is_refused_before_anything_is_locked(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper, user = make_paper(session), make_user(session)
    monkeypatch.setattr(
        rendered_text, "render_takeaway", Mock(side_effect=RendererBusy("Try again."))
    )
    with pytest.raises(Refusal, match="Try again") as caught:
        publishing.create_summary(session, user, paper, Edit(source="A text.", takeaway="$x$"))
    assert caught.value.field == "takeaway"
    assert not session.in_transaction()
