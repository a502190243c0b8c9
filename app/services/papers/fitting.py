"""A record from outside is made one that can be kept.

What a person types into a form is refused instead (`services.papers.facts`), for they can mend it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.references.identifiers import storable_key
from app.services.papers.facts import (
    MAX_ABSTRACT,
    MAX_DETAIL,
    MAX_EDITORS,
    MAX_KEYWORDS,
    MAX_NAME,
    MAX_VENUE_TITLE,
    check_record,
)
from app.services.refusals import Refusal
from app.sources.record import PaperRecord

# What a record can do without, by the field that a refusal names.
_OPTIONAL = {
    **{name: (name,) for name in ("abstract", "keywords", "year", "section")},
    **{name: (name,) for name in ("doi", "arxiv_id", "url")},
    "venue": ("venue", "venue_title"),
    "key": ("key",),
}


@dataclass(frozen=True)
class Misfit:
    """A fact that could not be kept as it was told.

    Attributes:
        field: of the record, or one of its `details`.
        written: what was told.
        kept: what is kept instead; empty when it was left out.
        why: a sentence.
    """

    field: str
    written: str
    kept: str
    why: str

    @property
    def is_shortened(self) -> bool:
        return self.kept.endswith("…")


def fit(session: Session, record: PaperRecord) -> tuple[PaperRecord, list[Misfit]]:
    """A record in normal form, and the facts that had to be changed.

    Raises:
        Refusal: when there is nothing left that could be a paper: no title, say.
    """
    blank = PaperRecord(title="")
    record, found = _shortened(record)
    while True:
        try:
            return check_record(session, record), found
        except Refusal as refused:
            names = _OPTIONAL.get(refused.field)
            if refused.field == "key":  # of the paper, or else of its venue
                names = ("key",) if _usable_key(record.key) != record.key else ("venue_key",)
            if names is None or len(found) > 4 * len(_OPTIONAL):
                raise
            written = str(getattr(record, names[0]) or "")
            kept = _usable_key(written) if names == ("key",) else ""
            values: dict[str, Any] = {name: getattr(blank, name) for name in names}
            record = replace(record, **{**values, **({"key": kept} if kept else {})})
            found.append(Misfit(names[0], written, kept, refused.message))


def _usable_key(key: str) -> str:
    """What is left of a key without the signs that cannot stand in an address; may be empty."""
    return storable_key(key.strip().strip("/"))


def _shortened(record: PaperRecord) -> tuple[PaperRecord, list[Misfit]]:
    found: list[Misfit] = []

    def cut(field: str, text: str, most: int) -> str:
        if len(text) <= most:
            return text
        start = text[: most - 1]
        at = start.rfind(" ") if " " in start[most // 2 :] else len(start)
        kept = start[:at].rstrip() + "…"
        found.append(Misfit(field, text, kept, f"It had {len(text):,} characters."))
        return kept

    short: dict[str, Any] = {
        "venue": cut("venue", record.venue, MAX_NAME),
        "abstract": cut("abstract", record.abstract, MAX_ABSTRACT),
        "keywords": cut("keywords", record.keywords, MAX_KEYWORDS),
        "authors": tuple(cut("name", name, MAX_NAME) for name in record.authors),
    }
    if short["venue"] != record.venue:  # in full as far as there is room
        short["venue_title"] = cut("venue", record.venue, MAX_VENUE_TITLE)
    for name, text in record.details.items():
        if len(text) > (MAX_EDITORS if name == "editor" else MAX_DETAIL):
            found.append(Misfit(name, text, "", f"It has {len(text):,} characters."))
    unique = {(each.field, each.kept == ""): each for each in reversed(found)}
    return replace(record, **short), list(reversed(unique.values()))
