"""GitHub's tables: the rows' syntax and the elements they become.

Source of the format: the GitHub Flavored Markdown specification, 4.10.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, SubElement

from app.rendering.blocks.cursor import SPACE

DELIMITER = re.compile(r":?-+:?")
BAR = re.compile(r"\\\||\|")


def delimiter_row(line: str) -> tuple[str, ...]:
    """Reads the row of dashes under a table's head.

    Returns:
        Each column's alignment ('', 'left', 'center', 'right'); empty when this is no such row.
    """
    # Dashes alone underline a heading.
    if not ("|" in line or ":" in line) or line.strip("|:-" + SPACE):
        return ()
    cells = split_row(line)
    if not all(DELIMITER.fullmatch(cell) for cell in cells):
        return ()
    names = {(False, False): "", (True, False): "left", (True, True): "center"}
    return tuple(names.get((c.startswith(":"), c.endswith(":")), "right") for c in cells)


def split_row(line: str) -> list[str]:
    """Splits a row at its bars; `\\|` is a bar within a cell."""
    cells, last, cell = [], 0, ""
    line = line.strip(SPACE)
    for bar in BAR.finditer(line):
        cell += line[last : bar.start()]
        last = bar.end()
        if bar[0] == "|":
            cells.append(cell.strip(SPACE))
            cell = ""
        else:
            cell += "|"
    cell += line[last:]
    if cell.strip(SPACE) or not line.endswith("|"):
        cells.append(cell.strip(SPACE))
    if line.startswith("|"):
        del cells[0]
    return cells


def build_table(parent: Element, lines: Sequence[str], align: tuple[str, ...], line: int) -> None:
    """Adds a table in a box that scrolls by itself.

    Args:
        parent: where it goes.
        lines: the head's line, then the rows' lines.
        align: each column's alignment, as delimiter_row gives it.
        line: the 0-based line of the head; cells keep theirs as `line`.
    """
    box = SubElement(parent, "div")
    box.attrib.update({"class": "table-scroll", "tabindex": "0", "role": "group"})
    box.set("aria-label", "Table")
    table = SubElement(box, "table", {"dir": "auto"})
    add_row(SubElement(table, "thead"), "th", lines[0], align, line)
    if len(lines) > 1:
        body = SubElement(table, "tbody")
        for number, row in enumerate(lines[1:], line + 2):  # after the row of dashes
            add_row(body, "td", row, align, number)


def add_row(parent: Element, tag: str, text: str, align: tuple[str, ...], line: int) -> None:
    row = SubElement(parent, "tr")
    cells = split_row(text)[: len(align)]
    cells += [""] * (len(align) - len(cells))
    for content, side in zip(cells, align, strict=True):
        # A head without words is no head.
        cell = SubElement(row, tag if content else "td", {"line": str(line)})
        cell.text = content
        if side:
            cell.set("class", f"cell-{side}")


def label_heads(root: Element, to_source: Callable[[str], str]) -> None:
    """Names heads that hold formulas by their source, for readers that do not see MathML."""
    for head in root.iter("th"):
        text = "".join(head.itertext())
        source = to_source(text)
        if source != text:
            head.set("aria-label", source)
