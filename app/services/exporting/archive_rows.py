"""What a person has here besides summaries, as rows that JSON can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.models import (
    BallotVote,
    DeletedSummary,
    Draft,
    EmailAddress,
    FormerName,
    FormerSlug,
    Identity,
    LicenceAgreement,
    ListEntry,
    Paper,
    Participation,
    Passkey,
    Reading,
    Revision,
    Shelf,
    ShelfEntry,
    SignIn,
    Summary,
    User,
    Vote,
)
from app.models.papers.list_entry import DATE_COLUMNS, PRIORITIES
from app.queries.lists.own_entries import load_label_names
from app.queries.shelves.access import belongs_to, is_public_shelf
from app.queries.visibility import visible_to

BATCH = 200  # rows in memory at once
Read = Callable[[Session, int], Iterator[dict[str, Any]]]


def make_profile(session: Session, user: User) -> dict[str, Any]:
    """Who somebody is here."""
    former = select(FormerName.name).where(FormerName.user_id == user.id).order_by(FormerName.name)
    sign_ins = select(SignIn.signed_in_at, SignIn.device, SignIn.way)
    sign_ins = sign_ins.where(SignIn.user_id == user.id)
    agreed = select(LicenceAgreement.licence, LicenceAgreement.agreed_at)
    agreed = agreed.where(LicenceAgreement.user_id == user.id)
    linked = select(Identity.issuer, Identity.label, Identity.created_at)
    linked = linked.where(Identity.user_id == user.id).order_by(Identity.id)
    keys = select(Passkey.name, Passkey.rp_id, Passkey.created_at, Passkey.used_on)
    keys = keys.where(Passkey.user_id == user.id).order_by(Passkey.id)
    mail = session.get(EmailAddress, user.id)
    return {
        "username": user.name,
        "display_name": user.display_name,
        "bio": user.bio,
        "role": user.role,
        "joined_at": user.joined_at,
        "former_usernames": list(session.scalars(former)),
        "email": None if mail is None else mail.address,
        "licences": [
            {"licence": licence, "agreed_at": moment}
            for licence, moment in session.execute(agreed.order_by(LicenceAgreement.licence))
        ],
        "linked_accounts": [
            {"issuer": issuer, "label": label, "linked_at": moment}
            for issuer, label, moment in session.execute(linked)
        ],
        "passkeys": [
            {"name": name, "site": site, "created_at": moment, "used_on": day}
            for name, site, moment, day in session.execute(keys)
        ],
        "sign_ins": [
            {"signed_in_at": moment, "device": device, "way": way}
            for moment, device, way in session.execute(sign_ins.order_by(SignIn.signed_in_at))
        ],
    }


def read_drafts(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """What is not published yet."""
    columns: tuple[Any, ...] = (
        Paper.key.label("key"),
        Paper.title,
        Draft.summary_id,
        Draft.source,
        Draft.takeaway,
    )
    stated = (Draft.read, Draft.made, Draft.interest)
    query = select(
        *(Draft.id, *columns, Draft.tags, Draft.visibility, Draft.anonymous, *stated),
        Draft.saved_at,
    )
    query = query.join(Paper, Paper.id == Draft.paper_id).where(Draft.user_id == user_id)
    return _read(session, query, Draft.id)


def read_versions(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """All versions of summaries, those that others never saw too."""
    columns: tuple[Any, ...] = (
        Paper.key.label("key"),
        Revision.summary_id,
        Revision.number,
        Revision.source,
    )
    query = select(
        *(Revision.id, *columns, Revision.takeaway, Revision.read, Revision.made),
        *(Revision.saved_at, Revision.public_since),
    )
    query = query.join(Summary, Summary.id == Revision.summary_id)
    query = query.join(Paper, Paper.id == Summary.paper_id).where(Summary.user_id == user_id)
    return _read(session, query, Revision.id)


def read_votes(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """Votes on what the voter can see now.

    That a text was hidden since is its writer's secret.
    """
    voter = session.get(User, user_id)
    columns: tuple[Any, ...] = (Paper.key.label("key"), Vote.value, Vote.cast_at)
    query = select(Summary.id, *columns)
    query = query.select_from(Vote).join(Summary, Summary.id == Vote.summary_id)
    query = query.join(Paper, Paper.id == Summary.paper_id)
    return _read(session, query.where(Vote.user_id == user_id, visible_to(voter)), Summary.id)


def read_deleted(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """The texts of summaries that can still be restored, without what others did to them."""
    query = select(
        DeletedSummary.id, Paper.key.label("key"), DeletedSummary.deleted_at, DeletedSummary.data
    )
    query = query.join(Paper, Paper.id == DeletedSummary.paper_id)
    query = query.where(DeletedSummary.user_id == user_id)
    for row in _read(session, query, DeletedSummary.id):
        summary = row.pop("data")["summary"]
        kept = (
            *("source", "takeaway", "visibility", "anonymous", "read", "made", "interest"),
            *("created_at", "edited_at"),
        )
        yield row | {name: summary.get(name) for name in kept}


def read_list(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """The whole reading list."""
    columns: tuple[Any, ...] = (
        Paper.key.label("key"),
        Paper.title,
        Paper.doi,
        Paper.arxiv_id,
        ListEntry.status,
    )
    more = (ListEntry.added_at, ListEntry.changed_at, ListEntry.priority, ListEntry.position)
    dates = (getattr(ListEntry, name) for name in DATE_COLUMNS.values())
    texts = (ListEntry.citekey, ListEntry.remark, ListEntry.notes)
    query = select(ListEntry.id, *columns, *dates, *more, *texts)
    query = query.join(Paper, Paper.id == ListEntry.paper_id).where(ListEntry.user_id == user_id)
    for rows in _read_batches(session, query, ListEntry.id):
        labels = load_label_names(session, [row["id"] for row in rows])
        for row in rows:
            facts = {"priority": PRIORITIES[row["priority"]], "labels": labels.get(row["id"], [])}
            yield row | facts


def read_shelves(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """One's own shelves, each with its papers in order and one's own notes."""
    columns: tuple[Any, ...] = (Shelf.id, Shelf.title, Shelf.slug, Shelf.visibility)
    query = select(*columns, Shelf.description, Shelf.created_at).where(Shelf.user_id == user_id)
    for row in _read(session, query, Shelf.id):
        noted = (ShelfEntry.added_at, ShelfEntry.note, ShelfEntry.user_id)
        entries = select(Paper.key, Paper.title, *noted)
        entries = entries.join(Paper, Paper.id == ShelfEntry.paper_id)
        entries = entries.where(ShelfEntry.shelf_id == row["id"])
        found = session.execute(entries.order_by(ShelfEntry.position.desc(), ShelfEntry.id.desc()))
        former = select(FormerSlug.slug).where(FormerSlug.shelf_id == row["id"])
        former = former.where(FormerSlug.slug != row["slug"])
        yield row | {
            "former_slugs": list(session.scalars(former.order_by(FormerSlug.left_at))),
            "papers": [
                {
                    "paper": key,
                    "title": title,
                    "added_at": added_at,
                    "note": note if adder == user_id else "",
                }
                for key, title, added_at, note, adder in found
            ],
        }


def read_shelved(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """What one added to shelves of others, as long as one may see these."""
    reader = session.get_one(User, user_id)
    columns: tuple[Any, ...] = (Paper.key.label("key"), Shelf.title.label("shelf"))
    query = select(ShelfEntry.id, *columns, ShelfEntry.added_at, ShelfEntry.note)
    query = query.join(Shelf, Shelf.id == ShelfEntry.shelf_id)
    query = query.join(Paper, Paper.id == ShelfEntry.paper_id)
    query = query.where(ShelfEntry.user_id == user_id, Shelf.user_id != user_id)
    return _read(session, query.where(or_(is_public_shelf(), belongs_to(reader))), ShelfEntry.id)


def read_readings(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """What one answered to readings and handed in, on shelves that one may still see."""
    columns: tuple[Any, ...] = (Paper.key.label("key"), Shelf.title.label("shelf"))
    own = (Participation.takes_part, Participation.answered_at, Participation.summary_id)
    query = select(Reading.id, *columns, Reading.ends_on, *own, Participation.audience)
    query = query.select_from(Participation)
    query = query.join(Reading, Reading.id == Participation.reading_id)
    query = query.join(Shelf, Shelf.id == Reading.shelf_id)
    query = query.join(Paper, Paper.id == Reading.paper_id)
    return _read(session, query.where(Participation.user_id == user_id), Reading.id)


def read_ballots(session: Session, user_id: int) -> Iterator[dict[str, Any]]:
    """The papers that one wants to be read next."""
    columns: tuple[Any, ...] = (Paper.key.label("key"), Shelf.title.label("shelf"))
    query = select(ShelfEntry.id, *columns).select_from(BallotVote)
    query = query.join(ShelfEntry, ShelfEntry.id == BallotVote.entry_id)
    query = query.join(Shelf, Shelf.id == ShelfEntry.shelf_id)
    query = query.join(Paper, Paper.id == ShelfEntry.paper_id)
    return _read(session, query.where(BallotVote.user_id == user_id), ShelfEntry.id)


def _read(session: Session, query: Select[Any], number: Any) -> Iterator[dict[str, Any]]:
    """The rows of a query in the order of a number."""
    for rows in _read_batches(session, query, number):
        yield from rows


def _read_batches(
    session: Session, query: Select[Any], number: Any
) -> Iterator[list[dict[str, Any]]]:
    last = 0
    query = query.order_by(number).limit(BATCH)
    while rows := session.execute(query.where(number > last)).mappings().all():
        yield [
            {("paper" if name == "key" else name): value for name, value in row.items()}
            for row in rows
        ]
        last = rows[-1]["id"]


# The files that are lists of rows, and what reads them.
TABLES: Mapping[str, Read] = {
    "drafts.json": read_drafts,
    "versions.json": read_versions,
    "deleted.json": read_deleted,
    "votes.json": read_votes,
    "list.json": read_list,
    "shelves.json": read_shelves,
    "shelved.json": read_shelved,
    "readings.json": read_readings,
    "ballots.json": read_ballots,
}
