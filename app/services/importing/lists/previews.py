"""What an import of a list will do: its rows, judged and counted.

`ListImport.data` holds:

- `digest`: of what was sent; while it is read also its `name`, and whether it `is_text`;
- `problem`: why it cannot be read; then there is nothing else;
- `unit`: what the numbers of rows count, "line", "item" or "note";
- `statuses`: each word for a status with its number of rows and ours for it; "" for rows without;
- `labels`: each label with its kind (`label`, `collection`, `keyword`), number of rows, and whether
  the reader wants it as a label, and whether that is shorter than its name; of collections the
  path, and what `shelving` says of them;
- `counts`: rows by their state; `total`: of all;
- `problems`: sentences about the file as a whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import ListImport, ListImportRow, User
from app.references.identifiers import PaperRef, implied_references
from app.services.importing.lists.fitting import Incoming, fit_row
from app.services.importing.lists.matching import RowIndex, list_sure_references, match_rows
from app.services.importing.lists.names import (
    Collections,
    choose_names,
    choose_words,
    find_label,
    find_name,
    fold_path,
    is_too_long,
)
from app.services.importing.lists.shelving import suggest_shelves
from app.services.lookup.finding import NO_ADDRESS
from app.sources.bibtex.reading import BadEntry
from app.sources.lists.listed_paper import ListedPaper, to_json
from app.sources.lists.statuses import TO_READ, guess_status
from app.sources.record import PaperRecord
from app.text.lines import visible_line

MAX_ROWS = 20_000  # of one import
MAX_STORED_BYTES = 60_000_000  # of all rows of one import
MAX_ASKED = 200  # rows for which others are asked
UNTITLED = "no paper here has this name, and it isn’t an identifier. Use its DOI or arXiv ID."
TOO_MANY_ASKED = (
    f"up to {MAX_ASKED} new papers at a time can be looked up by identifier alone. Import the"
    " others later."
)


class BadList(ValueError):
    """A list that is not taken as a whole; the message says why."""


@dataclass
class RowsSoFar:
    """What is known of a list while its rows come in."""

    rows: list[dict[str, Any]] = field(default_factory=list)  # that are not stored yet
    index: RowIndex = field(default_factory=RowIndex)
    total: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    spellings: dict[tuple[str, str], str] = field(default_factory=dict)
    collections: Collections = field(default_factory=Collections)
    descriptions: dict[str, str] = field(default_factory=dict)  # of shelves, until a row is kept
    stored_bytes: int = 0
    asked: int = 0


def take_batch(session: Session, batch: Sequence[Incoming], preview: RowsSoFar) -> None:
    """Judge some rows, in their order; raises `BadList` when there are too many."""
    fitted: list[tuple[Incoming, str]] = [
        fit_row(session, each, preview.collections) for each in batch
    ]
    good = [row for row, _ in fitted if isinstance(row, ListedPaper) and not row.is_empty_shelf]
    matches = iter(match_rows(session, good))
    for row, note in fitted:
        position = preview.total
        if isinstance(row, BadEntry):
            _add(preview, row.line, "refused", message=row.message)
            continue
        if row.is_empty_shelf:
            _count(preview, row)
            _add(preview, row.line, "unchanged", message=note, data=to_json(row))
            continue
        match = next(matches)
        key = match.paper.key if match.paper is not None else ""
        is_known = row.is_only_shelved and bool(key)
        first = None if is_known else preview.index.find_or_add(position, row, key)
        if row.description and row.shelves:
            preview.descriptions.setdefault(row.shelves[0], row.description)
        data = to_json(replace(row, description=""))
        if first is not None:
            state, data["first"] = "same", first
        elif match.paper is not None:
            state = "here"
        elif match.candidates:
            state, data["candidates"] = "unclear", [each.key for each in match.candidates]
        elif row.record.title and (row.record.authors or not row.is_loose):
            state = "new"
        else:
            state = "asked"
            if why := _why_not_asked(row, preview):
                _add(preview, row.line, "refused", message=f"{row.shown:.80}: {why}")
                continue
            preview.asked += 1
        _count(preview, row)
        data |= _take_description(row, preview)
        _add(preview, row.line, state, key=key, message=note, data=data)
    _check_size(preview)


def _check_size(preview: RowsSoFar) -> None:
    if preview.total > MAX_ROWS:
        raise BadList(f"Up to {MAX_ROWS:,} papers can be imported at a time; split it.")
    if preview.stored_bytes > MAX_STORED_BYTES:
        raise BadList("This list is too large to import: split it.")


def _take_description(row: ListedPaper, preview: RowsSoFar) -> dict[str, str]:
    """The description of a row's shelf, which goes with the first row there that is kept."""
    found = filter(None, (preview.descriptions.pop(path, "") for path in row.shelves))
    text = next(found, "")
    return {"description": text} if text else {}


