"""Style sheets and modules are joined from files that know nothing of it."""

from __future__ import annotations

import re

import pytest

from app.paths import STATIC, TEMPLATES
from app.views.assets.bundles import MODULES, SHEETS, join_modules, sheets_of_page

PARTS = [part for parts in MODULES.values() for part in parts]


def test_a_page_asks_for_each_file_once_and_for_nothing_that_it_has() -> None:
    names = ["row", "form", "paper", "history", "prose", "math", "boxes"]
    assert sheets_of_page(names) == ["form", "reading", "history"]


def test_the_names_of_a_module_stay_its_own() -> None:
    joined = join_modules(["const a = 1;\nexport function b() {}\n", "export const a = 2;\n"])
    assert joined == "{\nconst a = 1;\nfunction b() {}\n}\n{\nconst a = 2;\n}\n"


@pytest.mark.parametrize("part", PARTS)
def test_what_is_joined_imports_nothing_and_exports_by_name(part: str) -> None:
    text = (STATIC / f"js/{part}.js").read_text()
    assert not re.search(r"^import\b|^export (?:default|\{|\*)|\bimport\.meta", text, re.MULTILINE)


def test_every_sheet_is_in_one_bundle_at_most() -> None:
    parts = [part for parts in SHEETS.values() for part in parts]
    assert len(parts) == len(set(parts))
    assert all((STATIC / f"css/{part}.css").is_file() for part in parts)


def test_every_sheet_is_in_a_bundle_or_named_by_a_page() -> None:
    pages = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    named = {
        name
        for names in re.findall(r"styles\((.*?)\)", pages)
        for name in re.findall(r"'([\w-]+)'", names)
    }
    joined = {part for parts in SHEETS.values() for part in parts}
    sheets = {path.stem for path in (STATIC / "css").iterdir()}
    assert sheets == joined | named
