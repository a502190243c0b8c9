"""Formulas become MathML that is safe, well-formed and never takes the process along."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from app.rendering.math.conversion import MAX_TEX_BYTES, to_mathml
from app.rendering.math.mathml import MathmlError, sanitize
from app.rendering.math.tex.colours import colour_class
from app.rendering.math.tex.macros import Macros
from tests.helpers.samples.tex import ELEMENTS
from tests.helpers.waiting import SAFETY

ROOT = Path(__file__).parents[3]
EXPRESSIONS = (Path(__file__).parent / "formulas.txt").read_text().splitlines()
CSS = (ROOT / "static/css/math.css").read_text()


def tree(tex: str, display: bool = True) -> Element:
    formula = to_mathml(tex, display)
    assert formula.problem is None
    return fromstring(formula.html)


def shown(tex: str, display: bool = True) -> str:
    """The formula without its annotation."""
    return re.sub(r"<annotation.*?</annotation>", "", to_mathml(tex, display).html)


@pytest.mark.parametrize("tex", EXPRESSIONS)
def test_expressions_of_real_notes(tex: str) -> None:
    for display in (True, False):
        root = tree(tex.replace("\\n", "\n") if tex.startswith("%") else tex, display)
        for node in root.iter():
            assert node.tag in ELEMENTS
            assert not {"style", "id", "onclick"} & set(node.attrib)
            for name in node.get("class", "").split():
                assert name == "tex-ink" or f".{name}" in CSS, f"{name} has no rule"
        text = "".join(part for node in root.iter("mtext") for part in node.itertext())
        assert "\ue000" not in text


def test_no_style_of_math_core_is_lost() -> None:
    from app.rendering.math import mathml
    from app.rendering.math.conversion import _convert
    from app.rendering.math.shim import shim

    for tex in EXPRESSIONS:
        for style in re.findall(
            ' style="([^"]*)"', _convert(shim(Macros().expand(tex), True).tex, True)
        ):
            for declaration in filter(None, style.split(";")):
                name, _, value = (part.strip() for part in declaration.partition(":"))
                known = f"{name}:{value}" in mathml._STYLES or name in (
                    "color",
                    "margin-left",
                    "width",
                )
                assert known, declaration


def test_the_source_stands_beside_it() -> None:
    root = tree("a < b & c")
    annotation = root.find(".//annotation")
    assert annotation is not None
    assert annotation.get("encoding") == "application/x-tex"
    assert annotation.text == "a < b & c"


def test_display_and_inline() -> None:
    assert to_mathml("x", True).html.startswith('<span class="math-block"><math display="block">')
    assert to_mathml("x", False).html.startswith("<math><semantics>")


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("\\cancel{x}", '<mrow class="tex-up">'),
        ("\\boxed{x}", '<mrow class="tex-box">'),
        ("\\textcolor{#ff0000}{x}", '<mrow class="tex-red"><mi>x</mi></mrow>'),
        ("\\color{blue} x", '<mrow class="tex-blue"><mi>x</mi></mrow>'),
        ("\\large x", '<mrow class="tex-large"><mi>x</mi></mrow>'),
        ("x\\tag{3a}", "<mtext>(3a)</mtext>"),
        ("\\begin{align}a\\tag{7}\\end{align}", "<mtext>(7)</mtext>"),
        ("\\text{a_b}", "<mtext>a_b</mtext>"),
        ("50%", "%</m"),
        ("a \\\\[4pt] b", "<mtr><mtd><mi>b</mi></mtd></mtr>"),
        ("a \\\\[4pt] b", '<mtr><mtd class="tex-gap40"><mi>a</mi></mtd></mtr>'),
        ("a \\\\ b \\\\", "<mtr><mtd><mi>b</mi></mtd></mtr></mtable>"),
        ("\\begin{array}{cc}a&b\\\\\\cline{2-2}c&d\\end{array}", '<mtd class="tex-bt"><mi>d</mi>'),
        ("\\rule{1em}{2pt}", 'width="1.000em" height="0.200em"'),
        ("\\smash{x}", '<mpadded height="0" depth="0"><mi>x</mi></mpadded>'),
        ("\\rlap{/}k", '<mpadded width="0">'),
        ("\\raisebox{2pt}{x}", '<mpadded voffset="0.200em"><mtext>x</mtext>'),
        ("2*\\alpha*\\pi", "<mi>α</mi><mo"),
        ("√2 ∅", "<msqrt>"),
        ("\\frac{1}{\\\\sigma}", "<mfrac>"),
        ("x\u20d7", "<mover"),
        ("\\verb|a_{1}\\b|", '<mtext class="tex-code">a_{1}\\b</mtext>'),
        ("\\mathop{\\arg\\min}_\\mathbf{a}", "<mi>𝐚</mi></munder>"),
        ("j^\\rm{th}", "<mi>th</mi>"),
        ("\\RR \\E", "<mi>ℝ</mi><mi>𝔼</mi>"),
        ("\\dv{f}{x}", "<mfrac>"),
        ("\\qty(x)", "<mo>(</mo>"),
        ("\\SI{5}{\\metre}", '<mi mathvariant="normal">m</mi>'),
        ("\\SI{5}{\\cubic\\metre}", '<mi mathvariant="normal">m</mi></mrow><mn>3</mn></msup>'),
        ("\\si{\\square\\kilo\\metre}", "<mi>km</mi></mrow><mn>2</mn></msup>"),
        ("\\si{\\per\\second\\cubed}", "<mn>3</mn></mrow></msup>"),
        ("\\si{\\raiseto{4}\\metre}", "<mn>4</mn></msup>"),
        ("\\si{\\metre\\tothe{-4}}", "<mn>4</mn></mrow></msup>"),
        ("a\\kern-\n1em b", '<mspace class="tex-n100">'),
        ("a\\hskip- - .5\tem b", 'width="0.5em"'),
        ("\\rule{1em}{-\n- 2pt}", 'height="0.200em"'),
        ("\\raisebox{-\t2pt}{x}", 'voffset="-0.200em"'),
        ("a \\\\[+\n4pt] b", '<mtd class="tex-gap40"><mi>a</mi></mtd>'),
        ("a \\\\[-\n2pt] b", "<mtr><mtd><mi>b</mi></mtd></mtr>"),
        ("\\v{x}", "<mover"),
        ("\\begin{array}{|c|}\\hline a\\\\\\hline\\end{array}", '<mtd class="tex-bb tex-br"><mi>a'),
        ("\\overline{x}", '<mrow class="tex-over"><mi>x</mi></mrow>'),
        ("\\sum\\nolimits_i", "<msub><mo"),
        ("\\int\\limits_0^1", "<munderover><mo"),
        ("\\varinjlim_n", "<munder><munder"),
        ("\\fbox{$d$}", '<mrow class="tex-box"><mi>d</mi></mrow>'),
        ("\\begin{numcases}{f=} a & b \\end{numcases}", "<mi>f</mi><mo"),
        ("\\left.x\\middle|y\\right.", '<mo symmetric="true" stretchy="true"'),
        ("\\large x \\tiny y", '</mrow><mrow class="tex-tiny">'),
        ("\\fcolorbox{red}{white}{a}", '<mrow class="tex-red"><mrow class="tex-box">'),
        ("\\blueD{x}", '<mrow class="tex-blue">'),
        ("\\operatorname*{argmax}_x", "<munder>"),
        ("\\sum_{\\substack{a\\\\b}} x", 'scriptlevel="1"'),
        ("\\textbf{a}", '<mtext class="tex-bold">a</mtext>'),
        ("\\text{-- ``x''}", "<mtext>–\u00a0“x”</mtext>"),
        # Written for Markdown that takes backslashes away.
        ("\\bar{x}\\_{i}", "<msub>"),
        ("\\theta\\_t", "<msub><mi>θ</mi>"),
        ("foo\\_bar", "<mi>_</mi>"),
        ("\\left\\\\{x\\right\\\\}", "<mo>{</mo><mi>x</mi><mo>}</mo>"),
        ("\\left\\lt a\\right\\gt", "<mo>⟨</mo>"),
        ("\\Bigl. x\\Bigr|_0", "<msub><mo"),
        ("\\text{a{\\bf b}c}", '<mtext class="tex-bold">b</mtext><mtext>c</mtext>'),
        ('\\char`a \\char65 \\char"42', "<mtext>a</mtext><mtext>A</mtext><mtext>B</mtext>"),
        ("a\\above 1pt b", "<mfrac><mi>a</mi>"),
        ("\\buildrel a \\over b", "<mover>"),
        ("\\hspace{- 1em}x", '<mspace class="tex-n100">'),
        ("\\cfrac[l]{a}{b}", "<mfrac"),
        ("\\boldsymbol{0} \\bm{1} \\pmb 2", "<mi>𝟎</mi><mi>𝟏</mi><mi>𝟐</mi>"),
        ("\\boldsymbol{1\\hspace{2em}}", '<mi>𝟏</mi><mspace width="2em">'),
        ("\\bm{\\kern2pt 3}", '<mspace width="0.2em"></mspace><mi>𝟑</mi>'),
        ("\\bm{\\rule{1em}{2em}3}", 'width="1.000em" height="2.000em"'),
        ("\\pmb{\\color{#123456}3}", 'class="tex-blue"><mi>𝟑</mi>'),
        ("\\uptheta\\Upomega", '<mi mathvariant="normal">θ</mi>'),
        ("\\symup{\\pi}", '<mi mathvariant="normal">π</mi>'),
        ("\\part x \\and y \\or z", "<mi>∂</mi>"),
        ("x^'", "<msup><mi>x</mi><mo>′</mo></msup>"),
        # As TeX draws them.
        ("\\vec{a}", '<mo stretchy="false" class="tex-vec">→</mo>'),
        ("\\dddot{a}", "˙˙˙"),
        ("\\widetilde{AB}", '<mo stretchy="true">˜</mo>'),
        ("A\\setminus B", 'rspace="0.2222em">⧵</mo>'),
        ("f\\colon X", '<mspace width="0.3333em">'),
        ("w\\underbrace{a}_b v", '<mspace width="0.16666667em"></mspace><munder>'),
    ],
)
def test_what_the_shim_makes(tex: str, expected: str) -> None:
    assert expected in shown(tex)


def test_wide_formulas_in_a_line_get_a_box_to_scroll_in() -> None:
    assert shown("x" * 20, display=False).startswith("<math>")
    for wide in (
        "x" * 40,
        "\\hspace{20em}",
        "\\text{" + "中" * 20 + "}",
        "x+" * 10,
        "\\Huge xxxxx",
    ):
        assert shown(wide, display=False).startswith('<span class="math-inline"><math>')


def test_align_is_not_numbered_by_itself() -> None:
    assert "(1)" not in shown("\\begin{align}a&=b\\\\c&=d\\end{align}")


def test_links_lead_to_the_web_only() -> None:
    html = shown('\\href{https://a.org/?x=1&y="%20_z}{w_1}')
    assert "<a " not in html
    link = tree("\\href{https://a.org/?x=1&y=%20_z#q}{w_1}").find(".//a")
    assert link is not None
    assert link.get("href") == "https://a.org/?x=1&y=%20_z#q"
    assert link.get("rel") == "ugc nofollow noopener"
    for address in ("javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "//a.org"):
        assert "<a " not in shown(f"\\href{{{address}}}{{x}}")


@pytest.mark.parametrize(
    "attack",
    [
        "\\text{<script>alert(1)</script>}",
        "\\text{<img src=x onerror=alert(1)>}",
        "\\mbox{</mtext></math><script>alert(1)</script>}",
        "<script>alert(1)</script>",
        "\\href{javascript:alert(1)}{x}",
        '\\href{https://a" onmouseover="alert(1)}{x}',
        "\\url{https://a'><script>alert(1)</script>}",
        '\\color{red;background:url(//a)"><script>}x',
        "\\class{x}{<script>} \\cssId{a}{b} \\style{background:url(//a)}{x}",
        "\\unknown{<script>\"'}",
        "\\text{&lt;script&gt; &ApplyFunction;}",
        "\\tag{<script>}x",
        "\\operatorname{<script>}",
        "\\label{<script>}x \\eqref{<script>}",
        "\\text{\ue0000 \ue000}",
        "\\unicode{x3c}script\\unicode{60}",
        "</annotation></semantics></math><script>alert(1)</script>",
        "\\begin{<script>}x\\end{<script>}",
    ],
)
@pytest.mark.parametrize("display", [True, False])
def test_attacks_stay_text(attack: str, display: bool) -> None:
    formula = to_mathml(attack, display)
    root = fromstring(formula.html)
    for node in root.iter():
        assert node.tag in ELEMENTS | {"code"}
        assert set(node.attrib) <= {"class", "title", "display", "encoding", "href", "rel"} | {
            "displaystyle", "scriptlevel", "stretchy", "lspace", "rspace", "width", "mathvariant",
        }  # fmt: skip
        assert (node.get("href") or "https://").startswith("https://")


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        ("\\frac{a", "end of input"),
        ("\\text{a", "never closed"),
        ("\\unknowncommand", "\\unknowncommand"),
        ("\\begin{align}a", "never ended"),
        ("\\begin{foo}a\\end{foo}", "foo"),
        ("\\begin{align}a\\end{cases}", "ended by"),
        ("\\left( a", ""),
        ("a^b^c", ""),
        ("}", ""),
        ("a\\newenvironment{x}{y}{z}", "Macro definitions"),
        ("\\ce{A\\bond{x}}", "bond"),
        ("\\text", "in braces"),
        ("\\si{\\cubic}", "needs a unit"),
        ("\\pmb{" * 19 + "a" * 3600 + "}" * 19, "too large"),
        ("x" * (MAX_TEX_BYTES + 1), "8,192 bytes"),
        ("é" * (MAX_TEX_BYTES // 2 + 1), "8,192 bytes"),
        ("\\", ""),
        ("\ud800\\foo", ""),
    ],
)
def test_what_cannot_be_set_shows_its_source(tex: str, reason: str) -> None:
    formula = to_mathml(tex, False)
    assert formula.problem is not None
    assert reason in formula.problem
    node = fromstring(formula.html)
    assert node.tag == "code"
    assert node.get("class") == "math-error"
    assert node.get("title") == formula.problem
    source = tex.replace("\ud800", "")
    assert node.text == (source if tex.startswith("\\begin") else f"${source}$")


def test_errors_carry_their_delimiters() -> None:
    assert ">$$\\foo$$<" in to_mathml("\\foo", True).html
    environment = "\\begin{align}\\foo\\end{align}"
    assert f">{environment}<" in to_mathml(environment, True).html


UNITS = [
    "{", "\\frac{", "\\frac", "\\hat", "\\sqrt", "\\sqrt[", "\\left(", "a^{", "\\begin{matrix}",
    "\\mathbf", "\\displaystyle ", "\\color{red}", "\\not", "\\xrightarrow", "\\overset a",
    "\\frac a", "\\text{", "\\text{$", "\\boxed", "\\root a", "\\root ", "\\mathop", "\\substack{",
    "\\frac\\begin{matrix}\\end{matrix}", "\\frac\\left(\\right)", "a'", "\\bf ", "\\bbox", "[",
    "(", "\\bigl(", "\\log(", "(^)", "(\\hat)", "{(}", "\\langle x|", "]a[", "f'(", "a_((", "⟨",
    "\\bra{(}", "\\pmod{(}",
    "\\ket[", "\\braket(", "(\\color{red})", "\\left.(\\middle)", "\\sin(x",
    "(&", "(\\\\",
    "\\begin{aligned}(&(", "\\abs", "\\tag{", "\\intertext{", "$", "%", "\\end{a}", "\\right)", "&",
]  # fmt: skip


@pytest.mark.slow
def test_bombs_neither_crash_nor_hang() -> None:
    """In a process and a thread with a small stack, so that a crash would be seen."""
    code = (
        "import sys, threading\n"
        "from app.rendering.math.conversion import to_mathml\n"
        f"units = {UNITS!r}\n"
        "def run():\n"
        "    for unit in units:\n"
        "        for end in ('', 'a', ' b}', ')' * 900, '}' * 1900):\n"
        "            tex = unit * (3998 // len(unit))\n"
        "            tex = tex[: 4000 - len(tex.encode()) + len(tex) - len(end)] + end\n"
        "            to_mathml(tex, True)\n"
        "            to_mathml(unit * 27 + end, False)\n"
        "    print('survived')\n"
        "threading.stack_size(512 * 1024)\n"
        "thread = threading.Thread(target=run)\n"
        "thread.start(); thread.join()\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SAFETY, check=False
    )
    assert done.stdout.strip() == "survived", done.stderr[-500:]


def test_many_brackets_that_are_closed_still_work() -> None:
    tex = "f(" * 30 + "x" + ")" * 30 + " + ".join(["\\langle a_i | b \\rangle", "[0,1)"] * 20)
    assert to_mathml(tex, True).problem is None
    assert shown("(" * 40).count("(") == 40


def test_markup_that_is_not_mathml_is_refused() -> None:
    for markup in (
        "<math><mi>x</math>",
        "<script/>",
        "<math><script/></math>",
        "<math>&nbsp;</math>",
        '<!DOCTYPE x [<!ENTITY a "b">]><math>&a;</math>',
        "<math><mtext><img/></mtext></math>",
    ):
        with pytest.raises(MathmlError):
            sanitize(markup, "x", (), display=False)
    html = sanitize('<math><mi onclick="x" style="color:red" href="x" id="y">a</mi></math>', "", (),
                    display=False)  # fmt: skip
    assert '<mi class="tex-red">a</mi>' in html


@pytest.mark.parametrize(
    ("value", "model", "name"),
    [
        ("red", "", "red"), ("#f00", "", "red"), ("#00F", "", "blue"), ("#2ca02c", "", "green"),
        ("1,0,0", "rgb", "red"), ("0, 128, 0", "RGB", "green"), ("FF8000", "HTML", "orange"),
        ("ForestGreen", "", "green"), ("black", "", "ink"), ("#888", "", "gray"),
        ("nothing", "", None), ("#12", "", None), ("", "", None), ("1,2", "rgb", None),
        ("9" * 50 + ",0,0", "rgb", None),
    ],
)  # fmt: skip
def test_colours(value: str, model: str, name: str | None) -> None:
    assert colour_class(value, model) == name
