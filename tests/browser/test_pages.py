"""Every kind of page, light and dark, on a phone and at a desk: axe finds nothing, nothing is wider
than the screen, and nobody else is asked for anything."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Reader

READING = [
    "/",
    "/?tab=recent&s=phys",
    "/paper/conf/nips/RenHGS15",
    "/paper/10.1103/PhysRev.47.777",
    "/paper/conf/none/Unknown99",
    "/summary/1",
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
WRITING = ["/", "/write", "/write/conf/nips/RenHGS15", "/papers/new", "/settings", "/user/demo"]
LOOKS = [
    {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    for width in (390, 1280)
    for scheme in ("light", "dark")
]
NAMES = [f"{look['viewport']['width']}-{look['color_scheme']}" for look in LOOKS]  # type: ignore[index]


@pytest.mark.parametrize("reader", LOOKS, indirect=True, ids=NAMES)
def test_reading(reader: Reader) -> None:
    check(reader, READING)


@pytest.mark.parametrize("reader", LOOKS, indirect=True, ids=NAMES)
def test_writing(reader: Reader) -> None:
    reader.sign_in()
    check(reader, WRITING)


def check(reader: Reader, paths: list[str]) -> None:
    found: list[str] = []
    for path in paths:
        reader.go(path)
        width = reader.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if width > 0:
            found.append(f"{path}: {width} px wider than the screen")
        result = Axe().run(reader.page)
        if result.violations_count:
            found.append(f"{path}: {result.generate_report()}")
    assert found == []
    assert reader.complaints == []


@pytest.mark.parametrize(
    "reader", [{"viewport": {"width": 360, "height": 640}}], indirect=True, ids=["360"]
)
def test_nothing_scrolls_sideways_on_a_small_phone(reader: Reader) -> None:
    for path in READING:
        reader.go(path)
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360, path
