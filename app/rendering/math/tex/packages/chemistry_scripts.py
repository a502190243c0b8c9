"""What stands above and below the line in a chemical formula: charges, indexes, states."""

from __future__ import annotations

import re

from app.rendering.math.tex.marks import Rewriter
from app.rendering.math.tex.tokens import tokenize

_STATES = r"\((?:aq|cr|am|vit|ads|mon|pol|sln|lc|cd|nr|[slg]|\$[^$]*\$|aq,\s*\$[^$]*\$)\)"
STATE = re.compile(_STATES)
_END = rf"(?=$|[\s)\]}},;_^+&]|\\\}}|\\\\|{_STATES})"
# A minus is a charge where nothing follows that it could bind.
CHARGE = re.compile(rf"\++|-+{_END}")
SUPERSCRIPT = re.compile(
    rf"\d+\.?[+]|\d+\.?-{_END}|[a-z][+]|[a-z]-{_END}|\d+|[+]\d*|-\d*|[.•]+[+-]?|'+|\*+|[A-Za-z]"
)
SUBSCRIPT = re.compile(r"[+-]?\d+|[+-]|\*|[A-Za-z]")
_SCRIPT_PART = re.compile(
    r"[A-Z][A-Za-z]*|[a-z]{2,}|[a-z]|\d+(?:[.,]\d+)?|[.•]|'|\s+|-|.", re.DOTALL
)


def write_script(shim: Rewriter, text: str) -> str:
    """What stands in a script: letters alone are variables, others names."""
    out: list[str] = []
    parts = text.split("$")
    for number, part in enumerate(parts):
        if number % 2:
            out.append(shim.rewrite(tokenize(part)))
        elif "\\" in part or "{" in part:
            inner = part.strip()
            named = re.fullmatch(r"\{([^{}]*)\}", inner)
            out.append(
                shim.text(tokenize(named[1]), "\\text") if named else shim.rewrite(tokenize(part))
            )
        else:
            out += [_in_script(word) for word in _SCRIPT_PART.findall(part)]
    return "".join(out)


def _in_script(word: str) -> str:
    if word.isspace():
        return "\\ "
    if word in ".•":
        return "{\\bullet}"
    if word == "'":
        return "\\prime "
    if word in "+-=*":
        return "{*}" if word == "*" else f"{{{word}}}"
    if word.isalpha() and word.isascii() and not (len(word) == 1 and word.islower()):
        return f"\\mathrm{{{word}}}"
    return word if word.isascii() and word not in "^_&#%" else ""
