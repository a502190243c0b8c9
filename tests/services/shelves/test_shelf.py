from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import begin_writing
from app.models import Paper, Shelf, ShelfEntry, ShelfMember
from app.services.accounts.administration import delete_user
from app.services.accounts.merging import merge
from app.services.operation.rerender import renew_stale
from app.services.refusals import Refusal
from app.services.shelves import shelf as services
from app.services.shelves.entries import add_paper_to_shelf
from app.services.shelves.shelf import ShelfTexts
from tests.helpers.factories import join_shelf, make_paper, make_shelf, make_user


def test_addresses_come_of_titles_and_are_unlike_each_other(session: Session) -> None:
    ann = make_user(session)
    slugs = [make_shelf(session, ann, title="Vision & text").slug for _ in range(3)]
    assert slugs == ["vision-text", "vision-text-2", "vision-text-3"]
    assert make_shelf(session, make_user(session), title="Vision & text").slug == "vision-text"
    assert make_shelf(session, ann, title="…").slug == "shelf"
    with pytest.raises(Refusal, match="Another shelf"):
        services.create_shelf(session, ann, ShelfTexts("New", "vision-text"))


def test_all_that_is_wrong_is_told_at_once(session: Session) -> None:
    texts = ShelfTexts(" ", "…", "x" * 300_000, "everybody")
    with pytest.raises(Refusal) as refused:
        services.create_shelf(session, make_user(session), texts)
    fields = {each.field for each in refused.value.all}
    assert fields == {"title", "slug", "description", "visibility"}


def test_descriptions_are_rendered_and_rendered_again(session: Session) -> None:
    shelf = make_shelf(session, make_user(session), description="A *b* <script>x</script>")
    assert "<em>b</em>" in shelf.description_html
    assert "<script" not in shelf.description_html
    begin_writing(session)
    shelf.renderer_version, shelf.description_html = 1, "stale"
    session.commit()
    list(renew_stale(session))
    found = session.get_one(Shelf, shelf.id, populate_existing=True)
    assert "<em>b</em>" in found.description_html


def test_a_description_holds_no_nul(session: Session) -> None:
    shelf = make_shelf(session, make_user(session), description="a\0b")
    assert shelf.description == "ab"


def test_a_link_that_was_revoked_stays_so(session: Session) -> None:
    shelf = make_shelf(session, make_user(session), visibility="unlisted")
    texts = ShelfTexts(shelf.title, shelf.slug, "", "unlisted")
    first = shelf.share_code
    services.renew_shelf_link(session, shelf)
    second = shelf.share_code
    services.change_shelf(session, shelf, replace(texts, visibility="private"))
    assert shelf.share_code is None
    with pytest.raises(Refusal):
        services.renew_shelf_link(session, shelf)
    services.change_shelf(session, shelf, texts)
    assert len({first, second, shelf.share_code, None}) == 4


def test_deleted_shelves_leave_the_papers(session: Session) -> None:
    paper = make_paper(session)
    shelf = make_shelf(session, make_user(session), paper)
    join_shelf(session, shelf, make_user(session))
    services.delete_shelf(session, shelf)
    session.commit()
    for table in (Shelf, ShelfEntry, ShelfMember):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert session.get(Paper, paper.id) is not None


def test_an_account_takes_its_shelves_and_notes_with_it(session: Session) -> None:
    ann, ben = make_user(session), make_user(session)
    shared = make_shelf(session, ann)
    join_shelf(session, shared, ben)
    make_shelf(session, ben, make_paper(session))
    add_paper_to_shelf(session, ben, shared, make_paper(session), "Ben’s note")
    session.commit()
    delete_user(session, ben)
    session.commit()
    assert session.scalars(select(Shelf.id)).all() == [shared.id]
    (entry,) = session.scalars(select(ShelfEntry).execution_options(populate_existing=True))
    assert (entry.user_id, entry.note) == (None, "")
    assert session.scalars(select(ShelfMember)).all() == []


def test_accounts_that_are_merged_have_all_shelves(session: Session) -> None:
    source, target, other = make_user(session), make_user(session), make_user(session)
    make_shelf(session, source, make_paper(session), title="Same")
    make_shelf(session, target, title="Same")
    both = make_shelf(session, other)
    join_shelf(session, both, source, "editor")
    join_shelf(session, both, target, "viewer")
    own = make_shelf(session, target, title="Own")
    join_shelf(session, own, source)
    merge(session, source, target)
    session.commit()
    slugs = select(Shelf.slug).where(Shelf.user_id == target.id)
    assert set(session.scalars(slugs)) == {"same", "same-2", "own"}
    assert set(session.scalars(select(ShelfEntry.user_id))) == {target.id}
    (member,) = session.scalars(select(ShelfMember).execution_options(populate_existing=True))
    assert (member.shelf_id, member.user_id, member.role) == (both.id, target.id, "editor")
