"""The page of a paper in a real browser: its head, its column at the side, what scrolls."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.reader import SETTLED, Reader

PAPER = "/paper/conf/nips/RenHGS15"
NO_SCRIPT = {"java_script_enabled": False}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# The left edge of what is shown, in px.
LEFT = "element => element.getBoundingClientRect().left"
# What stands in lists and is lower than a finger needs.
LOW = """elements => elements
  .filter((each) => each.offsetHeight && each.getBoundingClientRect().height < 24)
  .map((each) => each.textContent)"""
LISTS = (
    ".authors a, .byline h2 a, .byline .meta a, .see-also > li > a, .mention a,"
    " .side-block__more a, .summary-index a, .identifiers a, .disclosures summary,"
    " .actions :is(button, summary)"
)


@pytest.mark.parametrize("reader", [{}, NO_SCRIPT], indirect=True, ids=["script", "no script"])
def test_the_head_opens_what_else_is_known(reader: Reader) -> None:
    page = reader.page
    reader.go(PAPER)
    summaries = page.get_by_role("navigation", name="Summaries")
    expect(summaries.get_by_role("link")).to_have_count(4)  # one compares them
    for name in ("Cite", "Details"):
        disclosure = page.locator(".disclosures > details", has_text=name).first
        disclosure.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(disclosure).to_have_attribute("open", "")
    expect(page.locator("#page-bibtex")).to_contain_text("@inproceedings")
    expect(page.locator("#page-cite")).to_have_text(r"\cite{conf/nips/RenHGS15}")
    expect(page.locator(".facts")).to_contain_text("Keywords")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    summaries.get_by_role("link", name="Kwame Osei").click()
    expect(page.locator("article#kwame .byline")).to_be_in_viewport()
    assert reader.complaints == []


def test_the_side_is_beside_the_text_all_the_way(reader: Reader) -> None:
    page = reader.page
    page.set_viewport_size({"width": 1280, "height": 900})
    reader.go(PAPER)
    side = page.locator(".page__side")
    for article in ("mira", "kwame", "lena"):
        page.locator(f"article#{article} .summary__foot").scroll_into_view_if_needed()
        expect(side).to_be_in_viewport(ratio=0.7)
    # Its own end can be reached too.
    side.get_by_role("link").last.scroll_into_view_if_needed()
    expect(side.get_by_role("link").last).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
def test_all_pages_begin_at_one_edge(writer: Reader, width: int) -> None:
    writer.page.set_viewport_size({"width": width, "height": 900})
    edges = set()
    for path in (
        "/",
        PAPER,
        "/write/conf/nips/RenHGS15",
        "/map/tag/detection",
        "/about",
        "/settings",
    ):
        writer.go(path)
        edges.add(writer.page.locator(".wordmark").evaluate(LEFT))
        edges.add(writer.page.locator("main").evaluate(LEFT))
    assert len(edges) == 1


@pytest.mark.parametrize("reader", [PHONE], indirect=True, ids=["390"])
def test_a_finger_meets_what_stands_in_lists(reader: Reader) -> None:
    reader.go(PAPER)
    assert reader.page.locator(LISTS).evaluate_all(LOW) == []


@pytest.mark.parametrize("reader", [PHONE], indirect=True, ids=["390"])
def test_a_map_has_the_width_of_a_phone(reader: Reader) -> None:
    page = reader.page
    reader.go("/map" + PAPER)
    box = page.locator(".map__box:visible")
    expect(box).to_have_count(1)
    size = box.evaluate("box => [box.scrollWidth - box.clientWidth, box.clientWidth, innerWidth]")
    assert size[0] == 0
    assert size[1] > 0.85 * size[2]
    # Its letters are not made smaller than they are drawn.
    scale = box.locator("svg").evaluate("svg => svg.getScreenCTM().a")
    assert scale >= 1


def test_a_wide_formula_shows_that_there_is_more(reader: Reader) -> None:
    """The shade lies under a strip that scrolls with the formula, and covers it at the end."""
    page = reader.page
    page.set_viewport_size({"width": 390, "height": 844})
    reader.go(PAPER)
    box = page.locator(".prose pre").first
    box.scroll_into_view_if_needed()
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    edge = "box => { const r = box.getBoundingClientRect(); return [r.right, r.top]; }"
    right, top = box.evaluate(edge)
    area = {"x": right - 4, "y": top + 2, "width": 3, "height": 6}
    more = page.screenshot(clip=area)
    box.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    assert page.screenshot(clip=area) != more


def test_a_formula_gets_a_stop_when_a_font_makes_it_wide(reader: Reader) -> None:
    page = reader.page
    reader.go(PAPER)
    box = page.locator(".math-block").first
    page.evaluate(SETTLED)
    assert box.get_attribute("tabindex") is None
    # As a font does that comes late: the box itself stays as it is.
    box.evaluate("box => { box.firstElementChild.style.width = '4000px'; }")
    page.evaluate(SETTLED)
    page.evaluate("document.fonts.dispatchEvent(new Event('loadingdone'))")
    assert box.get_attribute("tabindex") == "0"


def test_no_line_of_authors_begins_with_a_comma(reader: Reader) -> None:
    """At whichever width: a comma stands on the last line of the name before it."""
    page = reader.page
    reader.go(PAPER)
    narrow = page.evaluate(
        """() => {
          const list = document.querySelector(".authors");
          const first = (comma, link) => {
            const range = document.createRange();
            range.selectNodeContents(comma);
            const lines = [...link.getClientRects()];
            return range.getBoundingClientRect().top > lines.at(-1).bottom - 4;
          };
          const begins = (width) => {
            list.style.inlineSize = `${width}px`;
            return [...list.querySelectorAll("a")].some(
              (link) => link.nextSibling && first(link.nextSibling, link));
          };
          return Array.from({ length: 240 }, (_, at) => 120 + at).filter(begins);
        }"""
    )
    assert narrow == []
