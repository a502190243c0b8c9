"""Templates import what they use, and their texts have curly apostrophes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
IMPORT = re.compile(r'\{% from "[^"]+" import ([^%]+?) %\}')
CODE = re.compile(r"\{[{%#].*?[#%}]\}|<[^>]*>", re.DOTALL)
STRAIGHT = re.compile(r"\w'(?:s|t|re|ve|ll|d)\b")


def unused(text: str) -> list[str]:
    """Names that a template imports and does not use."""
    rest = IMPORT.sub("", text)
    imported = [found.removesuffix(" with context") for found in IMPORT.findall(text)]
    names = [name.split()[-1] for found in imported for name in found.split(",")]
    return [name for name in names if not re.search(rf"\b{name}\b", rest)]


def straight(text: str) -> list[str]:
    """Straight apostrophes in what readers see."""
    return STRAIGHT.findall(CODE.sub("", text))


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates(path: Path) -> None:
    text = path.read_text("utf-8")
    assert unused(text) == []
    assert straight(text) == []


def test_what_is_found() -> None:
    text = "{% from \"a.html\" import one, two as other %}{{ one('it's') }} we'll"
    assert unused(text) == ["other"]
    assert straight(text) == ["e'll"]
