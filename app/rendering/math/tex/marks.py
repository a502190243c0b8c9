"""What MathML has and math-core does not: colours, boxes, links, rules, shifts.

They travel through math-core as a text made of `MARK` and a number, which `mathml.py` finds in
its output and turns into a class, a link or an element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from app.rendering.math.tex.colours import colour_class
from app.rendering.math.tex.lengths import em, nearest
from app.rendering.math.tex.tokens import TokenReader

MARK = "\ue000"  # from Unicode's private use area; taken out of what users write

# Extra spaces below a row that have a class, in hundredths of an em.
GAPS = (10, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300)


@dataclass(frozen=True)
class Mark:
    """What the mark of the same number stands for.

    `class` and `pad` (attributes of `mpadded`) hold for what follows the mark in its row, and so
    does `link`, an address. `space` is an `mspace` with these attributes. `gap` is a class of the
    table row in which the mark stands; `line` a rule above cells of it, such as `2-3`.
    """

    kind: str
    value: str


class Rewriter(Protocol):
    """The part of the shim that handlers use."""

    @property
    def display(self) -> bool: ...

    def rewrite(self, tokens: list[str]) -> str: ...

    def text(self, tokens: list[str], command: str) -> str: ...

    def mark(self, kind: str, value: str) -> str: ...


Handler = Callable[[Rewriter, TokenReader, str], str]


def colour(shim: Rewriter, reader: TokenReader, word: str) -> str:
    model = reader.option() or ""
    name = colour_class("".join(reader.argument(word)).strip(), model.strip())
    mark = shim.mark("class", f"tex-{name}") if name else ""
    if word == "\\textcolor":
        return "{" + mark + shim.rewrite(reader.argument(word)) + "}"
    return mark


def named_colour(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """KaTeX's `\\blue{x}` and `\\blueD{x}`."""
    mark = shim.mark("class", f"tex-{colour_class(word)}")
    return "{" + mark + shim.rewrite(reader.argument(word)) + "}"


def box(shim: Rewriter, reader: TokenReader, word: str) -> str:
    model = (reader.option() or "").strip()
    frame = "".join(reader.argument(word)).strip() if word == "\\fcolorbox" else ""
    ground = "".join(reader.argument(word)).strip()
    content = shim.text(reader.argument(word), "\\text")
    if ground.lower() == "white":
        filled = "{" + content + "}"
    else:
        name = colour_class(ground, model) or "gray"
        filled = "{" + shim.mark("class", f"tex-on-{name}") + content + "}"
    if word == "\\colorbox":
        return filled
    line = shim.mark("class", f"tex-{colour_class(frame, model) or 'ink'}")
    return f"{{{line}\\boxed{{{shim.mark('class', 'tex-ink')}{filled}}}}}"


def strike(shim: Rewriter, reader: TokenReader, word: str) -> str:
    content = shim.text(reader.argument(word), "\\text")
    return "{" + shim.mark("class", "tex-strike") + content + "}"


def bbox(shim: Rewriter, reader: TokenReader, word: str) -> str:
    option = (reader.option() or "").split(",")
    name = next(filter(None, (colour_class(part.strip(), "") for part in option)), None)
    mark = shim.mark("class", f"tex-on-{name}") if name else ""
    return "{" + mark + shim.rewrite(reader.argument(word)) + "}"


def link(shim: Rewriter, reader: TokenReader, word: str) -> str:
    url = "".join(reader.argument(word)).replace("\\%", "%").replace("\\", "").strip()
    if word == "\\href":
        label = shim.rewrite(reader.argument(word))
    else:
        label = shim.text(list(url), "\\texttt")
    if not re.match(r"https?://[^\s<>\"'`]+$", url):
        return "{" + label + "}"
    return "{" + shim.mark("link", url) + label + "}"


def smash(shim: Rewriter, reader: TokenReader, word: str) -> str:
    side = (reader.option() or "tb").strip()
    sides = "".join(
        f' {name}="0"' for key, name in (("t", "height"), ("b", "depth")) if key in side
    )
    mark = shim.mark("pad", sides)
    return "{" + mark + shim.rewrite(reader.argument(word)) + "}"


def overlap(shim: Rewriter, reader: TokenReader, word: str) -> str:
    content = reader.argument(word)
    shown = shim.text(content, "\\text") if word == "\\rlap" else shim.rewrite(content)
    return "{" + shim.mark("pad", ' width="0"') + shown + "}"


def raised(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\raisebox{2pt}[height][depth]{text}`, and TeX's `\\raise 2pt` and `\\lower 2pt`."""
    height = em(reader.length(word)) * (-1 if word == "\\lower" else 1)
    reader.option(), reader.option()
    content = reader.argument(word)
    if content and content[0] in ("\\hbox", "\\mbox"):
        content = content[1:] or reader.argument(word)
    mark = shim.mark("pad", f' voffset="{height:.3f}em"')
    return "{" + mark + shim.text(content, "\\text") + "}"


def rule(shim: Rewriter, reader: TokenReader, word: str) -> str:
    lift = em(reader.option() or "0pt")
    width, height = em(reader.length(word)), em(reader.length(word))
    value = (
        f' width="{max(width, 0):.3f}em" height="{height + lift:.3f}em" depth="{0 - lift:.3f}em"'
    )
    return shim.mark("space", value)


def gap(shim: Rewriter, length: str) -> str:
    """The extra space of `\\\\[4pt]`, which stands in the row above."""
    hundredths = em(length) * 100
    return shim.mark("gap", f"tex-gap{nearest(hundredths, GAPS)}") if hundredths >= 5 else ""


def partial_line(shim: Rewriter, reader: TokenReader, word: str) -> str:
    """`\\cline{2-3}`."""
    return shim.mark("line", "".join(reader.argument(word)).strip())


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "\\color": colour, "\\textcolor": colour, "\\colorbox": box, "\\fcolorbox": box,
        "\\bbox": bbox, "\\href": link, "\\url": link, "\\sout": strike, "\\st": strike,
        "\\smash": smash, "\\rlap": overlap, "\\mathrlap": overlap, "\\raisebox": raised,
        "\\raise": raised, "\\lower": raised, "\\rule": rule, "\\cline": partial_line,
        "\\cmidrule": partial_line,
    }
    | {
        f"\\{name}{letter}": named_colour
        for name in ("blue", "teal", "green", "gold", "red", "maroon", "purple", "mint", "gray")
        for letter in ("", *"ABCDE")
    }
    | {f"\\{name}": named_colour for name in ("pink", "orange", "kaBlue", "kaGreen")}
)  # fmt: skip
