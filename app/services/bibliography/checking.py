"""Compares a bibliography with the library; the report is what JSON can hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.models import Paper
from app.queries.catalogue.retractions import find_retractions
from app.queries.identifiers import find_papers
from app.references.identifiers import PaperRef
from app.services.bibliography.changes import KnownFacts, offer_changes
from app.services.bibliography.findings import choose_question
from app.services.bibliography.matching import EntryMatch, find_doubles, match_entries
from app.services.bibliography.reading import ReadBibliography, ReadEntry, SourceFile
from app.services.exporting.citations import record_of
from app.sources.bibtex.positions import SourceText
from app.sources.bibtex.required_fields import find_missing_fields, name_group
from app.sources.retractions import Retraction, list_record_names, to_json
from app.sources.same_work import is_published, work_of

MAX_LISTED = 2000  # keys that are cited and not there
MAX_TITLE_CHARS = 300
ALL = "*"  # cites every entry


def check_bibliography(
    session: Session, files: Sequence[SourceFile], read: ReadBibliography
) -> dict[str, Any]:
    """What is to be said of a bibliography and of each entry.

    Nothing of it depends on who asks, and nothing is written.
    """
    matches = match_entries(session, read.entries)
    retractions = _find_retractions(session, read.entries, matches)
    doubles = find_doubles(read.entries, matches)
    sources = {number: SourceText(files[number].data) for number in read.bib_files}
    uses = _Uses(read)
    entries, changes = [], []
    for number, (entry, match) in enumerate(zip(read.entries, matches, strict=True)):
        retraction = retractions.get(number)
        entries.append(
            {
                **_describe(entry, match),
                "retraction": retraction and to_json(retraction),
                "same": sorted(doubles.get(number, ())),
                "notes": [*entry.notes, *uses.repeated(number)],
                "is_uncited": uses.is_uncited(number),
            }
        )
        known = _know(entry, match.paper)
        for change in offer_changes(sources[entry.file], entry, known, retraction):
            changes.append({**change, "entry": number, "file": entry.file})
    return {
        "files": [
            {"name": file.name, "is_bib": number in sources, "bytes": len(file.data)}
            for number, file in enumerate(files)
        ],
        "has_citations": read.has_citations,
        "cited_count": len(read.cited.keys() - {ALL}),
        "is_cut": read.is_cut,
        "entries": entries,
        "undefined": _find_undefined(session, read, uses),
        "changes": changes,
    }


def _describe(entry: ReadEntry, match: EntryMatch) -> dict[str, Any]:
    """What an entry says, and what is here of it."""
    record, paper = entry.record, match.paper
    missing = find_missing_fields(entry.scanned.kind, entry.scanned.fields) if record else []
    is_preprint = record is not None and work_of(record).kind == "preprint"
    published = "" if paper is None else _name_publication(entry, paper)
    return {
        "key": entry.key,
        "kind": entry.scanned.kind,
        "file": entry.file,
        "line": entry.scanned.line,
        "title": record.title[:MAX_TITLE_CHARS] if record else "",
        "problem": entry.problem,
        "missing": [name_group(group) for group in missing],
        "paper": paper and paper.id,
        "is_preprint": is_preprint,
        "published": published,
        "misnamed": match.misnamed and [match.misnamed.key, match.misnamed.title],
        "question": (
            choose_question(record)
            if record is not None and (paper is None or (is_preprint and not published))
            else ""
        ),
    }


def _know(entry: ReadEntry, paper: Paper | None) -> KnownFacts | None:
    if paper is None:
        return None
    record = record_of(paper, sorted(paper.identifiers, key=lambda name: name.id))
    return KnownFacts(record, _name_publication(entry, paper))


def _name_publication(entry: ReadEntry, paper: Paper) -> str:
    """Where a paper appeared, if the entry is that of its preprint; else empty."""
    if entry.record is None or work_of(entry.record).kind != "preprint":
        return ""
    if not is_published(paper.work):
        return ""
    return " ".join(filter(None, (paper.venue_label, str(paper.year or ""))))


def _find_retractions(
    session: Session, entries: Sequence[ReadEntry], matches: Sequence[EntryMatch]
) -> dict[int, Retraction]:
    """The state of each entry's paper, whether it is here or not."""
    found = {
        number: match.paper.retraction
        for number, match in enumerate(matches)
        if match.paper is not None and match.paper.retraction is not None
    }
    elsewhere = {
        number: list_record_names(entry.record)
        for number, (entry, match) in enumerate(zip(entries, matches, strict=True))
        if entry.record is not None and match == EntryMatch(None)
    }
    return {**found, **find_retractions(session, elsewhere)}


class _Uses:
    """Which keys are there, how often, and which are cited."""

    def __init__(self, read: ReadBibliography) -> None:
        self._read = read
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(read.entries):
            self.places[entry.key.lower()].append(number)
        self.names = {each.key for each in read.entries}
        self.names |= {key for each in read.entries for key in each.other_keys}
        self._used = self._find_used()

    def repeated(self, number: int) -> list[str]:
        """That a key is used again, in words."""
        entry = self._read.entries[number]
        first = self.places[entry.key.lower()][0]
        if not entry.key or first == number:
            return []
        return [f"the key {entry.key} is used in line {self._read.entries[first].scanned.line} too"]

    def is_uncited(self, number: int) -> bool:
        """Whether nothing cites an entry, where files say what is cited."""
        if not self._read.has_citations or ALL in self._read.cited:
            return False
        return number not in self._used

    def _find_used(self) -> set[int]:
        """Entries that are cited, and those from which they take something."""
        cited = {key.lower() for key in self._read.cited}
        entries = self._read.entries
        waiting = [
            number
            for number, entry in enumerate(entries)
            if entry.key.lower() in cited or any(key.lower() in cited for key in entry.other_keys)
        ]
        used: set[int] = set()
        while waiting:
            number = waiting.pop()
            if number not in used:
                used.add(number)
                waiting += [
                    each for key in entries[number].refers for each in self.places.get(key, ())
                ]
        return used


def _find_undefined(session: Session, read: ReadBibliography, uses: _Uses) -> list[dict[str, Any]]:
    """Keys that are cited and have no entry, with the paper here that may be meant."""
    wanted = [key for key in read.cited if key != ALL and key not in uses.names][:MAX_LISTED]
    refs = {key: PaperRef("key", key.removeprefix("DBLP:")) for key in wanted}
    known: Mapping[PaperRef, Any] = find_papers(session, refs.values())
    found = []
    for key in wanted:
        file, line = read.cited[key]
        alike = uses.places.get(key.lower())
        found.append(
            {
                "key": key,
                "file": file,
                "line": line,
                "alike": read.entries[alike[0]].key if alike else "",
                "paper": known[refs[key]].key if refs[key] in known else "",
            }
        )
    return found
