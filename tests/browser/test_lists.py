"""The control of the reading list, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.reader import Reader, accessibility_violations


@pytest.mark.parametrize(
    "reader", [{}, {"java_script_enabled": False}], indirect=True, ids=["scripts", "plain"]
)
def test_a_paper_is_put_on_the_list_changed_and_taken_off(
    writer: Reader, request: pytest.FixtureRequest
) -> None:
    page = writer.page
    has_scripts = "scripts" in request.node.name
    writer.go("/tag/detection")
    control = page.locator(".row .list-control").first
    if has_scripts:  # the key for the row that has the focus
        page.locator(".row__title a").first.focus()
        page.keyboard.press("s")
        expect(page.locator(".toast")).to_contain_text("To read")
    else:
        control.locator(".list-control__add").click()
        expect(page.locator(".flash")).to_contain_text("To read")
    expect(control.locator("summary")).to_contain_text("To read")
    control.locator("summary").click()
    control.get_by_role("button", name="Reading", exact=True).click()
    expect(control.locator("summary")).to_contain_text("Reading")
    if has_scripts:
        assert accessibility_violations(page) == []
        page.keyboard.press("s")
        expect(control.get_by_role("button", name="Remove")).to_be_visible()
        page.keyboard.press("Escape")
        expect(control.get_by_role("button", name="Remove")).to_be_hidden()
    control.locator("summary").click()
    control.get_by_role("button", name="Remove").click()
    expect(control.locator(".list-control__add")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(control.locator("summary")).to_contain_text("Reading")
    writer.go("/list")
    expect(page.locator(".list-row")).to_have_count(1)
    if has_scripts:
        assert accessibility_violations(page) == []
    page.locator(".list-row summary").click()
    page.locator(".list-row").get_by_role("button", name="Stopped", exact=True).click()
    expect(page.locator(".list-row__facts")).to_contain_text("stopped")
    expect(page.locator(".list-row__facts")).not_to_contain_text("reading")
    numbers = page.locator("nav.tabs small")
    expect(numbers).to_have_text(["1", "0", "0", "0", "1"])  # all, to read, reading, read, stopped
    page.locator(".list-row summary").click()
    page.locator(".list-row").get_by_role("button", name="Remove").click()
    if has_scripts:
        expect(page.locator(".toast")).to_contain_text("Removed")
        expect(numbers).to_have_text(["0"] * 5)
        writer.go("/list")
    expect(page.locator(".empty")).to_contain_text("Your list is empty")


def test_who_opens_the_paper_is_asked_whether_they_read_it(writer: Reader) -> None:
    page = writer.page
    writer.go("/paper/conf/nips/RenHGS15")
    offer = page.locator("[data-list-offer]")
    expect(offer).to_be_hidden()
    page.locator(".identifiers a").first.evaluate(
        "link => { link.addEventListener('click', event => event.preventDefault()); link.click(); }"
    )
    expect(offer).to_be_visible()
    offer.get_by_role("button", name="Set to reading").click()
    expect(page.get_by_role("button", name="Reading", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Reading", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )


def test_nothing_goes_back_from_read_by_a_key_or_an_old_offer(writer: Reader) -> None:
    page = writer.page
    writer.go("/paper/conf/nips/RenHGS15")
    offer, read = (
        page.locator("[data-list-offer]"),
        page.get_by_role("button", name="Read", exact=True),
    )
    page.locator(".identifiers").evaluate(
        "list => list.addEventListener('click', event => event.preventDefault())"
    )
    page.locator(".identifiers a").first.click()
    expect(offer).to_be_visible()
    read.click()
    expect(read).to_have_attribute("aria-pressed", "true")
    expect(offer).to_be_hidden()
    page.locator(".identifiers a").first.click()
    expect(offer).to_be_hidden()
    page.locator("body").click(position={"x": 1, "y": 1})
    page.keyboard.press("s")
    expect(read).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stopped", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Removed")
