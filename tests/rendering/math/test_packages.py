"""Chemistry, quantities and diagrams become TeX that math-core knows, and MathML."""

from __future__ import annotations

import re

import pytest

from app.rendering.math.conversion import to_mathml
from app.rendering.math.shim import shim
from app.rendering.math.tex.packages.chemistry import MAX_DEPTH


def letters(tex: str) -> str:
    """The characters that a formula shows, in their order."""
    formula = to_mathml(tex, False)
    assert formula.problem is None, formula.problem
    shown = re.sub(r"<annotation.*?</annotation>", "", formula.html)
    return re.sub(r"\s", "", re.sub(r"<[^>]*>", "", shown))


# From the manual of mhchem.
CHEMISTRY = [
    ("H2O", r"{\mathrm{H}_{2}\mathrm{O}}"),
    ("H+", r"{\mathrm{H}^{+}}"),
    ("CrO4^2-", r"{\mathrm{CrO}_{4}^{2{-}}}"),
    ("[AgCl2]-", r"{[\mathrm{AgCl}_{2}]^{-}}"),
    ("Y^99+", r"{\mathrm{Y}^{99{+}}}"),
    ("2H2O", r"{2\,\mathrm{H}_{2}\mathrm{O}}"),
    ("1/2 H2O", r"{\tfrac{1}{2}\,\mathrm{H}_{2}\mathrm{O}}"),
    ("^227_90Th+", r"{{}^{227}_{90}\mathrm{Th}^{+}}"),
    ("^0_-1n-", r"{{}^{0}_{{-}1}\mathrm{n}^{-}}"),
    ("H{}^3HO", r"{\mathrm{H}{}^{3}\mathrm{HO}}"),
    ("A ->[H2O] B", r"{\mathrm{A}\xrightarrow{\mathrm{H}_{2}\mathrm{O}}\mathrm{B}}"),
    ("A ->[$x$][$x_i$] B", r"{\mathrm{A}\xrightarrow[{{x_i}}]{{x}}\mathrm{B}}"),
    ("A <=> B", r"{\mathrm{A} \rightleftharpoons \mathrm{B}}"),
    ("[\\{(X2)3\\}2]^3+", r"{[\{(\mathrm{X}_{2})_{3}\}_{2}]^{3{+}}}"),
    ("CO3^2-_{(aq)}", r"{\mathrm{CO}_{3}^{2{-}}{}_{(\mathrm{aq})}}"),
    ("NO_x", r"{\mathrm{NO}_{x}}"),
    ("\\mu-Cl", r"{\mathrm{\mu }{-}\mathrm{Cl}}"),
    ("\\beta +", r"{\mathrm{\beta }^{+}}"),
    ("$cis${-}[PtCl2]", r"{{cis}\text{-}[\mathrm{PtCl}_{2}]}"),
    ("{Gluconic Acid} + H2O2", r"{\text{Gluconic Acid} + \mathrm{H}_{2}\mathrm{O}_{2}}"),
    ("A-B=C#D", r"{\mathrm{A}{-}\mathrm{B}{=}\mathrm{C}{\equiv}\mathrm{D}}"),
    ("A\\bond{~-}B", r"{\mathrm{A}{\simeq}\mathrm{B}}"),
    ("KCr(SO4)2*12H2O", r"{\mathrm{KCr}(\mathrm{SO}_{4})_{2}{\cdot}12\,\mathrm{H}_{2}\mathrm{O}}"),
    (
        "Fe^{II}Fe^{III}2O4",
        r"{\mathrm{Fe}^{\mathrm{II}}\mathrm{Fe}^{\mathrm{III}}_{2}\mathrm{O}_{4}}",
    ),
    ("OCO^{.-}", r"{\mathrm{OCO}^{{\bullet}{-}}}"),
    ("$V$'_{Li,x}", r"{{V}^{\prime }_{\mathrm{Li},x}}"),
    ("V_{C,0.8}", r"{\mathrm{V}_{\mathrm{C},0.8}}"),
    ("A - B \\pm C", r"{\mathrm{A} - \mathrm{B} \pm \mathrm{C}}"),
    ("B ^ + BaSO4 v", r"{\mathrm{B}\ {\uparrow} + \mathrm{BaSO}_{4}\ {\downarrow}}"),
    ("2OH-(aq)", r"{2\,\mathrm{OH}^{-}\,{(}\mathrm{aq}{)}}"),
    ("1s^2-N", r"{1\,\mathrm{s}^{2}{-}\mathrm{N}}"),
]


