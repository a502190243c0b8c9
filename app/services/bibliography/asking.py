"""Asks Crossref about entries of checked bibliographies, when their reader wants it; a job.

Questions are rows that wait to be answered. The page only adds them, and reads how many wait.
Members take turns, so that nobody waits until all that somebody else asks is answered. Guests are
as one member: however many ask, it is one more turn for members to wait, and what guests have
waiting is bounded together.
"""

from __future__ import annotations

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import begin_writing, now
from app.models import Bibliography, BibliographyQuestion, User
from app.services.bibliography.answers import SILENT, make_answer
from app.services.bibliography.checks import MAX_AGE, KeptCheck, find_check
from app.services.bibliography.findings import BY_DOI, BY_TITLE, ask_about
from app.services.bibliography.process import CheckBusy, TooComplex, read_in_child
from app.services.bibliography.reading import ReadEntry
from app.services.locks import lock_user
from app.services.lookup.asking import LOOKUPS_OFF, LookupSettings
from app.services.refusals import Refusal
from app.sources.bibtex.positions import SourceText
from app.sources.contract import SourceUnavailable

_log = logging.getLogger(__name__)
JOB = "crossref"
MAX_ASKED = 100  # entries at a time
MAX_BY_TITLE = 40  # of these, as each is two questions or more
MAX_ASKED_BY_GUEST = 30  # entries at a time
MAX_WAITING = 1000  # entries of everybody; Crossref is asked some twice in a second
MAX_WAITING_EACH = 200  # entries of one member, or of all guests
MAX_IN_TURN = 10  # entries of one member that are asked about before it is the next one's turn
MAX_READ = 4  # bibliographies that are kept as they were read while others have their turn
MAX_FAILURES = 3  # in a row; then the others are not asked

STILL_ASKED = "Crossref is still being asked for you. Try again later."
GUESTS_WAIT = "Crossref is being asked for other guests. Sign in, or try again in a few minutes."


def choose_entries(report: Mapping[str, Any], *, is_guest: bool = False) -> list[int]:
    """The places of the entries that can be asked about now.

    Those with a DOI come first, then preprints; what was answered is not asked again.
    """
    waiting = _list_unanswered(report)
    by_title = sorted(waiting[BY_TITLE], key=lambda at: not report["entries"][at]["is_preprint"])
    most = MAX_ASKED_BY_GUEST if is_guest else MAX_ASKED
    chosen = [*waiting[BY_DOI][: MAX_ASKED - MAX_BY_TITLE], *by_title[:MAX_BY_TITLE]]
    return chosen[:most]


def count_unanswered(report: Mapping[str, Any]) -> int:
    """How many entries can be asked about in all, some at a time."""
    return sum(map(len, _list_unanswered(report).values()))


def start_asking(
    session: Session, outside: LookupSettings, user: User | None, token: str, check: KeptCheck
) -> int:
    """Let the job ask about the next entries for a member or a guest.

    The caller commits. Who has nothing waiting may ask, however much waits of others: it is soon
    their turn. Of a guest nothing is kept: two who ask in the same moment may come a little over
    what guests have.

    Returns:
        About how many.

    Raises:
        Refusal: when look-ups are off, or too many wait.
    """
    if not outside.on:
        raise Refusal("crossref", LOOKUPS_OFF)
    begin_writing(session)
    if user is not None:
        lock_user(session, user.id)  # who asks twice at once is counted once after the other
    session.execute(select(Bibliography.token).where(Bibliography.token == token).with_for_update())
    asker = None if user is None else user.id
    places = choose_entries(check.report, is_guest=user is None)
    of_asker = BibliographyQuestion.asker_id.is_not_distinct_from(asker)
    mine = session.scalar(_count_waiting().where(of_asker)) or 0
    if mine + len(places) > MAX_WAITING_EACH:
        raise Refusal("crossref", GUESTS_WAIT if user is None else STILL_ASKED)
    if mine and (session.scalar(_count_waiting()) or 0) + len(places) > MAX_WAITING:
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
        BibliographyQuestion(token=token, entry=place, asker_id=asker, asked_at=now(), answer={})
        for place in new
    )
    session.flush()
    return len(new)


