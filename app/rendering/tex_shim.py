"""Rewrite TeX that writers use and math-core does not know into TeX that it does.

What has no counterpart in math-core (colours by number, links, sizes) becomes a mark: a text made
of `MARK` and a number, which `mathml.py` finds in the output and turns into a class or a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.rendering import tex_commands as known
from app.rendering.colours import colour_class
from app.rendering.tex_limits import MAX_DEPTH, MAX_OPEN_BRACKETS, limited
from app.rendering.tex_tables import columns, top_level, two_columns, width
from app.rendering.tex_tokens import Reader, TexError, tokenize, without_comments

MARK = "\ue000"  # from Unicode's private use area; taken out of what users write

# Formulas in which nothing needs rewriting, as most in notes: leaving them alone saves time.
_PLAIN = re.compile(
    r"(?:[A-Za-z0-9 +\-=,.;:!/*|'^_(){}\[\]]|\\[,;:!{}|]|\\(?:left|right)[()\[\]|.]"
    r"|\\(?:text|operatorname)\{[A-Za-z0-9 .,:]+\}"
    r"|\\(?:" + "|".join(sorted(known.UNTOUCHED)) + r")(?![a-zA-Z]))*+"
)
_DIMENSION = re.compile(r"\s*-?\s*[\d.]+\s*(?:pt|em|ex|mu|px|cm|mm|in|bp|pc|\\baselineskip)\s*")


@dataclass(frozen=True)
class Mark:
    """What the mark of the same number stands for: a `class` or a `link`, on what follows it."""

    kind: str
    value: str


@dataclass(frozen=True)
class Shimmed:
    """TeX for math-core, and what its marks mean."""

    tex: str
    marks: tuple[Mark, ...]


def shim(tex: str, display: bool) -> Shimmed:
    """Rewrite the TeX of one formula.

    Raises TexError when it nests too deeply, defines macros or has an unclosed group.
    """
    if _is_plain(tex):
        return Shimmed(tex, ())
    tokens = without_comments(tokenize(tex.replace(MARK, "")))
    limited(tokens)  # the shim recurses too
    shimmer = _Shim(display)
    body = "".join(limited(tokenize(shimmer.top(tokens))))
    return Shimmed(body, tuple(shimmer.marks))


def _is_plain(tex: str) -> bool:
    """Whether `tex` needs no rewriting and is too short to reach a limit."""
    return (
        tex.count("{") + tex.count("\\") <= MAX_DEPTH
        and sum(map(tex.count, ("(", "[", "\\{", "\\l"))) <= MAX_OPEN_BRACKETS
        and _PLAIN.fullmatch(tex) is not None
    )


class _Shim:
    def __init__(self, display: bool) -> None:
        self.marks: list[Mark] = []
        self._display = display
        self._tag: str | None = None
        self._tag_in_row = False
        self._handlers: dict[str, Callable[[Reader, str], str]] = {
            "\\begin": self._begin, "\\tag": self._take_tag, "\\tag*": self._take_tag,
            "\\color": self._colour, "\\textcolor": self._colour, "\\colorbox": self._box,
            "\\fcolorbox": self._box, "\\bbox": self._bbox, "\\href": self._link,
            "\\url": self._link, "\\substack": self._substack, "\\mathop": self._mathop,
            "\\operatorname": self._operator, "\\operatorname*": self._operator,
            "\\operatornamewithlimits": self._operator, "\\ref": self._reference,
            "\\eqref": self._reference, "\\cite": self._reference, "\\root": self._root,
            "\\multicolumn": self._multicolumn, "\\cancelto": self._cancelto,
            "\\intertext": self._intertext, "\\shortintertext": self._intertext,
            "\\unicode": self._unicode, "\\\\": self._newline, "\\cr": self._newline,
            "\\limits": self._limits, "\\nolimits": self._limits, "\\enclose": self._enclose,
            "\\sout": self._strike, "\\st": self._strike,
        }  # fmt: skip

    def top(self, tokens: list[str]) -> str:
        """The whole formula; lines and columns outside any environment get one."""
        marks = top_level(tokens)
        body = self.rewrite(tokens)
        if "&" in marks:
            body = f"\\begin{{aligned}}{body}\\end{{aligned}}"
        elif "\\\\" in marks and self._display:
            body = f"\\begin{{gathered}}{body}\\end{{gathered}}"
        if self._tag is None:
            return body
        if self._display:
            return f"\\begin{{equation*}}{body}\\tag{{{self._tag}}}\\end{{equation*}}"
        return f"{body}\\qquad\\text{{({self._tag})}}"

    def rewrite(self, tokens: list[str]) -> str:
        reader = Reader(tokens)
        out: list[str] = []
        while (word := reader.next()) is not None:
            out.append(self._one(reader, word, out[-1] if out else ""))
        return "".join(out)

    def _one(self, reader: Reader, word: str, before: str) -> str:
        if word[0] != "\\":
            return "" if word == "$" else word
        if word in known.MACROS:
            raise TexError(f"Macro definitions such as {word} are not supported.")
        if word in known.TEXT:
            return self.text(reader.argument(word), known.TEXT[word])
        if word in known.SAME:
            return known.SAME[word]
        if word in known.DELIMITED and reader.peek() in known.ANGLES:
            return word + known.ANGLES[reader.next() or ""]
        if word in known.SIZES:
            return self._mark("class", known.SIZES[word]) if known.SIZES[word] else ""
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
        handler = self._handlers.get(word)
        if handler is None:
            return word
        if word in ("\\limits", "\\nolimits"):
            return self._limits(reader, before)
        return handler(reader, word)

    def text(self, tokens: list[str], command: str) -> str:
        """Text with formulas in it, as a row of texts and formulas."""
        out: list[str] = []
        piece: list[str] = []
        reader = Reader(tokens)
        while (word := reader.next()) is not None:
            if word in ("$", "\\(") or (
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

    def _in_text(self, reader: Reader, word: str) -> str:
        """A formula, or a command of its own, inside text."""
        if word not in ("$", "\\("):
            if word not in self._handlers and not known.is_rewritten(word) and reader.peek() == "{":
                inner = self.text(reader.argument(word), "\\text")
                return f"{{{word}{{{inner}}}}}"
            return "{" + self._one(reader, word, "") + "}"
        closing = "$" if word == "$" else "\\)"
        start = reader.at
        while (following := reader.next()) is not None and following != closing:
            pass
        end = reader.at - 1 if following is not None else reader.at
        return "{" + self.rewrite(reader.tokens[start:end]) + "}"

    def _begin(self, reader: Reader, word: str) -> str:
        name = "".join(reader.argument(word)).strip()
        if name in known.WITH_COUNT:
            reader.argument(f"\\begin{{{name}}}")
        place = reader.option() if name.rstrip("*") in known.WITH_OPTION else None
        spec = ""
        if name in ("array", "subarray", "tabular", "darray"):
            spec = columns("".join(reader.argument(f"\\begin{{{name}}}")))
        elif place and name.endswith("matrix*"):
            spec = place.strip()[:1]
        return self._table(name, spec, reader.environment(name))

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

    def _take_tag(self, reader: Reader, word: str) -> str:
        raw = "".join(reader.argument(word))
        raw = re.sub(r"\\(?:star|ast|dagger|dag)\b", "*", raw)
        tag = re.sub(r"\\[a-zA-Z]+|[^A-Za-z0-9 .,:*+-]", "", raw).strip() or "*"
        if self._tag_in_row:
            return f"\\tag{{{tag}}}"
        self._tag = tag
        return ""

    def _mark(self, kind: str, value: str) -> str:
        self.marks.append(Mark(kind, value))
        return f"\\text{{{MARK}{len(self.marks) - 1}}}"

    def _colour(self, reader: Reader, word: str) -> str:
        model = reader.option() or ""
        name = colour_class("".join(reader.argument(word)).strip(), model.strip())
        mark = self._mark("class", f"tex-{name}") if name else ""
        if word == "\\textcolor":
            return "{" + mark + self.rewrite(reader.argument(word)) + "}"
        return mark

    def _box(self, reader: Reader, word: str) -> str:
        model = reader.option() or ""
        if word == "\\fcolorbox":
            reader.argument(word)
        name = colour_class("".join(reader.argument(word)).strip(), model.strip())
        content = self.text(reader.argument(word), "\\text")
        box = "{" + self._mark("class", f"tex-on-{name or 'gray'}") + content + "}"
        return f"\\boxed{{{box}}}" if word == "\\fcolorbox" else box

    def _strike(self, reader: Reader, word: str) -> str:
        content = self.text(reader.argument(word), "\\text")
        return "{" + self._mark("class", "tex-strike") + content + "}"

    def _bbox(self, reader: Reader, word: str) -> str:
        option = (reader.option() or "").split(",")
        name = next(filter(None, (colour_class(part.strip(), "") for part in option)), None)
        mark = self._mark("class", f"tex-on-{name}") if name else ""
        return "{" + mark + self.rewrite(reader.argument(word)) + "}"

    def _link(self, reader: Reader, word: str) -> str:
        url = "".join(reader.argument(word)).replace("\\%", "%").replace("\\", "").strip()
        if word == "\\href":
            label = self.rewrite(reader.argument(word))
        else:
            label = self.text(list(url), "\\texttt")
        if not re.match(r"https?://[^\s<>\"'`]+$", url):
            return "{" + label + "}"
        return "{" + self._mark("link", url) + label + "}"

    def _substack(self, reader: Reader, word: str) -> str:
        inner = self.rewrite(reader.argument(word))
        return f"{{\\begin{{subarray}}{{c}}{inner}\\end{{subarray}}}}"

    def _mathop(self, reader: Reader, word: str) -> str:
        """math-core sets no limits under `\\mathop`, so they are put there one by one."""
        content = [part for part in reader.argument(word) if part != "\\limits"]
        name = re.fullmatch(
            r"\s*(?:\{?\\(?:rm|mathrm|text|textrm|operatorname\*?)\s*)\{?([A-Za-z -]+)\}?\}?\s*",
            "".join(content),
        )
        if name:
            return f"\\operatorname*{{{name.group(1).strip()}}}"
        base = "{" + self.rewrite(content) + "}"
        limits = reader.peek() == "\\limits"
        if limits:
            reader.next()
        if not (limits or self._display):
            return base
        while (script := reader.peek()) and script in "^_":
            reader.next()
            place = "\\underset" if script == "_" else "\\overset"
            base = f"{place}{{{self.rewrite(reader.argument(script))}}}{{{base}}}"
        return base

    def _operator(self, reader: Reader, word: str) -> str:
        content = reader.argument(word)
        if any(part in "^_{" or part in known.TEXT or part[:5] == "\\math" for part in content):
            return "{\\mathrm{" + self.rewrite(content) + "}}"
        return f"{word}{{{''.join(content)}}}"

    def _reference(self, reader: Reader, word: str) -> str:
        key = "".join(reader.argument(word))
        opening, closing = "[]" if word == "\\cite" else "()"
        return self.text([opening, *key, closing], "\\text")

    def _root(self, reader: Reader, word: str) -> str:
        degree: list[str] = []
        while (part := reader.next()) is not None and part != "\\of":
            if part == word:
                raise TexError("\\root needs \\of behind its degree.")
            degree.append(part)
        return f"\\sqrt[{self.rewrite(degree)}]{{{self.rewrite(reader.argument(word))}}}"

    def _multicolumn(self, reader: Reader, word: str) -> str:
        count = "".join(reader.argument(word)).strip()
        reader.argument(word)
        cells = min(int(count), 30) if count.isdecimal() else 1
        return self.rewrite(reader.argument(word)) + "&" * (cells - 1)

    def _cancelto(self, reader: Reader, word: str) -> str:
        value = self.rewrite(reader.argument(word))
        return f"\\cancel{{{self.rewrite(reader.argument(word))}}}^{{{value}}}"

    def _intertext(self, reader: Reader, word: str) -> str:
        return f"&{self.text(reader.argument(word), known.TEXT[word])}\\\\ "

    def _unicode(self, reader: Reader, word: str) -> str:
        reader.option()
        code = "".join(reader.argument(word)).strip().lower()
        number = int(code.lstrip("x"), 16) if re.fullmatch("x?[0-9a-f]{1,5}", code) else 0
        character = chr(number)
        return f"\\text{{{character}}}" if number > 160 and character.isprintable() else ""

    def _newline(self, reader: Reader, word: str) -> str:
        """A new line without its extra space, and the rules of a table behind it once."""
        if reader.peek() == "*":
            reader.next()
        start = reader.at
        if reader.peek() == "[":
            try:
                option = reader.option()
            except TexError:
                option = None
            if option is None or not _DIMENSION.fullmatch(option):
                reader.at = start
        return "\\\\ "

    def _limits(self, reader: Reader, before: str) -> str:
        return "" if before.endswith(("}", "]")) or not before else known.LIMITS_AGAIN

    def _enclose(self, reader: Reader, word: str) -> str:
        notation = "".join(reader.argument(word))
        reader.option()
        command = known.NOTATIONS.get(notation.split()[0] if notation.split() else "", "\\boxed")
        return f"{command}{{{self.rewrite(reader.argument(word))}}}"


def _typographic(text: str) -> str:
    """The dashes and quotation marks that TeX writes with several characters."""
    for source, mark in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”")):
        text = text.replace(source, mark)
    return text
