"""What one says to the reader of dblp's file, and how it refuses one."""

from __future__ import annotations

from dataclasses import dataclass


class BadDump(Exception):
    """The file is no dblp file, or is damaged.

    The message says in one sentence how.
    """


@dataclass(frozen=True)
class Wanted:
    """Which works to read.

    Attributes:
        venues: dblp's streams (`conf/nips`), empty for all.
        since, until: first and last year. A work without a year passes when both are `None`.
    """

    venues: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None
