"""The examples of the help page, rendered by the same code as every summary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.rendering.markdown import render


@dataclass(frozen=True)
class Example:
    """A piece of the dialect: what one types, and the HTML that a page shows."""

    title: str
    source: str
    html: str
    note: str


_EXAMPLES = (
    (
        "Text",
        "*Emphasis*, **strong**, ~~struck out~~ and `code`.\n"
        "A new line in the source is no new line on the page.\n\nAn empty line begins a paragraph.",
        "",
    ),
    (
        "Math in a line",
        "The loss is $L = -\\sum_i y_i \\log \\hat{y}_i$, or \\(e^{i\\pi} = -1\\).",
        "A dollar sign before an amount is no math: this costs $5, not $10. Write \\$ to be sure.",
    ),
    (
        "Math on its own",
        "$$\n\\begin{align}\na &= b + c \\\\\n  &= d\n\\end{align}\n$$\n\n"
        "$$f(x) = \\begin{cases} x & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}$$",
        "A wide formula scrolls in its own box.",
    ),
    (
        "Macros",
        "$$\n\\newcommand{\\R}{\\mathbb{R}}\n\\DeclareMathOperator*{\\argmin}{arg\\,min}\n$$\n\n"
        "The best weights are $\\argmin_{w \\in \\R^n} L(w)$.",
        "They hold from there to the end of the text and show nothing themselves. Known are"
        " \\newcommand, \\renewcommand, \\def, \\let, \\DeclareMathOperator and"
        " \\DeclarePairedDelimiter, also on lines of their own without dollars.",
    ),
    (
        "Lists",
        "What it needs:\n- a backbone\n  - and a smaller one for phones\n- two losses\n\n"
        "1) first\n2) second",
        "No empty line is needed before a list.",
    ),
    (
        "Tasks",
        "- [x] read\n- [ ] reproduce\n  - [x] data\n  - [ ] training",
        "",
    ),
    (
        "Definitions",
        "Backbone\n: The network that computes features, such as $f_\\theta$.\n\n"
        "Anchor\nPrior box\n: A box to start from.\n: One of $k$ at each place.",
        "A line with the term, then a colon and a space. More than one term, and more than one"
        " definition, are fine.",
    ),
    (
        "Links to papers",
        "As \\cite[Sec. 3]{conf/nips/RenHGS15} showed,"
        " after [Fast R-CNN](/paper/conf/iccv/Girshick15); see also https://arxiv.org/abs/1506.02640.",
        "Bibtex keys, addresses of this site, of ShortScience, arXiv, DOI, OpenReview and dblp lead"
        " to the paper's page here. Also [@key, p. 3] and [[@key]].",
    ),
    (
        "See also",
        "## See also\n- [YOLO](/paper/conf/cvpr/RedmonDGF16) does it in one pass",
        "Links in a list under this heading stand beside the paper, and lead back from the other.",
    ),
    ("Headings", "# The idea\n## A detail", "They begin below the heading of the page."),
    (
        "Tables",
        "| model | mAP | at |\n|:--|--:|:-:|\n| ZF | 59.9 | $\\lambda = 10$ |\n"
        "| VGG-16 | 69.9 | $\\|x\\| = 1$ |",
        "Colons align a column. Write a bar within a cell as \\|, also in code and in a formula.",
    ),
    (
        "Code",
        '```python\ndef greet(name: str) -> str:\n    return f"Hello, {name}"\n```',
        "Name the language and it is highlighted.",
    ),
    (
        "Quotes and alerts",
        "> Do they learn, or remember?\n\n> [!NOTE]\n> The code is newer than the paper.\n\n"
        "> [!WARNING]\n> Table 2 was corrected.",
        "Also [!TIP], [!IMPORTANT] and [!CAUTION], and all kinds that Obsidian knows.",
    ),
    (
        "Folded parts",
        "<details>\n<summary>Proof of $a \\le b$</summary>\n\nBy *induction*.\n</details>\n\n"
        "> [!question]- Does it converge?\n> Only for small steps.",
        "Also > [!tip]+ Title, which can be folded and is not yet.",
    ),
    (
        "A few tags of HTML",
        "CO<sub>2</sub>, 10<sup>-3</sup>, <kbd>Ctrl</kbd>+<kbd>C</kbd>, one<br>two,\n"
        '<img src="/favicon.svg" alt="Three lines" width="24"> <!-- not shown -->',
        "All other HTML is shown as text. %%Comments%% of Obsidian are not shown either.",
    ),
    ("Marked text", "The ==main point== is *here*.", ""),
    (
        "Text with footnotes",
        "Both[^1], and in this order[^1].\n\n[^1]: It seems, for small $n$.",
        "The note may stand anywhere. Its further paragraphs are indented by four spaces.",
    ),
    (
        "Players",
        "https://www.youtube.com/watch?v=aircAruvnKk",
        "The address of a video (YouTube, Vimeo, mp4, webm) or sound (mp3, ogg) alone in a"
        " paragraph. Nothing is fetched from elsewhere before you press it.",
    ),
    (
        "Pictures",
        "![The mark of this site: three lines of a list](/favicon.svg)",
        "The text in brackets is for those who cannot see it. An address that ends in png, jpg,"
        " gif, webp or svg, alone in a paragraph, becomes a picture in the middle.",
    ),
    ("HTML", "<b>bold</b>", "It is shown as text."),
)


@cache
def examples() -> tuple[Example, ...]:
    """All examples, rendered once."""
    return tuple(
        Example(title, source, render(source, id_prefix=f"help{number}-").html, note)
        for number, (title, source, note) in enumerate(_EXAMPLES)
    )
