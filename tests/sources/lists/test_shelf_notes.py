"""Shelves as notes of a vault, and what nobody would write in good faith."""

from __future__ import annotations

import pytest

from app.sources.lists.shelf_notes import (
    MAX_ITEMS,
    ShelfFile,
    ShelfItem,
    read_shelf_note,
    write_shelf_note,
)

PATH = "ann/shelves/thesis.md"
ITEM = ShelfItem("On [odd] \\ titles", "../conf-x-A.md", "As: [this](that)")


def read(text: str) -> ShelfFile | None:
    return read_shelf_note(PATH, text.encode())


@pytest.mark.parametrize("description", ["", "One\n\n## Papers\n\n- [two](three)", "## Papers"])
@pytest.mark.parametrize("items", [(), (ITEM, ShelfItem("Second", "http://x/paper/a%28b%29"))])
def test_a_shelf_is_read_as_it_was(description: str, items: tuple[ShelfItem, ...]) -> None:
    """Also one without papers, whose description lists some."""
    text = write_shelf_note("Thesis: a & b", description, items)
    assert read(text) == ShelfFile("Thesis: a & b", description, items)


def test_what_is_no_shelf_or_no_item_is_passed_over() -> None:
    for text in (
        "",
        "- [a](b)",
        "---\nshelf: [\n---\n",
        '---\nshelf: "\\0"\n---\n',
        "---\nx: y\n---",
    ):
        assert read(text) is None
    assert read_shelf_note(PATH, b"---\nshelf: \xff\n---\n") is None
    assert read_shelf_note("ann/notes/thesis.md", write_shelf_note("A", "", []).encode()) is None
    lines = ["- [a](b c)", "- [[a]](b)", "- [a](b", "* [a](b)", "-" * 90_000, "- [" + "\\" * 90_001]
    body = "\n".join([*lines, "- [a](b): c"])
    found = read(f"---\nshelf: A\n---\n\n## Papers\n\n{body}\n")
    assert found == ShelfFile("A", "", (ShelfItem("a", "b", "c"),))
    many = write_shelf_note("A", "", [ShelfItem("a", "b")] * (MAX_ITEMS + 1))
    shelf = read(many)
    assert shelf is not None
    assert len(shelf.items) == MAX_ITEMS
