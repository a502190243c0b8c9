"""The editor in a real browser: opened, emptied, waited for."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import Locator, Page, expect

from tests.helpers.browser.reader import Reader, barriers

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SAVED = re.compile(r"Draft saved \d\d:\d\d")
# Also for what is sent while the page closes, which no route sees.
UNREACHABLE = "() => { window.fetch = () => Promise.reject(new TypeError('away')); }"


def open_editor(writer: Reader, key: str) -> Locator:
    """The editor of a paper, emptied, with the caret in the text."""
    writer.go(f"/write/{key}")
    return emptied(writer.page)


def emptied(page: Page) -> Locator:
    source = page.get_by_label("Summary", exact=True)
    source.fill("")
    source.focus()
    return source


def wait_until_saved(page: Page) -> None:
    expect(page.locator("[data-draft-status]")).to_have_text(SAVED)


def check(page: Page) -> None:
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
