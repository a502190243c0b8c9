"""The fonts are made once, small, and with what texts need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from app.rendering.math.signs import WHOLE_FONT_SIGNS
from app.services.operation.fonts.files import ensure_fonts, find_fonts, licence_of
from app.services.operation.fonts.recipes import RECIPES, SMALL_MATH
from tests.helpers.running import provide_fonts

WHOLE_MATH = next(recipe for recipe in RECIPES if recipe.stem == "math-whole")
# Of the fonts that most pages with formulas load, in bytes.
MOST_BYTES = 88_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("made")
    provide_fonts(data_dir)
    return data_dir / "fonts"


@pytest.fixture(params=[SMALL_MATH, WHOLE_MATH], ids=["small", "whole"])
def font_file(folder: Path, request: pytest.FixtureRequest) -> Path:
    return find_fonts(folder)[request.param]


def stretching(path: Path) -> set[str]:
    """The characters of a math font that have larger forms."""
    font = TTFont(path)
    variants = font["MATH"].table.MathVariants
    glyphs = {*variants.VertGlyphCoverage.glyphs, *variants.HorizGlyphCoverage.glyphs}
    found = {chr(code) for code, name in font.getBestCmap().items() if name in glyphs}
    font.close()
    return found


@pytest.mark.slow
def test_what_a_first_page_loads_is_small(folder: Path) -> None:
    sizes = {recipe.stem: path.stat().st_size for recipe, path in find_fonts(folder).items()}
    assert sizes["text"] + sizes["text-italic"] + sizes["math"] < MOST_BYTES
    assert sizes["math-whole"] < 250_000


def test_math_fonts_have_their_math_table(folder: Path) -> None:
    fonts = find_fonts(folder)
    for recipe, features, characters in (
        (SMALL_MATH, {"dtls", "flac"}, "aZ0Ω∑∫√≤→⇒⟨⌊𝔼ℝ𝐱∂∇𝛼𝜀⏞±×·…"),
        (WHOLE_MATH, {"ssty", "dtls", "flac"}, "aZ0αΩ∑∫√≤→⇒⟨⌊𝔼𝒪𝐱∂∇ℝ⏞±×·…𝔤⨁"),
    ):
        font = TTFont(fonts[recipe])
        assert font.flavor == "woff2"
        assert font["MATH"].table.MathConstants is not None
        found = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
        assert features <= found
        assert all(ord(character) in font.getBestCmap() for character in characters)
        font.close()


def test_formulas_name_the_whole_font_for_what_stretches_there_alone(folder: Path) -> None:
    fonts = find_fonts(folder)
    small = TTFont(fonts[SMALL_MATH])
    in_small = {chr(code) for code in small.getBestCmap()}
    small.close()
    whole = stretching(fonts[WHOLE_MATH])
    assert whole - in_small == WHOLE_FONT_SIGNS
    assert whole & in_small == stretching(fonts[SMALL_MATH])


def test_primes_are_as_large_in_both(folder: Path) -> None:
    widths = set()
    for recipe in (SMALL_MATH, WHOLE_MATH):
        font = TTFont(find_fonts(folder)[recipe])
        widths.add(font["hmtx"][font.getBestCmap()[ord("′")]][0])
        font.close()
    assert len(widths) == 1


def test_faces_share_out_their_characters() -> None:
    for style, family in (("normal", "Shortlist Text"), ("italic", "Shortlist Text")):
        seen: set[int] = set()
        for recipe in RECIPES:
            for name, ranges in recipe.uses:
                if (recipe.style, name) == (style, family) and ranges:
                    codes = {code for start, end in ranges for code in range(start, end + 1)}
                    assert not codes & seen
                    seen |= codes
        assert {ord(each) for each in "aZéÉłŠπж…’→"} - seen == {ord("→")}


@pytest.mark.slow
def test_the_text_face_is_bold_where_it_is_upright_and_bears_a_name_of_its_own(
    folder: Path,
) -> None:
    for recipe, path in find_fonts(folder).items():
        if not recipe.stem.startswith("text"):
            continue
        font = TTFont(path)
        axes = (
            {axis.axisTag: (axis.minValue, axis.maxValue) for axis in font["fvar"].axes}
            if ("fvar" in font)
            else {}
        )
        assert axes == ({"wght": (400, 700)} if recipe.style == "normal" else {})
        assert font["name"].getDebugName(1) == "Shortlist Text"
        font.close()


def test_root_signs_are_of_one_width_and_begin_small(font_file: Path) -> None:
    font = TTFont(font_file)
    variants = font["MATH"].table.MathVariants
    sign = font.getBestCmap()[ord("√")]
    sizes = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(sign)]
    names = [record.VariantGlyph for record in sizes.MathGlyphVariantRecord]
    heights = [record.AdvanceMeasurement for record in sizes.MathGlyphVariantRecord]
    assert names[0] == sign
    assert heights == sorted(heights)
    assert heights[0] < 650 < heights[-1]
    names += [part.glyph for part in sizes.GlyphAssembly.PartRecords]
    assert {font["hmtx"][name][0] for name in names} == {660}
    font.close()


def test_accents_that_stretch_have_wide_forms(font_file: Path) -> None:
    font = TTFont(font_file)
    variants, names = font["MATH"].table.MathVariants, font.getBestCmap()
    order = [font.getGlyphID(name) for name in variants.HorizGlyphCoverage.glyphs]
    assert order == sorted(order)
    for accent in "˜ˇ":
        place = variants.HorizGlyphCoverage.glyphs.index(names[ord(accent)])
        sizes = variants.HorizGlyphConstruction[place].MathGlyphVariantRecord
        assert sizes[0].VariantGlyph == names[ord(accent)]
        assert sizes[-1].AdvanceMeasurement > 2000
    font.close()


def test_the_star_of_an_operator_is_small(font_file: Path) -> None:
    font = TTFont(font_file)
    glyphs, names = font["glyf"], font.getBestCmap()
    star, big = glyphs[names[ord("⋆")]], glyphs[names[ord("★")]]
    assert star.xMax - star.xMin < 0.65 * (big.xMax - big.xMin)
    assert font["hmtx"][names[ord("⋆")]][0] > star.xMax
    font.close()


def test_licences_stand_beside_them(folder: Path) -> None:
    for recipe, path in find_fonts(folder).items():
        text = licence_of(path).read_text()
        assert "SIL Open Font License" in text
        assert ("STIX" if "math" in recipe.stem else "Adobe") in text
    assert {path.suffix for path in folder.iterdir()} == {".txt", ".woff2"}


def test_fonts_that_are_there_are_kept_and_one_that_is_missing_is_made(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in find_fonts(folder).values()}
    gone = find_fonts(folder)[SMALL_MATH]
    gone.unlink()
    assert find_fonts(folder) == {}
    ensure_fonts(folder)
    after = {path: path.stat().st_mtime_ns for path in find_fonts(folder).values()}
    assert {path for path in before if before[path] != after[path]} == {gone}


def test_nothing_heavy_is_imported_when_they_are_there(folder: Path) -> None:
    code = (
        "import sys, pathlib; from app.services.operation.fonts.files import ensure_fonts;"
        f"ensure_fonts(pathlib.Path({str(folder)!r}));"
        "print([m for m in ('fontTools', 'ziamath', 'fontpkg') if m in sys.modules])"
    )
    root = Path(__file__).parents[4]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
