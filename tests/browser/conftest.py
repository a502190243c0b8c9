"""A real browser on the real server with the sample library. Needs Debian's chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.running import Site, demo

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None and os.environ.get("CI") != "true":
        skip = pytest.mark.skip(reason="chromium is not installed (Debian: apt install chromium)")
        for item in items:
            if "tests/browser" in item.path.as_posix():
                item.add_marker(skip)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo(tmp_path_factory.mktemp("site"), SHORTLIST_RATE_LIMITS="off") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None, "chromium is not installed"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


# What can be wrong in the dark alone; all other rules are about the same elements as in the light.
COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": ["color-contrast", "link-in-text-block"],
}


def barriers(page: Page) -> list[str]:
    """What axe finds on a page as it is now, in the light and in the dark."""
    found = []
    for scheme, options in (("light", {"resultTypes": ["violations"]}), ("dark", COLOURS)):
        # Without motion no colour is on its way to another.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        result = Axe().run(page, options=options)
        if result.violations_count:
            found.append(f"{scheme}: {result.generate_report()}")
    return found


class Reader:
    """A page that notes what should not happen: console errors and requests to others."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note_request(request.url))

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def sign_in(self) -> None:
        self.go("/login")
        self.page.get_by_label("User name").fill(self.site.user)
        self.page.get_by_label("Password").fill(self.site.password)
        self.page.locator("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(self.site.url + "/")

    def _note_console(self, message: Any) -> None:
        # A paper without a summary is a 404 by design, and the browser reports every 404.
        if message.type in ("error", "warning") and "404" not in message.text:
            self.complaints.append(message.text)

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:")):
            self.complaints.append(f"request to {url}")


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
