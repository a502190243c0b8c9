"""Turn the TeX of one formula into MathML that is safe."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

from math_core import LatexError, LatexToMathML

from app.rendering import faults
from app.rendering.math.mathml import MathmlError, sanitize
from app.rendering.math.scanner import clean
from app.rendering.math.shim import shim
from app.rendering.math.tex.definitions import DEFINITION, defines
from app.rendering.math.tex.limits import Steps
from app.rendering.math.tex.macros import Macros
from app.rendering.math.tex.tokens import TexError

MAX_TEX_BYTES = 8192
# A formula of allowed length can be longer once its macros are expanded.
MAX_EXPANDED_BYTES = 16_384

_CONVERTER = LatexToMathML(fancy_error=False, allow_unreliable_rendering=True)
_POSITION = re.compile(r"^\d+: ")
# What is a formula without dollars around it.
_UNFENCED = re.compile(r"\\begin\{|" + DEFINITION)


@dataclass(frozen=True)
class RenderedFormula:
    """The HTML of a formula.

    Attributes:
        problem: in one sentence why it could not be set, if it could not.
        steps: how many it took, see `Steps`.
    """

    html: str
    problem: str | None
    steps: int = 0


@lru_cache(maxsize=4096)
def to_mathml(tex: str, display: bool, written: str | None = None) -> RenderedFormula:
    """Set one formula, given without its delimiters.

    Args:
        tex: what to set. Macros that it defines itself are expanded.
        display: whether it stands on its own. It then comes in `<span class="math-block">`, which
            scrolls by itself.
        written: what its writer wrote, where that is not `tex` because macros have been expanded.

    TeX that cannot be set comes back as `<code class="math-error">` with the reason as its title,
    whatever went wrong. Never raises, but for want of memory.
    """
    source = tex if written is None else written
    steps = Steps()
    try:
        html = _typeset(clean(tex), display, written and clean(written), steps)
    except Exception as error:
        return replace(refuse(source, display, problem_of(error)), steps=steps.taken)
    return RenderedFormula(html, None, steps.taken)


def problem_of(error: Exception) -> str:
    """Say in a sentence what is wrong with a formula.

    The exception that it led to tells.

    A fault of ours is logged. Raises the exception again when memory has run out: that is the
    whole text's fault, and another time the formula may be set.
    """
    if isinstance(error, MemoryError):
        raise error
    if isinstance(error, TexError | LatexError | MathmlError):
        return " ".join(_POSITION.sub("", str(error)).split())
    if isinstance(error, RecursionError):
        return "The formula is nested too deeply."
    faults.log_fault(error)
    return faults.SENTENCE


def refuse(tex: str, display: bool, problem: str) -> RenderedFormula:
    """The source of a formula that is not set.

    The reason is given as a sentence.
    """
    tex, problem = clean(tex), clean(problem)
    fence = "" if _UNFENCED.match(tex) else "$$" if display else "$"
    source = escape(f"{fence}{tex}{fence}")
    return RenderedFormula(
        f'<code class="math-error" title="{escape(problem)}">{source}</code>', problem
    )


def _typeset(tex: str, display: bool, written: str | None, steps: Steps) -> str:
    source = tex if written is None else written
    if len(source.encode()) > MAX_TEX_BYTES and not defines(source):
        raise TexError(f"A formula may have at most {MAX_TEX_BYTES:,} bytes.")
    if written is None and defines(tex):
        tex = Macros().expand(tex)
        if not tex.strip():
            return ""
    if len(tex.encode()) > MAX_EXPANDED_BYTES:
        raise TexError(f"A formula may have at most {MAX_EXPANDED_BYTES:,} bytes when expanded.")
    shimmed = shim(tex, display, steps)
    markup = _convert(shimmed.tex, display)
    return sanitize(markup, source, shimmed.marks, display=display, steps=steps)


def _convert(tex: str, display: bool) -> str:
    # Expanded commands can be longer than what was written.
    if len(tex) > 2 * MAX_EXPANDED_BYTES:
        raise TexError("The formula is too long.")
    try:
        return _CONVERTER.convert_with_local_state(tex, displaystyle=display)
    except BaseException as error:
        # A panic in Rust arrives as an exception that has no importable class, and is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise RuntimeError("math-core gave up.") from error
