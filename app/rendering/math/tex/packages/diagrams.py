"""Commutative diagrams as the LaTeX package amscd draws them: `\\begin{CD} A @>f>> B \\end{CD}`.

Source of the format: the manual of amscd (https://ctan.org/pkg/amscd).
"""

from __future__ import annotations

from app.rendering.math.tex.marks import Rewriter
from app.rendering.math.tex.tokens import TexError

_ACROSS = {">": "\\xrightarrow", ")": "\\xrightarrow", "<": "\\xleftarrow", "(": "\\xleftarrow"}
_DOWN = {"V": "\\downarrow ", "A": "\\uparrow "}
_NO_LABEL = "\\qquad "  # as long as an arrow without labels is
MAX_COLUMNS = 30


def diagram(shim: Rewriter, body: list[str]) -> str:
    """The table that a diagram is: columns of objects, and between them those of arrows.

    Raises:
        TexError: when an arrow is not known or has no end.
    """
    rows = [_cells(shim, row) for row in _rows(body)]
    columns = min(max((len(row) for row in rows), default=1), MAX_COLUMNS)
    lines = "\\\\ ".join("&".join(row) for row in rows)
    return f"\\begin{{array}}{{{'c' * columns}}}{lines}\\end{{array}}"


def _rows(body: list[str]) -> list[list[str]]:
    rows: list[list[str]] = [[]]
    depth = 0
    for word in body:
        depth += (word in ("{", "\\begin")) - (word in ("}", "\\end"))
        if word in ("\\\\", "\\cr") and not depth:
            rows.append([])
        else:
            rows[-1].append(word)
    return [row for row in rows if "".join(row).strip()]


def _cells(shim: Rewriter, row: list[str]) -> list[str]:
    """The cells of a row of objects, or of one that holds nothing but arrows down and up."""
    cells: list[str] = []
    arrows: list[str] = []
    thing: list[str] = []
    objects = False
    at = 0
    while at < len(row):
        if row[at] != "@":
            thing.append(row[at])
            at += 1
            continue
        arrow, at, across = _arrow(shim, row, at + 1)
        objects = objects or across or bool("".join(thing).strip())
        cells += [_object(shim, thing), arrow]
        arrows.append(arrow)
        thing = []
    if objects or "".join(thing).strip() or not arrows:
        return [*cells, _object(shim, thing)]
    return "\0\0".join(arrows).replace("\0\0", "\0 \0").split("\0")


def _object(shim: Rewriter, words: list[str]) -> str:
    inner = shim.rewrite(words).strip()
    return f"{{{inner}}}" if inner else " "


def _arrow(shim: Rewriter, row: list[str], at: int) -> tuple[str, int, bool]:
    """An arrow, where it ends, and whether it surely leads across."""
    kind = row[at] if at < len(row) else ""
    if kind == ".":
        return " ", at + 1, False
    if kind == "=":
        return "\\mathrel{=\\!\\!=\\!\\!=\\!\\!=}", at + 1, True
    if kind in ("|", "\\vert", "\\|"):
        return "\\Big\\|", at + 1, False
    if kind not in _ACROSS and kind not in _DOWN:
        raise TexError(f"An arrow of CD cannot begin with @{kind}.")
    first, at = _label(shim, row, at + 1, kind)
    second, at = _label(shim, row, at, kind)
    if kind in _ACROSS:
        below = f"[{{{second}}}]" if second else ""
        return f"{_ACROSS[kind]}{below}{{{first or _NO_LABEL}}}", at, True
    # What is as wide stands on the other side too, unseen, and so the arrow in the middle.
    left, right = (
        f"{{\\scriptstyle {one}\\vphantom{{x}}}}" if one else "" for one in (first, second)
    )
    unseen = (f"\\hphantom{{{right}}}" if right else "", f"\\hphantom{{{left}}}" if left else "")
    return f"{unseen[0]}{left}\\Big{_DOWN[kind]}{right}{unseen[1]}", at, False


def _label(shim: Rewriter, row: list[str], at: int, end: str) -> tuple[str, int]:
    depth, start = 0, at
    while at < len(row):
        if row[at] == end and not depth:
            return shim.rewrite(row[start:at]).strip(), at + 1
        depth += (row[at] == "{") - (row[at] == "}")
        at += 1
    raise TexError(f"An arrow @{end} of CD needs this letter three times.")
