"""What was in doubt is asked again, unless it is known what it would answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import get_ident
from typing import Any

from app.cache.log import LogReader, open_log
from app.cache.names import ANYTHING
from app.cache.pages import PageCache
from app.cache.parts import PagePart
from app.db import Database
from tests.helpers.factories import make_shelf, make_user
from tests.helpers.waiting import wait_until

TAGS, SHELVES = (("SELECT name FROM tags", ()),), (("SELECT count(*) FROM shelves", ()),)


class LateLog(LogReader):
    """A log of which some threads have yet to see that something is new.

    Attributes:
        tags: what `TAGS` answers.
        newest: the number of the newest change.
        versions: by threads; 0 for others.
    """

    tells_all = True

    def __init__(self) -> None:
        self.tags: list[tuple[str]] = []
        self.newest = 0
        self.versions: dict[int, int] = {}

    def version(self) -> object:
        return self.versions.get(get_ident(), 0)

    def read(self, after: int) -> tuple[int, list[tuple[int, str]]]:
        return self.newest, [(number, "/tag/x") for number in range(after + 1, self.newest + 1)]

    def _query(self, statement: str, values: Any) -> list[Any]:
        return self.tags if (statement, values) in TAGS else [(0, self.newest)]


def keep_part(cache: PageCache, reads: tuple[tuple[str, tuple[()]], ...], *names: str) -> PagePart:
    number = cache.begin()
    assert number is not None
    digest = cache.digest_reads(reads, number)
    assert digest is not None
    part = PagePart("", frozenset(names), reads=reads, digest=digest)
    assert cache.keep("part", number, part)
    return part


def test_a_commit_that_another_thread_has_read_of_is_asked_for() -> None:
    log = LateLog()
    cache = PageCache(log, 50_000)
    part = keep_part(cache, TAGS, ANYTHING)
    assert cache.confirm("part") is part
    log.tags, log.newest = [("x",)], 1

    def read_log() -> None:
        log.versions[get_ident()] = 1
        assert cache.begin() == 1

    with ThreadPoolExecutor(1) as other:
        other.submit(read_log).result()
    assert cache.find("part") is None
    assert cache.confirm("part") is None


def test_what_one_member_is_shown_is_asked_for_whole(any_file_database: Database) -> None:
    """A write that is in no log may be to any table, and so is no vote."""
    log = open_log(any_file_database)
    cache = PageCache(log, 50_000)
    with any_file_database.session() as session:
        owner = make_user(session)
        wait_until(lambda: cache.begin() is not None, "the log is open")
        part = keep_part(cache, SHELVES)
        for _ in range(3):
            assert cache.confirm("part") is part
        make_shelf(session, owner)
    assert cache.confirm("part") is None
    cache.close()
