"""S10: what a first visit loads, and that pages show it in our fonts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.helpers.browser.reader import Reader
from tests.helpers.browser.weight import Visit, fonts_of, visit
from tests.helpers.running import Site

PAPER = "/paper/conf/nips/RenHGS15"


def check(found: Visit) -> None:
    assert found.requests <= 12
    assert found.page_bytes <= 60_000
    assert 0 < found.font_bytes <= 90_000


@pytest.mark.parametrize("path", ["/", PAPER, "/venue/conf/nips", "/search?q=detection"])
def test_a_first_visit_is_light(browser: Browser, site: Site, path: str) -> None:
    check(visit(browser, site.url + path))


def test_texts_and_formulas_are_in_our_fonts(browser: Browser, site: Site) -> None:
    fonts = visit(browser, site.url + PAPER).fonts
    for selector, family in (
        (".prose p", "ours: Shortlist Text"),
        (".prose em", "ours: Shortlist Text"),
        ("math mi", "ours: STIX Two Math"),
        ("math mo", "ours: STIX Two Math"),
    ):
        found = fonts[selector]
        assert found[family] >= 0.99 * found.total() > 0, (selector, found)


def test_rare_signs_come_from_the_whole_font_and_stretch(writer: Reader) -> None:
    page = writer.page
    writer.go("/write/conf/cvpr/RedmonF17")
    source = page.get_by_label("Summary", exact=True)
    source.fill(
        "$\\mathfrak{g}$\n\n$$\\left\\llbracket \\frac{\\frac{a}{b}}{c} \\right\\rrbracket$$"
    )
    whole = page.locator("math.tex-whole")
    whole.wait_for()
    page.evaluate("document.fonts.load('20px \"STIX Two Math Whole\"').then(() => true)")
    client = page.context.new_cdp_session(page)
    for selector in ("math mi", "math.tex-whole mo"):
        found = fonts_of(client, page, selector)
        assert found["ours: STIX Two Math"] == found.total() > 0, (selector, found)
    fraction, sign = whole.locator("mfrac").first, whole.locator("mo").first
    assert (sign.bounding_box() or {})["height"] > 0.9 * (fraction.bounding_box() or {})["height"]
