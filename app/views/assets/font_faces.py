"""What the style sheet says of our fonts.

A library user who never ran `shortlist serve` has none; then the reader's own fonts serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.services.operation.fonts.recipes import FontRecipe


def font_faces(urls: Mapping[FontRecipe, str]) -> str:
    """The rules `@font-face` of these fonts at their URLs."""
    return "".join(
        _face(recipe, family, unicode_range(ranges) if ranges else "", url)
        for recipe, url in urls.items()
        for family, ranges in recipe.uses
    )


def unicode_range(ranges: Iterable[tuple[int, int]]) -> str:
    """Ranges of characters as CSS writes them: `U+20-7E,U+A0`."""
    return ",".join(
        f"U+{start:X}" if start == end else f"U+{start:X}-{end:X}" for start, end in ranges
    )


def _face(recipe: FontRecipe, family: str, characters: str, url: str) -> str:
    # "swap": a text can be read at once; pages load the fonts that they need early (base.html), and
    # what stands there before has their measures (fonts.css).
    rules = [
        f'font-family:"{family}"',
        f"font-style:{recipe.style}",
        f"font-weight:{recipe.weight}",
        "font-display:swap",
        f'src:url("{url}") format("woff2")',
    ]
    if characters:
        rules.append(f"unicode-range:{characters}")
    return f"@font-face{{{';'.join(rules)}}}\n"
