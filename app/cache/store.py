"""What was made of the database, kept until something that it shows has changed.

What stands on `ANYTHING` is in doubt after every change. If it says which statements it was made
of, they are asked again; else it is let go.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Any, Protocol

from app.cache.log import (
    DIGEST_BYTES,
    LogReader,
    LogUnavailable,
    Read,
    digest_answers,
    may_follow_votes,
)
from app.cache.names import ANYTHING
from app.change_log import EVERYTHING, VOTES

MAX_ITEM_BYTES = 2_000_000
MAX_REMEMBERED_CHANGES = 5_000
MAX_ASKED = 1_000  # answers that a thread remembers


class Kept(Protocol):
    """Something that can be kept.

    Attributes:
        names: what it stands on.
        expires_at: seconds since 1970 at which it says something else, `None` for never.
        reads: the statements that it was made of besides its names; none if these are not known.
        digest: what they answered.
    """

    @property
    def names(self) -> frozenset[str]: ...

    @property
    def expires_at(self) -> float | None: ...

    @property
    def size(self) -> int: ...

    @property
    def reads(self) -> tuple[Read, ...]: ...

    @property
    def digest(self) -> bytes: ...


class ItemStore:
    """What one process keeps: pages, and parts of pages.

    Args:
        log: what was changed.
        max_bytes: how much memory all of it may take.
    """

    def __init__(self, log: LogReader, max_bytes: int) -> None:
        self._log = log
        self._max_bytes = max_bytes
        self._lock = threading.RLock()
        self._reading = threading.Lock()  # the log: one thread after the other
        self._items: OrderedDict[Hashable, Kept] = OrderedDict()
        self._by_name: defaultdict[str, set[Hashable]] = defaultdict(set)
        self._true_at: dict[Hashable, int] = {}  # the newest change by then, of what is on ANYTHING
        self._size = 0
        self._number = 0  # of the newest change that is known here
        self._changes: deque[tuple[int, str]] = deque(maxlen=MAX_REMEMBERED_CHANGES)
        self._forgotten = 0  # the newest change that is not in `_changes` any more
        self._seen = threading.local()  # the version that this thread has seen, as `version`
        self._version: object = None  # the one that some thread has seen last

    def find(self, key: Hashable) -> Any:
        """What is kept under a key, if it is true now; else `None`."""
        return self.find_all((key,)).get(key)

    def find_all(self, keys: Iterable[Hashable]) -> dict[Hashable, Any]:
        """What is kept under some keys and is true now."""
        try:
            self._catch_up()
        except LogUnavailable:
            return {}
        present = time.time()
        found: dict[Hashable, Any] = {}
        with self._lock:
            for key in keys:
                item = self._items.get(key)
                if item is None:
                    continue
                if _is_over(item, present):
                    self._drop(key)
                    continue
                if self._true_at.get(key, self._number) != self._number:
                    if not item.reads:
                        self._drop(key)
                    continue
                self._items.move_to_end(key)
                found[key] = item
        return found

    def confirm(self, key: Hashable) -> Any:
        """What was in doubt under a key, if it is still true; else `None`."""
        number = self.begin() if key in self._items else None
        with self._lock:
            # The latter is `None` of what is one member's, which may change unlogged.
            item, since = self._items.get(key), self._true_at.get(key)
        if number is None or item is None or not item.reads or _is_over(item, time.time()):
            return None
        # By version and digest: nothing at all was committed since this thread has asked. By the
        # number, too: another thread may have read of a commit after this one looked for any.
        asked = self._seen.__dict__.setdefault("asked", {})
        stamp = (self._seen.version, number, item.digest)
        if not self._log.tells_all or asked.get(key) != stamp:
            if not self._answers_the_same(item, since, number):
                return None
            if len(asked) >= MAX_ASKED:
                asked.clear()
            asked[key] = stamp
        with self._lock:
            if self._items.get(key) is item:
                if since is not None:
                    self._true_at[key] = number
                self._items.move_to_end(key)
        return item

    def _answers_the_same(self, item: Kept, since: int | None, number: int) -> bool:
        """Ask statements again: after nothing but votes only those that may follow these."""
        if since is None or not self._were_only_votes(since):
            return self.digest_reads(item.reads, number) == item.digest
        places = [at for at, read in enumerate(item.reads) if may_follow_votes(read[0])]
        known = (item.digest[at * DIGEST_BYTES : (at + 1) * DIGEST_BYTES] for at in places)
        return self.digest_reads(tuple(item.reads[at] for at in places), number) == b"".join(known)

    def _were_only_votes(self, since: int) -> bool:
        """Whether all commits since a number wrote to no other tables than votes do."""
        with self._lock:
            if since < self._forgotten:
                return False
            names = self._list_names_since(since)
            for name in names:
                kind, _, count = name.partition(VOTES)
                if kind or not count.isdigit():
                    return False
                deque(islice(names, int(count)), maxlen=0)  # those of the same commit
        return True

    def digest_reads(
        self, reads: tuple[Read, ...], number: int, answers: Sequence[Any] = ()
    ) -> bytes | None:
        """What statements answer, in short; `None` if anything was changed since a number.

        Args:
            answers: what they answered, if all of that is known: then nothing is asked.
        """
        if not reads:
            return b""
        if len(answers) == len(reads):
            return digest_answers(answers)
        try:
            return self._log.digest(reads, number)
        except LogUnavailable:
            return None

    def list_changes(self, number: int) -> frozenset[str] | None:
        """The names of what was changed since a number.

        `None` if all may be, or nobody knows any more.
        """
        try:
            self._catch_up()
        except LogUnavailable:
            return None
        with self._lock:
            if number < self._forgotten:
                return None
            names = frozenset(self._list_names_since(number))
        return None if EVERYTHING in names else names

    def catch_up_at_once(self) -> bool:
        """Read what is new where that takes no time; whether `find` answers at once now.

        Each thread has to see by itself that nothing is new. The log is read where that takes no
        time to speak of and no other thread does so.
        """
        try:
            version = self._log.version()
            if version == getattr(self._seen, "version", None):
                return True
            if version == self._version:
                self._seen.version = version
                return True
            if not self._log.is_local or not self._reading.acquire(blocking=False):
                return False
            try:
                self._read_log(version)
            finally:
                self._reading.release()
        except LogUnavailable:
            return False
        return True

    def begin(self) -> int | None:
        """The newest change, or `None` if nothing can be kept.

        To be asked before what shall be kept is read.
        """
        try:
            self._catch_up()
        except LogUnavailable:
            return None
        return self._number

    def keep(self, key: Hashable, number: int, item: Kept) -> bool:
        """Keep something, unless a thing that it shows was changed since.

        Args:
            number: what `begin` said before it was read.
        """
        if item.size > min(MAX_ITEM_BYTES, self._max_bytes):
            return False
        try:
            self._catch_up()
        except LogUnavailable:
            return False
        with self._lock:
            if number < self._forgotten or any(
                _concerns(name, item.names) for name in self._list_names_since(number)
            ):
                return False
            self._drop(key)
            self._items[key] = item
            self._size += item.size
            for name in item.names:
                self._by_name[name].add(key)
            if ANYTHING in item.names:
                self._true_at[key] = self._number
            self._shrink()
            return True

    def replace(self, key: Hashable, old: Kept, new: Kept) -> None:
        """Put another form of a thing in its place, if it is still kept."""
        with self._lock:
            if self._items.get(key) is old:
                self._items[key] = new
                self._size += new.size - old.size
                self._shrink()

    def clear(self) -> None:
        """Let go of all that is kept."""
        with self._lock:
            self._items.clear()
            self._by_name.clear()
            self._true_at.clear()
            self._size = 0

    def close(self) -> None:
        """Let go of all that is kept, and of connections."""
        self.clear()
        self._log.close()

    def _catch_up(self) -> None:
        version = self._log.version()
        if version == getattr(self._seen, "version", None):
            return
        with self._reading:
            self._read_log(version)

    def _read_log(self, version: object) -> None:
        newest, rows = self._log.read(self._number)
        with self._lock:
            for number, name in rows:
                self._remember(number, name)
            self._number = newest
        self._seen.version = self._version = version

    def _remember(self, number: int, name: str) -> None:
        if len(self._changes) == MAX_REMEMBERED_CHANGES:
            self._forgotten = self._changes[0][0]
        self._changes.append((number, name))
        if name == EVERYTHING:
            self.clear()
            return
        for key in list(self._by_name.get(name, ())):
            self._drop(key)

    def _list_names_since(self, number: int) -> Iterator[str]:
        # From the newest on: of thousands of changes that are remembered, few are so new.
        newer = takewhile(lambda change: change[0] > number, reversed(self._changes))
        return (name for _, name in newer)

    def _shrink(self) -> None:
        while self._size > self._max_bytes:
            self._drop(next(iter(self._items)))

    def _drop(self, key: Hashable) -> None:
        item = self._items.pop(key, None)
        if item is None:
            return
        self._size -= item.size
        self._true_at.pop(key, None)
        for name in item.names:
            keys = self._by_name[name]
            keys.discard(key)
            if not keys:
                del self._by_name[name]


def _is_over(item: Kept, present: float) -> bool:
    return item.expires_at is not None and item.expires_at <= present


def _concerns(name: str, names: frozenset[str]) -> bool:
    return name == EVERYTHING or name in names or ANYTHING in names