@pytest.mark.parametrize(("written", "tex"), CHEMISTRY, ids=[pair[0] for pair in CHEMISTRY])
def test_chemistry(written: str, tex: str) -> None:
    formula = f"\\ce{{{written}}}"
    assert shim(formula, False).tex == tex
    assert to_mathml(formula, True).problem is None


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        ("\\ce{A ->[B}", "never closed"),
        ("\\ce{A $x}", "never closed"),
        ("\\ce{\\bond{x}}", "not known"),
        ("\\ce{" + "->[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2) + "}", "too deeply"),
    ],
)
def test_chemistry_that_is_wrong(tex: str, reason: str) -> None:
    assert reason in str(to_mathml(tex, False).problem)


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        ("\\num{12345.67891}", "12345.67891"),
        ("\\num{1.23(4)e5}", "1.23(4)×105"),
        ("\\num{1.2+-0.1e3}", "(1.2±0.1)×103"),
        ("\\num{-e10}", "−1010"),
        ("\\num{<=5}", "≤5"),
        ("\\complexnum{1+2i}", "1+2i"),
        ("\\complexnum{12345-i}", "12345−i"),
        ("\\complexnum{1e5i}", "1×105i"),
        ("\\complexnum{-.5+2e3j}", "−0.5+2×103i"),
        ("\\complexnum{1 + i2}", "1+2i"),
        ("\\numrange{10}{20}", "10to20"),
        ("\\numlist{10;20;30}", "10,20,and30"),
        ("\\numproduct{10 x 30}", "10×30"),
        ("\\qtyrange{1}{2}{\\m}", "1mto2m"),
        ("\\SIrange{1}{2}{\\metre}", "1mto2m"),
        ("\\qtylist{0.1;0.2}{\\milli\\metre}", "0.1mmand0.2mm"),
        ("\\qtyproduct{1 x 2}{\\m}", "1m×2m"),
        ("\\qty{8.02}{days}", "8.02days"),
        ("\\qty{1.5}{J.mol^{-1}}", "1.5Jmol−1"),
        ("\\SI{9.81}{m/s^2}", "9.81m/s2"),
        ("\\unit{\\kilogram\\metre\\per\\square\\second}", "kgms−2"),
        ("\\qty[per-mode=symbol]{5}{\\metre\\per\\second}", "5m/s"),
        ("\\unit[per-mode=fraction]{\\kg\\per\\m}", "kgm"),
        ("\\unit[per-mode=symbol]{\\joule\\per\\mole\\per\\kelvin}", "J/(molK)"),
        ("\\SI[separate-uncertainty=true]{1.23(4)}{\\m}", "(1.23±0.04)m"),
        ("\\SI[exponent-product=\\cdot]{1e5}{Hz}", "1⋅105Hz"),
        ("\\SI{5}{\\uA} \\SI{3}{\\GeV} \\SI{4}{\\kilo\\ohm}", "5μA3GeV4kΩ"),
        ("\\SI{100}{\\mu m} \\qty{20}{\\degreeCelsius}", "100μm20∘C"),
        ("\\qty{1.99}[\\$]{\\per\\kilogram}", "$1.99kg−1"),
        ("\\unit{\\kilogram\\of{metal}}", "kgmetal"),
        ("\\ang{1;2;3} \\ang{12.3}", "1∘2′3″12.3∘"),
        ("\\ang x", "∠x"),
        ("\\pu{1,2e3 kJ*mol-1}", "1,2⋅103kJ⋅mol−1"),
        ("\\qty(x) \\qty[y] \\qty{z}", "(x)[y]{z}"),
        ("\\SI{n}{\\bit} \\SI{5}{} \\SI{}{\\m}", "nbit5m"),
    ],
)
def test_quantities(tex: str, shown: str) -> None:
    assert letters(tex).replace("′′", "″") == shown


def test_diagrams() -> None:
    square = "A @>f>> B \\\\ @VgVV @VVhV \\\\ C @>>k> D"
    assert letters(f"\\begin{{CD}} {square} \\end{{CD}}").replace("→", "").startswith("AfB")
    table = shim("\\begin{CD}A @= B @. C\\\\ @| @. @AAaA\\end{CD}", True).tex
    first, second = table.split("\\\\ ")
    assert first.startswith("\\begin{array}{ccccc}{A}&\\mathrel{=")
    assert first.endswith("&{B}& &{C}")
    assert second.startswith("\\Big\\|& & & &")
    assert "\\Big\\uparrow" in second
    for wrong in ("A @>f> B", "A @xaxx B", "@"):
        assert to_mathml(f"\\begin{{CD}}{wrong}\\end{{CD}}", True).problem is not None
