"""Collections that become shelves, and what undoing the import leaves of them."""

from __future__ import annotations

from collections import deque
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import EntryCopy, ListEntry, ListImport, Paper, Shelf, ShelfEntry, User
from app.queries.lists.imports import list_filled_shelves
from app.queries.lists.own_entries import load_label_names
from app.services.exporting.formats import FORMATS
from app.services.exporting.paper_set import PaperSet
from app.services.importing.lists import receiving, shelving, work
from app.services.importing.lists.names import tidy_path
from app.services.papers.merging import merge_papers
from app.services.refusals import Refusal
from app.services.shelves import entries
from app.services.shelves.members import remove_member
from app.services.shelves.shelf import ShelfTexts, change_shelf, delete_shelf
from app.sources.lists.jabref_shelves import read_shelf_path
from app.sources.lists.listed_paper import ListedPaper
from app.sources.record import PaperRecord
from tests.helpers.factories import join_shelf, make_paper, make_shelf, make_user, put_on_list
from tests.helpers.imports.lists import list_states, preview_list, run_import, undo_list

HEAD = "title,authors,year,collections\n"
LIST = HEAD + "".join(
    f"{name} paper of this list,Ann Lee,2020,{folders}\n"
    for name, folders in {"One": "Thesis; Talks", "Two": "Thesis", "Six": "Talks"}.items()
)
NESTED = """{"items": [
 {"itemType": "journalArticle", "itemID": 1, "title": "One paper of this list"},
 {"itemType": "journalArticle", "itemID": 2, "title": "Two paper of this list"},
 {"itemType": "journalArticle", "itemID": 3, "title": "Six paper of this list"}],
 "collections": {
  "A": {"key": "A", "name": "Thesis", "items": [1], "collections": ["B"]},
  "B": {"key": "B", "name": "Methods", "parent": "A", "items": [2]},
  "C": {"key": "C", "name": "Methods", "parent": "D", "items": [3]},
  "D": {"key": "D", "name": "Talks", "parent": "C"}}}"""


def shelves(session: Session) -> dict[str, list[str]]:
    """The papers on all shelves."""
    query = select(Shelf.title, Paper.title).outerjoin(ShelfEntry, ShelfEntry.shelf_id == Shelf.id)
    query = query.outerjoin(Paper, Paper.id == ShelfEntry.paper_id)
    found: dict[str, list[str]] = {}
    for shelf, paper in session.execute(query.order_by(ShelfEntry.position.desc())):
        found.setdefault(shelf, []).extend([paper] if paper else [])
    session.commit()
    return {shelf: [title[:3] for title in titles] for shelf, titles in found.items()}


def read_labels(session: Session) -> list[list[str]]:
    """Of all entries, in the order of their papers."""
    ids = session.scalars(select(ListEntry.id).order_by(ListEntry.paper_id)).all()
    found = load_label_names(session, ids)
    session.commit()
    return [found.get(each, []) for each in ids]


def count(session: Session, table: type[Any]) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.commit()
    return found


def names(found: ListImport) -> list[tuple[str, int]]:
    return [(shelving.show_path(each["name"]), each["rows"]) for each in found.data["labels"]]


def test_collections_become_shelves_and_are_undone(session: Session) -> None:
    user, friend = make_user(session, "ann"), make_user(session, "ben")
    course = make_shelf(session, friend, make_paper(session, title="Old"), title="Course")
    join_shelf(session, course, user)
    found = preview_list(session, user, LIST, "x.csv")
    assert names(found) == [("Talks", 2), ("Thesis", 2)]
    run_import(session, found, collections={0: "ben/course", 1: "new"})
    assert shelves(session) == {"Course": ["Old", "One", "Six"], "Thesis": ["One", "Two"]}
    assert read_labels(session) == [[], [], []]
    made = session.scalars(select(Shelf).where(Shelf.title == "Thesis")).one()
    assert (made.user_id, made.visibility, made.slug) == (user.id, "private", "thesis")
    shown = list_filled_shelves(session, found, user)
    assert [(shelf.title, owner.name, n) for shelf, owner, n in shown] == [
        ("Course", "ben", 2),
        ("Thesis", "ann", 2),
    ]
    session.commit()
    again = preview_list(session, user, LIST, "x.csv")  # of a list that is here already
    run_import(session, again, collections={0: "ann/thesis", 1: "none"})
    assert shelves(session)["Thesis"] == ["One", "Two", "Six"]
    undo_list(session, again)
    assert shelves(session)["Thesis"] == ["One", "Two"]
    undo_list(session, found)
    assert shelves(session) == {"Course": ["Old"]}
    assert (count(session, Paper), count(session, EntryCopy)) == (1, 0)


