"""One entity as its session would load it, in a third of the time.

For what each page begins with: a venue, a tag, a user.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.orm.util import identity_key

from app.prepared_statements import Values
from app.statements import read_rows

Entity = TypeVar("Entity")


def find_entity(
    session: Session, kind: type[Entity], statement: Select[Any], values: Values
) -> Entity | None:
    """The entity that a statement finds, if there is one.

    Args:
        statement: for the columns of `kind` as `select_columns` gives them; it is built once.
    """
    session.flush()
    row = read_rows(session.connection(), statement, values).one_or_none()
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


def select_columns(kind: type[Any]) -> Select[Any]:
    """A statement for all columns of an entity that has the key `id`."""
    return select(*list_columns(kind))


def list_columns(kind: type[Any]) -> list[Any]:
    """All columns of an entity, in the order that `attach_entity` takes."""
    return [getattr(kind, key) for key in _list_keys(kind)]


def _list_keys(kind: Any) -> list[str]:
    found: list[str] = kind.__table__.columns.keys()
    return found
