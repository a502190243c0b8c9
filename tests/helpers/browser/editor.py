"""The editor in a real browser: opened, emptied, waited for."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs

from playwright.sync_api import Locator, Page, Response, expect

from tests.helpers.browser.reader import Reader, accessibility_violations
from tests.helpers.waiting import wait_until

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SAVED = re.compile(r"Draft saved \d\d:\d\d")
# Also for what is sent while the page closes, which no route sees.
UNREACHABLE = "() => { window.fetch = () => Promise.reject(new TypeError('away')); }"
# The texts that this browser keeps, see `static/js/editor/keeping.js`.
KEPT = """() => new Promise((resolve, reject) => {
    const request = indexedDB.open("shortlist", 1);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
        const base = request.result;
        const all = base.transaction("drafts").objectStore("drafts").getAll();
        all.onerror = () => reject(all.error);
        all.onsuccess = () => {
            base.close();
            resolve(all.result.map((entry) => entry.source));
        };
    };
})"""
FRAMES = """(count) => new Promise((done) => {
    const next = () => (count-- > 0 ? requestAnimationFrame(next) : setTimeout(done));
    next();
})"""


def open_editor(writer: Reader, key: str) -> Locator:
    """The editor of a paper, emptied, with the caret in the text."""
    writer.go(f"/write/{key}")
    return clear_editor(writer.page)


def clear_editor(page: Page) -> Locator:
    source = page.get_by_label("Summary", exact=True)
    source.fill("")
    source.focus()
    return source


def wait_until_saved(page: Page) -> None:
    expect(page.locator("[data-draft-status]")).to_have_text(SAVED)


def type_until_saved(page: Page, text: str) -> None:
    """Type the end of a text, and wait until the server has all of it."""

    def has_all(answer: Response) -> bool:
        if not answer.url.endswith("/draft"):
            return False
        sent = parse_qs(answer.request.post_data or "").get("source", [""])[0]
        return answer.ok and sent.endswith(text)

    with page.expect_response(has_all):
        page.keyboard.type(text)


def wait_until_kept(page: Page, text: str) -> None:
    """Wait until this browser keeps a text that the server does not have."""
    wait_until(lambda: text in page.evaluate(KEPT), f"{text!r} in the browser")


def settle(page: Page, frames: int = 3) -> None:
    """Let the page do what it has begun: the timers that are due, and so many frames."""
    page.evaluate(FRAMES, frames)


def check(page: Page) -> None:
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
