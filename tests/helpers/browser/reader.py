"""A real browser, and somebody who reads with it."""

from __future__ import annotations

import shutil
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.helpers.running import Site

# The headless shell has the same engine and opens a page in a fifth of the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# What can be wrong in the dark alone; all other rules are about the same elements as in the light.
COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": ["color-contrast", "link-in-text-block"],
}


def accessibility_violations(page: Page) -> list[str]:
    """What axe finds on a page as it is now, in the light and in the dark."""
    found = []
    for scheme, options in (("light", {"resultTypes": ["violations"]}), ("dark", COLOURS)):
        # Without motion no colour is on its way to another.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        is_there = page.evaluate("'axe' in window")
        axe = Axe("0") if is_there else Axe()  # half a megabyte, which a page needs once
        result = axe.run(page, options=options)
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
        self.page.get_by_label("Username").fill(self.site.user)
        self.page.get_by_label("Password").fill(self.site.password)
        self.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(self.site.url + "/")

    def _note_console(self, message: Any) -> None:
        # A paper without a summary is a 404 by design, and the browser reports every 404. Of a font
        # that it still has in memory from the page before, it says that nothing uses it.
        usual = ("404", "preloaded using link preload but not used")
        if message.type in ("error", "warning") and not any(each in message.text for each in usual):
            self.complaints.append(message.text)

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:")):
            self.complaints.append(f"request to {url}")