def _list_unanswered(report: Mapping[str, Any]) -> dict[str, list[int]]:
    """The places of the entries to ask about, by how they are asked for."""
    found: dict[str, list[int]] = {BY_DOI: [], BY_TITLE: []}
    for place, entry in enumerate(report["entries"]):
        if entry["question"] and entry["asked"] in ("", SILENT):
            found[entry["question"]].append(place)
    return found


def has_waiting(session: Session) -> bool:
    """Whether something is to be asked."""
    return session.scalar(_waiting(BibliographyQuestion.token).limit(1)) is not None


def count_waiting(session: Session) -> int:
    """About how many entries Crossref is to be asked."""
    return session.scalar(_count_waiting()) or 0


def ask_waiting(session: Session) -> Iterator[int]:
    """Ask about all entries that wait, for each member in turn; a job.

    One entry is a step.
    """
    turns: dict[int | None, int] = {}  # when each member had the last one
    read: OrderedDict[str, _ReadCheck] = OrderedDict()
    failures: defaultdict[str, int] = defaultdict(int)  # in a row, by token
    while (token := _find_next(session, turns)) is not None:
        if token not in read:
            check = find_check(session, token)
            session.commit()
            read[token] = _read_check(check)
        read.move_to_end(token)
        if len(read) > MAX_READ:
            read.popitem(last=False)
        yield from _ask_some(session, token, read[token], failures)
    session.commit()


class _ReadCheck(NamedTuple):
    entries: Sequence[ReadEntry]
    sources: Mapping[int, SourceText]  # by the numbers of files


def _find_next(session: Session, turns: dict[int | None, int]) -> str | None:
    """The token of the member whose turn is the longest ago; it is theirs now.

    Of one member it is the bibliography that waits for the longest time. Guests, and those who
    deleted their accounts, are as one member.
    """
    asked = BibliographyQuestion
    first = func.min(asked.asked_at)
    rows = session.execute(
        _waiting(asked.asker_id, asked.token)
        .group_by(asked.asker_id, asked.token)
        .order_by(first, asked.token)
    ).all()
    if not rows:
        return None
    asker, token = min(rows, key=lambda row: turns.get(row.asker_id, -1))
    turns[asker] = max(turns.values(), default=0) + 1
    return str(token)


def _ask_some(
    session: Session, token: str, check: _ReadCheck, failures: dict[str, int]
) -> Iterator[int]:
    """Ask about as many entries of a bibliography as are asked in one turn."""
    waiting = _waiting(BibliographyQuestion.entry).where(BibliographyQuestion.token == token)
    places = session.scalars(waiting.order_by(BibliographyQuestion.entry).limit(MAX_IN_TURN)).all()
    session.commit()
    for place in places:
        answer: dict[str, Any] = {"state": SILENT}
        if place < len(check.entries) and failures[token] < MAX_FAILURES:
            entry = check.entries[place]
            try:
                answer = _ask(session, check.sources[entry.file], entry)
                failures[token] = 0
            except SourceUnavailable:
                failures[token] += 1
            except Exception:  # as in `_read_entries`
                session.rollback()
                _log.exception("What Crossref says of an entry cannot be kept.")
        _store(session, token, place, answer)
        yield place


def _read_check(check: KeptCheck | None) -> _ReadCheck:
    entries = _read_entries(check)
    numbers = {each.file for each in entries}
    sources = (
        {} if check is None else {each: SourceText(check.files[each].data) for each in numbers}
    )
    return _ReadCheck(entries, sources)


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
    # Who asked is of no more use.
    session.execute(row.values(answered_at=now(), answer=answer, asker_id=None))
    session.commit()


def _waiting(*columns: Any) -> Select[Any]:
    """Of questions that are to be asked, about bibliographies that are still kept."""
    kept = Bibliography.checked_at > now() - MAX_AGE
    return (
        select(*columns)
        .join(Bibliography, Bibliography.token == BibliographyQuestion.token)
        .where(BibliographyQuestion.answered_at.is_(None), kept)
    )


def _count_waiting() -> Select[int]:
    return select(func.count()).where(BibliographyQuestion.answered_at.is_(None))
