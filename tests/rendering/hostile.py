"""Texts of up to 64 kB that make a careless renderer slow, deep or wrong."""

from __future__ import annotations

LIMIT = 65536


def fill(unit: str, start: str = "", end: str = "", size: int = LIMIT - 200) -> str:
    """Repeats a unit until the text is about as long as is allowed."""
    return start + unit * ((size - len(start) - len(end)) // len(unit.encode())) + end


def numbered(pattern: str, size: int = LIMIT - 200) -> str:
    """Repeats a pattern with running numbers in the place of '#N'."""
    parts, length, number = [], 0, 0
    while length < size:
        part = pattern.replace("#N", str(number))
        parts.append(part)
        length += len(part)
        number += 1
    return "".join(parts[:-1])


def stairs(line: str, step: str, size: int = LIMIT - 200) -> str:
    """Indents each line by one step more than the line before."""
    lines, length = [], 0
    while length < size:
        lines.append(step * len(lines) + line)
        length += len(lines[-1]) + 1
    return "\n".join(lines[:-1])


HOSTILE: dict[str, str] = {
    "open brackets": fill("["),
    "open brackets 5 kB": fill("[", size=5000),
    "close brackets": fill("]"),
    "empty brackets": fill("[]"),
    "bracket pairs": fill("[", size=30000) + fill("]", size=30000),
    "picture brackets": fill("!["),
    "open links": fill("[a]("),
    "open links with title": fill('[a](b "'),
    "nested parentheses": fill("(", start="[a]"),
    "links": fill("[a](b) "),
    "links by line": fill("[a](b)\n\n"),
    "http links": fill("[a](http://b.c)\n\n"),
    "nested links": fill("[", size=3000) + "x" + fill("](y)", size=12000),
    "shortcuts": "[a]: http://b.c\n\n" + fill("[a]"),
    "shortcut paragraphs": "[a]: http://b.c\n\n" + fill("[a] [a] [a] [a]\n\n"),
    "open tags": fill("<a "),
    "open comments": fill("<!--"),
    "open declarations": fill("<?"),
    "autolink starts": fill("<http://"),
    "angles": fill("<"),
    "divs": fill("<div>"),
    "ampersands": fill("&"),
    "entities": fill("&amp;"),
    "entity paragraphs": fill("&lt;&gt;\n\n"),
    "stars": fill("*"),
    "star words": fill("*a "),
    "star pairs": fill("*a* "),
    "star pair paragraphs": fill("*a* *b* **c**\n\n"),
    "strong and em": fill("*a **b "),
    "nested emphasis": fill("*a **b ", size=4000) + fill("** *", size=4000),
    "deep emphasis": fill("**x *y ", size=700) + fill("z* w** ", size=700),
    "underscores": fill("_"),
    "underscore words": fill("_a "),
    "mixed delimiters": fill("*_~a "),
    "tildes": fill("~~a "),
    "backticks": fill("`"),
    "backtick words": fill("`a "),
    "growing backticks": " ".join("`" * n for n in range(1, 350)),
    "code spans": fill("`a` "),
    "code span paragraphs": fill("`a` `b` `c`\n\n"),
    "backslashes": fill("\\"),
    "escapes": fill("\\*"),
    "hard breaks": fill("a  \n"),
    "spaces": fill(" ", start="a", end="b"),
    "spaces in a line": fill("  a", start="a"),
    "spaces after a fence": fill(" ", start="```", end="x"),
    "fences": fill("```\n"),
    "open fences": fill("``` x\n\n"),
    "long code": fill("x = 1\n", start="```python\n"),
    "blank C": fill("\n", start="```c\n", size=9000),
    "java": fill("a ", start="```java\n", size=9000),
    "hostile python": fill('"\\', start="```python\n", size=9000),
    "hostile html": fill("<a ", start="```html\n", size=9000),
    "hostile tex": fill("\\begin{", start="```tex\n", size=9000),
    "hostile cpp": fill("a::", start="```cpp\n", size=9000),
    "hostile js": fill("`${", start="```js\n", size=9000),
    "hostile perl": fill("s{", start="```perl\n", size=9000),
    "hostile ruby": fill("%q(", start="```ruby\n", size=9000),
    "hostile bash": fill("$((", start="```bash\n", size=9000),
    "hostile yaml": fill("- a: &", start="```yaml\n", size=9000),
    "quotes": fill(">"),
    "spaced quotes": fill("> "),
    "quote lines": fill("> a\n"),
    "deep quote lines": fill("> " * 20 + "a\n"),
    "growing quotes": "\n".join(">" * n for n in range(1, 340)),
    "bullets in a line": fill("- "),
    "numbers in a line": fill("1. "),
    "bullets": fill("- a\n"),
    "loose bullets": fill("- a\n\n"),
    "empty bullets": fill("-\n"),
    "other bullets": fill("- a\n+ b\n* c\n"),
    "deep list": stairs("- a", "  "),
    "list in quote in list": fill("- > "),
    "numbers": fill("1. a\n"),
    "tasks": fill("- [ ] a\n"),
    "rules": fill("***\n"),
    "rule dashes": fill("- - -\n"),
    "almost a rule": fill("* ", end="x"),
    "headings": fill("# a\n"),
    "heading marks": fill("#", start="# a "),
    "underlines": fill("a\n=\n"),
    "blank lines": fill("\n"),
    "paragraphs": fill("a\n\n"),
    "lines": fill("a\n"),
    "definitions": numbered("[#N]: http://a.b\n"),
    "definition starts": fill("[a]:\n"),
    "open definition titles": fill("[a]: b '\n"),
    "footnotes": numbered("[^#N]: a\n") + "[^1]",
    "used footnotes": numbered("a[^#N]\n\n[^#N]: b\n\n"),
    "mentions": "[^1]: a\n\n" + fill("[^1] "),
    "mention paragraphs": "[^1]: a\n\n" + fill("a[^1]\n\n"),
    "notes in notes": numbered("[^#N]: a [^#N] b\n\n"),
    "table cells": fill("|a", start="|a" * 200 + "\n" + "|-" * 200 + "\n", size=60000),
    "table rows": fill("|a|b|\n", start="|a|b|\n|-|-|\n"),
    "wide table": "|a" * 9000 + "\n" + "|-" * 9000 + "\n",
    "wide table of short rows": "|a" * 1000 + "\n" + "|-" * 1000 + "\n" + "a\n" * 20000,
    "table starts": fill("|a|\n|-|\n\n"),
    "bars": fill("|"),
    "addresses": fill("http://a.b "),
    "address paragraphs": fill("http://a.b\n\n"),
    "paper addresses": fill("https://arxiv.org/abs/1707.09405 and this is\n\n"),
    "paper address list": fill("- https://arxiv.org/abs/1707.09405\n"),
    "paper addresses in one": fill("https://arxiv.org/abs/1707.09405. A "),
    "long address": fill("a", start="http://"),
    "address of brackets": fill(")", start="http://a.b/"),
    "mail": fill("a@"),
    "mail addresses": fill("a@b.cc "),
    "mail local part": fill("a."),
    "citations": fill("\\cite{a} "),
    "citation paragraphs": fill("\\cite{a}\n\n"),
    "many keys": "\\cite{" + fill("a,", size=1900) + "b}",
    "long citations": fill("\\cite{" + "a," * 500 + "b}\n\n"),
    "open citations": fill("\\cite{"),
    "pictures": fill("![a](http://b.c/d.png) "),
    "picture lines": fill("http://b.c/d.png\n"),
    "players": fill("https://youtu.be/dQw4w9WgXcQ\n"),
    "dollars": fill("$"),
    "dollar words": fill("$a "),
    "formulas": fill("$a$ "),
    "formula paragraphs": fill("$a$\n\n"),
    "display formulas": fill("$$a$$\n\n"),
    "different formulas": numbered("$a_{#N}$\n\n"),
    "open display": fill("$$ "),
    "open environments": fill("\\begin{align}"),
    "deep fractions": "$" + "\\frac{" * 3000 + "$",
    "deep scripts": "$" + "x^{" * 3000 + "}" * 3000 + "$",
    "failing formulas": fill("$\\nope$ "),
    "failing paragraphs": fill("$\\nope$\n\n"),
    "macro definitions": numbered("$\\newcommand{\\x}{#N}$\n\n"),
    "bare definitions": fill("\\newcommand{\\x}{y}\n", size=50000),
    "open bare definitions": fill("\\newcommand{\\x}{\n"),
    "definitions in a line": fill("\\def\\x#1{#1}"),
    "definitions in one formula": "$$" + fill("\\def\\x{y}\n", size=60000) + "$$",
    "open definitions": "$$" + fill("\\newcommand{\\x}{", size=60000) + "$$",
    "macro that doubles": "$\\def\\a#1{#1#1}$\n\n"
    + fill("$" + "\\a{" * 40 + "x" + "}" * 40 + "$ "),
    "macro of itself": "$\\def\\a{\\a\\a}$\n\n" + fill("$\\a$ ", size=9000),
    "macro that is long": "$\\def\\a{"
    + "x+" * 480
    + "}$\n\n"
    + numbered("$\\a#N\\a$ ", size=22000),
    "macro of fractions": "$\\def\\a#1{"
    + "\\frac{#1}2" * 90
    + "}$\n\n"
    + numbered("$\\a{\\a{#N}}$ ", size=30000),
    "macro of deep fractions": "$\\def\\a{"
    + "\\frac" * 130
    + "}$\n\n"
    + numbered("$\\a\\a\\a#N$ ", size=30000),
    "macro of open brackets": "$\\def\\a{((((((((((}$\n\n"
    + numbered("$\\a\\a\\a\\a\\a#N$ ", size=40000),
    "macro without its argument": "$\\def\\a#1#2#3{#1}$\n\n" + fill("$\\a x$ ", size=20000),
    "many columns": fill("$$" + "&" * 3900 + "$$\n\n"),
    "many rows": fill("$$" + "\\\\[4pt]" * 600 + "x$$\n\n"),
    "bad links": fill("[a](b:c)\n\n"),
    "bad links in one": fill("[a](b:c) "),
    "full stops": fill("A. ", end="\\cite{a}"),
    "initials": fill("a.b.", end=" \\cite{a}"),
    "question marks": fill("?!", end=" \\cite{a}"),
    "long sentence": fill("word ", end="\\cite{a}"),
    "long words": fill("w", end=" \\cite{a}"),
    "right to left": fill("שלום "),
    "combining marks": fill("a\u0301\u0302\u0303"),
    "overrides": fill("\u202e\u2066"),
    "nulls": fill("\x00"),
    "placeholders": fill("\x02klzzwxh:0001\x03"),
    "surrogates": "\ud800" * 100,
    "tabs": fill("\t"),
    "tabbed bullets": fill("-\t"),
    "carriage returns": fill("a\r"),
    "token lookalikes": fill("zqM0123456789abcdefx0Mqz "),
    "everything": fill("*a* _b_ `c` [d](e) <f> &g; $h$ \\i https://j.k ![l](m) ~~n~~\n"),
    "everything in paragraphs": fill("*a* _b_ `c` [d](http://e) <f> &g; $h$ ![l](m) ~~n~~\n\n"),
}
