"""Every kind of page, light and dark, on a phone and at a desk: axe finds nothing, nothing is wider
than the screen, and nobody else is asked for anything."""

from __future__ import annotations

from tests.helpers.browser.pages import check
from tests.helpers.browser.reader import Reader

READING = [
    "/",
    "/?tab=recent&s=phys",
    "/?period=year&openings=1",
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
    "/user/mira?openings=1",
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
    "/paper/conf/nips/RenHGS15/facts",
    "/paper/conf/nips/RenHGS15/changes",
    "/papers/changes",
    "/",
    "/write",
    "/write/conf/nips/RenHGS15",
    "/papers/new",
    "/settings",
    "/user/demo",
    "/links",
]


def test_reading(reader: Reader) -> None:
    check(reader, READING)


def test_writing(writer: Reader) -> None:
    check(writer, WRITING)
