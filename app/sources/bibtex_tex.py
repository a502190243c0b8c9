r"""TeX of BibTeX values as plain text, with formulas left as they are.

`G{\"o}del` becomes `Gödel`, `{R-CNN}` becomes `R-CNN`, `$x_{1}$` stays. Everything is one pass over
the tokens of a value, so that neither length nor nesting costs more than it has signs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import unescape

from pylatexenc.latex2text import get_default_latex_context_db

from app.sources.bibtex_signs import ACCENTS, DROPPED, LENGTHS, SPACES, STYLES, SYMBOLS, WRAPPED

_TOKEN = re.compile(
    # `{\&}amp;` and `\&amp;` come from programs that escaped what was HTML.
    r"(?P<entity>(?:\\?&|\{\\&\})(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[\da-fA-F]{1,5});)"
    r"|(?P<word>\\[A-Za-z@]+)\*?[ \t]*\n?[ \t]*|(?P<sign>\\[^A-Za-z@])|(?P<lone>\\)"
    r"|(?P<open>\{)|(?P<close>\})|(?P<math>\$\$?)|(?P<tie>~)|(?P<dashes>--+)"
    r"|(?P<quotes>``|'')|(?P<down>[?!]`)|(?P<break>\n[ \t]*\n\s*)"
    r"|(?P<text>[^\\{}$~\-`'?!&\n]+|.)",
    re.DOTALL,
)
_LENGTH = re.compile(r"=?\s*-?[\d.]+\s*(?:em|ex|pt|mm|cm|in|sp|mu|pc|bp)?\s?")
PARAGRAPH = "\x1e"  # stands for a break between paragraphs until the end


def plain(tex: str) -> str:
    r"""Text of a BibTeX value on one line: accents and braces resolved, formulas left between
    their dollars or in `\(…\)`."""
    return " ".join(_text(tex).replace(PARAGRAPH, " ").split())


def paragraphs(tex: str) -> str:
    """As `plain`, with a blank line where the value has one."""
    parts = (" ".join(part.split()) for part in _text(tex).split(PARAGRAPH))
    return "\n\n".join(filter(None, parts))


def _text(tex: str) -> str:
    if not re.search(r"[\\{}$~&`'\n-]", tex):
        return unicodedata.normalize("NFC", tex)
    return unicodedata.normalize("NFC", _Reader(tex).read())


class _Reader:
    """One value on its way to text."""

    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.out: list[str] = []
        self.accents: list[str] = []  # that wait for their letter, the innermost last
        self.closers: list[str] = []  # what the end of each open group adds
        self.at = 0
        self.pairs: dict[int, int] | None = None
        self.found: dict[str, int] = {}  # where the next of some marks are

    def read(self) -> str:
        while self.at < len(self.tex):
            token = _TOKEN.match(self.tex, self.at)
            if token is None:  # cannot be: the last branch takes any sign
                break
            self.at = token.end()
            kind, text = token.lastgroup or "", token[token.lastgroup or 0]
            getattr(self, f"_{kind}")(text)
        self._spacing_accents()
        return "".join(self.out)

    def add(self, text: str) -> None:
        """Add text, its first letter with the accents that wait for it."""
        if self.accents and text:
            bare = text.lstrip()
            if not bare:  # `\' e`
                return
            letter = {"ı": "i", "ȷ": "j"}.get(bare[0], bare[0])
            text = letter + "".join(reversed(self.accents)) + bare[1:]
            if self.accents[-1] == "\u0361":  # a tie stands between two letters
                text = letter + "\u0361" + bare[1:]
            self.accents.clear()
        self.out.append(text)

    def _text(self, text: str) -> None:
        self.add(text)

    def _entity(self, text: str) -> None:
        self.add(unescape("&" + text[text.index("&") + 1 :].removeprefix("}")))

    def _lone(self, _text: str) -> None:
        self.add("\\")

    def _tie(self, _text: str) -> None:
        self.add(" ")

    def _dashes(self, text: str) -> None:
        self.add("–" if len(text) == 2 else "—")

    def _quotes(self, text: str) -> None:
        self.add("“" if text == "``" else "”")

    def _down(self, text: str) -> None:
        self.add("¿" if text[0] == "?" else "¡")

    def _break(self, _text: str) -> None:
        self.out.append(PARAGRAPH)

    def _open(self, _text: str) -> None:
        self.closers.append("")

    def _close(self, _text: str) -> None:
        self._spacing_accents()
        if self.closers:
            self.add(self.closers.pop())

    def _spacing_accents(self) -> None:
        # `\~{}` is the sign by itself.
        for mark in self.accents:
            self.out.append(_ALONE.get(mark, ""))
        self.accents.clear()

    def _math(self, dollars: str) -> None:
        end = self.tex.find(dollars, self.at)
        while end > 0 and self.tex[end - 1] == "\\":
            end = self.tex.find(dollars, end + 1)
        inside = self.tex[self.at : end] if end >= 0 else ""
        if end < 0 and len(dollars) == 2:  # `$$` is an empty formula, or nothing
            return
        if end < 0 or not is_balanced(inside):
            self.add("$")
            return
        self.at = end + len(dollars)
        if inside.strip():
            self.add(f"{dollars}{' '.join(inside.split())}{dollars}")

    def _sign(self, text: str) -> None:
        sign = text[1]
        if sign in ACCENTS:
            self.accents.append(ACCENTS[sign])
        elif sign in "([":
            self._bracketed(")" if sign == "(" else "]")
        elif sign in ")]":
            self.add(text)
        elif sign in SPACES:
            self.add(SPACES[sign])
        else:
            self.add(" " if sign.isspace() else sign)

    def _bracketed(self, closer: str) -> None:
        opener = "(" if closer == ")" else "["
        end, further = self._find("\\" + closer), self._find("\\" + opener)
        is_nested = self.at <= further < end
        inside = "" if is_nested or end < 0 else self.tex[self.at : end]
        if inside.strip() and is_balanced(inside):
            self.at = end + 2
            self.add(f"\\{opener}{' '.join(inside.split())}\\{closer}")
        else:
            self.add("\\" + opener)

    def _find(self, mark: str) -> int:
        """Where the next of these marks is, -1 for nowhere; looks at each sign only once."""
        known = self.found.get(mark, 0)
        if 0 <= known <= self.at:
            known = self.found[mark] = self.tex.find(mark, self.at)
        return known

    def _word(self, text: str) -> None:
        name = text[1:]
        if name in ACCENTS:
            self.accents.append(ACCENTS[name])
        elif name in SYMBOLS:
            self.add(SYMBOLS[name])
        elif name == "par":
            self.out.append(PARAGRAPH)
        elif name in SPACES:
            self.add(SPACES[name])
        elif name in WRAPPED:
            self._wrapped(name)
        elif name in LENGTHS:
            length = _LENGTH.match(self.tex, self.at)
            self.at = length.end() if length else self.at
        elif name in DROPPED:
            self._drop(DROPPED[name])
        elif name not in STYLES:
            self._unknown(name)

    def _wrapped(self, name: str) -> None:
        """A macro that puts something around its argument."""
        before, after = WRAPPED[name]
        inside = self._group() if before == "$" else None
        if inside is not None and inside.strip() and is_balanced(inside) and "$" not in inside:
            self.add(f"${' '.join(inside.split())}$")
        elif inside is not None:
            self.at -= len(inside) + 2
        elif before != "$" and self.tex.startswith("{", self.at):
            self.at += 1
            self.add(before)
            self.closers.append(after)

    def _drop(self, arguments: int) -> None:
        for _ in range(arguments):
            if self._group() is None:
                break

    def _unknown(self, name: str) -> None:
        known = _symbol(name)
        if known is not None:
            self.add(known)
        elif not self.tex.startswith(("{", "["), self.at) and len(name) > 2:
            # A name of the author's own, such as `\Fermi`, says more than nothing.
            ended = self.tex[self.at - 1 : self.at]
            self.add(name + (" " if ended.isspace() else ""))

    def _group(self) -> str | None:
        """What stands in the braces that begin here, which are passed by."""
        if not self.tex.startswith("{", self.at):
            return None
        if self.pairs is None:
            self.pairs = _pairs(self.tex)
        end = self.pairs.get(self.at)
        if end is None:
            return None
        inside = self.tex[self.at + 1 : end]
        self.at = end + 1
        return inside


def is_balanced(tex: str) -> bool:
    """Whether braces are closed, as BibTeX counts them: those after a backslash count too."""
    depth = 0
    for brace in re.findall(r"[{}]", tex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _pairs(tex: str) -> dict[int, int]:
    """Where each opening brace is closed."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for brace in re.finditer(r"\\.|[{}]", tex, re.DOTALL):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            found[opened.pop()] = brace.start()
    return found


@cache
def _symbol(name: str) -> str | None:
    spec = get_default_latex_context_db().get_macro_spec(name)
    text = getattr(spec, "simplify_repl", None)
    return text if isinstance(text, str) and "%" not in text and text else None


_ALONE = {
    "\u0300": "`",
    "\u0301": "´",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "¯",
    "\u0307": "˙",
    "\u0308": "¨",
}
