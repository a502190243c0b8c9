"""What a cache has kept tells nobody more than they may know, whoever asks and whatever is written.

A state machine makes random writes. After each, a sample of all addresses is asked twice through
the caches of two workers, by guests and by everybody with an account, and compared with what is
made without a cache. SHORTLIST_TEST_PRIVACY_STEPS makes the walk longer than it is in the suite.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import Client

from app.cache.log import open_log
from app.cache.pages import PageCache
from app.cache.wsgi import CachedApp
from app.config import Config
from app.db import Database, now
from app.models import Author, Paper, Revision, Shelf, Summary, Tag, User, Venue
from app.services.accounts.administration import set_role
from app.services.accounts.sessions import start_session
from app.views.http import moments
from app.views.http.access import TOKEN
from tests.helpers.factories import make_user
from tests.helpers.walks.addresses import TOKENS, list_addresses
from tests.helpers.walks.random_writes import RandomWrites

STEPS = int(os.environ.get("SHORTLIST_TEST_PRIVACY_STEPS", "5"))
SAMPLE = 6  # addresses after each write
WORKERS = 2
ROLES = ("member", "trusted", "administrator")
WRITES = (
    *("write", "edit", *("change_settings",) * 3, "vote", "withdraw_vote", "delete", "restore"),
    *("add_paper", "edit_paper", "merge", "undo_merge", "remove_paper", "rename"),
    *("change_profile", "change_role", "run_jobs"),
    *(*("change_shelf",) * 3, "make_shelf", "add_to_shelf", "remove_from_shelf", "share_shelf"),
    *("delete_shelf", "start_reading", *("hand_in",) * 2),
)
QUERIES = {
    "/": ["?tab=recent", "?tab=rated", "?openings=1"],
    "/search": ["?q=title", "?q=words", "?q=shelf:shelf-1"],
    "/users": ["?page=2"],
}
# The first parts of the paths of pages that guests share.
KEPT = (
    *("", "author", "card", "feed.atom", "paper", "shelf", "summary", "tag", "user", "venue"),
    "venues",
)
# One leads to something else each time; the others are zips with the day in their names.
WITHOUT = ("home.random", "files.export", "files.take_archive")


class CachedLibrary(RuleBasedStateMachine):
    """A library that is read through two caches; the test says which."""

    app: Flask
    database: Database
    caches: Sequence[PageCache]

    def __init__(self) -> None:
        super().__init__()
        inner = self.app.wsgi_app._app  # type: ignore[attr-defined]
        self.uncached = Client(inner, use_cookies=False)
        self.workers = [Client(CachedApp(inner, each), use_cookies=False) for each in self.caches]
        self.session = self.database.session()
        self.writes = RandomWrites(self.session, 0)
        self.readers: dict[str, dict[str, str]] = {"guest": {}}
        for role in ROLES:
            user = make_user(self.session, f"a-{role}")
            set_role(self.session, user, role)
            self.readers[role] = self._sign_in(user)
        self.readers["writer"] = self._sign_in(self.writes.users[1])
        self.count = 0
        for _ in range(4):
            self.writes.make(self.writes.write)

    def _sign_in(self, user: User) -> dict[str, str]:
        token = start_session(self.session, user)
        self.session.commit()
        return {"Cookie": make_cookie(self.app, token)}

    @rule(seed=st.integers(0, 2**32))
    def change_and_compare(self, seed: int) -> None:
        self.count += 1
        chance = self.writes.chance = random.Random(f"{self.count} {seed}")
        write = chance.choice(WRITES)
        sample = self._choose_addresses()
        self._keep(sample)
        self.writes.make(getattr(self.writes, write))
        for name, headers in self.readers.items():
            for path in sample:
                true = _read(self.uncached, path, headers)
                # What is asked for the second time is kept.
                for worker in (*self.workers, self.workers[-1]):
                    found = _read(worker, path, headers)
                    assert found == true, (write, name, path)

    def _choose_addresses(self) -> list[str]:
        """One address of each of some kinds; half of these are kept for guests."""
        kinds = defaultdict(list)
        for each in list_addresses(self.app, list_values(self.session), QUERIES, WITHOUT):
            kinds[each.split("?")[0].split("/")[1]].append(each)
        chance = self.writes.chance
        chosen = {*chance.sample(KEPT, SAMPLE // 2), *chance.sample(sorted(kinds), SAMPLE // 2)}
        return [chance.choice(kinds[each]) for each in sorted(chosen)]

    def _keep(self, sample: list[str]) -> None:
        """Let each worker keep what guests see, and what one member does."""
        for worker in self.workers:
            for path in sample:
                for name in ("guest", "guest", "member"):
                    _read(worker, path, self.readers[name])

    def teardown(self) -> None:
        self.session.close()


def _read(client: Client, path: str, headers: dict[str, str]) -> tuple[int, str | None, str]:
    answer = client.get(path, headers=headers, buffered=True)
    text = answer.get_data().decode("utf-8", "replace")
    return answer.status_code, answer.headers.get("Location"), TOKENS.sub("", text)


def make_cookie(app: Flask, token: str) -> str:
    """The cookie of a browser that is signed in."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({TOKEN: token})}"


def list_values(session: Session) -> dict[str, list[str]]:
    """What there is to stand for each variable of the routes."""

    def load(*columns: Any) -> list[str]:
        return [str(each) for column in columns for each in session.scalars(select(column))]

    codes = (Summary.share_code, Shelf.share_code)
    found = {
        "key": load(Paper.key, Venue.key, Author.key),
        "name": load(User.name, Tag.name),
        "summary_id": load(Summary.id) or ["1"],
        "revision_id": load(Revision.id) or ["1"],
        "slug": load(Shelf.slug) or ["no-such-shelf"],
        "code": [each for each in load(*codes) if each != "None"] or ["no-such-code"],
        "token": ["no-such-token"],
        "part": ["1"],
        "number": ["1"],
        "form": ["csv", "epub"],
    }
    session.commit()
    return found


@pytest.mark.slow
def test_no_reader_gets_what_was_kept_for_another(
    any_app: Flask, config: Config, any_file_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = now()
    monkeypatch.setattr(moments, "now", lambda: present)
    any_app.extensions["shortlist"] = (config, any_file_database)
    caches = [PageCache(open_log(any_file_database), config.cache_bytes) for _ in range(WORKERS)]
    machine = type(
        "Library",
        (CachedLibrary,),
        {"app": any_app, "database": any_file_database, "caches": caches},
    )
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=1,
            phases=[Phase.generate],
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert all(len(each) for each in caches)  # or nothing was tested
    for each in caches:
        each.close()
