"""What a retraction notice says, and in which state several of them leave a paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.references.addresses import outside_url
from app.references.identifiers import PaperRef, implied_references
from app.references.parsing import parse_identifier
from app.sources.record import PaperRecord

RETRACTION, CONCERN, CORRECTION, REINSTATEMENT = (
    *("retraction", "concern", "correction"),
    "reinstatement",
)
# Of one day the first has happened first: nothing is reinstated before it is retracted.
NATURES = (CORRECTION, CONCERN, RETRACTION, REINSTATEMENT)
PUBMED = "pubmed.ncbi.nlm.nih.gov/"
ARXIV_DOI = "10.48550/arxiv."
MAX_REASONS = 4  # that are told; some notices have twenty
_LABELS = {RETRACTION: "Retracted", CONCERN: "Expression of concern"}
_PUBMED_URL = re.compile(rf"(?:https?://)?{re.escape(PUBMED)}(\d{{1,9}})/?")


@dataclass(frozen=True)
class RetractionNotice:
    """One notice about one paper.

    Attributes:
        number: of the record.
        doi, pubmed_id: of the paper, the DOI in lower case; one may be empty.
        nature: one of `NATURES`.
        noticed_on: the day, as far as it is known.
        reasons: in plain words.
        url: where the notice is, or empty.
    """

    number: int
    doi: str
    pubmed_id: str
    nature: str
    noticed_on: date | None
    reasons: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class Retraction:
    """That a paper is retracted, or that its journal has expressed concern."""

    nature: str
    noticed_on: date | None
    reasons: tuple[str, ...]
    url: str

    @property
    def is_retracted(self) -> bool:
        """Whether it is more than an expression of concern."""
        return self.nature == RETRACTION

    @property
    def label(self) -> str:
        """The mark that stands beside a title."""
        return _LABELS[self.nature]

    @property
    def reason(self) -> str:
        """The first reasons in one line, empty where none is known."""
        more = len(self.reasons) - MAX_REASONS
        told = ", ".join(self.reasons[:MAX_REASONS])
        return f"{told} and {more} more" if more > 0 else told

    @property
    def note(self) -> str:
        """All of it in one line, for a citation."""
        day = self.noticed_on
        when = f", {day.day} {day:%B} {day.year}" if day else ""
        why = f": {self.reason}" if self.reason else ""
        return f"{self.label}{when}{why}" + (f". Notice: {self.url}" if self.url else "")


def find_state(notices: Iterable[RetractionNotice]) -> Retraction | None:
    """The state in which the notices about one paper leave it.

    A retraction counts until the paper is reinstated; a correction changes nothing, and a concern
    that is expressed after a retraction does not lessen it.
    """
    state: RetractionNotice | None = None
    for notice in sorted(notices, key=_order):
        if notice.nature == REINSTATEMENT:
            state = None
        elif notice.nature == RETRACTION or (
            notice.nature == CONCERN and (state is None or state.nature == CONCERN)
        ):
            state = notice
    if state is None:
        return None
    return Retraction(state.nature, state.noticed_on, state.reasons, state.url)


def to_json(retraction: Retraction) -> dict[str, Any]:
    """A state as JSON can hold it."""
    day = retraction.noticed_on
    return {
        "nature": retraction.nature,
        "date": day and day.isoformat(),
        "reasons": list(retraction.reasons),
        "url": retraction.url,
    }


def read_mark(state: Mapping[str, Any] | None) -> Retraction | None:
    """The mark in a paper's row, which most papers do not have."""
    return from_json(state) if state else None


def from_json(value: Mapping[str, Any]) -> Retraction:
    """The state that `to_json` was given."""
    day = value["date"]
    return Retraction(
        value["nature"], day and date.fromisoformat(day), tuple(value["reasons"]), value["url"]
    )


def list_dois(ref: PaperRef) -> list[str]:
    """The DOIs in lower case that a paper of this name surely has."""
    if ref.kind == "doi":
        return [ref.value.lower()]
    if ref.kind == "arxiv":
        return [f"{ARXIV_DOI}{ref.value.lower()}"]
    return [each.value.lower() for each in implied_references(ref) if each.kind == "doi"]


def list_names(doi: str, pubmed_id: str) -> list[PaperRef]:
    """The names by which a paper of this DOI and PubMed ID may be here."""
    found = [PaperRef("doi", doi)] if doi else []
    meant = parse_identifier(doi) if doi else None
    if meant is not None and meant.kind != "doi":  # arXiv's DOIs name what has an ID of its own
        found.append(meant.without_user())
    return [*found, *([PaperRef("url", f"{PUBMED}{pubmed_id}")] if pubmed_id else [])]


def find_pubmed_id(url: str) -> str:
    """The PubMed ID of an address, empty for any other."""
    found = _PUBMED_URL.fullmatch(url)
    return found[1] if found else ""


def list_record_names(record: PaperRecord) -> tuple[set[str], set[str]]:
    """The DOIs in lower case and the PubMed IDs of a record."""
    kinds = (("doi", record.doi), ("arxiv", record.arxiv_id), ("acl", record.acl_id))
    dois = {doi for kind, value in kinds if value for doi in list_dois(PaperRef(kind, value))}
    pubmed_ids = {find_pubmed_id(url) for url in (record.url, *record.other_urls)}
    return dois, pubmed_ids - {""}


def notice_url(doi: str, pubmed_id: str) -> str:
    """Where a notice is, by its DOI or else its PubMed ID."""
    found = outside_url("doi", doi) if doi else None
    return found or (f"https://{PUBMED}{pubmed_id}/" if pubmed_id else "")


def _order(notice: RetractionNotice) -> tuple[date, int, int]:
    return notice.noticed_on or date.min, NATURES.index(notice.nature), notice.number
