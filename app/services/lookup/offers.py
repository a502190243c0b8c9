"""The records that a look-up offers, kept for who asked until one is added.

What is added with one click is the record as it was kept. The browser only names it, so that no
fact of it can come from there, and nobody outside is asked again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from app.db import begin_writing, lock_papers, now
from app.models import LookUp, OfferedRecord, Paper, User
from app.queries import papers
from app.services.papers.adding import add_prepared
from app.services.papers.deduplication import match_record
from app.services.papers.insertion import prepare
from app.services.refusals import PaperExists
from app.sources.record import PaperRecord, from_json, to_json
from app.text.person_names import remove_number

LIFE = timedelta(days=1)
MAX_LOOK_UPS = 20  # of one member; the oldest go
MAX_PEOPLE = 8
PASTED = "pasted"


class Expired(Exception):
    """This offer is not there (any more) for who asks."""


@dataclass(frozen=True)
class Offer:
    """A paper that can be added with one click.

    Attributes:
        record: in normal form, as it will be added.
        title_html: its title, rendered.
        source: where it is from: the `KIND` of a source that we asked, or `pasted`.
        sources: how the services that know it are called.
        left_out: sentences about facts that cannot be kept.
        own_key: the key that the record gave itself; another one in `record` is a free one.
        token: names it once it is kept.
        pasted: what somebody pasted to whom it is offered, once it is kept.
    """

    record: PaperRecord
    title_html: str
    source: str = PASTED
    sources: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    own_key: str = ""
    token: str = ""
    pasted: str = ""

    @property
    def people(self) -> str:
        """Its first authors, without dblp's numbers of namesakes, and how many more."""
        names = [remove_number(name) for name in self.record.authors[:MAX_PEOPLE]]
        more = len(self.record.authors) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")


@dataclass(frozen=True)
class Result:
    """What there is to what was pasted.

    Attributes:
        here: papers that we have, with authors and venue; first those that it names.
        offers: papers to be added.
        problems: sentences about what could not be read or looked up.
        silent: names of the sources that gave no answer.
        known: what fills the form: the paper that was found, or what was pasted alone.
        exact: whether that is the paper of the first offer.
    """

    here: list[Paper]
    offers: list[Offer]
    problems: list[str]
    silent: tuple[str, ...]
    known: PaperRecord
    exact: bool


def keep(session: Session, user: User, pasted: str, result: Result) -> tuple[str, Result]:
    """Keep what a look-up found for who asked; commits.

    Returns:
        The token of the look-up, and the result whose offers have tokens.
    """
    begin_writing(session)
    _forget_old(session, user)
    look_up = LookUp(
        token=_new_token(),
        user_id=user.id,
        pasted=pasted,
        data={
            "here": [paper.id for paper in result.here],
            "problems": result.problems,
            "silent": list(result.silent),
            "known": to_json(result.known),
            "exact": result.exact,
        },
        made_at=now(),
    )
    session.add(look_up)
    session.flush()
    offers = [replace(offer, token=_new_token(), pasted=pasted) for offer in result.offers]
    session.add_all(
        OfferedRecord(
            token=offer.token, look_up_id=look_up.id, position=position, data=_offer_data(offer)
        )
        for position, offer in enumerate(offers)
    )
    token = look_up.token
    session.commit()
    return token, replace(result, offers=offers)


def find_kept_result(session: Session, user: User, token: str) -> tuple[str, Result] | None:
    """What a member pasted, and what was found for it.

    What was added since is among the papers that are here.
    """
    look_up = session.scalar(_own(user).where(LookUp.token == token))
    if look_up is None:
        return None
    rows = session.scalars(
        select(OfferedRecord)
        .where(OfferedRecord.look_up_id == look_up.id)
        .order_by(OfferedRecord.position)
    ).all()
    data = look_up.data
    here = papers.load_papers(session, data["here"])
    offers = [_offer(row, look_up) for row in rows]
    known = from_json(data["known"])
    if data["exact"]:  # the first that is left fills the form
        known = offers[0].record if offers else PaperRecord(title="")
    return look_up.pasted, Result(
        [here[number] for number in data["here"] if number in here],
        offers,
        data["problems"],
        tuple(data["silent"]),
        known,
        data["exact"] and bool(offers),
    )


