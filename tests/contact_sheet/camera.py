"""Chromium as a camera: pictures of pages in each width, theme and role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from tests.contact_sheet.libraries import PASSWORD, ROLES

Looks = tuple[Sequence[int], Sequence[str], Sequence[str]]  # widths, themes, roles
HEIGHT = 900  # px of a window
MAX_PICTURE_HEIGHT = 3600  # px of a page that are shown
MAX_WAIT_MS = 60_000


@dataclass(frozen=True)
class Look:
    """How somebody looks at a site."""

    width: int
    theme: str
    role: str

    def __str__(self) -> str:
        return f"{self.role}-{self.width}-{self.theme}"


def open_looks(browser: Browser, url: str, looks: Looks) -> Iterator[tuple[Look, BrowserContext]]:
    """A context for each look, signed in where the role needs it; closed behind it."""
    widths, themes, roles = looks
    for role in roles:
        cookies = _sign_in(browser, url, ROLES[role])
        for width in widths:
            for theme in themes:
                context = browser.new_context(
                    viewport={"width": width, "height": HEIGHT},
                    color_scheme=theme,  # type: ignore[arg-type]  # "light" or "dark"
                    reduced_motion="reduce",
                )
                context.set_default_timeout(MAX_WAIT_MS)
                if cookies:
                    context.add_cookies(cookies)
                yield Look(width, theme, role), context
                context.close()


def take_picture(tab: Tab, address: str, file: Path) -> int:
    """Photograph a page from its top; returns its height in px."""
    tab.goto(address, wait_until="load")
    tab.evaluate("document.fonts.ready")
    height: int = tab.evaluate("document.documentElement.scrollHeight")
    size = tab.viewport_size or {"width": 1280}
    tab.screenshot(
        path=file,
        type="jpeg",
        quality=70,
        full_page=True,
        clip={
            "x": 0,
            "y": 0,
            "width": size["width"],
            "height": min(height, MAX_PICTURE_HEIGHT),
        },
    )
    return height


def _sign_in(browser: Browser, url: str, name: str) -> list:  # type: ignore[type-arg]
    if not name:
        return []
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"{url}/login")
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(f"{url}/")
    found = context.cookies()
    context.close()
    return found
