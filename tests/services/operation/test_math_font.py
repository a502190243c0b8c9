"""The math font is made once, small, and with what formulas need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from app.services.operation.math_font import ensure_math_font, math_font_name


@pytest.fixture(scope="module")
def font_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_math_font(tmp_path_factory.mktemp("fonts") / "new")


def test_font_is_small_and_has_its_math_table(font_file: Path) -> None:
    assert font_file.name == math_font_name()
    assert font_file.stat().st_size < 250_000
    font = TTFont(font_file)
    assert font.flavor == "woff2"
    assert font["MATH"].table.MathConstants is not None
    features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert {"ssty", "dtls", "flac"} <= features
    glyphs = font.getBestCmap()
    assert all(ord(c) in glyphs for c in "aZ0αΩ∑∫√≤→⇒⟨⌊𝔼𝒪𝐱∂∇ℝ⏞±×·…")
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


def test_licence_stands_beside_it(font_file: Path) -> None:
    text = font_file.with_name(f"{font_file.stem}-LICENSE.txt").read_text()
    assert "SIL Open Font License" in text
    assert "STIX Fonts Project Authors" in text
    assert {path.suffix for path in font_file.parent.iterdir()} == {".txt", ".woff2"}


def test_a_font_that_is_there_is_kept(font_file: Path) -> None:
    before = font_file.stat()
    assert ensure_math_font(font_file.parent) == font_file
    assert font_file.stat().st_mtime_ns == before.st_mtime_ns


def test_nothing_heavy_is_imported_when_it_is_there(font_file: Path) -> None:
    code = (
        "import sys, pathlib; from app.services.operation.math_font import ensure_math_font;"
        f"ensure_math_font(pathlib.Path({str(font_file.parent)!r}));"
        "print([m for m in ('fontTools', 'ziamath') if m in sys.modules])"
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
