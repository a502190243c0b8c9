"""Lists can be scanned: how high their rows are, and what else they show."""

from __future__ import annotations

from statistics import median
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.reader import Reader, accessibility_violations
from tests.helpers.samples.ages import AGES, PRESENT

LISTS = [
    "/",
    "/?tab=recent&s=cs",
    "/?period=year",
    "/tag/detection",
    "/user/mira",
    "/venue/conf/nips",
    "/author/kaiming-he",
    "/search?q=network",
]
HEIGHTS = "rows => rows.map(row => row.getBoundingClientRect().height)"
MOST = {390: 190, 1280: 150}  # px, see LOOK
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.mark.parametrize("reader", [PHONE, DESK], indirect=True, ids=["390", "1280"])
def test_rows_are_low(reader: Reader) -> None:
    width = reader.page.viewport_size["width"]  # type: ignore[index]
    for path in LISTS:
        reader.go(path)
        heights = reader.page.locator(".row").evaluate_all(HEIGHTS)
        assert heights, path
        assert max(heights) <= MOST[width], (path, median(heights), max(heights))
    reader.go("/")
    assert reader.page.locator(".row").count() == 25
    # The row of a long title with many tags.
    reader.page.locator(".row__title a").first.evaluate("e => e.textContent = 'Long '.repeat(99)")
    reader.page.locator(".row__takeaway").first.evaluate("e => e.textContent = 'Word '.repeat(99)")
    reader.page.locator(".row .chips").first.evaluate("e => e.innerHTML = e.innerHTML.repeat(9)")
    first = reader.page.locator(".row").first
    assert first.evaluate("row => row.getBoundingClientRect().height") <= MOST[width]
    # Its facts are where they belong: a writer and an age under the title.
    expect(first.locator(".row__meta time")).to_be_visible()
    assert reader.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_rows_fit_every_screen(reader: Reader, width: int) -> None:
    reader.page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/?openings=1", "/search?q=network"):
        reader.go(path)
        assert reader.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_has_the_focus_is_not_cut_off(reader: Reader) -> None:
    page = reader.page
    reader.go("/")
    chips = page.locator(".row .chips").first
    chips.evaluate("e => e.innerHTML = e.innerHTML.repeat(9)")
    last = chips.locator("a").last
    last.focus()
    bottom = "e => e.getBoundingClientRect().bottom"
    assert last.evaluate(bottom) <= chips.evaluate(bottom)


@pytest.mark.parametrize(
    "reader", [{**PHONE, "java_script_enabled": False}], indirect=True, ids=["bare"]
)
def test_openings_are_remembered_without_scripts(reader: Reader) -> None:
    page = reader.page
    reader.go("/?tab=recent")
    expect(page.locator(".opening")).to_have_count(0)
    page.get_by_role("link", name="With openings").click()
    expect(page.locator(".opening")).to_have_count(25)
    expect(page.get_by_role("link", name="With openings")).to_have_attribute("aria-current", "true")
    reader.go("/user/mira")
    expect(page.locator(".opening").first).to_be_visible()
    page.get_by_role("link", name="Compact").click()
    expect(page.locator(".opening")).to_have_count(0)
    reader.go("/")
    expect(page.locator(".opening")).to_have_count(0)
    assert reader.complaints == []


def test_ages_stay_true(reader: Reader) -> None:
    page = reader.page
    reader.go("/")
    script: Any = page.locator("script[src$='site.js']").get_attribute("src")
    ages = page.evaluate(
        """async ([script, ages, present]) => {
            const { age } = await import(script.replace("site.js", "times.js"));
            return ages.map(([at]) => age(new Date(at), new Date(present)));
        }""",
        [script, AGES, PRESENT],
    )
    assert ages == [said for _, said in AGES]
    # A page that was kept for long: its ages are set anew when somebody looks at it again.
    time = page.locator(".row time").first
    time.evaluate(
        """e => {
            e.dateTime = new Date(Date.now() - 3 * 3600e3).toISOString();
            e.textContent = "just now";
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    expect(time).to_have_text("3 hours ago")
    assert "UTC" in (time.get_attribute("title") or "")
    assert accessibility_violations(page) == []
