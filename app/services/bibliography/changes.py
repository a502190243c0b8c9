"""Which changes of a bibliography are offered, each with the bytes that it replaces."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.services.bibliography.reading import ReadEntry
from app.sources.bibtex import mending
from app.sources.bibtex.positions import SourceText, TextEdit
from app.sources.bibtex.required_fields import USEFUL, find_missing_fields, plain_kind
from app.sources.bibtex.title_braces import find_missing_braces
from app.sources.bibtex.writing import fields_of, kind_of_entry
from app.sources.record import PaperRecord
from app.sources.retractions import Retraction

# The kinds of changes, in the order in which they are listed.
KINDS = {
    "retracted": "Say that it is retracted",
    "published": "Replace preprints by their published versions",
    "fields": "Add missing fields",
    "doi": "Add DOIs",
    "right_doi": "Replace DOIs of other papers",
    "capitals": "Protect capitals in titles",
}


class OfferedChange(NamedTuple):
    """A change of one entry that the writer may tick."""

    kind: str
    says: str
    edits: list[TextEdit]


class KnownFacts(NamedTuple):
    """What the library or a source knows of the work that an entry is about.

    Attributes:
        publication: where and when it appeared, if the entry is that of its preprint.
    """

    record: PaperRecord
    publication: str = ""


def offer_changes(
    source: SourceText, entry: ReadEntry, known: KnownFacts | None, retraction: Retraction | None
) -> list[dict[str, Any]]:
    """The changes of an entry as JSON has them.

    None where its parts are not known for sure.
    """
    found = offer_facts(source, entry, known, retraction)
    return found + _as_json(source, entry, _protect_capitals(source.text, entry))


def offer_facts(
    source: SourceText, entry: ReadEntry, known: KnownFacts | None, retraction: Retraction | None
) -> list[dict[str, Any]]:
    """As `offer_changes`, without those that need nobody's knowledge."""
    changes = [] if retraction is None else [*_tell_retraction(source.text, entry, retraction)]
    if known is not None and entry.record is not None:
        changes += _correct_facts(source.text, entry, known)
    return _as_json(source, entry, changes)


def offer_doi(source: SourceText, entry: ReadEntry, doi: str) -> list[dict[str, Any]]:
    """Offer to replace the DOI of another work, where the entry has that field."""
    edits = mending.replace_field(source.text, entry.scanned, "doi", _tex_of_doi(doi))
    return _as_json(source, entry, [OfferedChange("right_doi", doi, edits)] if edits else [])


def _tex_of_doi(doi: str) -> str:
    return fields_of(PaperRecord(title="", doi=doi))["doi"]


def _as_json(
    source: SourceText, entry: ReadEntry, changes: Iterable[OfferedChange]
) -> list[dict[str, Any]]:
    if not source.is_exact or not mending.can_mend(entry.scanned):
        return []
    offered = []
    for change in changes:
        edits = [source.make_byte_edit(edit) for edit in change.edits]
        known = [edit for edit in edits if edit is not None]
        if known and len(known) == len(edits):
            data = [[each.start, each.end, b64encode(each.data).decode()] for each in known]
            offered.append({"kind": change.kind, "says": change.says, "edits": data})
    return offered


def _tell_retraction(
    text: str, entry: ReadEntry, retraction: Retraction
) -> Iterator[OfferedChange]:
    span = entry.scanned.spans.get("note")
    note = text[span.value_at : span.end].lower() if span else ""
    if "retract" not in note and "expression of concern" not in note:
        edits = mending.add_note(text, entry.scanned, retraction.note)
        yield OfferedChange("retracted", f"note: {retraction.note}", edits)


def _protect_capitals(text: str, entry: ReadEntry) -> Iterator[OfferedChange]:
    if "title" in entry.scanned.spans:
        edits = find_missing_braces(text, entry.scanned.spans["title"])
        if edits:
            words = ", ".join(edit.text for edit in edits)
            yield OfferedChange("capitals", f"title: {words}", edits)


def _correct_facts(text: str, entry: ReadEntry, known: KnownFacts) -> Iterator[OfferedChange]:
    """What is known better or besides."""
    fields, kind = fields_of(known.record), kind_of_entry(known.record)
    scanned = entry.scanned
    if known.publication:
        edits = mending.replace_preprint(text, scanned, kind, fields)
        yield OfferedChange("published", f"@{kind}, {known.publication}", edits)
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
