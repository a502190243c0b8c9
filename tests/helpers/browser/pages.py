"""A page in a real browser, looked at in each width and by axe."""

from __future__ import annotations

from tests.helpers.browser.reader import Reader, accessibility_violations

WIDTHS = [{"viewport": {"width": width, "height": 900}} for width in (390, 1280)]
NAMES = ["390", "1280"]
NARROWEST = 360  # px, of phones that are in use
# What reaches over the right edge of the screen, text among it.
WIDE = """[...document.body.querySelectorAll("*")]
  .filter((each) => {
    const range = document.createRange();
    range.selectNodeContents(each);
    const edges = [each.getBoundingClientRect().right, range.getBoundingClientRect().right];
    return Math.max(...edges) > document.documentElement.clientWidth;
  })
  .map((each) => each.className || each.tagName).join(", ")"""


def check(reader: Reader, paths: list[str]) -> None:
    found: list[str] = []
    page, size = reader.page, reader.page.viewport_size
    assert size is not None
    for path in paths:
        reader.go(path)
        found += [f"{path}: {each}" for each in accessibility_violations(page)]
        for width in [size["width"], *([NARROWEST] if size["width"] < 400 else [])]:
            page.set_viewport_size({"width": width, "height": size["height"]})
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wider > 0:
                found.append(
                    f"{path}: {wider} px wider than a screen of {width}: {page.evaluate(WIDE)}"
                )
        page.set_viewport_size(size)
    assert found == [], "\n".join(found)
    assert reader.complaints == []
