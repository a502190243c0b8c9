"""The bar below the editor: always in view, with what its writer has to know."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browser.editor import (
    PIXEL,
    check,
    clear_editor,
    open_editor,
    settle,
    wait_until_saved,
)
from tests.helpers.browser.reader import Reader

SIZES = [{"viewport": {"width": 1280, "height": 900}}, {"viewport": {"width": 390, "height": 844}}]
NARROW = [SIZES[1]]
NO_SCRIPT = [{"java_script_enabled": False}]
FILE = {"name": "one.png", "mimeType": "image/png", "buffer": PIXEL}
TAGS = "Tags optional"


def top_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def bottom_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def bar_of(page: Page) -> Locator:
    return page.locator("[data-bar]")


@pytest.mark.parametrize("reader", SIZES, indirect=True, ids=["1280", "390"])
def test_the_bar_is_in_view_and_hides_no_line(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    expect(bar_of(page)).to_be_in_viewport(ratio=1)
    page.keyboard.insert_text("A line.\n\n" * 60)
    page.keyboard.type(f"The last one of {page.viewport_size}.")  # another draft than the last
    # The last line stands at the bottom of its box.
    assert bottom_of(source) <= top_of(bar_of(page))
    expect(bar_of(page)).to_be_in_viewport(ratio=1)
    wait_until_saved(page)
    expect(bar_of(page)).to_contain_text("128 words")


def test_nothing_that_has_the_focus_is_behind_the_bar(writer: Reader) -> None:
    page = writer.page
    page.set_viewport_size({"width": 390, "height": 600})
    open_editor(writer, "conf/cvpr/RedmonF17")
    page.keyboard.insert_text("See \\cite{conf/none/X}.")
    expect(page.locator("[data-summary]")).to_contain_text("1 not in library")
    page.locator("h1 a").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        settle(page)
        focused = page.locator(":focus")
        if focused.count() == 0 or focused.evaluate("e => !!e.closest('[data-bar]')"):
            break
        if focused.get_attribute("id") != "page-source":  # it is higher than the window
            assert bottom_of(focused) <= top_of(bar_of(page)) + 1
    expect(page.locator("[data-bar] :focus")).to_have_count(1)


@pytest.mark.parametrize("reader", SIZES, indirect=True, ids=["1280", "390"])
def test_what_happens_meanwhile_is_said_in_view(writer: Reader) -> None:
    page = writer.page
    open_editor(writer, "conf/nips/MikolovSCCD13")
    page.locator("[data-choose-picture]").set_input_files(
        {"name": "draw.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    refused = page.get_by_role("alert").filter(has_text="draw.svg wasn’t added")
    expect(refused).to_be_in_viewport(ratio=1)
    refused.get_by_role("button", name="Dismiss").click()
    other = page.context.new_page()
    other.goto(page.url)
    clear_editor(other)
    other.keyboard.type(f"From a window of {page.viewport_size}.")
    wait_until_saved(other)
    other.close()
    clear_editor(page)
    page.keyboard.insert_text("Mine.\n\n" * 40)
    compare = page.get_by_role("button", name="Compare versions")
    expect(compare).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-draft-status]")).to_have_text("Not saved – edited elsewhere")
    check(page)


def test_the_state_follows_the_text(writer: Reader) -> None:
    page = writer.page
    state = page.locator("[data-draft-status]")
    open_editor(writer, "conf/iclr/RendaFC20")
    page.keyboard.type("Saved.")
    wait_until_saved(page)
    expect(state).to_have_attribute("data-state", "saved")
    page.context.set_offline(True)
    page.keyboard.type(" Not saved.")
    expect(state).to_have_text("Not saved – offline")
    expect(state).to_have_attribute("data-state", "unsaved")
    page.context.set_offline(False)  # of which the page hears, and saves at once
    wait_until_saved(page)
    expect(page.locator("[data-told]")).to_be_empty()


def test_a_notice_that_says_the_same_keeps_the_focus(writer: Reader) -> None:
    page = writer.page
    open_editor(writer, "conf/iclr/RendaFC20")
    page.route("**/draft", lambda route: route.abort())
    page.keyboard.type("Nobody takes it.")
    again = page.get_by_role("button", name="Try now")
    again.focus()
    for _ in range(3):  # the next is sent only when the failure of the last was told
        with page.expect_event("requestfailed"):
            page.keyboard.press("Enter")
    expect(again).to_be_focused()
    page.unroute("**/draft")
    page.keyboard.press("Enter")
    wait_until_saved(page)
    expect(page.locator("[data-told]")).to_be_empty()


def test_warnings_lead_to_their_list(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    page.keyboard.insert_text("Fine.\n\nBroken $\\frac{$ and \\cite{conf/none/None1}.")
    warnings = page.get_by_role("link", name="2 warnings")
    warnings.click()
    line = page.get_by_role("button", name="Line 3").first
    expect(line).to_be_focused()
    line.press("Enter")
    expect(source).to_be_focused()
    source.fill("Fine.")
    expect(warnings).to_be_hidden()


@pytest.mark.parametrize("reader", NARROW, indirect=True, ids=["390"])
def test_a_phone_shows_one_pane(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    page.keyboard.insert_text("Some *text*.\n\nSee \\cite{conf/none/None1}.")
    page.get_by_label("Takeaway").fill("In *one* line")
    preview = page.locator("[data-preview]")
    expect(preview.locator("em")).to_have_count(2)
    expect(preview).to_be_hidden()
    view = page.get_by_role("group", name="View")
    view.get_by_role("button", name="Preview").click()
    expect(preview.locator(".summary__takeaway")).to_have_text("In one line")
    expect(preview).to_be_visible()
    expect(source).to_be_hidden()
    check(page)
    page.get_by_role("link", name="1 warning").click()
    expect(page.get_by_role("button", name="Line 3")).to_be_focused()
    expect(view.get_by_role("button", name="Write")).to_have_attribute("aria-pressed", "true")
    assert writer.complaints == []


def test_the_preview_can_be_put_away(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    width = source.evaluate("e => e.offsetWidth")
    toggle = bar_of(page).get_by_role("button", name="Preview")
    toggle.click()
    expect(page.locator("[data-preview]")).to_be_hidden()
    assert source.evaluate("e => e.offsetWidth") > 1.8 * width
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(page.locator("[data-preview]")).to_be_visible()


@pytest.mark.parametrize("reader", SIZES, indirect=True, ids=["1280", "390"])
def test_tags_are_completed_by_keys(writer: Reader) -> None:
    page, keys = writer.page, writer.page.keyboard
    open_editor(writer, "conf/cvpr/RedmonF17")
    page.locator("[data-options] summary").press("Enter")
    field = page.get_by_label(TAGS)
    field.fill("")
    field.press_sequentially("pruning, detec")
    options = page.get_by_role("listbox", name="Tags").get_by_role("option")
    option = options.filter(has_text="detection")
    expect(option).to_be_in_viewport(ratio=1)
    check(page)
    keys.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(field).to_have_value("pruning, detection, ")
    expect(page.locator("[data-options] summary")).to_contain_text("(2)")
    keys.type("arch")
    expect(options.first).to_be_visible()
    keys.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_be_visible()
    keys.press("Escape")
    expect(field).to_be_hidden()
    expect(page.locator("[data-options] summary")).to_be_focused()
    assert writer.complaints == []


def test_one_paper_of_the_list_is_highlighted(writer: Reader) -> None:
    page = writer.page
    open_editor(writer, "conf/cvpr/RedmonF17")
    page.keyboard.type("\\cite{conf/cvpr")
    options = page.get_by_role("listbox", name="Papers").get_by_role("option")
    expect(options.nth(2)).to_be_visible()
    ground = "all => all.map(e => getComputedStyle(e).backgroundColor)"
    for number in (2, 1):
        options.nth(number).hover()
        expect(options.nth(number)).to_have_attribute("aria-selected", "true")
        page.keyboard.press("ArrowUp")
        colours = options.evaluate_all(ground)
        assert len(colours) - colours.count("rgba(0, 0, 0, 0)") == 1


def test_a_picture_before_anything_else_goes_to_the_end(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/iclr/FrankleC19")
    page.keyboard.type("The text.")
    wait_until_saved(page)
    page.reload()
    page.route(
        "**/pictures", lambda route: route.fulfill(json={"markdown": "![A dot](/pictures/x.png)"})
    )
    page.route("**/pictures/x.png", lambda route: route.fulfill(body=PIXEL))
    page.locator("[data-choose-picture]").set_input_files(FILE)  # type: ignore[arg-type]
    page.get_by_label("Alt text").last.fill("A dot")
    page.keyboard.press("Enter")
    expect(source).to_have_value("The text.\n\n![A dot](/pictures/x.png)\n")


def test_published_by_keys_and_said_where_the_page_opens(writer: Reader) -> None:
    page = writer.page
    page.clock.install()
    open_editor(writer, "conf/icml/RadfordKHRGASAM21")
    page.keyboard.insert_text("A text.\n\n" * 40)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/paper/conf/icml/RadfordKHRGASAM21#demo")
    flash = page.locator("[data-flash]").filter(has_text="Published")
    expect(flash).to_be_visible()
    expect(flash).to_be_in_viewport(ratio=1)
    byline = page.locator("article#demo .byline")
    expect(byline).to_be_in_viewport(ratio=1)
    assert bottom_of(flash) <= top_of(byline)
    flash.hover()
    page.clock.run_for(20_000)
    expect(flash).to_be_visible()
    page.mouse.move(2, 2)
    page.clock.run_for(20_000)
    expect(flash).to_have_count(0)
    expect(byline).to_be_in_viewport()


def test_a_message_can_be_closed(writer: Reader) -> None:
    page = writer.page
    open_editor(writer, "conf/miccai/RonnebergerFB15")
    page.keyboard.type("Kept for later.")
    page.get_by_role("button", name="Close").click()
    flash = page.locator("[data-flash]")
    expect(flash).to_contain_text("Your draft is kept. Find it under Drafts.")
    check(page)
    flash.get_by_role("button", name="Dismiss").click()
    expect(flash).to_have_count(0)
    writer.go("/write/conf/miccai/RonnebergerFB15")
    page.get_by_role("button", name="Close").click()
    flash.get_by_role("button", name="Discard draft").click()
    expect(flash).to_have_text("Draft deleted.")
    assert page.url.endswith("/paper/conf/miccai/RonnebergerFB15")


@pytest.mark.parametrize("reader", NO_SCRIPT, indirect=True, ids=["no script"])
def test_the_bar_works_without_scripts(writer: Reader) -> None:
    page = writer.page
    writer.go("/write/conf/naacl/DevlinCLT19")
    page.get_by_label("Summary", exact=True).fill("A text.")
    page.get_by_label("Takeaway").fill("A *take*")
    page.get_by_label("Visibility").select_option("private")
    page.locator("[data-options] summary").click()
    page.get_by_label(TAGS).fill("detection")
    bar_of(page).get_by_role("button", name="Preview").click()
    expect(page.locator(".summary__takeaway em")).to_have_text("take")
    expect(bar_of(page)).to_contain_text("2 words")
    expect(page.get_by_label("Visibility")).to_have_value("private")
    bar_of(page).get_by_role("button", name="Close").click()
    expect(page.locator("[data-flash]")).to_contain_text("Your draft is kept.")
    page.get_by_role("button", name="Discard draft").click()
    expect(page.locator("[data-flash]")).to_have_text("Draft deleted.")
