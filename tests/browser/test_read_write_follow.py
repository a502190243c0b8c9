"""The main job, as a person does it."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.helpers.browser.reader import Reader

PICTURE = Path(__file__).parents[2] / "static" / "favicon.svg"
NO_SCRIPT = {"java_script_enabled": False}
TEXT = """Twice the depth: $p = 2n+d$. It costs $5 and *not* $10.

https://example.org/figures/overview.png

## See also
- [Fast R-CNN](http://www.shortscience.org/paper?bibtexKey=conf/iccv/Girshick15#mira) before it
- [YOLO](https://www.shortscience.org/paper?bibtexKey=conf/cvpr/RedmonDGF16)
"""


@pytest.mark.parametrize("reader", [{}, NO_SCRIPT], indirect=True, ids=["script", "no script"])
def test_read_and_follow(reader: Reader) -> None:
    page = reader.page
    reader.go("/paper?bibtexKey=conf/nips/RenHGS15#mira")
    assert page.url == f"{reader.site.url}/paper/conf/nips/RenHGS15#mira"
    expect(page.get_by_role("heading", level=1)).to_contain_text("Faster R-CNN")
    expect(page.locator("article#mira")).to_be_in_viewport()
    assert page.locator("article#mira math").count() > 5
    page.locator("article#mira").get_by_role("link", name="Fast R-CNN", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fast R-CNN")
    page.locator("aside").get_by_role("link", name="Faster R-CNN").first.click()
    assert "/paper/conf/nips/RenHGS15" in page.url
    assert reader.complaints == []


@pytest.mark.parametrize("reader", [{}, NO_SCRIPT], indirect=True, ids=["script", "no script"])
def test_search(reader: Reader) -> None:
    page = reader.page
    reader.go("/")
    page.locator("#page-search").fill("rethinking generalization")
    page.locator("#page-search").press("Enter")
    page.locator("main").get_by_role("link", name="Understanding deep learning").first.click()
    assert page.url.split("#")[0].endswith("/paper/conf/iclr/ZhangBHRV17")


@pytest.mark.parametrize("reader", [{}], indirect=True)
def test_suggestions_are_reached_by_keys(reader: Reader) -> None:
    page = reader.page
    reader.go("/")
    field = page.get_by_role("combobox", name="Search papers")
    field.press_sequentially("deep resid")
    option = page.get_by_role("option", name="Deep Residual Learning")
    expect(option).to_be_visible()
    assert Axe().run(page).violations_count == 0
    field.press("Escape")
    expect(option).to_be_hidden()
    expect(field).to_have_value("deep resid")
    field.press_sequentially("u")
    expect(option).to_be_visible()
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deep Residual Learning")
    assert reader.complaints == []


@pytest.mark.parametrize("reader", [{}], indirect=True)
def test_sign_up_write_find_edit_delete(reader: Reader) -> None:
    page = reader.page
    # The one picture from elsewhere: answered here, for tests reach no network.
    page.route("https://example.org/**", lambda route: route.fulfill(path=PICTURE))
    reader.go("/paper/journals/corr/SimonyanZ14a")
    page.locator("main").get_by_role("link", name="Write").first.click()
    page.locator("main").get_by_role("link", name="Sign up").first.click()
    page.get_by_label("Username").fill("zoe")
    page.get_by_label("Display name").fill("Zoe Test")
    page.get_by_label("Password").fill("a long password")
    page.locator("main").get_by_role("button", name="Sign up").click()
    reader.go("/write/journals/corr/SimonyanZ14a")
    page.get_by_label("Summary", exact=True).fill(TEXT)
    page.get_by_label("Takeaway").fill("Small filters, many of them")
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("math")).to_have_count(1)
    expect(preview).to_contain_text("costs $5 and not $10")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/paper/journals/corr/SimonyanZ14a#zoe")
    article = page.locator("article#zoe")
    assert article.locator("math").count() == 1
    assert article.locator("figure img").get_attribute("src") == (
        "https://example.org/figures/overview.png"
    )
    links = article.locator(".prose a.paper-link")
    assert [links.nth(number).get_attribute("href") for number in range(2)] == [
        "/paper/conf/iccv/Girshick15#mira",
        "/paper/conf/cvpr/RedmonDGF16",
    ]
    links.nth(0).click()
    page.wait_for_url("**/paper/conf/iccv/Girshick15#mira")
    reader.go("/mentions/conf/iccv/Girshick15")
    expect(page.locator("main")).to_contain_text("before it")
    reader.go("/search?q=small+filters")
    expect(page.locator("main")).to_contain_text("Very Deep Convolutional Networks")
    reader.go("/write/journals/corr/SimonyanZ14a")
    page.get_by_label("Summary", exact=True).fill("Changed.")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**#zoe")
    expect(page.locator("article#zoe")).to_contain_text("Changed.")
    page.locator("article#zoe").get_by_role("link", name="Edit").click()
    page.locator("[data-options] summary").click()
    page.get_by_role("link", name="Delete").click()
    page.locator("main").get_by_role("button", name="Delete").click()
    expect(page.locator("article#zoe")).to_have_count(0)
    others = {each for each in reader.complaints if each.startswith("request to")}
    assert others == {"request to https://example.org/figures/overview.png"}
    assert set(reader.complaints) == others


@pytest.mark.parametrize("reader", [NO_SCRIPT], indirect=True, ids=["no script"])
def test_write_without_javascript(reader: Reader) -> None:
    page = reader.page
    reader.sign_in()
    reader.go("/write/10.1103/PhysRev.47.777")
    page.get_by_label("Summary", exact=True).fill(TEXT)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").locator("math")).to_have_count(1)
    assert (
        page.get_by_label("Summary", exact=True).input_value().replace("\r", "").strip()
        == TEXT.strip()
    )
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("article#demo math")).to_have_count(1)
    page.locator("article#demo").get_by_role("link", name="Edit").click()
    page.locator("[data-options] summary").click()
    page.get_by_role("link", name="Delete").click()
    page.locator("main").get_by_role("button", name="Delete").click()
    expect(page.locator("article#demo")).to_have_count(0)


@pytest.mark.parametrize("reader", [{}, NO_SCRIPT], indirect=True, ids=["script", "no script"])
def test_vote_and_take_it_back(writer: Reader) -> None:
    page, reader = writer.page, writer
    reader.go("/paper/conf/cvpr/RedmonDGF16")
    article = page.locator("article#ines")
    before = int(article.locator("[data-score]").first.inner_text().replace("−", "-"))
    article.get_by_role("button", name="up", exact=False).first.click()
    expect(article.locator("[data-score]").first).to_have_text(str(before + 1))
    article.get_by_role("button", name="up", exact=False).first.click()
    expect(article.locator("[data-score]").first).to_have_text(str(before))


def test_the_search_key(reader: Reader) -> None:
    reader.go("/about")
    reader.page.keyboard.press("/")
    expect(reader.page.locator("#page-search")).to_be_focused()


def test_a_chosen_theme_stays(reader: Reader) -> None:
    reader.go("/")
    reader.page.get_by_role("button", name="Dark", exact=True).click()
    reader.go("/about")
    dark = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    reader.page.get_by_role("button", name="Light", exact=True).click()
    assert dark != reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert reader.complaints == []
