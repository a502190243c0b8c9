"""Labels on the entries of a list: read from a form, put on, taken off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.db import insert_missing
from app.models import EntryLabel, ListLabel
from app.models.papers.list_label import MAX_LABEL_CHARS
from app.services.bulk import split_into_batches
from app.services.refusals import Refusal
from app.text.folding import fold_label
from app.text.lines import visible_line

MAX_LABELS = 20  # on one entry
MAX_LABELS_OF_READER = 500


def parse_labels(text: str) -> list[str]:
    """The labels in a line, with commas between them, each once.

    Raises:
        Refusal: for too many, or one that is too long.
    """
    found: dict[str, str] = {}
    for part in text.replace('"', " ").split(","):
        name = visible_line(part)
        if name:
            found.setdefault(fold_label(name), name)
    for name in found.values():
        if len(name) > MAX_LABEL_CHARS:
            message = f"“{name[:20]}…” is longer than {MAX_LABEL_CHARS} characters."
            raise Refusal("labels", message)
    if len(found) > MAX_LABELS:
        raise Refusal("labels", f"Up to {MAX_LABELS} labels (you have {len(found)}).")
    return list(found.values())


def find_labels(session: Session, user_id: int, names: Sequence[str]) -> dict[str, int]:
    """The numbers of those of some labels that a reader has, by their folded names."""
    folded = [fold_label(name) for name in names]
    query = select(ListLabel.folded, ListLabel.id).where(
        ListLabel.user_id == user_id, ListLabel.folded.in_(folded)
    )
    return dict(session.execute(query).all())


def make_labels(session: Session, user_id: int, names: Sequence[str]) -> list[int]:
    """The numbers of labels; those that a reader does not have yet are made.

    Raises:
        Refusal: when the reader has too many.
    """
    if not names:
        return []
    rows = [{"user_id": user_id, "name": name, "folded": fold_label(name)} for name in names]
    insert_missing(session, ListLabel, rows, ["user_id", "folded"])
    known = session.scalars(select(ListLabel.id).where(ListLabel.user_id == user_id)).all()
    if len(known) > MAX_LABELS_OF_READER:
        message = f"You can have up to {MAX_LABELS_OF_READER} labels. Remove one first."
        raise Refusal("labels", message)
    return sorted(find_labels(session, user_id, names).values())


def replace_labels(session: Session, user_id: int, entry_id: int, names: Sequence[str]) -> None:
    """Let an entry carry exactly these labels."""
    wanted = set(make_labels(session, user_id, names))
    carried = select(EntryLabel.label_id).where(EntryLabel.entry_id == entry_id)
    present = set(session.scalars(carried))
    remove_labels(session, [entry_id], sorted(present - wanted))
    rows = [{"entry_id": entry_id, "label_id": each} for each in wanted - present]
    insert_missing(session, EntryLabel, rows, ["entry_id", "label_id"])
    prune_labels(session, user_id)


def replace_all_labels(session: Session, user_id: int, names: Mapping[int, Sequence[str]]) -> None:
    """Let each of many entries carry exactly the labels that are named for it."""
    different = {fold_label(name): name for each in names.values() for name in each}
    make_labels(session, user_id, list(different.values()))
    ids = find_labels(session, user_id, list(different.values()))
    for some in split_into_batches(names):
        session.execute(delete(EntryLabel).where(EntryLabel.entry_id.in_(some)))
    rows = [
        {"entry_id": entry_id, "label_id": ids[fold_label(name)]}
        for entry_id, each in names.items()
        for name in each
    ]
    insert_missing(session, EntryLabel, rows, ["entry_id", "label_id"])


def remove_labels(session: Session, entry_ids: Collection[int], label_ids: Collection[int]) -> None:
    """Take labels off entries; a label that nothing carries stays until `prune_labels`."""
    for some in split_into_batches(entry_ids):
        session.execute(
            delete(EntryLabel).where(
                EntryLabel.entry_id.in_(some), EntryLabel.label_id.in_(label_ids)
            )
        )


def prune_labels(session: Session, user_id: int) -> None:
    """Remove the labels of a reader that no entry carries any more."""
    session.flush()
    carried = exists().where(EntryLabel.label_id == ListLabel.id)
    session.execute(delete(ListLabel).where(ListLabel.user_id == user_id, ~carried))
