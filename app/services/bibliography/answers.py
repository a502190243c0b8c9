"""What Crossref's answers add to the report of a checked bibliography.

The report is made from the library alone and stays as it is; answers are kept beside it, and joined
to it when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.references.addresses import outside_url
from app.services.bibliography.changes import KnownFacts, offer_doi, offer_facts
from app.services.bibliography.findings import DOUBTFUL, FOUND, WRONG_DOI, CrossrefFinding
from app.services.bibliography.reading import ReadEntry
from app.services.papers.fitting import fit
from app.services.refusals import Refusal
from app.sources.bibtex.positions import SourceText
from app.sources.record import PaperRecord
from app.sources.retractions import to_json

MAX_TITLE_CHARS = 300
MAX_AUTHORS = 3  # that are told of another work
WAITING, SILENT = "waiting", "silent"
# What is added to entries of the report.
_UNANSWERED = {
    "question": "",
    "asked": "",
    "other": None,
    "right_doi": "",
    "known_at": "",
    "is_told_elsewhere": False,
}
# What the publication of a preprint changes by itself.
_OF_PUBLICATION = frozenset({"fields", "doi"})


def make_answer(
    session: Session, source: SourceText, entry: ReadEntry, finding: CrossrefFinding
) -> dict[str, Any]:
    """What a finding says of an entry and offers to change, as JSON."""
    known = _fit(session, finding.record)
    answer: dict[str, Any] = {"state": finding.state}
    if finding.state in (WRONG_DOI, DOUBTFUL) and known is not None:
        more = len(known.authors) - MAX_AUTHORS
        names = ", ".join(known.authors[:MAX_AUTHORS]) + (f" and {more} more" if more > 0 else "")
        answer["other"] = {
            "title": known.title[:MAX_TITLE_CHARS],
            "by": ", ".join(filter(None, (names, str(known.year or "")))),
            "is_notice": finding.is_notice,
        }
    if finding.right_doi:
        answer["right_doi"] = finding.right_doi
        answer["changes"] = offer_doi(source, entry, finding.right_doi)
    if finding.state != FOUND or known is None:
        return answer
    where = " ".join(filter(None, (known.venue_title or known.venue, str(known.year or ""))))
    facts = KnownFacts(known, where if finding.is_publication else "")
    answer["url"] = outside_url("doi", known.doi) or ""
    answer["published"] = facts.publication
    answer["retraction"] = finding.retraction and to_json(finding.retraction)
    answer["changes"] = offer_facts(source, entry, facts, finding.retraction)
    return answer


def join_answers(
    report: Mapping[str, Any], answers: Iterable[tuple[int, Mapping[str, Any] | None]]
) -> dict[str, Any]:
    """The report with what was answered; what the library says counts first.

    Each change gets an `id` that it keeps, whatever is answered later.

    Args:
        answers: by the places of entries; `None` where there is none yet.
    """
    entries = [{**_UNANSWERED, **each} for each in report["entries"]]
    changes = [{**each, "id": str(at)} for at, each in enumerate(report["changes"])]
    for place, answer in answers:
        entry = entries[place]
        entry["asked"] = WAITING if answer is None else answer["state"]
        if not answer or answer["state"] == SILENT:
            continue
        entry["other"] = answer.get("other")
        entry["right_doi"] = answer.get("right_doi", "")
        entry["known_at"] = answer.get("url", "")
        for name in ("published", "retraction"):
            if not entry[name] and answer.get(name):
                entry[name], entry["is_told_elsewhere"] = answer[name], True
        offered = answer.get("changes", ())
        here = {each["kind"] for each in changes if each["entry"] == place}
        if any(each["kind"] == "published" for each in offered) and "published" not in here:
            changes = [
                each
                for each in changes
                if each["entry"] != place or each["kind"] not in _OF_PUBLICATION
            ]
        changes += [
            {**each, "id": f"{place}-{at}", "entry": place, "file": entry["file"], "by": "Crossref"}
            for at, each in enumerate(offered)
            if each["kind"] not in here
        ]
    return {**report, "entries": entries, "changes": changes}


def _fit(session: Session, record: PaperRecord | None) -> PaperRecord | None:
    """What an answer says, checked as everything from outside is."""
    try:
        return None if record is None else fit(session, record)[0]
    except Refusal:
        return None
