"""HTML of summaries as XML that a book may contain."""

from __future__ import annotations

import pytest
from lxml import etree

from app.rendering.markdown import render
from app.services.exporting.epub_xhtml import MATHML, XhtmlMaker, make_page, make_valid
from tests.rendering import odd_formulas

MAKER = XhtmlMaker("s1-", "https://e.org".__add__, {"/pictures/a.png": "p1.png"}.get)


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ("a<br>b&amp;c &lt; \x0c\ud800d", "a<br/>b&amp;c &lt; d"),
        ('<p dir="auto" data-line="3">x</p>', '<p dir="auto">x</p>'),
        ('<a href="/paper/k" rel="ugc">x</a>', '<a href="https://e.org/paper/k">x</a>'),
        ('<a href="#h-1" id="n-1">x</a>', '<a id="s1-n-1" href="#s1-h-1">x</a>'),
        ('<a href="https://e.org/a b|c">x</a>', '<a href="https://e.org/a%20b%7Cc">x</a>'),
        ('<a href="javascript:x">x</a><a href="https://[">y</a>', "<a>x</a><a>y</a>"),
        ('<img src="/pictures/a.png" width="50%" loading="lazy">', '<img src="p1.png" alt=""/>'),
        ('<img src="https://e.org/x.png" alt="A">', '<a href="https://e.org/x.png">A</a>'),
        ('<a href="/x"><img src="/b.png"></a>', '<a href="https://e.org/x"><span>Image</span></a>'),
        ('<video src="https://e.org/v" controls></video>', '<a href="https://e.org/v">Video</a>'),
        ('<input type="checkbox" checked disabled="">x', "<span>☑ </span>x"),
        ("<details>x<p>y</p></details>", "<details><summary>Details</summary>x<p>y</p></details>"),
        ("", ""),
    ],
)
def test_what_a_book_can_have(html: str, xhtml: str) -> None:
    assert MAKER.make(html) == xhtml


def test_formulas_are_mathml_3() -> None:
    made = MAKER.make(
        '<math><mrow><mfrac displaystyle="true"><mi>a</mi><mi>b</mi></mfrac>'
        '<mtable scriptlevel="0" displaystyle="true"><mtr><mtd><mtext>x <a href="#h-1">1</a>'
        "</mtext></mtd></mtr></mtable></mrow></math> &lt;math"
    )
    assert made == (
        f'<math xmlns="{MATHML}"><mrow><mstyle displaystyle="true"><mfrac><mi>a</mi><mi>b</mi>'
        '</mfrac></mstyle><mstyle scriptlevel="0"><mtable displaystyle="true"><mtr><mtd><mtext>'
        "x 1</mtext></mtd></mtr></mtable></mstyle></mrow></math> &lt;math"
    )


def test_every_formula_is_well_formed() -> None:
    text = "\n\n".join(f"$${formula}$$" for formula in odd_formulas.REAL[:40])
    page = make_page("Formulas <&>", f"<div>{MAKER.make(render(text).html)}</div>")
    root = etree.fromstring(page.encode())
    assert len(list(root.iter(f"{{{MATHML}}}math"))) > 30
    # MathML 3 knows these nowhere else.
    styled = {etree.QName(each).localname for each in root.iterfind(".//*[@scriptlevel]")}
    assert styled <= {"math", "mstyle"}


@pytest.mark.parametrize("address", ["", "ftp://e.org", "https://", "x", "http://e.org:a/"])
def test_what_leads_nowhere_is_no_link(address: str) -> None:
    assert make_valid(address) == ""
