"""The pairs of files that show each feature of the dialect."""

from __future__ import annotations

import re
from pathlib import Path

from app.rendering import render

CASES = sorted((Path(__file__).parents[2] / "rendering/cases").glob("*.md"))
MATH = re.compile(r"<math[^>]*>.*?<annotation[^>]*>(.*?)</annotation>.*?</math>", re.DOTALL)
BLOCK = re.compile(
    r"(</(?:li|p|blockquote|tr|thead|dt|dd)>|<(?:ul|ol|dl|table|thead|tbody|section)[^>]*>)(?=<)"
)


def shorten_html(source: str) -> str:
    """Returns the HTML of a source, formulas shortened, a line for each block."""
    html = render(source, site_url="https://shortlist.example", id_prefix="s1-").html
    return BLOCK.sub(r"\1\n", MATH.sub(r"<math>\1</math>", html)) + "\n"
