"""The math font as a small WOFF2 of our own.

It is STIX Two Math, from an installed package.

MathML needs a font with an OpenType MATH table
(https://learn.microsoft.com/typography/opentype/spec/math). The package ziamath carries
`STIXTwoMath-Regular.ttf` under the SIL Open Font License 1.1, which allows a subset under the same
licence.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from copy import copy
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.services.files import READABLE, replace_file, write_file

_STEM = "stix-two-math"
# Raised when the subset below changes, so that a new file is made.
_SUBSET_VERSION = 6

# What formulas use: Latin, Greek, letter-like signs, arrows, operators, shapes, alphanumerics.
_RANGES = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x131, 0x131), (0x152, 0x153), (0x237, 0x237), (0x2C6, 0x2DD),
    (0x300, 0x338), (0x391, 0x3C9), (0x3D0, 0x3F6), (0x2010, 0x2064), (0x20AC, 0x20AC),
    (0x20D0, 0x20F0), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF),
    (0x2308, 0x230B),
    (0x231C, 0x2323), (0x23B0, 0x23B5), (0x23DC, 0x23E1),
    (0x24C7, 0x24C8), (0x25A0, 0x25FF), (0x2605, 0x2606), (0x263D, 0x2642), (0x2660, 0x266F),
    (0x2713, 0x2720), (0x27C0, 0x27FF), (0x2921, 0x2924),
    (0x2942, 0x2942), (0x2944, 0x2944), (0x2980, 0x2998),
    (0x29B8, 0x29CF), (0x29EB, 0x29FB), (0x2A00, 0x2AFF),
    (0x1D400, 0x1D7FF), (0xFE00, 0xFE00),
)  # fmt: skip
_FEATURES = ("ssty", "dtls", "flac", "ccmp", "mark", "mkmk", "kern")
_PRIMES = (0x2032, 0x2033, 0x2034, 0x2035, 0x2057)
# Of the MATH table, in font units: sup_drop and sub_drop of Computer Modern, but no drop for the
# letters with a descender; and the labels of long arrows, from which STIX keeps half an em.
_CONSTANTS = {
    "SuperscriptBaselineDropMax": 386,
    "SubscriptBaselineDropMin": 0,
    "StretchStackTopShiftUp": 480,
}
_JOINT = 150  # in font units, of which there are 1,000 in an em
# Accents to those that combine, whose wide forms STIX has.
_WIDE_ACCENTS = {0x2DC: 0x303, 0x2C7: 0x30C}
_STAR = 0x22C6
_STAR_SIZE = 0.7  # of \\star, which TeX draws small and STIX as large as \\bigstar
_ROOT = 0x221A
_ROOT_WIDTH = 660  # in font units, of every size of the root sign
_ROOT_SIZES = (0.52, 0.72)  # of two smaller ones, to the height of the font's own
# Records of the name table: copyright, family, trademark, licence, licence address.
_NAME_RECORDS = (0, 1, 7, 13, 14)


def ensure_math_font(directory: Path) -> Path:
    """Find or make the WOFF2 file of the math font.

    It lies in `directory`.

    Making it takes some seconds and happens once; several processes may do it at the same time.
    The file's name carries a hash of what it is made from, so it can be cached for ever. Raises
    FileNotFoundError when ziamath is not installed, OSError when `directory` cannot be written.
    """
    if (made := find_math_font(directory)) is not None:
        return made
    target = directory / math_font_name()
    directory.mkdir(parents=True, exist_ok=True)
    with closing(_subset(_source())) as font:
        licence = target.with_name(f"{target.stem}-LICENSE.txt")
        write_file(licence, _licence(font).encode(), READABLE)
        with replace_file(target, READABLE) as file:
            font.save(file)
    return target


def find_math_font(directory: Path) -> Path | None:
    """The file that `ensure_math_font` makes, or `None` when it has not been made."""
    path = directory / math_font_name()
    return path if path.is_file() else None


def math_font_name() -> str:
    """The name that `ensure_math_font` gives the file: it depends on the font and the subset."""
    source = _source()
    recipe = repr((_SUBSET_VERSION, _RANGES, _FEATURES, _CONSTANTS)).encode()
    # The size and first bytes hold the version and the tables' checksums: no need to read it all.
    with source.open("rb") as file:
        head = file.read(4096)
    size = str(source.stat().st_size).encode()
    return f"{_STEM}-{hashlib.sha256(head + size + recipe).hexdigest()[:12]}.woff2"


def _source() -> Path:
    # find_spec does not run ziamath, whose import takes longer than all else here.
    spec = find_spec("ziamath")
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / "fonts" / "STIXTwoMath-Regular.ttf"
        if path.is_file():
            return path
    raise FileNotFoundError("The math font is missing: install the package ziamath.")


def _subset(source: Path) -> Any:
    # fontTools is only imported when the font is made: once in an installation's life.
    from fontTools.subset import Options, Subsetter, load_font

    options = Options()
    options.flavor = "woff2"
    options.layout_features = list(_FEATURES)
    options.name_IDs = list(_NAME_RECORDS)
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "FFTM"]
    font = load_font(str(source), options, lazy=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[c for start, end in _RANGES for c in range(start, end + 1)])
    subsetter.subset(font)
    _join_parts(font["MATH"].table.MathVariants)
    _widen_accents(font)
    _fit_roots(font)
    _shrink_star(font)
    _place_like_tex(font["MATH"].table.MathConstants)
    _enlarge_primes(font)
    font.flavor = "woff2"
    return font


def _join_parts(variants: Any) -> None:
    """Let long arrows be put together from their parts.

    STIX gives the heads of its arrows no length on which the shaft may overlap them. Chromium then
    takes the parts for unfit and leaves the arrow short.
    """
    for construction in variants.HorizGlyphConstruction:
        parts = construction.GlyphAssembly.PartRecords if construction.GlyphAssembly else []
        for left, right in pairwise(parts):
            left.EndConnectorLength = left.EndConnectorLength or _JOINT
            right.StartConnectorLength = right.StartConnectorLength or _JOINT


def _widen_accents(font: Any) -> None:
    """Give the accents that stretch in browsers the wide forms of those that do not."""
    variants, names = font["MATH"].table.MathVariants, font.getBestCmap()
    found = dict(
        zip(variants.HorizGlyphCoverage.glyphs, variants.HorizGlyphConstruction, strict=True)
    )
    for character, combining in _WIDE_ACCENTS.items():
        pattern = found[names[combining]]
        construction = found[names[character]] = copy(pattern)
        first, *others = pattern.MathGlyphVariantRecord
        first = copy(first)
        first.VariantGlyph = names[character]
        construction.MathGlyphVariantRecord = [first, *others]
    glyphs = sorted(found, key=font.getGlyphID)
    variants.HorizGlyphCoverage.glyphs = glyphs
    variants.HorizGlyphConstruction = [found[name] for name in glyphs]
    variants.HorizGlyphCount = len(glyphs)


def _fit_roots(font: Any) -> None:
    """Give the root sign smaller sizes, and all its sizes one width.

    MathML Core hangs the sign from the bar above a root. TeX would centre what of it is too high;
    so STIX's smallest, made for TeX and 1.19 em high, hangs far below a line of text. And Chromium
    leaves as much room for every sign as the widest one would take, which here is half as wide
    again: a gap behind each root in a line.
    """
    glyphs, variants = font["glyf"], font["MATH"].table.MathVariants
    base = font.getBestCmap()[_ROOT]
    sizes = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(base)]
    records = sizes.MathGlyphVariantRecord
    parts = [part.glyph for part in sizes.GlyphAssembly.PartRecords]
    # The smallest keeps the name by which the character is found; its own shape gets a new one.
    full = f"{base}.full"
    shapes = {full: (base, 1.0)} | {
        f"{base}.small{number}": (base, size) for number, size in enumerate(_ROOT_SIZES)
    }
    smallest, *others = sorted(shapes, key=lambda name: shapes[name][1])
    drawn = {name: _scaled(font, *shapes[name]) for name in (smallest, *others)}
    drawn |= {
        name: _scaled(font, name, 1.0) for name in [r.VariantGlyph for r in records[1:]] + parts
    }
    drawn[base] = drawn.pop(smallest)
    font.setGlyphOrder(font.getGlyphOrder() + others)
    for name, glyph in drawn.items():
        glyphs[name] = glyph
        glyph.recalcBounds(glyphs)
        font["hmtx"][name] = (_ROOT_WIDTH, glyph.xMin)
    first = records[0]
    records[:1] = [_record(first, name, glyphs[name]) for name in (base, *others)]


def _shrink_star(font: Any) -> None:
    """Draw the star that is an operator smaller, around its centre."""
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    name = font.getBestCmap()[_STAR]
    old = font["glyf"][name]
    lift = (1 - _STAR_SIZE) * (old.yMin + old.yMax) / 2
    outlines = font.getGlyphSet()
    pen = TTGlyphPen(outlines)
    outlines[name].draw(TransformPen(pen, (_STAR_SIZE, 0, 0, _STAR_SIZE, 0, lift)))
    glyph = font["glyf"][name] = pen.glyph()
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (round(font["hmtx"][name][0] * _STAR_SIZE), glyph.xMin)


def _scaled(font: Any, name: str, height: float) -> Any:
    """A glyph drawn anew: as wide as all root signs, and of this part of its height."""
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    outlines = font.getGlyphSet()
    pen = TTGlyphPen(outlines)
    width = _ROOT_WIDTH / font["hmtx"][name][0]
    outlines[name].draw(TransformPen(pen, (width, 0, 0, height, 0, 0)))
    return pen.glyph()


def _record(pattern: Any, name: str, glyph: Any) -> Any:
    record = copy(pattern)
    record.VariantGlyph, record.AdvanceMeasurement = name, glyph.yMax - glyph.yMin + 1
    return record


def _place_like_tex(constants: Any) -> None:
    """Put scripts and labels where TeX does.

    TeX looks at the height of a base only when it is no single letter; browsers always do, with
    the font's amounts, so that the scripts of f and x, or x and y, stand at different heights.
    """
    for name, value in _CONSTANTS.items():
        getattr(constants, name).Value = value


def _enlarge_primes(font: Any) -> None:
    """Take the primes that STIX draws for scripts, where TeX puts all of them.

    Browsers do not ask for them by `ssty`, and the others become tiny there.
    """
    glyphs = set(font.getGlyphOrder())
    for table in font["cmap"].tables:
        for character in _PRIMES:
            script = f"{table.cmap.get(character)}.ssty"
            if script in glyphs:
                table.cmap[character] = script


def _licence(font: Any) -> str:
    """Our pointer, and the font's own words from its name table."""
    lines = [
        "This font is a subset of STIX Two Math, converted to WOFF2 by Shortlist. It is under the",
        "SIL Open Font License 1.1, as is the font that it was made from: https://openfontlicense.org",
        "",
    ]
    for record in _NAME_RECORDS:
        text = font["name"].getDebugName(record)
        if text:
            lines.append(text)
    return "\n".join(lines) + "\n"
