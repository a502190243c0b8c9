"""Turn the TeX of one formula into MathML that is safe to put on a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from math_core import LatexError, LatexToMathML

from app.rendering.mathml import MathmlError, sanitize
from app.rendering.scanner import clean
from app.rendering.tex_shim import shim
from app.rendering.tex_tokens import TexError

MAX_TEX_BYTES = 4000

_CONVERTER = LatexToMathML(fancy_error=False, allow_unreliable_rendering=True)
_POSITION = re.compile(r"^\d+: ")


@dataclass(frozen=True)
class Formula:
    """The HTML of a formula, and in one sentence why it could not be set, if it could not."""

    html: str
    problem: str | None


@lru_cache(maxsize=4096)
def to_mathml(tex: str, display: bool) -> Formula:
    """Set one formula, given without its delimiters.

    A `display` formula comes in `<span class="math-block">`, which scrolls by itself. TeX that
    cannot be set comes back as `<code class="math-error">` with the reason as its title. Never
    raises.
    """
    tex = clean(tex)
    try:
        if len(tex.encode()) > MAX_TEX_BYTES:
            raise TexError(f"A formula may have at most {MAX_TEX_BYTES:,} bytes.")
        shimmed = shim(tex, display)
        markup = _convert(shimmed.tex, display)
        html = sanitize(markup, tex, shimmed.marks, display=display)
    except (TexError, LatexError, MathmlError) as error:
        problem = _POSITION.sub("", str(error))
        return Formula(_error(tex, display, problem), problem)
    return Formula(f'<span class="math-block">{html}</span>' if display else html, None)


def _convert(tex: str, display: bool) -> str:
    # Expanded commands can be longer than what was written.
    if len(tex) > 4 * MAX_TEX_BYTES:
        raise TexError("The formula is too long.")
    try:
        return _CONVERTER.convert_with_local_state(tex, displaystyle=display)
    except BaseException as error:
        # A panic in Rust arrives as an exception that has no importable class.
        if type(error).__name__ != "PanicException":
            raise
        raise TexError("The formula cannot be set.") from error


def _error(tex: str, display: bool, problem: str) -> str:
    fence = "" if tex.startswith("\\begin{") else "$$" if display else "$"
    source = escape(f"{fence}{tex}{fence}")
    return f'<code class="math-error" title="{escape(problem)}">{source}</code>'
