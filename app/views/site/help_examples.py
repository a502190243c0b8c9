"""The examples of the help page, rendered by the same code as every summary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from app.queries.summaries import latest_paper_keys
from app.references.identifiers import PaperRef
from app.rendering import KnownPapers
from app.rendering.markdown import render
from app.services.renderer import load_citation_labels


@dataclass(frozen=True)
class Example:
    """A piece of the dialect: what one types, and the HTML that a page shows."""

    title: str
    source: str
    html: str
    note: str


LINKS = (
    "Links to papers",
    "As \\cite[Sec. 3]{%s} showed, and in other words [this paper](/paper/%s).",
    "BibTeX keys and links to ShortScience, arXiv, DOI, OpenReview and dblp lead to the paper’s"
    " page here. Also: [@key, p. 3] and [[@key]]. A paper that is not in the library is cited by"
    " its key.",
)
SEE_ALSO = (
    "See also",
    "## See also\n- [This paper](/paper/%s) asks the opposite question",
    "Links under See also are shown beside both papers.",
)
# What is cited where the library has no papers to show.
USUAL_KEYS = ("conf/nips/RenHGS15", "conf/iccv/Girshick15")
_PLAIN_KEY = re.compile(r"[\w./:-]+")  # it can be typed as it is
_EXAMPLES = (
    (
        "Text",
        "*Emphasis*, **strong**, ~~struck out~~ and `code`.\n"
        "A single line break is ignored.\n\nLeave a blank line between paragraphs.",
        '"Straight" quotes become “typographic” ones; write \\" for a straight one.',
    ),
    (
        "Inline math",
        "The loss is $L = -\\sum_i y_i \\log \\hat{y}_i$, or \\(e^{i\\pi} = -1\\).",
        "$5 is not read as math; write \\$ to be safe.",
    ),
    (
        "Display math",
        "$$\n\\begin{align}\na &= b + c \\\\\n  &= d\n\\end{align}\n$$\n\n"
        "$$f(x) = \\begin{cases} x & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}$$",
        "Wide formulas scroll.",
    ),
    (
        "Macros",
        "$$\n\\newcommand{\\R}{\\mathbb{R}}\n\\DeclareMathOperator*{\\argmin}{arg\\,min}\n$$\n\n"
        "The best weights are $\\argmin_{w \\in \\R^n} L(w)$.",
        "Valid from there on; not displayed. Supported:"
        " \\newcommand, \\renewcommand, \\def, \\let, \\DeclareMathOperator and"
        " \\DeclarePairedDelimiter, all but \\let also on lines of their own without dollar signs.",
    ),
    (
        "Lists",
        "What it needs:\n- a backbone\n  - and a smaller one for phones\n- two losses\n\n"
        "1) first\n2) second",
        "A list needs no blank line before it.",
    ),
    (
        "Task lists",
        "- [x] read\n- [ ] reproduce\n  - [x] data\n  - [ ] training",
        "",
    ),
    (
        "Definitions",
        "Backbone\n: The network that computes features, such as $f_\\theta$.\n\n"
        "Anchor\nPrior box\n: A box to start from.\n: One of $k$ at each place.",
        "A line with the term, then a line with a colon, a space and the definition. Several terms"
        " or definitions are fine.",
    ),
    LINKS,
    SEE_ALSO,
    ("Headings", "# The idea\n## A detail", "Start at level 3 on the page."),
    (
        "Tables",
        "| model | mAP | at |\n|:--|--:|:-:|\n| ZF | 59.9 | $\\lambda = 10$ |\n"
        "| VGG-16 | 69.9 | $\\|x\\| = 1$ |",
        "Colons align columns. Escape | in cells as \\|, also in code and formulas.",
    ),
    (
        "Code",
        '```python\ndef greet(name: str) -> str:\n    return f"Hello, {name}"\n```',
        "Add a language for syntax highlighting.",
    ),
    (
        "Quotes and alerts",
        "> Do they learn, or remember?\n\n> [!NOTE]\n> The code is newer than the paper.\n\n"
        "> [!WARNING]\n> Table 2 was corrected.",
        "Also [!TIP], [!IMPORTANT], [!CAUTION] and all Obsidian callouts.",
    ),
    (
        "Collapsible sections",
        "<details>\n<summary>Proof of $a \\le b$</summary>\n\nBy *induction*.\n</details>\n\n"
        "> [!question]- Does it converge?\n> Only for small steps.",
        "With + instead of -, the section starts open.",
    ),
    (
        "HTML tags",
        "CO<sub>2</sub>, 10<sup>-3</sup>, <kbd>Ctrl</kbd>+<kbd>C</kbd>, one<br>two,\n"
        '<img src="/favicon.svg" alt="Three lines" width="24"> <!-- not shown -->',
        "Other tags are shown as text. Obsidian %%comments%% are hidden too.",
    ),
    ("Highlights", "The ==main point== is *here*.", ""),
    (
        "A footnote",
        "Both[^1], and in this order[^1].\n\n[^1]: It seems, for small $n$.",
        "Footnotes can be placed anywhere; indent extra paragraphs by four spaces.",
    ),
    (
        "Video and audio",
        "https://www.youtube.com/watch?v=aircAruvnKk",
        "A video (YouTube, Vimeo, mp4, webm) or audio (mp3, ogg) URL in a paragraph of its own."
        " Nothing loads until you click.",
    ),
    (
        "Images",
        "![The mark of this site: three lines of a list](/favicon.svg)",
        "The text in brackets is the alt text. A png, jpg, gif, webp or svg URL on its own is shown"
        " centred.",
    ),
    ("Other HTML", "<b>bold</b>", "HTML that is not named above is shown as text."),
)


def examples(session: Session) -> list[Example]:
    """All examples; those that name papers name such as this library has."""
    keys = [key for key in latest_paper_keys(session, 10) if _PLAIN_KEY.fullmatch(key)][:2]
    labels = load_citation_labels(session, set(keys)) if keys else {}
    if not keys or labels.keys() != set(keys):
        return list(_rendered(USUAL_KEYS, ()))
    return list(_rendered((keys[0], keys[-1]), tuple(sorted(labels.items()))))


@lru_cache(maxsize=8)
def _rendered(keys: tuple[str, str], labels: tuple[tuple[str, str], ...]) -> tuple[Example, ...]:
    """The examples about two papers; `labels` are how citations of those that are here read."""
    known = dict(labels)
    by_name = {key.casefold(): key for key in known}

    def find(refs: Iterable[PaperRef]) -> KnownPapers:
        found = {ref: by_name.get(ref.value.casefold(), "") for ref in refs}
        return KnownPapers({ref: key for ref, key in found.items() if key}, known)

    made = []
    for number, (title, text, note) in enumerate(_EXAMPLES):
        is_filled = title in (LINKS[0], SEE_ALSO[0])
        source = text % keys[: text.count("%s")] if is_filled else text
        html = render(source, find=find, id_prefix=f"help{number}-").html
        made.append(Example(title, source, html, note))
    return tuple(made)
