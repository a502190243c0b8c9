"""One entity as its session would load it, in a third of the time.

For what each page begins with: a venue, a tag, a user.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, Table, insert, inspect, select
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import ReturningInsert

from app.prepared_statements import Values
from app.statements import connection_of, read_rows, run

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
    of_kind: Any = kind  # which can be looked up, as type checkers do not know of a class
    loaded = dict(zip(_list_keys(of_kind), values, strict=True))
    mapper, key_columns = _describe(of_kind)
    identity = tuple(map(loaded.__getitem__, key_columns))
    key = mapper.identity_key_from_primary_key(identity)
    present = session.identity_map.get(key)
    if present is not None:
        found: Entity = present
        for name in loaded.keys() - instance_dict(found).keys():  # it was loaded without these
            set_committed_value(found, name, loaded[name])
        return found
    # As SQLAlchemy itself makes what it loads: adding what was made otherwise takes twice as long.
    made: Entity = mapper.class_manager.new_instance()
    state = instance_state(made)
    # As `set_committed_value` of each would do: a column has nothing that follows from its value.
    state.dict.update(loaded)
    state.key, state.session_id = key, session.hash_key
    session.identity_map.add(state)
    return made


def insert_entity(session: Session, new: Any) -> None:
    """Insert an entity, which the session then has as if it had loaded it.

    Args:
        new: not in the session yet, of a kind with the key `id`, which the database gives it.
    """
    session.flush()
    kind: Any = type(new)
    given = instance_dict(new)
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


def relate(entity: Any, name: str, related: Any) -> None:
    """Give an entity what a relationship leads to, unless it has it already."""
    if name not in instance_dict(entity):
        set_committed_value(entity, name, related)


def reload_with(entity: Any, options: tuple[Any, ...]) -> None:
    """Load an entity's relationships again after a rollback, as loader options say."""
    state = inspect(entity)
    state.load_options = options
    state.load_path = state.mapper._path_registry  # as a loaded one has it; there is no public way


def select_columns(kind: type[Any]) -> Select[Any]:
    """A statement for all columns of an entity."""
    return select(*list_columns(kind))


def list_columns(kind: Any) -> list[Any]:
    """All columns of an entity, in the order that `attach_entity` takes."""
    return [getattr(kind, key) for key in _list_keys(kind)]


@cache
def _describe(kind: Any) -> tuple[Any, tuple[str, ...]]:
    """The mapper of a kind, and the columns of its key."""
    mapper = inspect(kind)
    return mapper, tuple(column.key for column in mapper.primary_key)


@cache
def _list_keys(kind: Any) -> list[str]:
    found: list[str] = kind.__table__.columns.keys()
    return found
