"""A real browser on the real server with the sample library. Needs Debian's chromium-headless-shell
or chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.helpers.browser.reader import ARGUMENTS, CHROMIUM, Reader
from tests.helpers.running import Site, demo, provide_sample


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None and os.environ.get("CI") != "true":
        skip = pytest.mark.skip(
            reason="Chromium is missing (Debian: apt install chromium-headless-shell)"
        )
        for item in items:
            if "tests/browser" in item.path.as_posix():
                item.add_marker(skip)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("site")
    provide_sample(data_dir)
    with demo(data_dir, SHORTLIST_RATE_LIMITS="off") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None, "chromium is not installed"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def reader(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Somebody with a new browser; `indirect` parameters are options of its context."""
    context = browser.new_context(**getattr(request, "param", {}))
    page = context.new_page()
    page.set_default_timeout(15_000)
    found = Reader(page, site)
    yield found
    context.close()


@pytest.fixture(scope="session")
def cookies(browser: Browser, site: Site) -> list[Any]:
    """Of somebody who signed in once for many tests; who signs out must sign in for that."""
    context = browser.new_context()
    Reader(context.new_page(), site).sign_in()
    found: list[Any] = context.cookies()
    context.close()
    return found


@pytest.fixture
def writer(reader: Reader, cookies: list[Any]) -> Reader:
    """A reader who is signed in."""
    reader.page.context.add_cookies(cookies)
    return reader
