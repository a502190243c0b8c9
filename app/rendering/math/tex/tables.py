"""Rows and columns of TeX environments, looked at as tokens."""

from __future__ import annotations

import re

_COPIES = re.compile(r"\*\{?(\d{1,2})\}?\{([^{}]*)\}")
_DECORATION = re.compile(r"[@!><]\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_BOX = re.compile(r"[pmb]\{[^{}]*\}|X")


def top_level(tokens: list[str]) -> set[str]:
    """Which of `&` and `\\\\` stand outside braces and environments."""
    found: set[str] = set()
    depth = 0
    for word in tokens:
        if word in ("{", "\\begin"):
            depth += 1
        elif word in ("}", "\\end"):
            depth -= 1
        elif depth <= 0 and word in ("&", "\\\\"):
            found.add(word)
    return found


def two_columns(tokens: list[str]) -> list[str]:
    """The rows of `eqnarray` (left, relation, right) with the second `&` left out."""
    kept: list[str] = []
    depth = seen = 0
    for word in tokens:
        if word in ("{", "\\begin"):
            depth += 1
        elif word in ("}", "\\end"):
            depth -= 1
        elif depth == 0 and word in ("\\\\", "\\cr"):
            seen = 0
        elif depth == 0 and word == "&":
            seen += 1
            if seen == 2:
                continue
        kept.append(word)
    return kept


def width(tokens: list[str]) -> int:
    """Columns of the first row, at most 30."""
    first = tokens[: tokens.index("\\\\")] if "\\\\" in tokens else tokens
    return min(first.count("&") + 1, 30)


def columns(spec: str) -> str:
    """A column specification in the letters l, c, r and the rules that math-core knows."""
    spec = _COPIES.sub(lambda copies: copies[2] * min(int(copies[1]), 30), spec)
    spec = _BOX.sub("l", _DECORATION.sub("", spec))
    return re.sub(r"[^lcr|:]", "", spec)[:60] or "c"
