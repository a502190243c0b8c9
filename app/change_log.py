"""The log of what was changed, from which caches learn what is out of date.

Every transaction that writes what a page may show leaves rows in the table `changes`, in the same
commit. A row holds a name: the path of a page whose subject changed (`/paper/conf/nips/X`), or
`EVERYTHING`. Services give names, and say the changes of which tables these tell (`name_changes`).
A write to any other table counts as `EVERYTHING`, so that forgetting to name a change costs time
and never shows an old page.
"""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import ClauseElement, column, event, func, insert, select, table
from sqlalchemy.engine import Connection, Engine

EVERYTHING = "*"
MAX_NAMES = 500  # in a transaction; what changes more changes everything
MAX_NAME = 400  # characters; a longer name is `EVERYTHING`
CHANNEL = "shortlist_changes"  # of PostgreSQL's NOTIFY
_LOCK = 0x53686F73  # any number that nothing else in the database locks
_KEY = "changes"
_MARK_BYTES = 8
_ADD_NAMES = insert(table("changes", column("name")))  # built once: each write runs it

# Of a commit that wrote to no other tables than a vote does: with how many names come before it.
VOTES = "votes:"
VOTED_TABLES = frozenset({"papers", "summaries", "summary_tags", "writers"})

# What no page shows to who is not signed in: it is written without a trace in the log.
PRIVATE_TABLES = frozenset(
    {
        "backups",
        "ballot_votes",
        "bibliographies",
        "bibliography_questions",
        "bounces",
        "changes",
        "deleted_summaries",
        "deletion_requests",
        "drafts",
        "dump_imports",
        "entry_copies",
        "entry_labels",
        "email_addresses",
        "former_pictures",
        "former_slugs",  # a public shelf that goes on under another one is named
        "hidden_entries",
        "identities",
        "invitations",
        "jobs",
        "licence_agreements",
        "list_entries",
        "list_import_rows",
        "list_imports",
        "list_labels",
        "login_sessions",
        "look_ups",
        "mail_tokens",
        "mails",
        "merged_drafts",
        "offered_records",
        "participations",  # what a reading shows after its reveal is named
        "passkeys",
        "picture_uses",
        "pictures",
        "reading_feeds",
        "reading_lists",
        "retraction_records",  # what they make of a paper stands in its own row
        "shelf_members",
        "sign_ins",
        "similar_marks",
        "similar_words",
        "used_challenges",
        "votes",
    }
)


@dataclass
class _Writes:
    """What the present transaction of a connection has written."""

    tables: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)  # tables whose changes `names` tell
    names: set[str] = field(default_factory=set)


class CommitMark:
    """Eight bytes that are others after each logged commit.

    Args:
        path: of a file by which all processes of a machine share them; `None` for this one alone.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._shared: mmap.mmap | None = None
        self._value = bytes(_MARK_BYTES)
        self._logged = threading.local()

    def read(self) -> bytes:
        """The present bytes."""
        return self._value if self._path is None else self._map()[:]

    def expect(self) -> None:
        """Remember that the commit in which this thread is has been logged."""
        self._logged.is_true = True

    def change_if_expected(self) -> None:
        """Change the bytes, if this thread's last commit was logged."""
        if not getattr(self._logged, "is_true", False):
            return
        self._logged.is_true = False
        # Not a count: two processes that add one to it at once would add one together.
        if self._path is None:
            self._value = os.urandom(_MARK_BYTES)
        else:
            self._map()[:] = os.urandom(_MARK_BYTES)

    def _map(self) -> mmap.mmap:
        if self._shared is None:
            assert self._path is not None
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                file.truncate(_MARK_BYTES)
                self._shared = mmap.mmap(file.fileno(), _MARK_BYTES)
        return self._shared


def watch(engine: Engine, mark: CommitMark, run: Callable[[Connection, Any, Any], object]) -> None:
    """Log all that is written by this engine from now on.

    Args:
        mark: is changed after each commit that was logged.
        run: writes rows with a statement that was built once.
    """
    event.listen(engine, "begin", _forget)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "before_execute", _note_table)

    @event.listens_for(engine, "commit")
    def log(connection: Connection) -> None:
        if _log_names(connection, run):
            mark.expect()


def name_of_path(noun: str, key: str) -> str:
    """The name of a page about one thing: its path, without percent escapes."""
    # Servers and browsers make one slash of two.
    return f"/{noun}/{key}".replace("//", "/")


def name_of_facts(path: str) -> str:
    """The name of all that a paper shows but its summaries, by its path."""
    return f"facts:{path}"


def name_of_text(path: str) -> str:
    """The name of what a paper or a summary shows but votes, by its path."""
    return f"text:{path}"


def name_of_user(path: str) -> str:
    """The name of what a user is called, by the path of their page."""
    return f"called:{path}"


def name_of_title(folded: str) -> str:
    """The name of what shows that papers have a title in common."""
    return f"title:{folded}"[:MAX_NAME]


def note_write(connection: Connection, table: str) -> None:
    """Note a write to a table; for what is written past SQLAlchemy's own statements."""
    if table in PRIVATE_TABLES or connection.get_execution_options().get("migrating"):
        return  # a migration says itself that it is done: the log may not be there yet
    _writes(connection).tables.add(table)


def name_changes(connection: Connection, names: Iterable[str], tables: Iterable[str]) -> None:
    """Name what the present transaction changes in some tables.

    Args:
        connection: the session's, in a transaction that writes.
        names: paths of pages, without query; `EVERYTHING` for all there are; nothing, if nobody
            else can see what is changed.
        tables: those whose changes the names tell, all of them.
    """
    writes = _writes(connection)
    writes.names.update(name if len(name) <= MAX_NAME else EVERYTHING for name in names)
    writes.named.update(tables)


def _writes(connection: Connection) -> _Writes:
    found: _Writes | None = connection.info.get(_KEY)
    if found is None:
        found = connection.info[_KEY] = _Writes()
    return found


def _forget(connection: Connection) -> None:
    if not connection.invalidated:  # which has lost what it wrote, too
        connection.info.pop(_KEY, None)


def _note_table(connection: Connection, statement: ClauseElement, *_parameters: Any) -> None:
    if not getattr(statement, "is_dml", False):
        return
    note_write(connection, statement.table.name)  # type: ignore[attr-defined]  # which all DML has


def log_everything(connection: Connection) -> None:
    """Log that anything may be changed, as the last step before the caller's commit."""
    _add_names(connection, Connection.execute, [EVERYTHING])


def _log_names(connection: Connection, run: Callable[[Connection, Any, Any], object]) -> bool:
    writes: _Writes | None = connection.info.pop(_KEY, None)
    if writes is None or not writes.tables:
        return False
    names = writes.names if writes.tables <= writes.named else {EVERYTHING}
    if not names:
        return False
    if EVERYTHING in names or len(names) > MAX_NAMES:
        names = {EVERYTHING}
    logged = sorted(names)
    if names != {EVERYTHING} and writes.tables <= VOTED_TABLES:
        logged.append(f"{VOTES}{len(names)}")
    _add_names(connection, run, logged)
    return True


def _add_names(
    connection: Connection, run: Callable[[Connection, Any, Any], object], names: Iterable[str]
) -> None:
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        # Numbers must be seen in their order, or a reader would pass one over that is committed
        # after a higher one. The lock lasts until the commit, which is next.
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    run(connection, _ADD_NAMES, [{"name": name} for name in names])
    if on_postgresql:
        connection.execute(select(func.pg_notify(CHANNEL, "")))
