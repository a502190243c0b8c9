"""The text face: Source Serif 4 at the size of text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

OPTICAL_SIZE = 16  # points, of 8 to 60
REGULAR, BOLD = 400, 700
_FEATURES = ("kern", "liga")
# The Open Font License reserves the name "Source" for the font as it is.
_NAME = "Shortlist Text"


def make_text_font(source: Path, characters: Iterable[int], *, bold: bool) -> Any:
    """The face with these characters alone; `bold` keeps all weights from regular to bold."""
    # fontTools is only imported when the font is made: once in an installation's life.
    from fontTools.subset import Options, Subsetter, load_font
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options()
    options.layout_features = list(_FEATURES)
    options.name_IDs = ["*"]
    options.hinting = False
    font = load_font(str(source), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    weight = (REGULAR, BOLD) if bold else REGULAR
    instantiateVariableFont(font, {"opsz": OPTICAL_SIZE, "wght": weight}, inplace=True)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = _NAME
    return font
