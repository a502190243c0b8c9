"""Every kind of page, light and dark, on a phone and at a desk: axe finds nothing, nothing is wider
than the screen, and nobody else is asked for anything."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Reader, barriers

READING = [
    "/",
    "/?tab=recent&s=phys",
    "/paper/conf/nips/RenHGS15",
    "/paper/10.1103/PhysRev.47.777",
    "/paper/conf/none/Unknown99",
    "/summary/1",
    "/map/paper/conf/nips/RenHGS15?steps=2",
    "/wanted",
    "/venues",
    "/venue/conf/nips",
    "/author/kaiming-he",
    "/users",
    "/user/mira",
    "/tags",
    "/search?q=detection",
    "/search?q=nothingatall",
    "/search?q=network+year:2010..2020",
    "/search",
    "/search/suggest?q=deep",
    "/about",
    "/help",
    "/login",
    "/signup",
    "/no/such/page",
]
WRITING = [
    "/",
    "/write",
    "/write/conf/nips/RenHGS15",
    "/papers/new",
    "/settings",
    "/user/demo",
    "/links",
]
WIDTHS = [{"viewport": {"width": width, "height": 900}} for width in (390, 1280)]
NAMES = ["390", "1280"]
NARROWEST = 360  # px, of phones that are in use


@pytest.mark.parametrize("reader", WIDTHS, indirect=True, ids=NAMES)
def test_reading(reader: Reader) -> None:
    check(reader, READING)


@pytest.mark.parametrize("reader", WIDTHS, indirect=True, ids=NAMES)
def test_writing(writer: Reader) -> None:
    check(writer, WRITING)


def check(reader: Reader, paths: list[str]) -> None:
    found: list[str] = []
    page, size = reader.page, reader.page.viewport_size
    assert size is not None
    for path in paths:
        reader.go(path)
        found += [f"{path}: {each}" for each in barriers(page)]
        for width in [size["width"], *([NARROWEST] if size["width"] < 400 else [])]:
            page.set_viewport_size({"width": width, "height": size["height"]})
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wider > 0:
                found.append(f"{path}: {wider} px wider than a screen of {width}")
        page.set_viewport_size(size)
    assert found == []
    assert reader.complaints == []
