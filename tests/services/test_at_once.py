"""The same sent twice at once, as by a double click: one is done, and none is a fault of ours."""

from __future__ import annotations

import io
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app import create_app, engines
from app.config import Config
from app.db import Database
from app.models import Paper, Picture, Summary, Tag, User
from app.services.accounts import administration
from app.services.accounts.merging import merge as merge_accounts
from app.services.papers.merging import merge_papers
from app.services.refusals import Refusal
from app.services.summaries.content import Content
from app.services.summaries.deletion import delete_summary
from app.write_queue import WriteQueue
from tests.helpers.client import PASSWORD, Browser
from tests.helpers.factories import make_paper, make_shelf, make_summary, make_user, save_draft
from tests.helpers.waiting import SAFETY

AT_ONCE = 2
FIELDS = {
    "source": "Changed, with a [[conf/x/A1]].",
    "takeaway": "Changed",
    "tags": "brand new, another new",
    "visibility": "public",
    "value": "1",
    "revision": "1",
    "draft": "1",
    "display_name": "Ann A.",
    "bio": "A bio.",
    "title": "A paper that is new",
    "authors": "Ada Lovelace",
    "year": "2020",
    "bibtex": "@misc{a, title = {Taken over}}",
    "current": PASSWORD,
    "new": "another password",
    "one": "conf/x/A0",
    "other": "conf/x/A1",
    "keep": "conf/x/A0",
    "name": "newcomer",
    "password": PASSWORD,
}
# Those have tests of their own below.
LEFT = {"deletion.delete", "account.enter", "account.create", "shelf_editing.delete"}
ENDING = ("/logout", "/settings/password")


