"""No page reads a whole table: SQLite's own plans say so, which do not depend on the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app.db import Database, begin_writing
from app.models import User
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_shelf, make_summary, make_user, put_on_list

PAGES = (
    "/",
    "/?tab=recent&s=cs",
    "/?tab=rated&after=1~1",
    "/?period=week",
    "/?period=year&s=cs&after=0x1.8p+1~1",
    "/paper/conf/x/A",
    "/summary/1",
    "/venues?after=1~1~1",
    "/venue/conf/x",
    "/venue/conf/x?year=2016&after=1~1",
    "/author/some-body",
    "/users",
    "/user/mira",
    "/shelf/mira/guide",
    "/shelf/mira/guide/feed.atom",
    "/tags",
    "/tag/detection",
    "/about",
    "/feed.atom",
    "/sitemap.xml",
)
LARGE = (
    *("papers", "summaries", "votes", "users", "authors", "paper_authors"),
    *("identifiers", "links", "revisions"),
)
SCANNED = re.compile(rf"SCAN ({'|'.join(LARGE)})\b")
# All public summaries, and then sorted: the index that would have them in order is not used.
SORTED = re.compile(r"SEARCH summaries USING (COVERING )?INDEX \w+ \(visibility=\?\)")


@contextmanager
def plans(database: Database) -> Iterator[dict[str, str]]:
    """The plans of all statements that are run meanwhile."""
    found: dict[str, str] = {}

    def explain(
        connection: Any, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        if statement.startswith(("SELECT", "WITH")):
            cursor = connection.connection.driver_connection.cursor()
            rows = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            found[statement] = "\n".join(row[3] for row in rows)

    event.listen(database.engine, "before_cursor_execute", explain)
    yield found
    event.remove(database.engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("signed_in", [False, True])
def test_no_page_reads_a_whole_table(
    guest: Browser, database: Database, session: Session, signed_in: bool
) -> None:
    if signed_in:
        guest.sign_up("reader")
    facts = {"year": 2016, "section": "cs", "authors": ("Some Body",)}
    paper = make_paper(session, "conf/x/A", **facts)
    mira = make_user(session, "mira")
    make_summary(session, paper, mira, tags=["detection"])
    make_shelf(session, mira, paper, title="Guide", visibility="public")
    for path in PAGES:
        with plans(database) as found:
            assert guest.get(path).status == 200, path
        for statement, plan in found.items():
            by_primary_key = "LIMIT" in statement and "TEMP B-TREE" not in plan
            assert by_primary_key or not SCANNED.search(plan), (path, statement, plan)
            assert "TEMP B-TREE" not in plan or not SORTED.search(plan), (path, statement, plan)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_list_reads_the_lists_of_others(
    guest: Browser, database: Database, session: Session
) -> None:
    guest.sign_up("reader")
    reader = session.scalars(select(User).where(User.name == "reader")).one()
    session.commit()
    paper = make_paper(session, "conf/x/A", year=2016)
    put_on_list(session, reader, paper, labels="one")
    make_summary(session, paper)
    narrowed = "?label=one&year=2016&venue=conf/x&has=summary&new=1&q=status:read+a"
    sorts = ("added", "hand", "priority", "year", "title", "changed")
    pages = [f"/list?sort={sort}" for sort in sorts]
    pages += ["/list?status=read", f"/list{narrowed}", "/search?q=in:list+label:one", "/"]
    for path in pages:
        with plans(database) as found:
            assert guest.get(path).status == 200, path
        for statement, plan in found.items():
            by_primary_key = "LIMIT" in statement and "TEMP B-TREE" not in plan
            assert by_primary_key or not SCANNED.search(plan), (path, statement, plan)
            assert not re.search(r"SCAN (list_entries|entry_labels|list_labels)\b", plan), plan
        if path in ("/list?sort=added", "/list?sort=hand", "/list?sort=changed"):
            index = f"ix_list_entries_{path.rpartition('=')[2]}".replace("hand", "position")
            assert any(index in plan and "ORDER BY" not in plan for plan in found.values()), found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_popular_of_a_time_reads_what_is_of_that_time(
    guest: Browser, database: Database, session: Session
) -> None:
    paper = make_paper(session, "conf/x/A", section="cs")
    make_summary(session, paper, make_user(session))
    # With figures of how many rows there are, SQLite would go through all texts by popularity.
    begin_writing(session)
    session.execute(text("ANALYZE"))
    figures = "UPDATE sqlite_stat1 SET stat = '99999 99999 9 1 1' WHERE tbl = 'summaries'"
    session.execute(text(figures))
    session.execute(text("ANALYZE sqlite_schema"))  # reads them again
    session.commit()
    for path, index in {
        "/?period=week": "ix_summaries_recent (visibility=? AND published_at>?)",
        "/?period=week&after=0x1.8p+1~1": "ix_summaries_recent (visibility=? AND published_at>?)",
        "/?period=year&s=cs": "ix_summaries_section_recent (section_slug=? AND visibility=? AND p",
    }.items():
        with plans(database) as found:
            assert guest.get(path).status == 200
        assert any(f"USING COVERING INDEX {index}" in plan for plan in found.values()), found