def _why_not_asked(row: ListedPaper, preview: RowsSoFar) -> str:
    """Why nobody can be asked which paper a row means; empty when somebody can."""
    if preview.asked >= MAX_ASKED:
        return TOO_MANY_ASKED
    if list_askable_names(row.record):
        return ""
    return NO_ADDRESS if row.record.url else UNTITLED


def list_askable_names(record: PaperRecord) -> list[str]:
    """The identifiers of a record by which others may know it, as `lookup.asking` takes them."""
    if record.title:
        return []
    refs = [ref for ref in list_sure_references(record) if ref.kind != "url"]
    if "/" in record.key:
        refs.append(PaperRef("key", record.key))
    refs = [each for ref in refs for each in (ref, *implied_references(ref))]
    return list(dict.fromkeys(f"{ref.kind}:{ref.value}" for ref in refs))


def _count(preview: RowsSoFar, row: ListedPaper) -> None:
    if not row.is_only_shelved:
        preview.words[row.status] += 1
    preview.collections.count(row.collections, row.shelves)
    for kind, names in (("label", row.labels), ("keyword", row.keywords)):
        for name in names:
            folded = (kind, fold_path(name))
            preview.labels[folded] += 1
            preview.spellings.setdefault(folded, name)


def _add(
    preview: RowsSoFar,
    line: int,
    state: str,
    *,
    key: str = "",
    message: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    row = {
        "position": preview.total,
        "line": min(max(line, 0), 2**31 - 1),
        "state": state,
        "key": key,
        "message": visible_line(message),
        "data": dict(data or {}),
    }
    preview.total += 1
    preview.counts[state] += 1
    preview.stored_bytes += len(json.dumps(row["data"]))
    preview.rows.append(row)


def insert_rows(session: Session, found: ListImport, preview: RowsSoFar) -> None:
    """Store the rows that were judged since the last time; the caller commits."""
    rows, preview.rows = preview.rows, []
    if rows:
        session.execute(insert(ListImportRow), [{"import_id": found.id, **row} for row in rows])


def fill_preview(
    session: Session, user: User, found: ListImport, unit: str, preview: RowsSoFar
) -> None:
    """Let an import be a preview of the rows that are stored; the caller commits.

    Args:
        unit: what the rows' numbers count.
    """
    places = suggest_shelves(session, user, preview.collections)
    folders = {("collection", each): rows for each, rows in preview.collections.rows.items()}
    spellings = preview.spellings | {
        ("collection", each): name for each, name in preview.collections.spellings.items()
    }
    labels = {**preview.labels, **folders}
    chosen = choose_names(labels)
    found.state = "preview"
    found.data = {
        "digest": found.data["digest"],
        "unit": unit,
        "total": preview.total,
        "counts": dict(preview.counts),
        "statuses": [
            {"word": word, "rows": count, "status": guess_status(word) or TO_READ}
            for word, count in choose_words(preview.words)
        ],
        "labels": [
            {
                "kind": kind,
                "name": spellings[kind, folded],
                "rows": count,
                "is_shortened": is_too_long(find_name(spellings[kind, folded]))
                if kind == "collection"
                else folded in preview.collections.shortened,
                "label": find_label(spellings[kind, folded]),
                # The folders of a vault rather keep its files in order.
                "wanted": kind == "label"
                or (kind == "collection" and unit != "note" and folded not in places),
                **(places.get(folded, {}) if kind == "collection" else {}),
            }
            for (kind, folded), count in chosen
        ],
        "more_labels": len(labels) - len(chosen),
    }