def test_inner_collections_are_separate_or_go_with_the_outer_one(session: Session) -> None:
    user = make_user(session, "ann")
    found = preview_list(session, user, NESTED)
    assert names(found) == [
        ("Talks", 0),
        ("Talks / Methods", 1),
        ("Thesis", 1),
        ("Thesis / Methods", 1),
    ]
    run_import(session, found, collections={0: "label", 1: "parent", 2: "new", 3: "new"})
    assert shelves(session) == {"Thesis": ["One"], "Thesis / Methods": ["Two"]}
    assert read_labels(session) == [[], [], ["Talks"]]
    undo_list(session, found)
    found = preview_list(session, user, NESTED)
    run_import(session, found, collections={0: "none", 1: "label", 2: "new", 3: "parent"})
    assert shelves(session) == {"Thesis": ["One", "Two"]}
    assert read_labels(session) == [[], [], ["Methods"]]


def test_what_was_done_with_shelves_since_stays(session: Session) -> None:
    """Notes, what others added, shelves with members; and of merged papers the other half."""
    user, friend = make_user(session, "ann"), make_user(session, "ben")
    course = make_shelf(session, friend, title="Course")
    join_shelf(session, course, user)
    found = preview_list(session, user, LIST, "x.csv")
    run_import(session, found, collections={0: "new", 1: "ben/course"})
    papers = {paper.title[:3]: paper for paper in session.scalars(select(Paper))}
    talks = session.scalars(select(Shelf).where(Shelf.title == "Talks")).one()
    entry = session.scalars(select(ShelfEntry).where(ShelfEntry.shelf_id == talks.id)).first()
    assert entry is not None
    entries.change_note(session, user, talks, entry.id, "Ask about this.")
    session.commit()
    other = make_paper(session, title="Its double")
    entries.add_paper_to_shelf(session, friend, course, other, "Mine")
    session.commit()
    merge_papers(session, papers["Two"], other, None)
    session.commit()
    undo_list(session, found)
    assert shelves(session) == {"Course": ["Two"], "Talks": ["One"]}
    notes = session.scalars(select(ShelfEntry.note).order_by(ShelfEntry.note)).all()
    assert notes == ["Ask about this.", "Mine"]


def test_a_made_shelf_that_was_renamed_or_shown_stays(session: Session) -> None:
    user = make_user(session, "ann")
    long = "Long " * 50
    found = preview_list(session, user, LIST.replace("Thesis", f"A; {long}"), "x.csv")
    run_import(session, found, collections=dict.fromkeys(range(3), "new"))
    made = {shelf.title: shelf for shelf in session.scalars(select(Shelf))}
    assert len(made) == 3
    change_shelf(session, made["A"], ShelfTexts("My thesis", visibility="private"))
    change_shelf(session, made["Talks"], ShelfTexts("Talks", visibility="public"))
    session.commit()
    undo_list(session, found)
    assert shelves(session) == {"My thesis": [], "Talks": []}


def test_who_is_no_member_any_more_takes_nothing_away(session: Session) -> None:
    user, friend = make_user(session, "ann"), make_user(session, "ben")
    course = make_shelf(session, friend, title="Course")
    join_shelf(session, course, user)
    found = preview_list(session, user, LIST, "x.csv")
    run_import(session, found, collections={0: "new", 1: "ben/course"})
    made = session.scalars(select(Shelf).where(Shelf.title == "Talks")).one()
    join_shelf(session, made, friend)
    remove_member(session, course, "ann")
    session.commit()
    undo_list(session, found)
    assert shelves(session) == {"Course": ["One", "Two"], "Talks": []}


