"""Which fonts there are, of which packages they are made, and what is in each.

Each face is two files: a small one with what most pages need, and one with the rest, which browsers
load for the characters that it is for (CSS Fonts, `unicode-range`). Both packages carry fonts under
the SIL Open Font License 1.1, which allows a subset under the same licence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.services.operation.fonts.math_font import make_math_font
from app.services.operation.fonts.text_font import make_text_font

MATH, WHOLE_MATH, TEXT = "STIX Two Math", "STIX Two Math Whole", "Shortlist Text"
# Raised when what is made changes though the characters do not.
_VERSION = 7

Ranges = tuple[tuple[int, int], ...]

# What formulas use: Latin, Greek, letter-like signs, arrows, operators, shapes, alphanumerics.
_ALL_MATH: Ranges = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x131, 0x131), (0x152, 0x153), (0x237, 0x237), (0x2C6, 0x2DD),
    (0x300, 0x338), (0x391, 0x3C9), (0x3D0, 0x3F6), (0x2010, 0x2064), (0x20AC, 0x20AC),
    (0x20D0, 0x20F0), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2308, 0x230B),
    (0x231C, 0x2323), (0x23B0, 0x23B5), (0x23DC, 0x23E1), (0x24C7, 0x24C8), (0x25A0, 0x25FF),
    (0x2605, 0x2606), (0x263D, 0x2642), (0x2660, 0x266F), (0x2713, 0x2720), (0x27C0, 0x27FF),
    (0x2921, 0x2924), (0x2942, 0x2942), (0x2944, 0x2944), (0x2980, 0x2998), (0x29B8, 0x29CF),
    (0x29EB, 0x29FB), (0x2A00, 0x2AFF), (0x1D400, 0x1D7FF), (0xFE00, 0xFE00),
)  # fmt: skip
# What the texts of machine learning and its neighbours use often. Italic, bold, calligraphic
# capitals, double-struck capitals: \mathbf, \mathcal, \mathbb. What stretches is here as far as it
# is common; `app.rendering.math.signs` lists the rest of that. Letters
# are here as they are written, too: browsers look for these before they take the italic ones.
_SMALL_MATH: Ranges = (
    (0x20, 0x7E), (0xA0, 0xA0), (0xAC, 0xAC), (0xAF, 0xB1), (0xB5, 0xB5), (0xB7, 0xB7),
    (0xD7, 0xD7), (0xF7, 0xF7), (0x2C6, 0x2C7), (0x2D9, 0x2D9), (0x2DC, 0x2DC), (0x302, 0x304),
    (0x30C, 0x30C), (0x393, 0x3C9), (0x3D1, 0x3D1), (0x3D5, 0x3D5), (0x3F5, 0x3F5),
    (0x2013, 0x2014), (0x2016, 0x2016), (0x2018, 0x201D), (0x2026, 0x2026), (0x2032, 0x2034),
    (0x203E, 0x203E), (0x2061, 0x2064), (0x2102, 0x2102), (0x210B, 0x2113), (0x2115, 0x2115),
    (0x2119, 0x211D), (0x2124, 0x2124), (0x212C, 0x212C), (0x2130, 0x2131), (0x2133, 0x2133),
    (0x2190, 0x2194), (0x21A6, 0x21A6), (0x21D0, 0x21D4), (0x2200, 0x2209), (0x220B, 0x220B),
    (0x220F, 0x221A), (0x221D, 0x221E), (0x2223, 0x222B), (0x222E, 0x222E), (0x2236, 0x223C),
    (0x2243, 0x2248), (0x2260, 0x2265), (0x226A, 0x226B), (0x2272, 0x2273), (0x227A, 0x227B),
    (0x2282, 0x2287), (0x2295, 0x2299), (0x22A2, 0x22A5), (0x22C2, 0x22C6), (0x22EE, 0x22F1),
    (0x2308, 0x230B), (0x23DE, 0x23DF), (0x25A0, 0x25A0), (0x2605, 0x2605), (0x27E8, 0x27E9),
    (0x27F5, 0x27FA), (0x1D400, 0x1D467), (0x1D49C, 0x1D4B5), (0x1D53B, 0x1D53D),
    (0x1D540, 0x1D541), (0x1D54A, 0x1D54A), (0x1D6FC, 0x1D71B), (0x1D7D9, 0x1D7D9),
    (0xFE00, 0xFE00),
)  # fmt: skip
# Latin of western Europe and its marks; then more Latin, Greek, Cyrillic, and rarer marks.
_SMALL_TEXT: Ranges = (
    (0x20, 0x7E), (0xA0, 0xA1), (0xA3, 0xA3), (0xA7, 0xA7), (0xA9, 0xA9), (0xAB, 0xAB),
    (0xAE, 0xAE), (0xB0, 0xB1), (0xB4, 0xB7), (0xBB, 0xBB), (0xBF, 0xFF), (0x2013, 0x2014),
    (0x2018, 0x201A), (0x201C, 0x201E), (0x2022, 0x2022), (0x2026, 0x2026), (0x2212, 0x2212),
)  # fmt: skip
_MORE_TEXT: Ranges = (
    (0xA2, 0xA2), (0xA4, 0xA6), (0xA8, 0xA8), (0xAA, 0xAA), (0xAF, 0xAF), (0xB2, 0xB3),
    (0xB8, 0xBA), (0xBC, 0xBE), (0x100, 0x17F), (0x18F, 0x192), (0x1A0, 0x1A1),
    (0x1AF, 0x1B0), (0x1CD, 0x1DC), (0x1E6, 0x1E7), (0x1FA, 0x1FF), (0x218, 0x21B), (0x2BC, 0x2BC),
    (0x2C6, 0x2C7), (0x2D8, 0x2DD), (0x300, 0x304), (0x306, 0x30C), (0x323, 0x323),
    (0x384, 0x3CE), (0x400, 0x45F), (0x490, 0x491), (0x1E80, 0x1E85), (0x1EA0, 0x1EF9),
    (0x2010, 0x2012), (0x2015, 0x2015), (0x2020, 0x2021), (0x2030, 0x2030), (0x2032, 0x2033),
    (0x2039, 0x203A), (0x2044, 0x2044), (0x2070, 0x2070), (0x2074, 0x2079), (0x2080, 0x2089),
    (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2122, 0x2122), (0x2248, 0x2248), (0x2260, 0x2260),
    (0x2264, 0x2265),
)  # fmt: skip


@dataclass(frozen=True)
class FontRecipe:
    """How one file is made, and what style sheets say of it.

    Attributes:
        stem: what its name begins with.
        package, path: the installed package with its source, and where the source lies there.
        characters: what it contains.
        make: makes the font of its source and characters.
        uses: the families that it is a face of, each with the characters that it is loaded for;
            None for all.
        style, weight: as `@font-face` has them.
    """

    stem: str
    package: str
    path: str
    characters: Ranges
    make: Callable[[Path, Iterable[int]], Any]
    uses: tuple[tuple[str, Ranges | None], ...]
    style: str = "normal"
    weight: str = "400"

    def source(self) -> Path:
        """Where the font lies that it is made of.

        Raises:
            FileNotFoundError: when the package is not installed.
        """
        # find_spec does not run the package: ziamath's import takes longer than all else here.
        spec = find_spec(self.package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            path = Path(place) / self.path
            if path.is_file():
                return path
        raise FileNotFoundError(f"A font is missing: install the package {self.package}.")

    def code_points(self) -> list[int]:
        return sorted(_code_points(self.characters))

    def fingerprint(self) -> bytes:
        """What decides which file is made, but for its source."""
        return repr((_VERSION, self.stem, self.characters)).encode()


def _code_points(ranges: Ranges) -> set[int]:
    return {each for start, end in ranges for each in range(start, end + 1)}


def _without(ranges: Ranges, others: Ranges) -> Ranges:
    left = sorted(_code_points(ranges) - _code_points(others))
    breaks = [at for at, (one, other) in enumerate(pairwise(left), 1) if other > one + 1]
    return tuple(
        (left[start], left[end - 1])
        for start, end in zip([0, *breaks], [*breaks, len(left)], strict=True)
    )


_STIX = ("ziamath", "fonts/STIXTwoMath-Regular.ttf")
_SERIF = ("fontpkg_source_serif_4", "files/SourceSerif4[opsz,wght].ttf")
_SERIF_ITALIC = ("fontpkg_source_serif_4", "files/SourceSerif4-Italic[opsz,wght].ttf")
_REST_OF_MATH = _without(_ALL_MATH, _SMALL_MATH)
_UPRIGHT = partial(make_text_font, bold=True)
_ITALIC = partial(make_text_font, bold=False)
# Those that pages load beforehand: what a reader sees first.
SMALL_TEXT = FontRecipe(
    "text", *_SERIF, _SMALL_TEXT, _UPRIGHT, ((TEXT, _SMALL_TEXT),), weight="400 700"
)
SMALL_MATH = FontRecipe(
    "math", *_STIX, _SMALL_MATH, partial(make_math_font, whole=False), ((MATH, _SMALL_MATH),)
)
RECIPES: tuple[FontRecipe, ...] = (
    SMALL_TEXT,
    FontRecipe("text-more", *_SERIF, _MORE_TEXT, _UPRIGHT, ((TEXT, _MORE_TEXT),), weight="400 700"),
    FontRecipe(
        "text-italic", *_SERIF_ITALIC, _SMALL_TEXT, _ITALIC, ((TEXT, _SMALL_TEXT),), "italic"
    ),
    FontRecipe(
        "text-italic-more", *_SERIF_ITALIC, _MORE_TEXT, _ITALIC, ((TEXT, _MORE_TEXT),), "italic"
    ),
    SMALL_MATH,
    FontRecipe(
        "math-whole",
        *_STIX,
        _ALL_MATH,
        partial(make_math_font, whole=True),
        ((MATH, _REST_OF_MATH), (WHOLE_MATH, None)),
    ),
)
