"""The math font: STIX Two Math with what formulas need, and placed like TeX.

MathML needs a font with an OpenType MATH table
(https://learn.microsoft.com/typography/opentype/spec/math).
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from itertools import pairwise
from pathlib import Path
from typing import Any

_FEATURES = ("dtls", "flac")
# Of the whole font. The shapes for scripts, of which only Firefox makes use, would double the small
# one; kerning matters in words only.
_SCRIPT_SHAPES = "ssty"
_MORE_FEATURES = (_SCRIPT_SHAPES, "ccmp", "mark", "mkmk", "kern")
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


def make_math_font(source: Path, characters: Iterable[int], *, whole: bool) -> Any:
    """The font with these characters alone; `whole` keeps all that formulas can make use of."""
    # fontTools is only imported when the font is made: once in an installation's life.
    from fontTools.subset import Options, Subsetter, load_font

    options = Options()
    options.layout_features = [*_FEATURES, *(_MORE_FEATURES if whole else ())]
    options.name_IDs = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "FFTM"]
    font = load_font(str(source), options, lazy=True)
    subsetter = Subsetter(options)
    names = font.getBestCmap()
    primes = [f"{names[each]}.{_SCRIPT_SHAPES}" for each in _PRIMES]
    subsetter.populate(
        unicodes=characters, glyphs=[each for each in primes if each in font.getReverseGlyphMap()]
    )
    subsetter.subset(font)
    _join_parts(font["MATH"].table.MathVariants)
    _widen_accents(font)
    _fit_roots(font)
    _shrink_star(font)
    _place_like_tex(font["MATH"].table.MathConstants)
    _enlarge_primes(font)
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
