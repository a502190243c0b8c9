"""Mend TeX that somebody wrote by hand or a program damaged.

In one pass.
"""

from __future__ import annotations

import re
from collections.abc import Container
from html import unescape
from html.entities import html5

from app.text.tex_signs import ACCENTS, DROPPED, LENGTHS, NOTHING, SCRIPTS, SPACES, WRAPPED

MAX_MARKS = 1500  # what pylatexenc looks at in one text; no title or abstract has as many
MAX_DEPTH = 30  # of braces
FIRST_PRIVATE_SIGN = 0xE000  # from here on private signs stand for what was set aside
MAX_HELD = 6000
PARAGRAPH = "\x1e"  # stands for a break between paragraphs until the end
PRIVATE = re.compile("[\x1e\ue000-\uf8ff]")
# `{\&}amp;` and `\&amp;` come from programs that escaped what was HTML.
_ENTITY = r"(?:\\?&|\{\\&\})(?:amp;)?(?:[A-Za-z]{2,8}\d{0,2}|\\?#\d{1,6}|\\?#x[\da-fA-F]{1,5});"
_ENTITIES = re.compile(_ENTITY)
_SPECIAL = frozenset("\\{}$&~%#_^")
_TOKEN = re.compile(
    rf"(?P<entity>{_ENTITY})"
    r"|(?P<word>\\[A-Za-z@]+)\*?(?P<after>[ \t]*(?:\n(?![ \t]*\n)[ \t]*)?)"
    r"|(?P<sign>\\[^A-Za-z@])|(?P<lone>\\)"
    r"|(?P<open>\{)|(?P<close>\})|(?P<math>\$\$?)|(?P<break>\n[ \t]*\n\s*)"
    r"|(?P<plain>(?:[^\\{}$&\n]|\n(?![ \t]*\n))+|&)",
)
_LIGATURE = re.compile(r"(?<!/)~|-{2,}|``|''|[?!]`")
_LIGATURES = {"~": " ", "--": "–", "``": "“", "''": "”", "?`": "¿", "!`": "¡"}
_LENGTH = re.compile(r"=?\s*-?[\d.]+\s*(?:em|ex|pt|mm|cm|in|sp|mu|pc|bp)?\s?")
_NAME = re.compile(r"\s*\{[^{}\\$]{0,60}\}")
# What stands for formulas in `\ifmmode … \else … \fi`.
_MODES = re.compile(
    r"\\ifmmode\s*+((?:(?!\\ifmmode|\\fi|\\else).)*+)"
    r"(?:\\else(?:(?!\\ifmmode|\\fi).)*+)?\\fi(?![A-Za-z])",
    re.DOTALL,
)
_SPACE = re.compile(r"\s*")


def unescape_entities(tex: str) -> str:
    """TeX without entities of HTML.

    A sign that means something in TeX is escaped.
    """
    return _ENTITIES.sub(_unescaped, tex)


def _unescaped(found: re.Match[str]) -> str:
    sign, rest = _sign_of(found[0])
    return (f"\\{sign}" if sign in _SPECIAL else sign) + rest


def _sign_of(entity: str) -> tuple[str, str]:
    """What an entity stands for, and what of it is only a word between `&` and `;`.

    One that was escaped twice is one.
    """
    name = entity.partition("&")[2].removeprefix("}")
    for rest in filter(None, (name.removeprefix("amp;"), name)):
        named = rest.removeprefix("\\")
        if named[0] == "#" or named in html5:
            return PRIVATE.sub("", unescape(f"&{named}")), ""
    return "&", name.removeprefix("amp;")


