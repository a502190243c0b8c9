r"""TeX as plain text, the same for every source; formulas stay as they are.

`G{\"o}del` becomes `Gödel`, `{R-CNN}` becomes `R-CNN`, `$x_{1}$` stays. pylatexenc reads it, with a
context of our own (`tex_signs`). It wants TeX that is whole, and looks at each sign: so one pass
before (`tex_mending`) closes what is open, and sets aside what needs no reading: formulas, entities
of HTML, and words. No text is refused; what is too much to be read stays as it is. What
`escape_tex` makes of a text is read again without a difference.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)
from pylatexenc.latexwalker import LatexGroupNode, LatexMacroNode, LatexWalker
from pylatexenc.macrospec import LatexContextDb, MacroSpec

from app.text.signs import mend_signs, part_runs
from app.text.tex_mending import (
    FIRST_PRIVATE_SIGN,
    PARAGRAPH,
    PRIVATE,
    Mender,
    is_balanced,
)
from app.text.tex_signs import (
    ACCENTS,
    ALONE,
    DROPPED,
    LOWERED,
    NOTHING,
    SCRIPTS,
    SPACES,
    STYLES,
    SYMBOLS,
    WRAPPED,
)

_TEX = re.compile(r"[\\{}$~&`'\n-]|[?!]`")
_FORMULA_SIGNS = re.compile(r"[\w+\-−–/*.,=()<> ]+", re.ASCII)
_MARK = re.compile(r"\\(?:[A-Za-z@]+|.)?|[{}$&]|\n[ \t]*(?=\n)", re.DOTALL)
# A formula in brackets has none of the same inside: else each of many openings without an end
# would be followed to the end of the text.
_FORMULA = re.compile(
    r"\$\$.+?\$\$(?!\d)|\$[^$]+\$(?!\d)|\\\((?:(?!\\\().)+?\\\)|\\\[(?:(?!\\\[).)+?\\\]", re.DOTALL
)
_SIGN = re.compile(r"[\\{}~^$%#_&]|-(?=-)|`(?=`)|'(?=')|[?!](?=`)")
_ENTITY = re.compile(r"(?:[A-Za-z]{2,8}\d{0,2}|#\w{1,7});")  # of HTML, after its "&"
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def plain(tex: str) -> str:
    r"""Text of TeX on one line.

    Accents and braces are resolved, formulas left between their dollars or in `\(…\)`.
    """
    return " ".join(_text(tex).replace(PARAGRAPH, " ").split())


def paragraphs(tex: str) -> str:
    """As `plain`, with a blank line where the TeX has one."""
    parts = (" ".join(part.split()) for part in _text(tex).split(PARAGRAPH))
    return "\n\n".join(filter(None, parts))


def escape_tex(text: str) -> str:
    """Plain text as TeX on one line.

    What is a formula stays, unless reading would change it.
    """
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    tex = "".join(_pieces(text))
    return tex if tex == text or plain(tex) == text else escape_signs(text)


def escape_signs(text: str) -> str:
    """Plain text as TeX in which nothing is a formula."""
    return part_runs(_SIGN.sub(_sign, text))


def _pieces(text: str) -> list[str]:
    pieces, at = [], 0
    for found in _FORMULA.finditer(text):
        formula = found[0]
        inside = formula.strip("$") if formula[0] == "$" else formula[2:-2]
        # With spaces inside of single dollars it is rather two amounts of money.
        is_display = formula.startswith(("$$", r"\["))
        is_formula = bool(inside) and (is_display or inside == inside.strip())
        if is_formula and plain(formula) == formula:
            pieces += [escape_signs(text[at : found.start()]), formula]
            at = found.end()
    return [*pieces, escape_signs(text[at:])]


def count_marks(tex: str, most: int) -> int:
    """How many signs and words of TeX a text has, counted up to a limit."""
    return sum(1 for _ in islice(_MARK.finditer(tex), most))


def _sign(found: re.Match[str]) -> str:
    sign = found[0]
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign in "-`'?!":  # two of them would be another sign
        return sign + "{}"
    if sign == "&" and _ENTITY.match(found.string, found.end()):
        return "\\&{}"
    return "\\" + sign


def _text(tex: str) -> str:
    tex = mend_signs(PRIVATE.sub("", tex))
    if not _TEX.search(tex):
        return unicodedata.normalize("NFC", tex)
    return _short(tex) if len(tex) < 300 else _read(tex)


def _read(tex: str) -> str:
    mended = Mender(tex, _names())
    whole = mended.read()
    if whole is None:
        return unicodedata.normalize("NFC", re.sub(r"\n[ \t]*\n\s*", PARAGRAPH, tex))
    held = dict(enumerate(mended.held, FIRST_PRIVATE_SIGN))
    if "\\" in whole or "{" in whole:
        walker = LatexWalker(whole, latex_context=_reading(), tolerant_parsing=True)
        whole = _Printer(held).nodelist_to_text(walker.get_latex_nodes()[0])
    return unicodedata.normalize("NFC", whole.translate(held))


# Names of journals and people come again and again in a file.
_short = lru_cache(maxsize=4096)(_read)


class _Printer(LatexNodes2Text):  # type: ignore[misc]
    """Prints what was read, as text."""

    def __init__(self, held: dict[int, str]) -> None:
        super().__init__(latex_context=_printing(), strict_latex_spaces=True)
        self.held = held


@cache
def _names() -> frozenset[str]:
    return frozenset(spec.macroname for spec in _printing().iter_macro_specs())


@cache
def _reading() -> LatexContextDb:
    """Which macros have arguments."""
    arguments = {**dict.fromkeys((*ACCENTS, *WRAPPED, *SCRIPTS), 1), **DROPPED}
    context = LatexContextDb()
    context.add_context_category(
        "ours", macros=[MacroSpec(name, "{" * count) for name, count in arguments.items()]
    )
    context.set_unknown_macro_spec(MacroSpec(""))
    return context


@cache
def _printing() -> LatexContextDb:
    """What macros print."""
    texts: dict[str, Any] = {
        **dict.fromkeys(STYLES, ""),
        **dict.fromkeys(NOTHING, ""),
        **dict.fromkeys(SPACES, " "),
        **SYMBOLS,
        **{name: _accented(mark) for name, mark in ACCENTS.items()},
        **{name: _wrapped(*around) for name, around in WRAPPED.items()},
        **{name: _moved(signs) for name, signs in SCRIPTS.items()},
        **dict.fromkeys(DROPPED, _dropped),
    }
    theirs = get_default_latex_context_db()
    for spec in theirs.iter_macro_specs():
        text = spec.simplify_repl
        if isinstance(text, str) and text and "%" not in text:
            texts.setdefault(spec.macroname, text)
    context = LatexContextDb()
    specs = [MacroTextSpec(name, simplify_repl=text) for name, text in texts.items()]
    context.add_context_category("ours", macros=specs)
    return context


def _argument(node: LatexMacroNode, printer: _Printer, place: int = 0) -> str:
    arguments = node.nodeargd.argnlist if node.nodeargd else []
    node = arguments[place] if place < len(arguments or []) else None
    if node is None:
        return ""
    nodes = node.nodelist if isinstance(node, LatexGroupNode) else [node]
    return str(printer.nodelist_to_text(nodes)).translate(printer.held)


def _accented(mark: str) -> Any:
    def print_it(node: LatexMacroNode, l2tobj: _Printer) -> str:
        text = _argument(node, l2tobj).strip()
        if not text:
            return ALONE.get(mark, "")
        letter = {"ı": "i", "ȷ": "j"}.get(text[0], text[0])
        # Marks that the letter has already stay nearer to it.
        end = 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        return letter + text[1:end] + mark + text[end:]

    return print_it


def _wrapped(before: str, after: str) -> Any:
    def print_it(node: LatexMacroNode, l2tobj: _Printer) -> str:
        if before != "$":
            return before + _argument(node, l2tobj) + after
        arguments = (node.nodeargd.argnlist if node.nodeargd else None) or [None]
        tex = "" if arguments[0] is None else arguments[0].latex_verbatim().translate(l2tobj.held)
        inside = " ".join(tex.removeprefix("{").removesuffix("}").split())
        is_formula = inside and "$" not in inside and "\\(" not in inside and is_balanced(inside)
        return f"${inside}$" if is_formula else _argument(node, l2tobj)

    return print_it


def _moved(signs: dict[int, int]) -> Any:
    def print_it(node: LatexMacroNode, l2tobj: _Printer) -> str:
        text = _argument(node, l2tobj).replace("$", "")
        if all(ord(sign) in signs for sign in text):
            return text.translate(signs)
        # `10\textsuperscript{1/3}` is not 101/3; `5\textsuperscript{th}` is 5th.
        is_formula = any(map(str.isdecimal, text)) and _FORMULA_SIGNS.fullmatch(text)
        return f"${'_' if signs is LOWERED else '^'}{{{text}}}$" if is_formula else text

    return print_it


def _dropped(node: LatexMacroNode, l2tobj: _Printer) -> str:
    """What is no group was no argument."""
    arguments = (node.nodeargd.argnlist if node.nodeargd else None) or []
    return "".join(
        l2tobj.nodelist_to_text([each])
        for each in arguments
        if each is not None and not isinstance(each, LatexGroupNode)
    )
