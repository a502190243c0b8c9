"""Undo in a formula what was written for Markdown's sake.

GitHub takes away a backslash before punctuation before it sets a formula, so notes that are
written for it have `\\_` for `_` and `\\\\{` for `\\{`.
"""

from __future__ import annotations

import re

_LOW_LINE = re.compile(
    # Left alone: low lines in names.
    r"\\(?:text\w*|mbox|operatorname\*?|math(?:rm|tt|sf|bf|it))\s*\{[^{}]*\}"
    r"|(\\[a-zA-Z]+|(?<![A-Za-z])[A-Za-z]|[)}\]'])\\_"
    r"(?=\{|\\[a-zA-Z]|[A-Za-z0-9*](?![A-Za-z_]))|(\\_)(?=\{)"
)
_FENCE = re.compile(r"(\\(?:left|right|middle|[bB]igg?[lrm]?)\s*)\\\\(?=[{}|])")
_BRACE = re.compile(r"\\\\(?=[{}])")


def undo_markdown_escapes(tex: str, display: bool) -> str:
    """A formula without the backslashes that Markdown would take away."""
    if "\\_" in tex:
        tex = _LOW_LINE.sub(_with_script, tex)
    if "\\\\" in tex:
        tex = _FENCE.sub(r"\1\\", tex)
        if not display and "\\\\{" in tex and "\\\\}" in tex and "\\begin" not in tex:
            tex = _BRACE.sub(r"\\", tex)
    return tex


def _with_script(found: re.Match[str]) -> str:
    return f"{found[1] or ''}_" if found[1] or found[2] else found[0]
