"""What helps somebody who writes.

A text looked over, papers to cite, formulas to start from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper, User
from app.queries.identifiers import find_paper
from app.queries.lists.own_entries import find_paper_by_citekey
from app.queries.search import results
from app.references.addresses import paper_path
from app.references.parsing import parse_identifier
from app.rendering import MAX_TAKEAWAY_CHARS, Problem, as_label, preview_takeaway
from app.rendering.inline.brackets import OpenBrackets
from app.rendering.short_texts import render_inline
from app.services.renderer import TextOwner, preview_text
from app.text.words import title_folded

MAX_SUGGESTIONS = 6
MIN_QUERY_CHARS = 2  # characters
OUTLINE = """\
## What

Say in two or three sentences what the paper does.

## Why

Which problem is it, and why was it open?

## How

The idea, with the one formula or picture that carries it.

## Results

What was measured, against what, and how much better it was.

## Doubts

What did not convince you, and what you would try next.

## See also

- Papers to read before or after this one, each with a reason.
"""


@dataclass(frozen=True)
class FoundLink:
    """A link to a paper in somebody's text.

    Attributes:
        line: its 1-based line, or None.
        label: its text.
        key: the key of the paper, or None when it is not in the library.
        title: the paper's title, or None likewise.
    """

    line: int | None
    label: str
    key: str | None
    title: str | None

    @property
    def known(self) -> bool:
        return self.key is not None


@dataclass(frozen=True)
class Analysis:
    """A text as its writer's preview shows it.

    Attributes:
        html: as on the page of the paper, with `data-line` on its blocks.
        takeaway_html: the takeaway as it stands above that.
        words: how many it has; a formula counts as the words between its spaces.
        links: the links to papers, in order.
        problems: what the writer should look at, by line.
    """

    html: str
    takeaway_html: str
    words: int
    links: tuple[FoundLink, ...]
    problems: tuple[Problem, ...]

    @property
    def unknown(self) -> int:
        """How many links lead to papers that are not here yet."""
        return sum(not link.known for link in self.links)

    @property
    def failed(self) -> int:
        """How many formulas could not be typeset."""
        return sum(problem.about == "formula" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many things the writer should look at."""
        return self.unknown + len(self.problems)


@dataclass(frozen=True)
class PaletteFormula:
    """One of the palette.

    Attributes:
        name: what it is, in words.
        tex: without dollars.
        hole: the part of `tex` to be typed over.
        display: whether it stands on lines of its own.
    """

    name: str
    tex: str
    hole: str
    display: bool = False

    @property
    def html(self) -> str:
        """The formula typeset for a line of text.

        It is ours, so it needs no process.
        """
        return render_inline(f"${self.tex}$")


FORMULAS = (
    PaletteFormula("Fraction", r"\frac{a}{b}", "a"),
    PaletteFormula("Square root", r"\sqrt{x}", "x"),
    PaletteFormula("Sum", r"\sum_{i=1}^{n} x_i", "x_i"),
    PaletteFormula("Product", r"\prod_{i=1}^{n} x_i", "x_i"),
    PaletteFormula("Integral", r"\int_{a}^{b} f(x)\,dx", "f(x)"),
    PaletteFormula("Limit", r"\lim_{n \to \infty} a_n", "a_n"),
    PaletteFormula("Arg min", r"\operatorname*{arg\,min}_{\theta} L(\theta)", r"L(\theta)"),
    PaletteFormula("Expectation", r"\mathbb{E}_{x \sim p}[f(x)]", "f(x)"),
    PaletteFormula("Probability", r"p(y \mid x)", "y"),
    PaletteFormula("Divergence", r"D_{\mathrm{KL}}(p \parallel q)", "p"),
    PaletteFormula("Norm", r"\lVert x \rVert_2", "x"),
    PaletteFormula("Derivative", r"\frac{\partial L}{\partial w}", "L"),
    PaletteFormula("Gradient", r"\nabla_{\theta} L(\theta)", r"L(\theta)"),
    PaletteFormula("Softmax", r"\frac{e^{z_i}}{\sum_j e^{z_j}}", "z_i"),
    PaletteFormula("Estimate", r"\hat{y}", "y"),
    PaletteFormula("Bold vector", r"\mathbf{x}", "x"),
    PaletteFormula("Real numbers", r"x \in \mathbb{R}^{d}", "d"),
    PaletteFormula("Matrix", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "a", display=True),
    PaletteFormula(
        "Cases",
        r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
        "x",
        display=True,
    ),
    PaletteFormula(
        "Aligned lines", r"\begin{aligned} a &= b + c \\ &= d \end{aligned}", "a", display=True
    ),
)


