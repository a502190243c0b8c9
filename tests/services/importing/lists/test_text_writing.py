"""Descriptions of shelves and notes on their papers, which come in with a list."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ListImport, Shelf, ShelfEntry, User
from app.services.importing.lists import receiving
from app.services.shelves.shelf import ShelfTexts, change_shelf
from app.sources.lists.listed_paper import ListedPaper
from app.sources.record import PaperRecord
from tests.helpers.factories import join_shelf, make_paper, make_shelf, make_user
from tests.helpers.imports.lists import list_states, run_import, undo_list

DESCRIPTION = "What *we* read."


def preview(
    session: Session,
    user: User,
    *,
    title: str = "Talks",
    description: str = DESCRIPTION,
    note: str = "Note on",
) -> ListImport:
    """A preview of a shelf with two papers that are here, and one that nobody knows."""
    rows = [
        ListedPaper(
            line=1,
            record=PaperRecord(name),
            names=(f"x/{name}",),
            collections=(title,),
            shelves=(title,),
            shelf_note=f"{note} {name}",
            description="" if number else description,
            is_only_shelved=True,
            is_loose=True,
        )
        for number, name in enumerate(("Unknown", "One", "Two"))
    ]
    return receiving.make_preview(session, user, "x.zip", "note", [rows])


def read_shelf(session: Session, shelf_id: int) -> tuple[str, bool, list[str]]:
    """Its description, whether that is rendered, and the notes on it in order."""
    shelf = session.get_one(Shelf, shelf_id, populate_existing=True)
    notes = select(ShelfEntry.note).where(ShelfEntry.shelf_id == shelf_id)
    found = list(session.scalars(notes.order_by(ShelfEntry.position.desc())))
    session.commit()
    return shelf.description, "<em>" in shelf.description_html, found


def make_papers(session: Session) -> None:
    for name in ("One", "Two"):
        make_paper(session, f"x/{name}", name)


def list_messages(session: Session, found: ListImport) -> str:
    return "\n".join(message for _, message in list_states(session, found))


def test_a_new_shelf_has_description_and_notes_until_it_is_undone(session: Session) -> None:
    """The description comes with the first paper that there is."""
    user = make_user(session, "ann")
    make_papers(session)
    found = preview(session, user)
    number = found.id
    run_import(session, found, collections={0: "new"})
    (shelf_id,) = session.scalars(select(Shelf.id))
    expected = (DESCRIPTION, True, ["Note on One", "Note on Two"])
    assert read_shelf(session, shelf_id) == expected
    assert "left out" not in list_messages(session, found)
    undo_list(session, session.get_one(ListImport, number))
    assert session.scalars(select(Shelf)).all() == []


def test_a_shelf_that_was_there_gets_its_description_and_loses_it_again(session: Session) -> None:
    user = make_user(session, "ann")
    make_papers(session)
    shelf = make_shelf(session, user, title="Talks").id
    found = preview(session, user)
    assert found.data["labels"][0]["choice"] == "ann/talks"
    run_import(session, found, collections={0: "ann/talks"})
    assert read_shelf(session, shelf) == (DESCRIPTION, True, ["Note on One", "Note on Two"])
    undo_list(session, found)
    assert read_shelf(session, shelf) == ("", False, [])


def test_what_was_written_since_or_before_stays(session: Session) -> None:
    user = make_user(session, "ann")
    make_papers(session)
    kept = make_shelf(session, user, title="Talks", description="Mine").id
    found = preview(session, user)
    run_import(session, found, collections={0: "ann/talks"})
    assert read_shelf(session, kept)[0] == "Mine"
    assert "the description of the shelf was left out: Talks has one." in list_messages(
        session, found
    )
    undo_list(session, found)
    assert read_shelf(session, kept) == ("Mine", False, [])
    found = preview(session, user, title="Other")
    run_import(session, found, collections={0: "new"})
    other = session.scalars(select(Shelf).where(Shelf.title == "Other")).one()
    change_shelf(session, other, ShelfTexts("Other", description="Changed"))
    entry = session.scalars(select(ShelfEntry).where(ShelfEntry.note == "Note on One")).one()
    entry.note = "Changed too"
    session.commit()
    undo_list(session, found)
    assert read_shelf(session, other.id) == ("Changed", False, ["Changed too"])


def test_nothing_is_told_to_others(session: Session) -> None:
    """On shelves that others can see, there are the papers alone; and the reader is told."""
    user, friend = make_user(session, "ann"), make_user(session, "ben")
    make_papers(session)
    public = make_shelf(session, user, title="Talks", visibility="public").id
    shared = make_shelf(session, user, title="Shared")
    theirs = make_shelf(session, friend, title="Theirs")
    join_shelf(session, shared, friend)
    join_shelf(session, theirs, user)
    shelves = {"ann/talks": public, "ann/shared": shared.id, "ben/theirs": theirs.id}
    for value, shelf_id in shelves.items():
        found = preview(session, user)
        run_import(session, found, collections={0: value})
        assert read_shelf(session, shelf_id) == ("", False, ["", ""])
        said = list_messages(session, found)
        assert said.count("the note was left out: others can see the shelf") == 2
        assert said.count("the description of the shelf was left out: others can see") == 1


def test_a_description_that_cannot_be_rendered_is_told(session: Session) -> None:
    user = make_user(session, "ann")
    make_papers(session)
    found = preview(session, user, description="> " * 20_000)
    run_import(session, found, collections={0: "new"})
    (shelf_id,) = session.scalars(select(Shelf.id))
    assert read_shelf(session, shelf_id) == ("", False, ["Note on One", "Note on Two"])
    assert "the description of the shelf was left out: " in list_messages(session, found)


def test_texts_that_are_too_long_are_told_in_the_preview(session: Session) -> None:
    user = make_user(session, "ann")
    make_papers(session)
    make_paper(session, "x/Unknown", "Unknown")
    found = preview(session, user, description="x" * 70_000, note="y" * 400)
    said = list_messages(session, found)
    assert said.count("the description of the shelf is too long and was left out") == 1
    assert said.count("the note on the shelf is too long and was left out") == 3
    run_import(session, found, collections={0: "new"})
    (shelf_id,) = session.scalars(select(Shelf.id))
    assert read_shelf(session, shelf_id) == ("", False, ["", "", ""])


def test_a_shelf_that_is_left_out_is_no_fault(session: Session) -> None:
    user = make_user(session, "ann")
    make_papers(session)
    found = preview(session, user)
    run_import(session, found, collections={0: "none"})
    assert session.scalars(select(Shelf)).all() == []
    assert session.get_one(ListImport, found.id, populate_existing=True).state == "done"


def test_the_address_of_a_page_here_names_its_paper(session: Session) -> None:
    """Whatever it is called beside it; an address elsewhere names none."""
    user = make_user(session, "ann")
    make_paper(session, "x/One", "A title that was corrected")
    rows = [
        ListedPaper(
            line=1,
            record=PaperRecord(f"The title of then {site}"),
            page=f"{site}/paper/x/One",
            collections=("Talks",),
            shelves=("Talks",),
            is_only_shelved=True,
            is_loose=True,
        )
        for site in ("http://localhost", "http://localhost.example", "http://a@localhost", "")
    ]
    found = receiving.make_preview(session, user, "x.zip", "note", [rows])
    assert [state for state, _ in list_states(session, found)] == ["here", *["refused"] * 3]
