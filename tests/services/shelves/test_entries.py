from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.models import Paper, Shelf
from app.queries.shelves import contents
from app.services.papers.removal import IN_USE, remove_paper
from app.services.refusals import Refusal
from app.services.shelves import entries, members
from tests.helpers.factories import join_shelf, make_paper, make_shelf, make_user


def papers_on(session: Session, shelf: Shelf) -> list[int]:
    found = contents.list_shelved_ids(session, shelf)
    session.commit()
    return found


def test_papers_come_to_the_end_and_are_moved_by_hand(session: Session) -> None:
    ann = make_user(session)
    one, two, three = (make_paper(session) for _ in range(3))
    shelf = make_shelf(session, ann, one, two)
    assert entries.add_papers_to_shelf(session, ann, shelf, [three.id, one.id, 10**6]) == 1
    session.commit()
    assert papers_on(session, shelf) == [one.id, two.id, three.id]
    entries.move_on_shelf(session, ann, shelf, three, "up")
    session.commit()
    assert papers_on(session, shelf) == [one.id, three.id, two.id]
    entries.move_on_shelf(session, ann, shelf, two, "top")
    session.commit()
    assert papers_on(session, shelf) == [two.id, one.id, three.id]


def test_what_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, paper = make_user(session), make_paper(session)
    shelf = make_shelf(session, ann, paper)
    with pytest.raises(Refusal, match="already"):
        entries.add_paper_to_shelf(session, ann, shelf, paper)
    with pytest.raises(Refusal, match="Up to 300"):
        entries.add_paper_to_shelf(session, ann, shelf, make_paper(session), "x" * 301)
    monkeypatch.setattr(entries, "MAX_SHELF_PAPERS", 1)
    with pytest.raises(Refusal, match="up to 1 papers"):
        entries.add_papers_to_shelf(session, ann, shelf, [make_paper(session).id])


def test_editors_remove_what_they_added_and_the_owner_all(session: Session) -> None:
    ann, ben = make_user(session), make_user(session)
    of_ann, of_ben, further = (make_paper(session) for _ in range(3))
    shelf = make_shelf(session, ann, of_ann)
    join_shelf(session, shelf, ben)
    for paper in (of_ben, further):
        entries.add_paper_to_shelf(session, ben, shelf, paper, "Mine")
    session.commit()
    with pytest.raises(Refusal, match="that you added"):
        entries.remove_from_shelf(session, ben, shelf, of_ann)
    session.rollback()
    entries.remove_from_shelf(session, ben, shelf, of_ben)
    entries.remove_from_shelf(session, ann, shelf, further)
    session.commit()
    assert papers_on(session, shelf) == [of_ann.id]


def test_notes_are_changed_by_who_wrote_them(session: Session) -> None:
    ann, ben, paper = make_user(session), make_user(session), make_paper(session)
    shelf = make_shelf(session, ann)
    join_shelf(session, shelf, ben)
    entries.add_paper_to_shelf(session, ben, shelf, paper, " One\n line ")
    session.commit()
    (line,) = contents.list_shelved_papers(session, shelf, size=9, skip=0)
    assert [each.note for each in line.notes] == ["One line"]
    with pytest.raises(Refusal):
        entries.change_note(session, ann, shelf, line.entry_id, "Mine")
    session.rollback()
    entries.change_note(session, ben, shelf, line.entry_id, "Better")
    session.commit()
    (line,) = contents.list_shelved_papers(session, shelf, size=9, skip=0)
    assert [each.note for each in line.notes] == ["Better"]


@pytest.mark.parametrize("role", ["viewer", "removed", "none"])
def test_only_who_may_add_writes(session: Session, role: str) -> None:
    ann, ben, paper = make_user(session), make_user(session), make_paper(session)
    shelf = make_shelf(session, ann, paper, visibility="public")
    if role != "none":
        join_shelf(session, shelf, ben, "viewer" if role == "viewer" else "editor")
    if role == "removed":
        members.remove_member(session, shelf, ben.name)
        session.commit()
    tries = (
        lambda: entries.add_paper_to_shelf(session, ben, shelf, make_paper(session)),
        lambda: entries.remove_from_shelf(session, ben, shelf, paper),
        lambda: entries.move_on_shelf(session, ben, shelf, paper, "top"),
    )
    for each in tries:
        with pytest.raises(Refusal):
            each()
        session.rollback()


def test_a_paper_on_a_shelf_is_in_use(session: Session) -> None:
    paper: Paper = make_paper(session)
    make_shelf(session, make_user(session), paper)
    with pytest.raises(Refusal) as refused:
        remove_paper(session, paper, make_user(session), "a reason")
    assert refused.value.message == IN_USE
    assert "in use" in IN_USE
