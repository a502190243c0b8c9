"""Formulas are taken out of a tree of blocks, where each text is known."""

from __future__ import annotations

from app.rendering.blocks.cursor import SPACE
from app.rendering.blocks.tree import FLOWING, Block
from app.rendering.math.formulas import Formulas, Span


def take_formulas(parent: Block, formulas: Formulas) -> None:
    """Puts tokens in the place of formulas in all text of the blocks below one.

    Formulas that are blocks become paragraphs; of what only defines macros nothing is left.

    Raises:
        RenderError: as of `Formulas.take`.
    """
    kept: list[Block] = []
    for block in parent.children:
        take_formulas(block, formulas)
        kept += with_tokens(block, formulas)
    parent.children = kept


def with_tokens(block: Block, formulas: Formulas) -> list[Block]:
    """What becomes of one block without those in it; a definition parts its paragraph."""
    text = "\n".join(block.lines)
    if block.kind == "code":
        return [fenced_formula(block, formulas)] if is_formula(block) else [block]
    if "$" not in text and "\\" not in text:
        return [block]
    if block.kind == "table":
        # The row of dashes is not among the lines.
        numbers = [block.line + (place and place + 1) + 1 for place in range(len(block.lines))]
        rows = zip(block.lines, numbers, strict=True)
        block.lines = [formulas.take(line, number, row=True) for line, number in rows]
        return [block]
    lines = formulas.take(text, block.line + 1).split("\n")
    if block.kind in FLOWING:
        return paragraphs(block, lines, formulas)
    block.lines = lines
    return [block]


def paragraphs(block: Block, lines: list[str], formulas: Formulas) -> list[Block]:
    """The paragraphs that a definition's blank lines part a paragraph into."""
    found: list[Block] = []
    number, parted = block.line, True
    for line in lines:
        if line.strip(SPACE):
            if parted:
                found.append(Block("paragraph", number, block.parent))
            found[-1].lines.append(line)
        parted = not line.strip(SPACE)
        number += 1 + formulas.line_ends(line)
    return found


def fenced_formula(code: Block, formulas: Formulas) -> Block:
    """The paragraph in the place of a fence that says that it holds a formula."""
    tex = "\n".join(code.lines)
    token = formulas.keep(Span(f"$$\n{tex}\n$$", tex.strip(), True, code.line + 1))
    return Block("paragraph", code.line, code.parent, lines=[token])


def is_formula(code: Block) -> bool:
    """Says whether fenced code is a formula, as on GitHub."""
    language = code.info.lower().split(maxsplit=1)[:1]
    return code.fenced and language in (["math"], ["{math}"]) and any(map(str.strip, code.lines))