def offer_of(session: Session, user: User, token: str) -> Offer | None:
    """The offer of a token; `None` when it is not theirs, used or too old."""
    query = _own(user).join(OfferedRecord).where(OfferedRecord.token == token)
    found = session.execute(query.with_only_columns(OfferedRecord, LookUp)).one_or_none()
    return None if found is None else _offer(*found)


def add(session: Session, user: User, offer: Offer) -> Paper:
    """Add an offered record as it was kept; the offer is used up.

    The caller commits.

    Raises:
        Expired: when it was used or forgotten meanwhile.
        AlreadyThere, Refused: as `services.papers.adding.add_prepared`.
    """
    prepared = prepare(offer.record)
    begin_writing(session)
    lock_papers(session, alone=True)
    look_up = use(session, user, offer.token)
    record = offer.record
    try:
        if offer.source == PASTED:  # its key may have become another paper's since it was offered
            found = match_record(session, replace(record, key=offer.own_key), None)
            if found.paper is not None:
                raise PaperExists(found.paper.key)
            record = found.record
        paper = add_prepared(session, replace(prepared, record=record), offer.source, user)
    except PaperExists as there:
        note(session, look_up, there.key)
        raise
    note(session, look_up, paper.key)
    return paper


def use(session: Session, user: User, token: str) -> LookUp:
    """Use an offer up, so that nobody can again; the caller commits.

    Returns:
        The look-up that offered it.

    Raises:
        Expired: when it is not there for this member.
    """
    begin_writing(session)
    own = _own(user).with_only_columns(LookUp.id)
    used = delete(OfferedRecord).where(
        OfferedRecord.token == token, OfferedRecord.look_up_id.in_(own)
    )
    # Of two clicks at once the second finds nothing to delete.
    look_up_id = session.scalar(used.returning(OfferedRecord.look_up_id))
    if look_up_id is None:
        raise Expired
    return session.get_one(LookUp, look_up_id)


def note(session: Session, look_up: LookUp, key: str) -> None:
    """Show a paper that is here now first in the result of a look-up."""
    paper_id = session.scalar(select(Paper.id).where(Paper.key == key))
    others = [number for number in look_up.data["here"] if number != paper_id]
    look_up.data = {**look_up.data, "here": [paper_id, *others]}


def purge(session: Session) -> int:
    """Forget look-ups that are too old, of everybody; says how many.

    The caller commits.
    """
    begin_writing(session)
    old = delete(LookUp).where(LookUp.made_at <= _oldest()).returning(LookUp.id)
    return len(session.scalars(old).all())


def _forget_old(session: Session, user: User) -> None:
    """Make room for one more look-up of a member."""
    newest = select(LookUp.id).where(LookUp.user_id == user.id).order_by(LookUp.id.desc())
    beyond = newest.offset(MAX_LOOK_UPS - 1)
    ids = session.scalars(beyond).all()
    session.execute(
        delete(LookUp).where(
            LookUp.user_id == user.id, LookUp.id.in_(ids) | (LookUp.made_at <= _oldest())
        )
    )


def _own(user: User) -> Select[LookUp]:
    return select(LookUp).where(LookUp.user_id == user.id, LookUp.made_at > _oldest())


def _oldest() -> datetime:
    return now() - LIFE


def _new_token() -> str:
    return secrets.token_urlsafe(18)


def _offer_data(offer: Offer) -> dict[str, Any]:
    return {
        "record": to_json(offer.record),
        "title_html": offer.title_html,
        "source": offer.source,
        "sources": list(offer.sources),
        "left_out": list(offer.left_out),
        "own_key": offer.own_key,
    }


def _offer(row: OfferedRecord, look_up: LookUp) -> Offer:
    data = row.data
    return Offer(
        from_json(data["record"]),
        data["title_html"],
        data["source"],
        tuple(data["sources"]),
        tuple(data["left_out"]),
        data["own_key"],
        row.token,
        look_up.pasted,
    )
