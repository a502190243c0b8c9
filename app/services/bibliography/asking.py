"""Asks Crossref about entries of checked bibliographies, when their reader wants it; a job.

Questions are rows that wait to be answered. The page only adds them, and reads how many wait.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Bibliography, BibliographyQuestion
from app.services.bibliography.answers import SILENT, make_answer
from app.services.bibliography.checks import MAX_AGE, KeptCheck, find_check
from app.services.bibliography.findings import BY_DOI, BY_TITLE, ask_about
from app.services.bibliography.process import CheckBusy, TooComplex, read_in_child
from app.services.bibliography.reading import ReadEntry
from app.services.lookup.asking import LOOKUPS_OFF, LookupSettings
from app.services.refusals import Refusal
from app.sources.bibtex.positions import SourceText
from app.sources.contract import SourceUnavailable

_log = logging.getLogger(__name__)
JOB = "crossref"
MAX_ASKED = 100  # entries at a time
MAX_BY_TITLE = 40  # of these, as each is two questions or more
MAX_WAITING = 1000  # entries of everybody; Crossref is asked some twice in a second
MAX_FAILURES = 3  # in a row; then the others are not asked


def choose_entries(report: Mapping[str, Any]) -> list[int]:
    """The places of the entries that can be asked about now.

    Those with a DOI come first, then preprints; what was answered is not asked again.
    """
    waiting: dict[str, list[int]] = {BY_DOI: [], BY_TITLE: []}
    for place, entry in enumerate(report["entries"]):
        if entry["question"] and entry["asked"] in ("", SILENT):
            waiting[entry["question"]].append(place)
    by_title = sorted(waiting[BY_TITLE], key=lambda at: not report["entries"][at]["is_preprint"])
    return [*waiting[BY_DOI][: MAX_ASKED - MAX_BY_TITLE], *by_title[:MAX_BY_TITLE]]


def start_asking(session: Session, outside: LookupSettings, token: str, check: KeptCheck) -> int:
    """Let the job ask about the next entries; the caller commits.

    Returns:
        About how many.

    Raises:
        Refusal: when look-ups are off, or too many others wait.
    """
    if not outside.on:
        raise Refusal("crossref", LOOKUPS_OFF)
    begin_writing(session)
    session.execute(select(Bibliography.token).where(Bibliography.token == token).with_for_update())
    places = choose_entries(check.report)
    if (session.scalar(_count_waiting()) or 0) + len(places) > MAX_WAITING:
        raise Refusal("crossref", "Crossref is being asked a lot. Try again in a few minutes.")
    again = delete(BibliographyQuestion).where(
        BibliographyQuestion.token == token,
        BibliographyQuestion.entry.in_(places),
        BibliographyQuestion.answered_at.is_not(None),
    )
    session.execute(again)
    known = select(BibliographyQuestion.entry).where(BibliographyQuestion.token == token)
    new = sorted(set(places) - set(session.scalars(known)))
    session.add_all(
        BibliographyQuestion(token=token, entry=place, asked_at=now(), answer={}) for place in new
    )
    session.flush()
    return len(new)


def has_waiting(session: Session) -> bool:
    """Whether something is to be asked."""
    return session.scalar(_next_waiting()) is not None


def count_waiting(session: Session) -> int:
    """About how many entries Crossref is to be asked."""
    return session.scalar(_count_waiting()) or 0


def ask_waiting(session: Session) -> Iterator[int]:
    """Ask about all entries that wait, one in a step; a job."""
    while (token := session.scalar(_next_waiting())) is not None:
        check = find_check(session, token)
        session.commit()
        yield from _ask_of(session, token, check)
    session.commit()


def _ask_of(session: Session, token: str, check: KeptCheck | None) -> Iterator[int]:
    entries = _read_entries(check)
    numbers = {each.file for each in entries}
    sources = (
        {} if check is None else {each: SourceText(check.files[each].data) for each in numbers}
    )
    waiting = select(BibliographyQuestion.entry).where(
        BibliographyQuestion.token == token, BibliographyQuestion.answered_at.is_(None)
    )
    places = session.scalars(waiting.order_by(BibliographyQuestion.entry)).all()
    session.commit()
    failures = 0
    for place in places:
        answer: dict[str, Any] = {"state": SILENT}
        if place < len(entries) and failures < MAX_FAILURES:
            entry = entries[place]
            try:
                answer = _ask(session, sources[entry.file], entry)
                failures = 0
            except SourceUnavailable:
                failures += 1
            except Exception:  # as in `_read_entries`
                session.rollback()
                _log.exception("What Crossref says of an entry cannot be kept.")
        _store(session, token, place, answer)
        yield place


def _read_entries(check: KeptCheck | None) -> Sequence[ReadEntry]:
    try:
        return [] if check is None else read_in_child(check.files).entries
    except (CheckBusy, TooComplex):  # it could be read when it was checked
        return []
    except Exception:  # whatever it is, it must not keep all others waiting
        _log.exception("A bibliography cannot be read again.")
        return []


def _ask(session: Session, source: SourceText, entry: ReadEntry) -> dict[str, Any]:
    """No transaction is open while Crossref is asked."""
    outside = session.info["outside"]
    if outside is None or entry.record is None:
        return {"state": SILENT}
    finding = ask_about(outside, entry.record)
    answer = make_answer(session, source, entry, finding)
    session.commit()
    return answer


def _store(session: Session, token: str, place: int, answer: Mapping[str, Any]) -> None:
    begin_writing(session)
    row = update(BibliographyQuestion).where(
        BibliographyQuestion.token == token, BibliographyQuestion.entry == place
    )
    session.execute(row.values(answered_at=now(), answer=answer))
    session.commit()


def _next_waiting() -> Select[str]:
    kept = Bibliography.checked_at > now() - MAX_AGE
    return (
        select(BibliographyQuestion.token)
        .join(Bibliography, Bibliography.token == BibliographyQuestion.token)
        .where(BibliographyQuestion.answered_at.is_(None), kept)
        .order_by(BibliographyQuestion.asked_at)
        .limit(1)
    )


def _count_waiting() -> Select[int]:
    return select(func.count()).where(BibliographyQuestion.answered_at.is_(None))