@cache
def list_palette() -> tuple[tuple[PaletteFormula, str], ...]:
    """The twenty commonest formulas, each with its HTML."""
    return tuple((formula, formula.html) for formula in FORMULAS)


def analyse(session: Session, user: User, source: str, takeaway: str = "") -> Analysis:
    """Look over what a user typed, as it would be published; nothing is written.

    Raises:
        RenderError: for a text that is too large or too deeply nested, with the line.
        RendererBusy: when the server has no time for it just now.
    """
    preview, keys = preview_text(session, source, TextOwner(user.id))
    found = session.execute(select(Paper.key, Paper.title).where(Paper.key.in_(keys.values())))
    titles = dict(found.all())
    links = []
    for link in preview.links:
        key = keys.get(link.ref.without_user())
        if key is None and link.ref.kind == "url":
            continue  # a page elsewhere like any other
        links.append(FoundLink(link.line, link.label, key, titles.get(key or "")))
    takeaway_html, in_takeaway = preview_takeaway(takeaway[:MAX_TAKEAWAY_CHARS])
    problems = [
        *(replace(each, line=None, message=f"Takeaway: {each.message}") for each in in_takeaway),
        *sorted(
            [*preview.problems, *_open_brackets(session, preview.brackets)],
            key=lambda problem: problem.line or 0,
        ),
    ]
    return Analysis(preview.html, takeaway_html, preview.words, tuple(links), tuple(problems))


def _open_brackets(session: Session, found: Sequence[OpenBrackets]) -> list[Problem]:
    """What stands in `[[…]]` and is no link: with such a title it only was not chosen."""
    if not found:
        return []
    folded = {title_folded(each.title) for each in found}
    known = set(session.scalars(select(Paper.title_folded).where(Paper.title_folded.in_(folded))))
    return [
        Problem(
            each.line,
            f"“[[{each.title}]]” isn’t a link. Choose the paper from the list to link to it."
            if title_folded(each.title) in known
            else f"“[[{each.title}]]” was not found: no paper here has this title. It stays text.",
            "link",
        )
        for each in found
    ]


def suggest_papers(session: Session, query: str, viewer: User | None) -> list[Paper]:
    """Suggest papers for the beginning of a title or key.

    The likeliest are first.

    Args:
        query: words of titles or authors, or an identifier; none shorter than `MIN_QUERY_CHARS`
            finds anything.
    """
    if len(query) < MIN_QUERY_CHARS:
        return []
    exact = find_paper_by_citekey(session, viewer, query) or find_paper(session, query)
    found = results.list_found_papers(session, query, viewer, limit=3 * MAX_SUGGESTIONS, offset=0)
    beginning = title_folded(query)
    # First those whose title begins so: that is how most people name a paper.
    papers = sorted(
        (row.paper for row in found),
        key=lambda paper: not paper.title_folded.startswith(beginning),
    )
    if exact is not None:
        papers = [exact, *(paper for paper in papers if paper.id != exact.id)]
    return papers[:MAX_SUGGESTIONS]


def link_to(paper: Paper, typed: str = "") -> str:
    """A Markdown link that names a paper by its title.

    Args:
        typed: what it takes the place of; an old address may mean somebody's summary.
    """
    ref = parse_identifier(typed)
    path = paper_path(paper.key, ref.user if ref else None)
    path = path.replace("(", "%28").replace(")", "%29")
    return f"[{as_label(paper.title)}]({path})"
