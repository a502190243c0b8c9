"""Rewrite TeX that writers use and math-core does not know into TeX that it does.

What has no counterpart in math-core (colours by number, links, sizes) becomes a mark
(`marks.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.rendering.math.tex import commands as known
from app.rendering.math.tex import constructs
from app.rendering.math.tex import marks as tex_marks
from app.rendering.math.tex.escapes import undo_markdown_escapes
from app.rendering.math.tex.limits import MAX_DEPTH, MAX_OPEN_BRACKETS, Steps, group_open_brackets
from app.rendering.math.tex.marks import MARK, Mark
from app.rendering.math.tex.packages import chemistry, diagrams, physics, quantities
from app.rendering.math.tex.packages.presets import PRESETS
from app.rendering.math.tex.tables import columns, top_level, two_columns, width
from app.rendering.math.tex.tokens import TexError, TokenReader, is_word, tokenize, without_comments

# Formulas in which nothing needs rewriting, as most in notes: leaving them alone saves time.
_PLAIN = re.compile(
    r"(?:[A-Za-z0-9 +\-=,.;:!/*|'^_(){}\[\]]|\\[,;:!{}|]|\\(?:left|right)[()\[\]|.]"
    r"|\\(?:text|operatorname)\{[A-Za-z0-9 .,:]+\}"
    r"|\\(?:" + "|".join(sorted(known.UNTOUCHED)) + r")(?![a-zA-Z*]))*+"
)
_OTHERS = {
    **constructs.HANDLERS, **tex_marks.HANDLERS, **physics.HANDLERS,
    **chemistry.HANDLERS, **quantities.HANDLERS,
}  # fmt: skip


@dataclass(frozen=True)
class Shimmed:
    """TeX for math-core, and what its marks mean."""

    tex: str
    marks: tuple[Mark, ...]


def shim(tex: str, display: bool, steps: Steps | None = None) -> Shimmed:
    """Rewrite the TeX of one formula.

    Each token that is looked at is one of the `steps`.

    Raises TexError when it nests too deeply, defines macros, has an unclosed group or takes too
    many steps.
    """
    if _is_plain(tex):
        return Shimmed(tex, ())
    tokens = without_comments(tokenize(undo_markdown_escapes(tex.replace(MARK, ""), display)))
    group_open_brackets(tokens)  # the shim recurses too
    shimmer = _Shim(display, tex.isascii(), steps or Steps())
    body = "".join(group_open_brackets(tokenize(shimmer.top(tokens))))
    return Shimmed(body, tuple(shimmer.marks))


def _is_plain(tex: str) -> bool:
    """Whether `tex` needs no rewriting and is too short to reach a limit."""
    return (
        tex.count("{") + tex.count("\\") <= MAX_DEPTH
        and sum(map(tex.count, ("(", "[", "\\{", "\\l"))) <= MAX_OPEN_BRACKETS
        and "^'" not in tex
        and _PLAIN.fullmatch(tex) is not None
    )


class _Shim:
    def __init__(self, display: bool, ascii_only: bool, steps: Steps) -> None:
        self._steps = steps
        self.marks: list[Mark] = []
        self._ascii = ascii_only
        self.display = display
        self._tag: str | None = None
        self._tag_in_row = False
        self._handlers: dict[str, Callable[[TokenReader, str], str]] = {
            "\\begin": self._begin, "\\tag": self._take_tag, "\\tag*": self._take_tag,
            "\\multicolumn": self._multicolumn, "\\intertext": self._intertext,
            "\\shortintertext": self._intertext, "\\\\": self._newline, "\\cr": self._newline,
        }  # fmt: skip

    def top(self, tokens: list[str]) -> str:
        """The whole formula; lines and columns outside any environment get one."""
        while tokens and (tokens[-1].isspace() or tokens[-1] in ("\\\\", "\\newline", "\\cr")):
            tokens = tokens[:-1]  # a new line at the end would be an empty row
        marks = top_level(tokens)
        body = self.rewrite(tokens)
        if "&" in marks:
            body = f"\\begin{{aligned}}{body}\\end{{aligned}}"
        elif "\\\\" in marks and self.display:
            body = f"\\begin{{gathered}}{body}\\end{{gathered}}"
        if self._tag is None:
            return body
        if self.display:
            return f"\\begin{{equation*}}{body}\\tag{{{self._tag}}}\\end{{equation*}}"
        return f"{body}\\qquad\\text{{({self._tag})}}"

    def rewrite(self, tokens: list[str]) -> str:
        self._steps.take(len(tokens))
        reader = TokenReader(tokens)
        out: list[str] = []
        before = ""
        depth = 0
        while (word := reader.next()) is not None:
            depth += (word == "{") - (word == "}")
            if word == "\\\\" and depth > 0:
                word = "\\ "  # no line ends inside braces
            out.append(self._one(reader, word, before))
            before = before if out[-1].isspace() else out[-1]
        return "".join(out)

    def _one(self, reader: TokenReader, word: str, before: str) -> str:
        if word[0] != "\\":
            return word if self._ascii and word.isalnum() else self._sign(reader, word)
        if word in known.MACROS:
            raise TexError(f"Macro definitions such as {word} are not supported.")
        if word in known.REFUSED:
            raise TexError(known.REFUSED[word])
        if word in known.TEXT:
            return self.text(reader.argument(word), known.TEXT[word])
        if word in known.SAME:
            return known.SAME[word]
        if word in known.DELIMITED and reader.peek() in known.ANGLES:
            return word + known.ANGLES[reader.next() or ""]
        if word in known.DELIMITED and word[1:4].lower() == "big" and reader.peek() == ".":
            reader.next()
            return ""  # as `\\left.`, which math-core knows
        if word in known.SIZES:
            return self.mark("class", known.SIZES[word])
        if word in known.DROPPED:
            for _ in range(known.DROPPED[word]):
                reader.argument(word)
            return ""
        if word in known.UNWRAPPED:
            reader.option()
            opening, closing = known.UNWRAPPED[word]
            return f"{opening}{self.rewrite(reader.argument(word))}{closing}"
        if word in known.PLAIN_TABLES and reader.peek() == "{":
            name = known.PLAIN_TABLES[word]
            return self._table(name, "", reader.argument(word))
        if word in ("\\limits", "\\nolimits"):
            # They are understood behind operators only.
            return "" if before.endswith(("}", "]")) or not before else f"{word} "
        if word in known.BRACES:
            return self._brace(reader, word, before)
        handler = self._handlers.get(word)
        if handler is None:
            if word in _OTHERS:
                return _OTHERS[word](self, reader, word)
            if word in PRESETS:
                return self._preset(reader, word)
            # math-core takes a star behind any command for a part of its name.
            star = reader.at < len(reader.tokens) and reader.tokens[reader.at] == "*"
            return f"{word} " if star and is_word(word) else word
        return handler(reader, word)

    def _brace(self, reader: TokenReader, word: str, before: str) -> str:
        """A brace with its label, which keep off the letters beside them as operators do."""
        tex = f"{word}{{{self.rewrite(reader.argument(word))}}}"
        while (script := reader.peek()) and script in "^_":
            reader.next()
            tex += f"{script}{{{self.rewrite(reader.script(script))}}}"
        following = reader.peek()
        beside = following[:1].isalnum() or following in ("(", "[") or following[1:] in known.GREEK
        after_letter = before[-1:].isalnum() or before[-1:] in (")", "]", "}")
        return ("\\," if after_letter else "") + tex + ("\\," if beside else "")

    def _sign(self, reader: TokenReader, word: str) -> str:
        if word.isspace():
            return word
        if word == "^" and reader.peek() == "'":
            return ""
        if word in "^_" and reader.peek() in known.SWITCHES:
            return f"{word}{{{self.rewrite(reader.script(word))}}}"
        if self._ascii:
            return "" if word == "$" else word
        if word in known.SIGNS:
            return known.SIGNS[word]
        if known.UNKNOWN_SIGNS.match(word):
            return f"\\text{{{word}}}"
        if reader.tokens[reader.at : reader.at + 1] == ["\u20d7"]:  # an arrow over the letter
            reader.next()
            return f"\\vec{{{word}}}"
        return "" if word == "$" else word

    def _preset(self, reader: TokenReader, word: str) -> str:
        count, template = PRESETS[word]
        arguments = [self.rewrite(reader.argument(word)) for _ in range(count)]
        return re.sub(r"#(\d)", lambda number: arguments[int(number[1]) - 1], template)

    def text(self, tokens: list[str], command: str) -> str:
        """Text with formulas in it, as a row of texts and formulas."""
        self._steps.take(len(tokens))
        out: list[str] = []
        piece: list[str] = []
        reader = TokenReader(tokens)
        while (word := reader.next()) is not None:
            switch = reader.tokens[reader.at : reader.at + 1] if word == "{" else [word]
            if switch and switch[0] in known.TEXT_SWITCHES:
                if piece:
                    out.append(f"{command}{{{''.join(piece)}}}")
                    piece = []
                if word == "{":
                    reader.at -= 1
                    out.append(self.text(reader.argument(word), command))
                else:
                    command = known.TEXT_SWITCHES[word]
                    reader.peek()
            elif word in ("$", "\\(") or (
                word[0] == "\\" and word[1:].isalpha() and word not in known.IN_TEXT
            ):
                if piece:
                    out.append(f"{command}{{{''.join(piece)}}}")
                    piece = []
                out.append(self._in_text(reader, word))
            else:
                piece.append(known.TEXT_SAME.get(word, word))
        if piece:
            out.append(f"{command}{{{_typographic(''.join(piece))}}}")
        return out[0] if len(out) == 1 else "{" + "".join(out) + "}"

    def _in_text(self, reader: TokenReader, word: str) -> str:
        """A formula, or a command of its own, inside text."""
        if word not in ("$", "\\("):
            if (
                word not in self._handlers
                and word not in _OTHERS
                and not known.is_rewritten(word)
                and reader.peek() == "{"
            ):
                inner = self.text(reader.argument(word), "\\text")
                return f"{{{word}{{{inner}}}}}"
            return "{" + self._one(reader, word, "") + "}"
        closing = "$" if word == "$" else "\\)"
        start = reader.at
        while (following := reader.next()) is not None and following != closing:
            pass
        end = reader.at - 1 if following is not None else reader.at
        return "{" + self.rewrite(reader.tokens[start:end]) + "}"

    def _begin(self, reader: TokenReader, word: str) -> str:
        name = "".join(reader.argument(word)).strip()
        if name == "CD":
            return diagrams.diagram(self, reader.environment(name))
        if name in known.WITH_COUNT:
            reader.argument(f"\\begin{{{name}}}")
        place = reader.option() if name.rstrip("*") in known.WITH_OPTION else None
        spec = ""
        if name in ("array", "subarray", "tabular", "darray"):
            spec = columns("".join(reader.argument(f"\\begin{{{name}}}")))
        elif place and name.endswith("matrix*"):
            spec = place.strip()[:1]
        lead = self.rewrite(reader.argument(word)) if name == "numcases" else ""
        return lead + self._table(name, spec, reader.environment(name))

    def _table(self, name: str, spec: str, body: list[str]) -> str:
        """The environment `name` in the terms of math-core."""
        if name.rstrip("*") == "eqnarray":
            body = two_columns(body)
        if name in known.GROUPS:
            return "{" + self._rows_of(body) + "}"
        if name in known.NUMBERED:
            return self._numbered(name, body)
        inner = self.rewrite(body)
        if name in known.FENCED and (spec or name in known.SMALL):
            left, right = known.FENCED[name]
            kind = "subarray" if name in known.SMALL else "array"
            letters = (spec or "c") * width(body)
            return f"\\left{left}\\begin{{{kind}}}{{{letters}}}{inner}\\end{{{kind}}}\\right{right}"
        name = known.RENAMED.get(name, name)
        return f"\\begin{{{name}}}{f'{{{spec}}}' if spec else ''}{inner}\\end{{{name}}}"

    def _rows_of(self, body: list[str]) -> str:
        marks = top_level(body)
        inner = self.rewrite(body)
        kind = "aligned" if "&" in marks else "gathered" if "\\\\" in marks else ""
        return f"\\begin{{{kind}}}{inner}\\end{{{kind}}}" if kind else inner

    def _numbered(self, name: str, body: list[str]) -> str:
        """`align` and its like: no numbers of our own, but the tags that writers give."""
        tagged = "\\tag" in body or "\\tag*" in body
        starred, plain = known.NUMBERED[name]
        outer, self._tag_in_row = self._tag_in_row, tagged
        inner = self.rewrite(body)
        self._tag_in_row = outer
        kind = starred if tagged else plain
        return f"\\begin{{{kind}}}{inner}\\end{{{kind}}}"

    def _take_tag(self, reader: TokenReader, word: str) -> str:
        raw = "".join(reader.argument(word))
        raw = re.sub(r"\\(?:star|ast|dagger|dag)\b", "*", raw)
        tag = re.sub(r"\\[a-zA-Z]+|[^A-Za-z0-9 .,:*+-]", "", raw).strip() or "*"
        if self._tag_in_row:
            return f"\\tag{{{tag}}}"
        self._tag = tag
        return ""

    def mark(self, kind: str, value: str) -> str:
        self.marks.append(Mark(kind, value))
        return f"\\text{{{MARK}{len(self.marks) - 1}}}"

    def _multicolumn(self, reader: TokenReader, word: str) -> str:
        count = "".join(reader.argument(word)).strip()
        reader.argument(word)
        cells = min(int(count), 30) if count.isdecimal() else 1
        return self.rewrite(reader.argument(word)) + "&" * (cells - 1)

    def _intertext(self, reader: TokenReader, word: str) -> str:
        return f"&{self.text(reader.argument(word), known.TEXT[word])}\\\\ "

    def _newline(self, reader: TokenReader, word: str) -> str:
        """A new line, with its extra space as a mark in the row that it ends."""
        if reader.peek() == "*":
            reader.next()
        start = reader.at
        if reader.peek() == "[":
            reader.next()
            length = reader.length(word)
            if length and reader.next() == "]":
                return tex_marks.gap(self, length) + "\\\\ "
            reader.at = start
        return "\\\\ "


def _typographic(text: str) -> str:
    """The dashes and quotation marks that TeX writes with several characters."""
    for source, mark in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”")):
        text = text.replace(source, mark)
    return text
