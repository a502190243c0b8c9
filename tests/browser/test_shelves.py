"""A shelf is made, filled, ordered and compared, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browser.reader import Reader, accessibility_violations
from tests.helpers.running import Site


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


def write_for_the_group(reader: Reader, address: str, source: str) -> None:
    """Write a summary from the page of a reading, and leave it as the editor proposes."""
    page = reader.page
    reader.go(address)
    page.get_by_role("link", name="Write your summary").click()
    page.get_by_label("Takeaway").fill(source)
    page.locator("#page-source").fill(f"# Doubts\n\n{source}")
    expect(page.get_by_label("Keep for the group until it is shown")).to_be_checked()
    page.locator("button[name=save]").click()
    expect(page.locator(".reading-own")).to_contain_text("Your summary is handed in.")


def expect_texts(page: Page, *texts: str) -> None:
    expect(page.locator(".compare__takeaway")).to_have_text([*texts])
    for cell, text in enumerate(texts):
        expect(page.locator(".compare__cell .prose").nth(cell)).to_have_text(text)


def test_two_read_a_paper_unseen_until_both_are_in(
    writer: Reader, browser: Browser, site: Site
) -> None:
    page = writer.page  # the paper is one that no other test writes about
    context = browser.new_context()
    other = Reader(context.new_page(), site)
    other.go("/signup")
    other.page.get_by_label("Username").fill("second-reader")
    other.page.get_by_label("Password").fill("a long password of theirs")
    other.page.locator("main").get_by_role("button", name="Sign up").click()
    expect(other.page.get_by_role("button", name="Sign up")).to_have_count(0)
    writer.go("/shelves/new?paper=conf/nips/VaswaniSPUJGKP17")
    page.get_by_label("Title").fill("We read")
    page.get_by_role("button", name="Create shelf").click()
    page.wait_for_url("**/shelf/**")
    home = page.url.removeprefix(site.url)
    writer.go(f"{home}/members")
    page.get_by_label("Username").fill("second-reader")
    page.get_by_role("button", name="Invite").click()
    expect(page.locator(".flash")).to_contain_text("second-reader")
    other.go("/shelves")
    other.page.get_by_role("button", name="Accept").click()
    expect(other.page.locator("h1")).to_have_text("We read")
    writer.go(f"{home}/readings")
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("button", name="Start reading").click()
    expect(page.locator(".flash")).to_contain_text("Reading started.")
    reading = page.url.removeprefix(site.url)
    write_for_the_group(writer, reading, "What the first one thinks.")
    for path in (reading, "/paper/conf/nips/VaswaniSPUJGKP17", home):
        other.go(path)
        expect(other.page.locator("main")).not_to_contain_text("What the first one thinks.")
    write_for_the_group(other, reading, "What the second one thinks.")
    both = ("What the first one thinks.", "What the second one thinks.")
    expect_texts(other.page, *both)
    writer.go(reading)
    expect_texts(page, *both)
    assert accessibility_violations(page) == []
    assert other.complaints == writer.complaints == []
    context.close()
