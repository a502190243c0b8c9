"""The memory that parts say they take is what they take."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.cache.pages import PageCache
from app.cache.parts import PagePart
from tests.helpers.client import Browser
from tests.helpers.factories import make_paper, make_summary, make_user

pytestmark = pytest.mark.sqlite_only("what a part takes does not depend on the database")


def measure(value: Any, seen: set[int]) -> int:
    """The bytes of an object and of all that it holds, each once."""
    if id(value) in seen or isinstance(value, type):
        return 0
    seen.add(id(value))
    inner: Any = ()
    if isinstance(value, dict):
        inner = (*value.keys(), *value.values())
    elif isinstance(value, tuple | list | set | frozenset):
        inner = value
    elif hasattr(value, "__dict__"):
        inner = (value.__dict__,)
    return sys.getsizeof(value) + sum(measure(each, seen) for each in inner)


def test_a_page_for_members_counts_with_the_facts_of_its_rows(
    app: Flask, guest: Browser, session: Session
) -> None:
    mira = make_user(session, "mira", "Mira Ångström-Żółć")
    for number in range(12):
        paper = make_paper(session, f"conf/x/A{number}", f"A “quoted” title {number}")
        make_summary(session, paper, mira)
    session.commit()
    guest.sign_up("reader")
    for _ in range(2):
        for path in ("/venue/conf/x", "/paper/conf/x/A1"):
            assert guest.get(path).status == 200
    cache: PageCache = app.wsgi_app.cache  # type: ignore[attr-defined]
    parts = [item for item in cache._items.values() if isinstance(item, PagePart)]
    assert {"rows", "texts"} <= {name for part in parts for name in part.facts}
    for part in parts:
        assert measure(part, set()) < part.size * 1.2
        assert part.size < measure(part, set()) * 2
    assert cache._size == sum(item.size for item in cache._items.values())
