"""A page in a real browser, looked at in each width and by axe."""

from __future__ import annotations

from tests.helpers.browser.reader import Reader, accessibility_violations

HEIGHT = 900  # px
DESK, PHONE = 1280, 390
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
    """Look at each page on a phone and at a desk; it is loaded once, on a phone."""
    found: list[str] = []
    page = reader.page
    for path in paths:
        page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        reader.go(path)
        for width in (PHONE, NARROWEST, DESK):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wider > 0:
                found.append(
                    f"{path}: {wider} px wider than a screen of {width}: {page.evaluate(WIDE)}"
                )
            if width != NARROWEST:
                violations = accessibility_violations(page)
                found += [f"{path}, {width} px: {each}" for each in violations]
        found += [f"{path}: {each}" for each in reader.complaints]
        reader.complaints.clear()
    assert found == [], "\n".join(found)
    assert reader.complaints == []
