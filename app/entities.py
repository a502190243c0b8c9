"""One entity as its session would load it, in a third of the time.

For what each page begins with: a venue, a tag, a user.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, Table, insert, select
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningInsert

from app.statements import Values, connection_of, read_rows, run

Entity = TypeVar("Entity")


def find_entity(
    session: Session, kind: type[Entity], statement: Select[Any], values: Values
) -> Entity | None:
    """The entity that a statement finds, if there is one.

    Args:
        statement: for the columns of `kind` as `select_columns` gives them; it is built once.
    """
    session.flush()
    row = read_rows(connection_of(session), statement, values).one_or_none()
    return None if row is None else attach_entity(session, kind, row)


def attach_entity(session: Session, kind: type[Entity], values: Iterable[Any]) -> Entity:
    """An entity of all its columns' values, as if the session had loaded it."""
    loaded = dict(zip(_list_keys(kind), values, strict=True))
    present = session.identity_map.get(identity_key(kind, loaded["id"]))
    if present is not None:
        found: Entity = present
        return found
    made = kind()
    # As `set_committed_value` of each would do: a column has nothing that follows from its value.
    instance_dict(made).update(loaded)
    make_transient_to_detached(made)
    session.add(made)
    return made


def insert_entity(session: Session, new: Any) -> None:
    """Insert an entity, which the session then has as if it had loaded it.

    Args:
        new: not in the session yet, of a kind with the key `id`, which the database gives it.
    """
    session.flush()
    kind, given = type(new), instance_dict(new)
    values = {key: given[key] for key in _list_keys(kind) if key in given}
    row = run(connection_of(session), _insert_into(kind.__table__), values).first()
    given.update(zip(_list_keys(kind), row, strict=True))
    former = session.identity_map.get(identity_key(kind, new.id))
    if former is not None:  # of a savepoint that was rolled back
        session.expunge(former)
    make_transient_to_detached(new)
    session.add(new)


@cache
def _insert_into(table: Table) -> ReturningInsert[Any]:
    """Made once: making it takes longer than running it."""
    return insert(table).returning(*table.columns)


def select_columns(kind: type[Any]) -> Select[Any]:
    """A statement for all columns of an entity that has the key `id`."""
    return select(*list_columns(kind))


def list_columns(kind: type[Any]) -> list[Any]:
    """All columns of an entity, in the order that `attach_entity` takes."""
    return [getattr(kind, key) for key in _list_keys(kind)]


def _list_keys(kind: Any) -> list[str]:
    found: list[str] = kind.__table__.columns.keys()
    return found
