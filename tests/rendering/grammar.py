"""Random texts, the same ones each time: pieces of Markdown put together without sense."""

from __future__ import annotations

import random

BLOCKS = [
    *("- ", "* ", "+ ", "1. ", "2) ", "10. ", "> ", ">", "# ", "## ", "#", "-\n", "1.\n"),
    *("```\n", "~~~\n", "```py\n", "***\n", "---\n", "- - -\n", "===\n", "[ ] ", "[x] "),
    *("|a|b|\n", "|-|:-:|\n", "a | b\n", "--- | ---\n", "|", "[x]: http://e.org 'T'\n"),
    *("[^n]: note\n", "\n", "\n", "\n", "\n\n", " ", "  ", "   ", "    ", "\t", "\xa0"),
    *("foo", "bar\n", "baz ", "a\n", "\\\n", "  \n"),
]
INLINES = [
    *("*", "**", "***", "_", "__", "~", "~~", "`", "``", "[", "]", "](http://e.org)", '](/u "t")'),
    *("(", ")", "![", "[x]", "[x][]", "[^n]", "\\", "\\*", "\\]", "&amp;", "&copy;", "&#35;"),
    *("&nbsp", "<http://e.org>", "<a@b.cc>", " http://e.org/a ", " www.e.org ", " a@b.cc "),
    *(".", ",", "!", '"', "'", " ", "  ", "\n", "  \n", "word", "a", "b", "é", "—", "“", "1"),
    *("&", "#", "-", "+", "=", ":"),
]
# Formulas of a line, halves of them, amounts, and display formulas that take lines.
FORMULAS = [
    *(
        "$x$",
        "$a_1 * b$",
        "$|y|$",
        "$- z$",
        "$x + 1. y$",
        "$[u]$",
        "\\(v\\)",
        "$`w`$",
        "$+$",
        "$# t$",
    ),
    *("$x", "y$", "$5 ", "$10k ", "`$c$`", "\\(p", "q\\)", "\\$", "$$d$$"),
    *(
        "\n\n$$\ne\n\n- f\n$$\n",
        "$$g$$\n",
        "\n\n\\[ h\n= i \\]\n",
        "\\begin{align}\n***\n\\end{align}\n",
    ),
]


def blocks(seed: int) -> str:
    """A text of pieces that decide about blocks."""
    chance = random.Random(seed)
    return "".join(chance.choice(BLOCKS) for _ in range(chance.randint(1, 14)))


def inlines(seed: int) -> str:
    """A paragraph of pieces that decide about what stands in it."""
    chance = random.Random(seed)
    start = chance.choice(["", "[x]: http://e.org\n\n"])
    return start + "".join(chance.choice(INLINES) for _ in range(chance.randint(1, 14)))


def mixed(seed: int) -> str:
    """A longer text of both."""
    chance = random.Random(seed)
    pieces = (chance.choice(BLOCKS if chance.random() < 0.7 else INLINES) for _ in range(20))
    return "".join(pieces)


def formulas(seed: int) -> str:
    """A text of formulas among pieces that decide about blocks."""
    chance = random.Random(seed)
    pieces = [
        f" {chance.choice(FORMULAS)} " if chance.random() < 0.4 else chance.choice(BLOCKS)
        for _ in range(chance.randint(2, 16))
    ]
    return "".join(pieces)


RANDOM = {"Random blocks": blocks, "Random inlines": inlines, "Random texts": mixed}
