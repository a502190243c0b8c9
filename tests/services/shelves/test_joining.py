from __future__ import annotations

from sqlalchemy.orm import Session

from app.models import Paper, PaperMerge, Shelf
from app.queries.shelves import contents
from app.services.papers.merge_undo import undo_merge
from app.services.papers.merging import merge_papers
from app.services.shelves import entries
from tests.helpers.factories import join_shelf, make_paper, make_shelf, make_user


def notes(session: Session, shelf: Shelf) -> list[tuple[int, list[str]]]:
    found = contents.list_shelved_papers(session, shelf, size=99, skip=0)
    session.commit()
    return [(line.id, [each.note for each in line.notes]) for line in found]


def merge(session: Session, kept: Paper, removed: Paper) -> PaperMerge:
    found = merge_papers(session, kept, removed, None)
    session.commit()
    return found


def restore(session: Session, found: PaperMerge) -> Paper:
    paper = undo_merge(session, found.id, make_user(session))
    session.commit()
    return paper


def make_shared(session: Session, *papers: Paper) -> Shelf:
    """A shelf on which Ann and her friends put one paper each."""
    ann = make_user(session)
    shelf = make_shelf(session, ann)
    for number, paper in enumerate(papers):
        friend = make_user(session)
        join_shelf(session, shelf, friend)
        entries.add_paper_to_shelf(session, friend, shelf, paper, f"Note {number}")
        session.commit()
    return shelf


def test_a_paper_moves_and_comes_back(session: Session) -> None:
    kept, removed = make_paper(session), make_paper(session)
    shelf = make_shared(session, removed)
    found = merge(session, kept, removed)
    assert notes(session, shelf) == [(kept.id, ["Note 0"])]
    restored = restore(session, found)
    assert notes(session, shelf) == [(restored.id, ["Note 0"])]


def test_two_on_one_shelf_are_joined_with_both_notes(session: Session) -> None:
    one, two, three = (make_paper(session) for _ in range(3))
    shelf = make_shared(session, one, two, three)
    first = merge(session, one, two)
    assert notes(session, shelf) == [(one.id, ["Note 0", "Note 1"]), (three.id, ["Note 2"])]
    second = merge(session, three, one)
    assert notes(session, shelf) == [(three.id, ["Note 0", "Note 1", "Note 2"])]
    again = restore(session, second)
    assert notes(session, shelf) == [(again.id, ["Note 0", "Note 1"]), (three.id, ["Note 2"])]
    last = restore(session, first)
    expected = [(again.id, ["Note 0"]), (last.id, ["Note 1"]), (three.id, ["Note 2"])]
    assert notes(session, shelf) == expected


def test_an_editor_takes_only_their_half_away(session: Session) -> None:
    kept, removed = make_paper(session), make_paper(session)
    shelf = make_shared(session, kept, removed)
    found = merge(session, kept, removed)
    (line,) = contents.list_shelved_papers(session, shelf, size=9, skip=0)
    adder = line.notes[0].adder
    assert adder is not None
    entries.remove_from_shelf(session, adder, shelf, kept)
    session.commit()
    assert notes(session, shelf) == [(kept.id, ["Note 1"])]
    restored = restore(session, found)
    assert notes(session, shelf) == [(restored.id, ["Note 1"])]


def test_what_was_removed_stays_away(session: Session) -> None:
    kept, removed = make_paper(session), make_paper(session)
    shelf = make_shared(session, kept, removed)
    found = merge(session, kept, removed)
    owner = session.get_one(type(make_user(session)), shelf.user_id)
    entries.remove_from_shelf(session, owner, shelf, kept)
    session.commit()
    restore(session, found)
    assert notes(session, shelf) == []