class Mender:
    """TeX on its way to what pylatexenc reads: whole, without formulas and words.

    Args:
        tex: any text.
        known: names of the macros that will be printed as something.

    Attributes:
        held: what was set aside, in the order of the signs from `FIRST_PRIVATE_SIGN` on that stand
            for it.
    """

    def __init__(self, tex: str, known: Container[str]) -> None:
        self.tex = tex
        self.known = known
        self.out: list[str] = []
        self.held: list[str] = []
        # Places in `out` of braces that are not closed yet, and what else ends with each.
        self.opened: list[tuple[int, str]] = []
        self.depth = 0
        self.too_deep = 0
        self.at = 0
        self.marks = 0
        self.wants = False  # whether a macro waits for its argument
        self.ends = ""  # what stands behind that: `\'\^e` is read as `\'{\^e}`
        self.found: dict[str, int] = {}  # where the next of some marks are

    def read(self) -> str | None:
        """The mended TeX; `None` when there is too much of it."""
        while self.at < len(self.tex):
            token = _TOKEN.match(self.tex, self.at)
            if token is None:  # cannot be: some branch takes any sign
                break
            self.at = token.end()
            kind = "word" if token.lastgroup == "after" else token.lastgroup or ""
            text = token[kind]
            if kind != "plain":
                self.marks += 1
            if self.marks > MAX_MARKS or len(self.held) > MAX_HELD:
                return None
            getattr(self, f"_{kind}")(text)
        self._end_argument()
        for place, ends in self.opened:
            self.out[place] = ""
            self.out.append(ends)
        return "".join(self.out)

    def hold(self, text: str) -> None:
        """Set a text aside that is printed as it is."""
        self.out.append(chr(FIRST_PRIVATE_SIGN + len(self.held)))
        self.held.append(text)
        self._given()

    def _given(self) -> None:
        """The argument that a macro waited for is there, if one did."""
        self.out.append(self.ends)
        self.depth -= len(self.ends)
        self.wants, self.ends = False, ""

    def _plain(self, text: str) -> None:
        text = _LIGATURE.sub(lambda found: _LIGATURES.get(found[0], "—"), text)
        if self.wants:  # its first sign
            text = text.lstrip()
            if not text:
                return
            self.hold(text[0])
            text = text[1:]
        if text:
            self.hold(text)

    def _entity(self, text: str) -> None:
        sign, rest = _sign_of(text)
        self.at -= len(rest)
        self.hold(sign)

    def _lone(self, _text: str) -> None:
        self.hold("\\")

    def _break(self, _text: str) -> None:
        self._end_argument()
        self.hold(PARAGRAPH)

    def _open(self, _text: str) -> None:
        if self.depth >= MAX_DEPTH:
            self.too_deep += 1
            return
        self.depth += 1
        self.opened.append((len(self.out), self.ends))
        self.out.append("{")
        self.wants, self.ends = False, ""

    def _close(self, _text: str) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif self.opened:
            self._end_argument()
            _, ends = self.opened.pop()
            self.out.append("}" + ends)
            self.depth -= 1 + len(ends)

    def _end_argument(self) -> None:
        if self.wants:
            self.out.append("{}")
            self._given()

    def _math(self, dollars: str) -> None:
        end = self._find(dollars)
        while end > 0 and self.tex[end - 1] == "\\":
            end = self.tex.find(dollars, end + 1)
        inside = self.tex[self.at : end] if end >= 0 else ""
        if end < 0 and len(dollars) == 2:  # `$$` is an empty formula, or nothing
            return
        if end < 0 or not is_balanced(inside):
            self.hold("$")
            return
        self.at = end + len(dollars)
        if inside.strip():
            inside = _MODES.sub(r"\1", inside)
            self.hold(f"{dollars}{_join_lines(inside, len(dollars) == 2)}{dollars}")

    def _sign(self, text: str) -> None:
        sign = text[1]
        if sign in "([":
            self._bracketed(")" if sign == "(" else "]")
        elif sign in ")]":
            self.hold(text)
        elif sign in ACCENTS:
            self._accent(text)
        elif sign in SPACES or sign.isspace():
            self.hold(" ")
        elif sign not in NOTHING:
            self.hold(sign)

    def _bracketed(self, closer: str) -> None:
        opener = "(" if closer == ")" else "["
        end, further = self._find("\\" + closer), self._find("\\" + opener)
        is_nested = self.at <= further < end
        inside = "" if is_nested or end < 0 else self.tex[self.at : end]
        if inside.strip() and is_balanced(inside):
            self.at = end + 2
            self.hold(f"\\{opener}{_join_lines(inside, opener == '[')}\\{closer}")
        else:
            self.hold("\\" + opener)

    def _find(self, mark: str) -> int:
        """Where the next of these marks is, -1 for nowhere; looks at each sign only once."""
        known = self.found.get(mark, 0)
        if 0 <= known <= self.at:
            known = self.found[mark] = self.tex.find(mark, self.at)
        return known

    def _word(self, text: str) -> None:
        name = text[1:]
        if name in LENGTHS:
            length = _LENGTH.match(self.tex, self.at)
            self.at = length.end() if length else self.at
        elif name in ("begin", "end"):
            environment = _NAME.match(self.tex, self.at)
            self.at = environment.end() if environment else self.at
        elif name == "ifmmode":  # of `\ifmmode \acute{c}\else \'{c}\fi` the second is for texts
            other, end = self._find("\\else"), self._find("\\fi")
            if other >= 0 and not self.at <= end < other:
                rest = _SPACE.match(self.tex, other + len("\\else"))
                self.at = rest.end() if rest else self.at
            elif end >= 0:
                self.at = end
        elif name == "par":
            self._break(text)
        elif name in WRAPPED or name in DROPPED:
            if self.tex.startswith("{", self.at):
                self._macro(text)
        elif name in ACCENTS or name in SCRIPTS:
            self._accent(text + " ")
        elif name in self.known:
            self._macro(text + " ")
        elif not self.tex.startswith(("{", "["), self.at) and len(name) > 2:
            # A name of the author's own, such as `\Fermi`, says more than nothing.
            self.hold(name + (" " if self.tex[self.at - 1].isspace() else ""))

    def _macro(self, text: str) -> None:
        self.out.append(text)
        self._given()

    def _accent(self, text: str) -> None:
        """A macro that takes the next sign or group."""
        if self.wants:
            if self.depth >= MAX_DEPTH:
                return
            self.depth += 1
            self.out.append("{")
            self.ends += "}"
        self.out.append(text)
        self.wants = True


def is_balanced(tex: str) -> bool:
    """Whether braces are closed, as BibTeX counts them: those after a backslash count too."""
    depth = 0
    for brace in re.findall(r"[{}]", tex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _join_lines(formula: str, is_display: bool) -> str:
    """A formula on one line; a display keeps its distance from its marks."""
    return " ".join(re.split(r"\s+", formula) if is_display else formula.split())
