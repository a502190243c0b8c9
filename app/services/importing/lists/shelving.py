"""Collections of a list that become shelves.

They are chosen in the preview, filled by the job, and undone with the import. In `ListImport.data`
a collection that was a shelf has its `title`, and as `choice` where it goes unless its reader says
otherwise. One that goes to a shelf has `shelf`: `new` (whether the import makes it), `id` and
`made_at` once there is one, which together tell it from a later one of that number, `added`, how
many papers the import put there, and `described`, the digest of the description that it wrote. One
that goes where the collection around it does has `as`, the number of that one. What undoing needs
of each paper is in its `EntryCopy.data`, as `shelved`: for each entry of a shelf the numbers of
both, when it was added, and with which note.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.models import (
    EntryCopy,
    ListImport,
    ListImportRow,
    ReadingGroup,
    Shelf,
    ShelfEntry,
    ShelfMember,
    User,
)
from app.models.papers.shelf import MAX_SHELF_TITLE_CHARS
from app.queries.shelves.access import find_role
from app.queries.shelves.overview import find_addable_shelf, list_addable_shelves
from app.services.importing.lists.names import Collections, find_parent, fold_path
from app.services.refusals import Refusal
from app.services.row_values import make_digest
from app.services.shelves.entries import MAX_SHELF_PAPERS, fill_shelf, take_back_entries
from app.services.shelves.shelf import (
    MAX_SHELVES,
    ShelfTexts,
    create_shelf,
    delete_shelf,
    describe_shelf,
    lock_shelf,
)
from app.sources.lists.jabref_shelves import split_twin
from app.sources.lists.listed_paper import NAME_BREAK, PATH_BREAK
from app.text.folding import fold_label

# What a reader can choose for a collection, besides the name of one of their shelves.
LABEL, NEW, PARENT, NONE = "label", "new", "parent", "none"
Labels = list[dict[str, Any]]
Shelved = list[tuple[int, int, str, str]]


@dataclass(frozen=True)
class ShelvedRow:
    """A row whose paper goes to a shelf, with a note on it.

    Attributes:
        paper_id: `None` for a row that is a shelf without papers.
    """

    row: ListImportRow
    paper_id: int | None = None
    note: str = ""


def choose_shelves(
    session: Session, user: User, labels: Labels, choices: Mapping[int, str]
) -> None:
    """Write into `labels` where each collection goes.

    Args:
        choices: by the numbers of collections.

    Raises:
        Refusal: for a shelf to which the reader cannot add, or more new ones than they can have.
    """
    places = {fold_path(each["name"]): n for n, each in enumerate(labels) if _is_folder(each)}
    for number, each in enumerate(labels):
        choice = choices.get(number, each.get("choice", ""))
        if not choice or not _is_folder(each):
            continue
        each["wanted"] = choice == LABEL
        if choice == NEW:
            each["shelf"] = {"new": True, "added": 0}
        elif choice == PARENT:
            # Each has one around it that has a smaller number, so this comes to an end.
            around = places.get(fold_path(find_parent(each["name"])))
            if around is not None:
                each["as"] = around
        elif choice not in (LABEL, NONE):
            shelf = find_addable_shelf(session, user, choice)
            if shelf is None:
                raise Refusal("shelf", "Choose a shelf to which you can add papers.")
            each["shelf"] = {"new": False, **_name_shelf(shelf), "added": 0}
    new = sum(1 for each in labels if each.get("shelf", {}).get("new"))
    owned = select(func.count()).select_from(Shelf).where(Shelf.user_id == user.id)
    if new and (session.scalar(owned) or 0) + new > MAX_SHELVES:
        message = f"You can have up to {MAX_SHELVES} shelves: choose fewer new ones."
        raise Refusal("shelf", message)


def suggest_shelves(
    session: Session, user: User, collections: Collections
) -> dict[str, dict[str, str]]:
    """Where collections that were shelves go.

    That is the reader's shelf of that title, or a new one; of several of one title each its own.

    Returns:
        `choice` and `title` of each, by its folded path.
    """
    known = collections.spellings
    mine = [line for line in list_addable_shelves(session, user) if line.owner.id == user.id]
    values: defaultdict[str, list[str]] = defaultdict(list)  # the oldest one last
    for line in sorted(mine, key=lambda line: line.number, reverse=True):
        values[fold_label(line.title)].append(line.value)
    found: dict[str, dict[str, str]] = {}
    paths = {folded: known[folded] for folded in collections.shelves & known.keys()}
    for folded, path in sorted(paths.items(), key=lambda each: split_twin(each[1])):
        title = show_path(split_twin(path)[0])
        free = values[fold_label(title)]
        found[folded] = {"choice": free.pop() if free else NEW, "title": title}
    return found


def find_choice(labels: Labels, number: int) -> int:
    """The number of the collection whose choice holds for one."""
    while "as" in labels[number] and labels[number]["as"] != number:
        number = labels[number]["as"]
    return number


def fill_shelves(
    session: Session,
    user: User,
    found: ListImport,
    placed: Mapping[int, Sequence[ShelvedRow]],
) -> dict[int, Shelved]:
    """Put the papers of some rows on shelves; the rows say what failed.

    Args:
        placed: by the number of the collection.

    Returns:
        What undoing needs, by the paper.
    """
    shelved: dict[int, Shelved] = defaultdict(list)
    if not placed:
        return shelved
    labels: Labels = [dict(each) for each in found.data["labels"]]
    for number, each_placed in sorted(placed.items()):
        label = labels[number]
        try:
            shelf, spec = _find_or_make(session, user, label)
            made, left = _fill(session, user, shelf, each_placed)
        except Refusal as refused:
            said = f"not on the shelf {show_path(label['name'])}: {refused.message}"
            _note([each.row for each in each_placed if each.paper_id is not None], said)
            for each in each_placed:
                if each.paper_id is None:
                    each.row.state = "refused"
                    each.row.add_message(f"the shelf was left out: {refused.message}")
            continue
        for entry in made:
            record = (shelf.id, entry.id, entry.added_at.isoformat(), entry.note)
            shelved[entry.paper_id or 0].append(record)
        full = f"the shelf {shelf.title} is full: it can have up to {MAX_SHELF_PAPERS:,} papers"
        _note([each.row for each in each_placed if each.paper_id in left], full)
        label["shelf"] = {**spec, "added": spec["added"] + len(made)}
    found.data = {**found.data, "labels": labels}
    return shelved


def _fill(
    session: Session, user: User, shelf: Shelf, placed: Sequence[ShelvedRow]
) -> tuple[list[ShelfEntry], list[int]]:
    """As `fill_shelf`, with notes where nobody else sees them."""
    lock_shelf(session, shelf)
    papers = [(each.paper_id, each.note) for each in placed if each.paper_id is not None]
    notes = {number: note for number, note in reversed(papers) if note}
    is_alone = not notes or is_for_owner_alone(session, shelf, user)
    ids = [number for number, _ in papers]
    made, left = fill_shelf(session, user, shelf, ids, notes if is_alone else {})
    if not is_alone:
        added = {entry.paper_id for entry in made}
        rows = [each.row for each in placed if each.note and each.paper_id in added]
        _note(rows, f"the note was left out: others can see the shelf {shelf.title}")
    return made, left


def is_for_owner_alone(session: Session, shelf: Shelf, user: User) -> bool:
    """Whether nobody but its owner sees a shelf, nor was invited to it."""
    has_others = exists().where(ShelfMember.shelf_id == shelf.id)
    is_own = shelf.user_id == user.id and shelf.visibility == "private"
    return is_own and not session.scalar(select(has_others))


def take_off_shelves(session: Session, found: ListImport, copies: Iterable[EntryCopy]) -> None:
    """Take what an import put on shelves away, where its reader still may."""
    by_shelf: dict[int, dict[int, tuple[datetime, str]]] = defaultdict(dict)
    for copy in copies:
        for shelf_id, entry_id, added_at, *note in copy.data.get("shelved", ()):
            by_shelf[shelf_id][entry_id] = (datetime.fromisoformat(added_at), "".join(note))
    user = session.get_one(User, found.user_id)
    for shelf_id, entries in sorted(by_shelf.items()):
        shelf = session.get(Shelf, shelf_id, populate_existing=True)
        if shelf is not None and find_role(session, shelf, user) in ("owner", "editor"):
            take_back_entries(session, user, shelf, entries)


def remove_made_shelves(session: Session, found: ListImport) -> None:
    """Delete the shelves that an import made, unless something was done with them since.

    Those that were there before have no description again.
    """
    for each in found.data["labels"]:
        spec = each.get("shelf", {})
        shelf = find_shelf(session, spec) if "id" in spec else None
        if shelf is None or shelf.user_id != found.user_id:
            continue
        lock_shelf(session, shelf)
        is_described = make_digest(shelf.description) == spec.get("described")
        if not spec["new"]:
            if is_described:
                describe_shelf(session, shelf, "", "")
            continue
        is_same = (shelf.title, shelf.visibility) == (_name_new(each), "private")
        if not is_same or (shelf.description and not is_described):
            continue
        others = (
            exists().where(ShelfEntry.shelf_id == shelf.id),
            exists().where(ShelfMember.shelf_id == shelf.id),
            exists().where(ReadingGroup.shelf_id == shelf.id),
        )
        if not any(session.scalar(select(has)) for has in others):
            delete_shelf(session, shelf)


def show_path(path: str) -> str:
    """The path of a collection as readers see it."""
    return path.replace(PATH_BREAK, NAME_BREAK)


def _is_folder(label: Mapping[str, Any]) -> bool:
    return bool(label["kind"] == "collection")


def _find_or_make(
    session: Session, user: User, label: Mapping[str, Any]
) -> tuple[Shelf, dict[str, Any]]:
    spec = dict(label["shelf"])
    if spec["new"] and "id" not in spec:
        shelf: Shelf | None = create_shelf(session, user, ShelfTexts(_name_new(label)))
    else:
        shelf = find_shelf(session, spec)
    if shelf is None:
        raise Refusal("shelf", "It was deleted.")
    return shelf, {**spec, **_name_shelf(shelf)}


def _name_new(label: Mapping[str, Any]) -> str:
    """What the shelf of a collection is called when it is made."""
    title: str = label.get("title") or show_path(label["name"])
    if len(title) > MAX_SHELF_TITLE_CHARS:
        title = label["name"].rpartition(PATH_BREAK)[2][:MAX_SHELF_TITLE_CHARS].strip()
    return title


def _name_shelf(shelf: Shelf) -> dict[str, Any]:
    return {"id": shelf.id, "made_at": shelf.created_at.isoformat()}


def find_shelf(session: Session, spec: Mapping[str, Any]) -> Shelf | None:
    """The shelf that was chosen or made, and not another one with its number."""
    shelf = session.get(Shelf, spec.get("id", 0), populate_existing=True)
    is_same = shelf is not None and shelf.created_at.isoformat() == spec.get("made_at")
    return shelf if is_same else None


def _note(rows: Iterable[ListImportRow], said: str) -> None:
    for row in rows:
        row.add_message(said)
