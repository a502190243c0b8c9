"""The files of the fonts: found, or made with their licences beside them.

A file's name carries a hash of what it is made from, so it can be cached for ever.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path
from typing import Any

from app.garbage import uncollected
from app.services.files import READABLE, replace_file, write_file
from app.services.operation.fonts.recipes import RECIPES, FontRecipe

# Records of the name table: copyright, family, trademark, licence, licence address.
_NAME_RECORDS = (0, 1, 7, 13, 14)


def ensure_fonts(directory: Path) -> None:
    """Make the fonts that are not in `directory` yet.

    That takes some seconds and happens once; several processes may do it at the same time. Raises
    FileNotFoundError when a package is not installed, OSError when `directory` cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with uncollected():
        for recipe in RECIPES:
            target = directory / font_name(recipe)
            if not target.is_file():
                _make(recipe, target)


def find_fonts(directory: Path) -> dict[FontRecipe, Path]:
    """The files that `ensure_fonts` makes; none while one of them is missing."""
    found = {recipe: directory / font_name(recipe) for recipe in RECIPES}
    return found if all(path.is_file() for path in found.values()) else {}


def font_name(recipe: FontRecipe) -> str:
    """The name of a font's file: it depends on its source and recipe."""
    source = recipe.source()
    # The size and first bytes hold the version and the tables' checksums: no need to read it all.
    with source.open("rb") as file:
        head = file.read(4096)
    size = str(source.stat().st_size).encode()
    digest = hashlib.sha256(head + size + recipe.fingerprint()).hexdigest()
    return f"{recipe.stem}-{digest[:12]}.woff2"


def licence_of(font: Path) -> Path:
    """Where the licence of a font's file lies."""
    return font.with_name(f"{font.stem}-LICENSE.txt")


def _make(recipe: FontRecipe, target: Path) -> None:
    with closing(recipe.make(recipe.source(), recipe.code_points())) as font:
        names = font["name"]
        write_file(licence_of(target), _licence(recipe, names).encode(), READABLE)
        names.names = [each for each in names.names if each.nameID in _NAME_RECORDS]
        font.flavor = "woff2"
        with replace_file(target, READABLE) as file:
            font.save(file)


def _licence(recipe: FontRecipe, names: Any) -> str:
    """Our pointer, and the font's own words from its name table."""
    lines = [
        f"This font is a subset of {Path(recipe.path).name}, converted to WOFF2 by Shortlist.",
        "It is under the SIL Open Font License 1.1, as is the font that it was made from:",
        "https://openfontlicense.org",
        "",
    ]
    lines += [text for record in _NAME_RECORDS if (text := names.getDebugName(record))]
    return "\n".join(lines) + "\n"
