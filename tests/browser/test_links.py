"""Links between papers: the card of a link, and the map."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.helpers.browser.reader import Reader

NO_SCRIPT = {"java_script_enabled": False}
SIZE = "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
# Whether two elements lie on each other.
OVERLAP = """(selectors) => {
    const [one, other] = selectors.map((each) =>
        document.querySelector(each).getBoundingClientRect());
    return one.left < other.right && other.left < one.right
        && one.top < other.bottom && other.top < one.bottom;
}"""


@pytest.mark.parametrize("reader", [{}], indirect=True)
def test_a_card_comes_and_goes(reader: Reader) -> None:
    page = reader.page
    reader.go("/paper/conf/nips/RenHGS15")
    before = page.evaluate(SIZE)
    link = page.locator("article#mira a.paper-link").first
    link.hover()
    card = page.get_by_role("tooltip")
    expect(card).to_contain_text("Girshick")
    expect(card).to_contain_text("Score")
    assert page.evaluate(SIZE) == before
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.locator("aside .see-also a").first.hover()
    expect(card).to_contain_text("Fast R-CNN")
    page.locator("aside a.map__paper", has_text="Mask R-CNN").hover()
    expect(card).to_contain_text("Mask R-CNN")
    assert not page.evaluate(OVERLAP, [".card", ".map__box"])
    page.keyboard.press("Escape")
    # By keyboard too, and gone when the focus moves on.
    page.mouse.move(0, 0)
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(card).to_contain_text("Girshick")
    expect(link).to_have_attribute("aria-describedby", "page-card")
    assert reader.complaints == []


@pytest.mark.parametrize("reader", [{}, NO_SCRIPT], indirect=True, ids=["script", "no script"])
def test_a_map_is_walked_by_keyboard(reader: Reader) -> None:
    page = reader.page
    reader.go("/paper/conf/nips/RenHGS15")
    page.get_by_role("link", name="Open full map").click()
    page.get_by_role("link", name="Two steps").click()
    paper = page.locator("svg.map__picture:visible a", has_text="ImageNet Classification")
    paper.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ImageNet Classification")
    assert reader.complaints == []
