"""A shelf is made, filled, ordered and compared, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.reader import Reader, accessibility_violations


@pytest.mark.parametrize(
    "reader", [{}, {"java_script_enabled": False}], indirect=True, ids=["scripts", "plain"]
)
def test_a_shelf_is_made_filled_and_compared(
    writer: Reader, request: pytest.FixtureRequest
) -> None:
    page = writer.page
    has_scripts = "scripts" in request.node.name
    title = "Read first" if has_scripts else "Read plainly"  # both tests share a library
    writer.go("/shelves/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Public").check()
    page.get_by_role("button", name="Create shelf").click()
    page.get_by_label("Add a paper").fill("1506.01497")
    page.get_by_label("Note").fill("The whole idea in eight pages")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".shelf-note__text")).to_have_text("The whole idea in eight pages")
    writer.go("/paper/conf/iccv/Girshick15")
    page.get_by_role("link", name="Add to shelf").click()
    page.get_by_label("Shelf").select_option(label=title)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".flash")).to_contain_text(f"Added to {title}")
    page.get_by_role("link", name=title).click()
    expect(page.locator(".row")).to_have_count(2)
    page.locator(".shelf-notes summary").last.click()
    page.locator(".shelf-notes").last.get_by_role("button", name="Move up").click()
    expect(page.locator(".row__title").first).to_contain_text("Fast R-CNN")
    if has_scripts:
        page.locator(".shelf-notes summary").first.click()
        assert accessibility_violations(page) == []
    for box in page.get_by_label("Compare:").all():
        box.check()
    page.get_by_role("button", name="Compare selected").click()
    expect(page.locator(".compare-table tbody tr")).to_have_count(2)
    if has_scripts:
        assert accessibility_violations(page) == []
        writer.go("/paper/conf/nips/RenHGS15/compare")
        assert accessibility_violations(page) == []
