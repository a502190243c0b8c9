"""What goes wrong while somebody writes, and must not cost them a word."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.helpers.browser.editor import (
    PIXEL,
    UNREACHABLE,
    check,
    clear_editor,
    open_editor,
    type_until_saved,
    wait_until_kept,
    wait_until_saved,
)
from tests.helpers.browser.reader import Reader

LARGE = b"\x89PNG\r\n\x1a\n" + b"x" * 12_000_000


def source_of(page: Page) -> str:
    return page.get_by_label("Summary", exact=True).input_value()


def test_saving_while_the_server_is_away(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/nips/HoJA20")
    address = page.url
    page.keyboard.type("Saved at first.")
    wait_until_saved(page)
    page.context.set_offline(True)
    page.keyboard.type(" Then offline.")
    page.get_by_role("button", name="Publish").click()
    notices = page.locator("[data-notices=near]")
    expect(notices).to_contain_text("Not saved: can’t reach the server.")
    expect(notices).to_contain_text("Your text is kept in this browser.")
    assert page.url == address
    expect(source).to_have_value("Saved at first. Then offline.")
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Try again").click()
    expect(notices).to_contain_text("can’t reach the server")
    page.context.set_offline(False)
    expect(notices).to_contain_text("Back online. Draft saved; not published yet.")
    notices.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/paper/**#demo")
    expect(page.locator("article#demo")).to_contain_text("Saved at first. Then offline.")


@pytest.mark.parametrize("status", [503, 429, 422, 500])
def test_no_answer_of_the_preview_costs_a_word(writer: Reader, status: int) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    answers: list[int] = []

    def refuse(route: Route) -> None:
        answers.append(status)
        route.fulfill(status=status, json={"error": "No."})

    page.route("**/preview", refuse)
    text = f"Typed on through all of {status}."  # another one than the draft of the last time
    page.keyboard.type(text, delay=40)
    wait_until_saved(page)
    assert answers
    assert source.input_value() == text
    page.unroute_all()
    page.keyboard.type(" Still.")
    expect(page.locator("[data-preview]")).to_contain_text(f"{text} Still.")
    expect(page.locator("[data-preview]")).not_to_have_attribute("aria-busy", "true")


def test_the_servers_text_and_back(writer: Reader) -> None:
    page, key = writer.page, "conf/nips/KrizhevskySH12"
    open_editor(writer, key)
    page.keyboard.type("On the server.")
    wait_until_saved(page)
    page.evaluate(UNREACHABLE)
    page.keyboard.type(" Only here.")
    wait_until_kept(page, "On the server. Only here.")
    page.close()
    page = writer.page = page.context.new_page()
    writer.go(f"/write/{key}")
    source = page.get_by_label("Summary", exact=True)
    expect(source).to_have_value("On the server. Only here.")
    source.press("Control+End")
    page.keyboard.type(" An hour of work.")
    page.get_by_role("button", name="Use the server’s version").click()
    expect(source).to_have_value("On the server.")
    source.press("Control+End")
    page.keyboard.type(" And on.")
    page.get_by_role("button", name="Use my version").click()
    expect(source).to_have_value("On the server. Only here. An hour of work.")
    page.get_by_role("button", name="Use the server’s version").click()
    expect(source).to_have_value("On the server. And on.")


def test_a_merge_is_kept_while_it_is_worked_on(writer: Reader) -> None:
    first, key = writer.page, "conf/iccv/HeGDG17"
    source = open_editor(writer, key)
    first.keyboard.type("Base.")
    first.get_by_role("button", name="Publish").click()
    first.wait_for_url("**/paper/**#demo")
    writer.go(f"/write/{key}")
    second = first.context.new_page()
    second.goto(first.url)
    clear_editor(second)
    second.keyboard.type("Base of the second.")
    second.get_by_label("Visibility").select_option("private")
    wait_until_saved(second)
    clear_editor(first)
    first.keyboard.type("Base of the first.")
    expect(first.locator("[data-notices=near]")).to_contain_text("edited elsewhere")
    first.get_by_role("button", name="Compare versions").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Conflicting edits")
    expect(first.get_by_label("Visibility")).to_have_value("private")
    expect(first.locator("[data-notices] .notice")).to_have_count(0)
    check(first)
    source = first.get_by_label("Summary", exact=True)
    expect(source).to_have_value(re.compile("<<<<<<< in this window"))
    clear_editor(first)
    type_until_saved(first, "Base of both, by hand.")
    wait_until_saved(first)
    first.close()  # as a crash does
    second.close()
    page = writer.page = first.context.new_page()
    writer.go(f"/write/{key}")
    source = page.get_by_label("Summary", exact=True)
    expect(source).to_have_value("Base of both, by hand.")
    expect(page.locator("[data-notices] .notice")).to_have_count(0)
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url("**/paper/**#demo")
    writer.go(f"/write/{key}")
    expect(page.get_by_label("Visibility")).to_have_value("private")


@pytest.mark.parametrize(
    ("name", "kind", "data", "said"),
    [
        ("large.png", "image/png", LARGE, "images can be up to 10 MB"),
        ("draw.svg", "image/svg+xml", b"<svg/>", "use PNG, JPEG, GIF or WebP"),
        ("notes.txt", "text/plain", b"words", "use PNG, JPEG, GIF or WebP"),
        ("torn.png", "image/png", PIXEL[:20], "the file is damaged"),
    ],
)
def test_a_file_that_is_no_picture_asks_nothing(
    writer: Reader, name: str, kind: str, data: bytes, said: str
) -> None:
    page = writer.page
    open_editor(writer, "conf/cvpr/RedmonF17")
    page.locator("[data-choose-picture]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": data}
    )
    expect(page.locator("[data-notices=near]")).to_contain_text(f"{name} wasn’t added:")
    expect(page.locator("[data-notices=near]")).to_contain_text(said)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_spaces_do_not_say_what_a_picture_shows(writer: Reader) -> None:
    page = writer.page
    open_editor(writer, "conf/cvpr/RedmonF17")
    sent: list[Route] = []

    def refuse(route: Route) -> None:
        sent.append(route)
        route.fulfill(status=422, json={"error": "No room."})

    page.route("**/pictures", refuse)
    file = {"name": "one.png", "mimeType": "image/png", "buffer": PIXEL}
    page.locator("[data-choose-picture]").set_input_files(file)  # type: ignore[arg-type]
    dialog = page.get_by_role("dialog", name="Describe this image")
    words = dialog.get_by_label("Alt text")
    words.fill("   ")
    dialog.get_by_role("button", name="Add image").click()
    expect(dialog).to_be_visible()
    assert words.evaluate("e => e.validationMessage") == "Describe the image in a few words."
    words.press("Enter")
    expect(dialog).to_be_visible()
    words.fill("A dot")
    words.press("Enter")
    expect(page.locator("[data-notices=near]")).to_contain_text("No room.")
    assert len(sent) == 1
    # What was written about it is there for the next try.
    page.locator("[data-choose-picture]").set_input_files(file)  # type: ignore[arg-type]
    expect(words).to_have_value("A dot")


SMALL = [{"viewport": {"width": 1280, "height": 800}}, {"viewport": {"width": 390, "height": 844}}]


@pytest.mark.parametrize("reader", SMALL, indirect=True, ids=["1280", "390"])
def test_papers_are_offered_within_the_window(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/cvpr/RedmonF17")
    page.keyboard.insert_text("A line.\n\n" * 30)
    for block in ("end", "start", "center"):
        source.evaluate("(e, block) => e.scrollIntoView({block})", block)
        page.keyboard.press("Control+End")
        page.keyboard.type("[[net")
        box = page.get_by_role("listbox", name="Papers")
        expect(box).to_be_visible()
        place = box.bounding_box()
        assert place is not None
        assert place["y"] >= 0
        assert place["y"] + place["height"] <= page.evaluate("innerHeight")
        assert place["height"] > 90
        page.keyboard.press("Escape")
        for _ in range(5):
            page.keyboard.press("Backspace")


def test_findings_name_what_was_not_found(writer: Reader) -> None:
    page = writer.page
    source = open_editor(writer, "conf/iclr/DosovitskiyB0WZ21")
    source.fill("One.\n\nSee [[No such paper]].")
    expect(page.locator("[data-summary]")).to_contain_text("1 link problem")
    page.get_by_label("Takeaway").fill("It is $\\frac{$")
    expect(page.locator("[data-summary]")).to_contain_text("1 formula error")
    page.locator("[data-summary]").click()
    items = page.locator("[data-findings] li")
    expect(items.first).to_contain_text("Takeaway: ")
    expect(items.nth(1)).to_contain_text("“[[No such paper]]” was not found")
    line = page.get_by_role("button", name="Line 3")
    line.click()
    assert page.evaluate("document.querySelector('#page-source').selectionStart") == 6
    # Its ring of focus is not cut off.
    inset = line.evaluate("e => e.offsetLeft - e.closest('ul').offsetLeft")
    assert inset >= 4


def test_one_clock(writer: Reader) -> None:
    page = writer.page
    open_editor(writer, "conf/nips/HanPTD15")
    page.keyboard.type("Begun.")
    wait_until_saved(page)
    page.reload()
    for path, place in (("", ".draft-note time"), ("/drafts", ".kept__item time")):
        if path:
            writer.go(path)
        note = page.locator(place).first
        expect(note).to_have_text(re.compile(r"just now|minutes? ago"))
        expect(note).to_have_attribute("title", re.compile(r", \d\d:\d\d UTC$"))


@pytest.mark.parametrize("reader", [{"java_script_enabled": False}], indirect=True, ids=["bare"])
def test_discarding_asks_first(writer: Reader) -> None:
    page = writer.page
    writer.go("/write/conf/eccv/LiuAESRFB16")
    page.get_by_label("Summary", exact=True).fill("## What\n\nHalf of a *thought*.")
    page.get_by_role("button", name="Save draft").last.click()
    writer.go("/drafts")
    draft = page.locator(".kept__item").filter(has_text="Half of a thought.")
    expect(draft.locator(".kept__title")).to_have_text("What")
    button = draft.get_by_role("button", name="Delete draft")
    expect(button).to_have_count(0)  # not shown yet
    draft.get_by_text("Delete…").click()
    button.click()
    expect(page.get_by_text("Draft deleted.")).to_be_visible()
    expect(draft).to_have_count(0)