def test_limits_and_rights_of_shelves_are_kept(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, friend = make_user(session, "ann"), make_user(session, "ben")
    make_shelf(session, friend, title="Private")
    gone = make_shelf(session, user, title="Gone")
    found = preview_list(session, user, LIST, "x.csv")
    monkeypatch.setattr(shelving, "MAX_SHELVES", 2)
    for chosen in ({0: "ben/private"}, {0: "ann/nothing"}, {0: "new", 1: "new"}):
        with pytest.raises(Refusal) as refused:
            work.start_import(session, found, work.ImportChoices({}, (), {}, chosen))
        assert refused.value.field == "shelf"
        session.rollback()
    monkeypatch.setattr(entries, "MAX_SHELF_PAPERS", 1)
    choices = work.ImportChoices({}, (), {}, {0: "ann/gone", 1: "new"})
    work.start_import(session, session.get_one(ListImport, found.id), choices)
    session.commit()
    delete_shelf(session, gone)
    make_shelf(session, friend, title="Later")  # on SQLite it has the number of the other
    deque(work.work_on_import(session, found.id), maxlen=0)
    assert shelves(session) == {"Private": [], "Later": [], "Thesis": ["One"]}
    said = [message for _, message in list_states(session, found)]
    assert "not on the shelf Talks: It was deleted." in said[0]
    assert "the shelf Thesis is full" in said[1]
    assert [state for state, _ in list_states(session, found)] == ["added"] * 3


@pytest.mark.sqlite_only(reason="nothing new is written")
def test_no_more_collections_are_counted_than_can_be_kept(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.importing.lists.names.MAX_COLLECTIONS", 2)
    found = preview_list(
        session, make_user(session, "ann"), LIST + "Ten,Ann Lee,2020,More\n", "x.csv"
    )
    assert names(found) == [("Talks", 2), ("Thesis", 2)]


@pytest.mark.sqlite_only(reason="nothing new is written")
def test_each_path_of_a_list_is_looked_at_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows name it: else a hundred deep paths a row cost more than all else."""
    asked: list[str] = []

    def tidy(path: str) -> str:
        asked.append(path)
        return tidy_path(path)

    monkeypatch.setattr("app.services.importing.lists.names.tidy_path", tidy)
    monkeypatch.setattr("app.services.importing.lists.names.MAX_COLLECTIONS", 30)
    folders = "; ".join(f"F{number}" for number in range(60))
    rows = "".join(f"Paper {number} of this list,Ann Lee,2020,{folders}\n" for number in range(20))
    found = preview_list(session, make_user(session, "ann"), HEAD + rows, "x.csv")
    assert names(found) == [(f"F{number}", 20) for number in sorted(range(30), key=str)]
    assert len(asked) == 30


def test_groups_of_jabref_are_inner_collections(session: Session) -> None:
    user = make_user(session, "ann")
    tree = "".join(
        f"{depth} StaticGroup:{name}\\;0\\;1\\;\\;\\;\\;;\n"
        for depth, name in ((1, "Thesis"), (2, "Methods"))
    )
    entries = "".join(
        f"@Misc{{{name}, title={{{name} paper of this list}}, groups={{{group}}}}}\n"
        for name, group in {"One": "Thesis", "Two": "Methods"}.items()
    )
    found = preview_list(
        session, user, f"{entries}@Comment{{jabref-meta: grouping:\n{tree}}}\n", "x.bib"
    )
    assert names(found) == [("Thesis", 1), ("Thesis / Methods", 1)]
    run_import(session, found, collections={0: "new", 1: "parent"})
    assert shelves(session) == {"Thesis": ["One", "Two"]}


def test_shelves_in_our_own_file_are_shelves_again(session: Session) -> None:
    """Nested, of odd titles, called as a label is; into two accounts."""
    ann, ben = make_user(session, "ann"), make_user(session, "ben")
    papers = [make_paper(session, title=f"{each} paper of all") for each in ("One", "Two", "Six")]
    titles = ("Thesis", "Thesis / Methods", "Talks / Methods", "Lab; x, {y}", "todo", "Empty / In")
    for number, title in enumerate(titles):
        make_shelf(session, ann, papers[number % 2], papers[-1], title=title)
    for paper in papers:
        put_on_list(session, ann, paper, labels="todo")
    chosen = PaperSet("List", [each.id for each in papers], ann, has_notes=True)
    file = BytesIO()
    FORMATS["bib"].write(session, chosen, file)
    text = file.getvalue().decode()
    before = shelves(session)
    ann, ben = (session.merge(each) for each in (ann, ben))
    kept = {title: set(before[title]) for title in titles}
    kept["Lab; x, y"] = kept.pop("Lab; x, {y}")  # no brace may be in a comment
    found = preview_list(session, ben, text, "x.bib")
    assert {each["choice"] for each in found.data["labels"] if "choice" in each} == {"new"}
    run_import(session, found)
    made = session.scalars(select(Shelf).where(Shelf.user_id == ben.id)).all()
    assert {shelf.title: {title[:3] for title in _titles(session, shelf)} for shelf in made} == kept
    assert {tuple(each) for each in read_labels(session)} == {("todo",)}
    undo_list(session, found)
    assert shelves(session) == before
    again = preview_list(session, ann, text, "x.bib")
    choices = {
        shelving.show_path(each["name"]): each.get("choice", "") for each in again.data["labels"]
    }
    assert choices["Thesis / Methods"] == "ann/thesis-methods"
    assert choices["Thesis"] == "ann/thesis"
    run_import(session, again)
    after = shelves(session)
    assert {title: set(after[title]) for title in before} == {
        title: set(each) for title, each in before.items()
    }


def test_shelves_of_one_title_in_our_own_file_stay_several(session: Session) -> None:
    ann, _ = make_user(session, "ann"), make_user(session, "ben")
    papers = [make_paper(session, title=f"{each} paper of all") for each in ("One", "Two", "Six")]
    for paper in papers:
        make_shelf(session, ann, paper, title="Thesis")
    chosen = PaperSet("List", [each.id for each in papers], ann, has_notes=True)
    file = BytesIO()
    FORMATS["bib"].write(session, chosen, file)
    session.commit()
    for name in ("ben", "ann"):
        reader = session.scalars(select(User).where(User.name == name)).one()
        run_import(session, preview_list(session, reader, file.getvalue().decode(), "x.bib"))
        made = session.scalars(select(Shelf).where(Shelf.user_id == reader.id).order_by(Shelf.id))
        found = [(shelf.title, _titles(session, shelf)) for shelf in made]
        assert sorted(found) == sorted(("Thesis", [paper.title]) for paper in papers)
        session.commit()


def test_a_title_that_ends_like_that_of_a_twin_stays_itself(session: Session) -> None:
    """Beside shelves whose twins would be called so; also in files of earlier versions."""
    ann, _ = make_user(session, "ann"), make_user(session, "ben")
    titles = ("Six", "Six", "Six (shelf 2)", "Six (shelf)", "A / Six", "A / Six (shelf 2)")
    papers = [make_paper(session, title=f"Paper with number {n}") for n, _ in enumerate(titles)]
    for paper, title in zip(papers, titles, strict=True):
        make_shelf(session, ann, paper, title=title)
    chosen = PaperSet("List", [each.id for each in papers], ann, has_notes=True)
    file = BytesIO()
    FORMATS["bib"].write(session, chosen, file)
    session.commit()
    text = file.getvalue().decode()
    for name in ("ben", "ann"):
        reader = session.scalars(select(User).where(User.name == name)).one()
        run_import(session, preview_list(session, reader, text, "x.bib"))
        made = session.scalars(select(Shelf).where(Shelf.user_id == reader.id))
        found = [(shelf.title, _titles(session, shelf)) for shelf in made]
        expected = zip(titles, ([paper.title] for paper in papers), strict=True)
        assert sorted(found) == sorted(expected)
        session.commit()
    # As earlier versions wrote it.
    old = read_shelf_path("Six (shelf 2)", "Shelf: Six (shelf 2)", "Six (shelf 2)")
    assert old == ("Six (shelf 2) (shelf)", True)


def test_an_empty_shelf_for_which_there_is_no_room_is_told(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(session, "ann")
    row = ListedPaper(
        1, PaperRecord(""), collections=("Later",), shelves=("Later",), is_only_shelved=True
    )
    found = receiving.make_preview(session, user, "x.zip", "note", [[row]])
    monkeypatch.setattr("app.services.shelves.shelf.MAX_SHELVES", 0)
    run_import(session, found)
    (told,) = list_states(session, found)
    assert told == ("refused", "the shelf was left out: You can have up to 0 shelves.")
    assert shelves(session) == {}


def _titles(session: Session, shelf: Shelf) -> list[str]:
    query = select(Paper.title).join(ShelfEntry, ShelfEntry.paper_id == Paper.id)
    return list(session.scalars(query.where(ShelfEntry.shelf_id == shelf.id)))
