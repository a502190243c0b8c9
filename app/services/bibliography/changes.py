"""Which changes of a bibliography are offered, each with the bytes that it replaces."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple

from app.models import Paper
from app.services.bibliography.reading import ReadEntry
from app.services.exporting.citations import record_of
from app.sources.bibtex import mending
from app.sources.bibtex.positions import SourceText, TextEdit
from app.sources.bibtex.required_fields import USEFUL, find_missing_fields, plain_kind
from app.sources.bibtex.title_braces import find_missing_braces
from app.sources.bibtex.writing import fields_of, kind_of_entry
from app.sources.retractions import Retraction
from app.sources.same_work import is_published, work_of

# The kinds of changes, in the order in which they are listed.
KINDS = {
    "retracted": "Say that it is retracted",
    "published": "Replace preprints by their published versions",
    "fields": "Add missing fields",
    "doi": "Add DOIs",
    "capitals": "Protect capitals in titles",
}


class OfferedChange(NamedTuple):
    """A change of one entry that the writer may tick."""

    kind: str
    says: str
    edits: list[TextEdit]


def is_published_here(entry: ReadEntry, paper: Paper | None) -> bool:
    """Whether an entry is a preprint's, and its paper is known to have appeared since."""
    if entry.record is None or paper is None or work_of(entry.record).kind != "preprint":
        return False
    return is_published(paper.work)


def offer_changes(
    source: SourceText, entry: ReadEntry, paper: Paper | None, retraction: Retraction | None
) -> list[dict[str, Any]]:
    """The changes of an entry as JSON has them.

    None where its parts are not known for sure.
    """
    if not source.is_exact or not mending.can_mend(entry.scanned):
        return []
    offered = []
    for change in _list_changes(source.text, entry, paper, retraction):
        edits = [source.make_byte_edit(edit) for edit in change.edits]
        known = [edit for edit in edits if edit is not None]
        if known and len(known) == len(edits):
            data = [[each.start, each.end, b64encode(each.data).decode()] for each in known]
            offered.append({"kind": change.kind, "says": change.says, "edits": data})
    return offered


def _list_changes(
    text: str, entry: ReadEntry, paper: Paper | None, retraction: Retraction | None
) -> Iterator[OfferedChange]:
    scanned = entry.scanned
    if retraction is not None:
        span = scanned.spans.get("note")
        note = text[span.value_at : span.end].lower() if span else ""
        if "retract" not in note and "expression of concern" not in note:
            edits = mending.add_note(text, scanned, retraction.note)
            yield OfferedChange("retracted", f"note: {retraction.note}", edits)
    if paper is not None and entry.record is not None:
        yield from _of_paper(text, entry, paper)
    if "title" in scanned.spans:
        edits = find_missing_braces(text, scanned.spans["title"])
        if edits:
            words = ", ".join(edit.text for edit in edits)
            yield OfferedChange("capitals", f"title: {words}", edits)


def _of_paper(text: str, entry: ReadEntry, paper: Paper) -> Iterator[OfferedChange]:
    """What the library knows better or besides."""
    record = record_of(paper, sorted(paper.identifiers, key=lambda name: name.id))
    fields, kind = fields_of(record), kind_of_entry(record)
    scanned = entry.scanned
    if is_published_here(entry, paper):
        edits = mending.replace_preprint(text, scanned, kind, fields)
        where = " ".join(filter(None, (paper.venue_label, str(paper.year or ""))))
        yield OfferedChange("published", f"@{kind}, {where}", edits)
        return
    if plain_kind(scanned.kind) != plain_kind(kind):
        return  # what is known is perhaps another version's
    added = {}
    for group in find_missing_fields(scanned.kind, scanned.fields):
        name = next((name for name in group if name in fields), None)
        if name is not None:
            added[name] = fields[name]
    for name in USEFUL.get(plain_kind(scanned.kind), ()):
        if name in fields and name not in scanned.fields:
            added[name] = fields[name]
    if added:
        says = "; ".join(f"{name}: {value}" for name, value in added.items())
        yield OfferedChange("fields", says, mending.add_fields(text, scanned, added))
    if "doi" in fields and "doi" not in scanned.fields and not entry.record_doi:
        doi = {"doi": fields["doi"]}
        yield OfferedChange("doi", fields["doi"], mending.add_fields(text, scanned, doi))
