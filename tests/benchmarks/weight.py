"""S10: what a page weighs for somebody who has never been here, over an ordinary line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.benchmarks.measure import Figure
from tests.helpers.browser.reader import ARGUMENTS, CHROMIUM
from tests.helpers.browser.weight import Visit, visit
from tests.helpers.running import demo

PAGES = {"front page": "/", "paper with formulas": "/paper/conf/nips/RenHGS15"}
WIDTHS = (390, 1280)
# The line of the bar: milliseconds of delay, and bits a second in each direction.
DELAY, RATE = 150, 1_600_000
MOST_BYTES, MOST_REQUESTS, MOST_FONT_BYTES, MOST_SHIFT = 60_000, 12, 90_000, 0.02


def figures() -> Iterator[Figure]:
    """Of each page at each width: bytes, requests, fonts and how far it moves."""
    assert CHROMIUM is not None, "chromium is not installed"
    with (
        TemporaryDirectory() as folder,
        demo(Path(folder), SHORTLIST_RATE_LIMITS="off") as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, path in PAGES.items():
            for width in WIDTHS:
                found = visit(browser, site.url + path, width=width, delay=DELAY, rate=RATE)
                yield from _figures(f"{name}, {width} px", found)
        browser.close()


def _figures(page: str, found: Visit) -> Iterator[Figure]:
    print(found.fonts)
    yield Figure("S10", f"{page}: bytes on the wire", found.page_bytes / 1000, 60, "kB")
    yield Figure("S10", f"{page}: requests", found.requests, MOST_REQUESTS, "")
    yield Figure("S10", f"{page}: bytes of fonts", found.font_bytes / 1000, 90, "kB")
    yield Figure("S10", f"{page}: layout shift", found.shift, MOST_SHIFT, "")