class Start:
    """Holds threads until each is about to write or has ended; it holds a thread once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._came: set[threading.Thread] = set()

    def come(self) -> None:
        with self._changed:
            self._came.add(threading.current_thread())
            self._changed.notify_all()

    def wait(self) -> None:
        with self._changed:
            if threading.current_thread() in self._came:
                return
            self.come()
            assert self._changed.wait_for(lambda: len(self._came) == AT_ONCE, SAFETY)


def _makes_wait(listener: Any) -> bool:
    is_queue = isinstance(getattr(listener, "__self__", None), WriteQueue)
    return is_queue or listener is engines.begin_on_sqlite


@contextmanager
def writing_together(database: Database) -> Iterator[Start]:
    """Let the first writes of as many threads as there are begin together, all having read."""
    start = Start()

    def wait(connection: object) -> None:
        options = connection.get_execution_options()  # type: ignore[attr-defined]
        if options.get("writing"):
            start.wait()

    # They wait before they take their turns, and before they begin.
    later = [each for each in database.engine.dispatch.begin if _makes_wait(each)]
    event.listen(database.engine, "begin", wait)
    for each in later:
        event.remove(database.engine, "begin", each)
        event.listen(database.engine, "begin", each)
    try:
        yield start
    finally:
        event.remove(database.engine, "begin", wait)


def at_once(database: Database, *works: Callable[[], int]) -> list[int]:
    """What becomes of requests that begin to write at the same time."""
    found: list[int] = []
    failed: list[Exception] = []

    def run(work: Callable[[], int]) -> None:
        try:
            found.append(work())
        except Exception as error:
            failed.append(error)
        finally:
            start.come()  # perhaps it had nothing to write

    with writing_together(database) as start:
        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]
    return sorted(found)


@pytest.fixture
def site(any_file_database: Database, config: Config) -> Flask:
    app = create_app(config, any_file_database)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def ann(site: Flask, any_file_database: Database) -> Browser:
    """An administrator with one of each: public, unlisted, private, deleted, a draft, a picture."""
    browser = Browser(site.test_client()).sign_up("ann", "Ann Example")
    with any_file_database.session() as session:
        user = session.scalars(select(User)).one()
        administration.set_role(session, user, "administrator")
        papers = [make_paper(session, f"conf/x/A{number}") for number in range(6)]
        other = make_user(session, "ben")
        for paper, visibility in zip(papers, ("public", "unlisted", "private"), strict=False):
            make_summary(session, paper, user, "Hers.", visibility=visibility)
        make_summary(session, papers[0], other, "His.")
        make_shelf(session, user, papers[0])
        delete_summary(session, make_summary(session, papers[3], user, "Deleted."))
        session.commit()
        save_draft(session, user, papers[0], Content("A draft."), base_revision=1, seen_version=0)
        session.commit()
        merge_papers(session, papers[4], papers[5], user)
        picture = Picture(
            **{"name": "A" * 22 + ".png", "user_id": user.id, "digest": "0" * 64},
            **{"width": 1, "height": 1, "size": 1, "uploaded_at": user.joined_at},
        )
        session.add(picture)
        session.commit()
    return browser


def again(site: Flask, browser: Browser) -> Browser:
    """Another window of the same browser."""
    other = Browser(site.test_client())
    cookie = browser.client.get_cookie("shortlist")
    assert cookie is not None
    other.client.set_cookie("shortlist", cookie.value)
    return other


def addresses(site: Flask) -> list[tuple[str, str]]:
    """Method and address of all that changes something, by all that Ann has."""
    found = set()
    for rule in site.url_map.iter_rules():
        if rule.endpoint in LEFT:
            continue
        for method in (rule.methods or set()) & {"POST", "DELETE"}:
            for number in range(1, 7) if rule.arguments else [0]:
                path = re.sub(r"<path:key>", f"conf/x/A{number - 1}", rule.rule)
                path = re.sub(r"<int:\w+>", str(number), path)
                path = path.replace("<name>/<slug>", "ann/a-shelf")
                found.add((method, path.replace("<name>", "A" * 22 + ".png")))
    # Those that end the session come last.
    return sorted(found, key=lambda each: (each[1] in ENDING, each))


@pytest.mark.slow
def test_every_form_twice(site: Flask, ann: Browser, any_file_database: Database) -> None:
    token = ann.get("/settings").form("/logout")["csrf_token"]
    data = {**FIELDS, "csrf_token": token}
    faults = []
    answers = Counter[int]()
    for method, path in addresses(site):

        def send(method: str = method, path: str = path) -> int:
            window = again(site, ann)
            headers = {"X-CSRFToken": token}
            sent = {"method": method, "data": data, "headers": headers, "buffered": True}
            return window.client.open(path, **sent).status_code

        statuses = at_once(any_file_database, send, send)
        answers.update(statuses)
        if max(statuses) >= 500:
            faults.append((method, path, statuses))
    assert not faults
    assert answers[303] > 40  # much was done, and not only refused


def test_two_sign_up_under_one_name(site: Flask, any_file_database: Database) -> None:
    def sign_up() -> int:
        window = Browser(site.test_client())
        return window.submit("/signup", name="ann", password=PASSWORD).status

    assert at_once(any_file_database, sign_up, sign_up) == [303, 422]


def test_two_bring_the_same_picture_tag_and_paper(
    site: Flask, ann: Browser, any_file_database: Database
) -> None:
    bea = Browser(site.test_client()).sign_up("bea")
    picture = io.BytesIO()
    Image.new("RGB", (3, 3)).save(picture, "PNG")

    def post(browser: Browser, path: str, **fields: object) -> Callable[[], int]:
        token = browser.get("/settings").form("/logout")["csrf_token"]
        data = {"csrf_token": token, **fields}
        return lambda: browser.client.post(path, data=data).status_code

    def upload(browser: Browser) -> Callable[[], int]:
        return post(browser, "/pictures", picture=(io.BytesIO(picture.getvalue()), "a.png"))

    once = [upload(browser) for browser in (ann, again(site, ann))]
    assert at_once(any_file_database, *once) == [303, 303]
    once = [
        post(browser, f"/write/conf/x/A{number}", source="Text", tags="brand new", revision="")
        for number, browser in ((1, bea), (3, ann))
    ]
    assert at_once(any_file_database, *once) == [303, 303]
    paper = {"title": "A paper of two", "authors": "Ada Lovelace", "year": "2020", "key": "two2020"}
    once = [post(browser, "/papers/new", **paper) for browser in (ann, bea)]
    assert max(at_once(any_file_database, *once)) < 500
    once = [post(browser, "/summary/4/vote", value="1") for browser in (bea, again(site, bea))]
    assert max(at_once(any_file_database, *once)) < 500
    for path in ("/summary/1/delete", "/shelf/ann/a-shelf/delete"):
        once = [post(browser, path) for browser in (ann, again(site, ann))]
        assert at_once(any_file_database, *once)[0] == 303
    with any_file_database.session() as session:
        assert session.get(Summary, 1) is None
        assert session.scalar(select(func.count()).where(Tag.name.startswith("brand"))) == 1
        assert session.scalar(select(func.count()).where(Paper.title == paper["title"])) == 1


def test_accounts_renamed_merged_and_removed_twice(any_file_database: Database) -> None:
    with any_file_database.session() as session:
        names = [make_user(session, f"u{number}").name for number in range(6)]

    def change(work: Callable[[Session], object]) -> Callable[[], int]:
        def run() -> int:
            with any_file_database.session() as session:
                try:
                    work(session)
                    session.commit()
                except Refusal:
                    return 422
            return 200

        return run

    def rename(old: str, new: str) -> Callable[[], int]:
        return change(
            lambda s: administration.rename_account(s, administration.find_account(s, old), new)
        )

    def merge(one: str, other: str) -> Callable[[], int]:
        find = administration.find_account
        return change(lambda s: merge_accounts(s, find(s, one), find(s, other)))

    def remove(name: str) -> Callable[[], int]:
        return change(lambda s: administration.delete_user(s, administration.find_account(s, name)))

    pairs = [
        (rename(names[0], "other"), rename(names[1], "other")),
        (rename(names[2], "third"), rename(names[2], "fourth")),
        (merge(names[3], names[4]), merge(names[3], names[4])),
        (remove(names[5]), remove(names[5])),
    ]
    for pair in pairs:
        done = at_once(any_file_database, *pair)
        assert done == [200, 422]
