"""S7: what the whole pipeline costs, from the text that was typed to safe HTML."""

from __future__ import annotations

import random
from collections.abc import Iterator

import markdown as python_markdown

from app.rendering.markdown import render
from tests.benchmarks.measure import Figure, ratio

TEXTS = 12
SIZE = 5000  # characters
MOST = 2.5

OPENING = """\
The paper asks how far *attention* alone carries, and answers with **{n}** experiments; the code is
at <https://example.org/code/{n}>. It continues \\cite{{conf/nips/RenHGS15}} and
[an earlier one](/paper/journals/corr/abs-1506-{n}).

## What is new

"""
PARAGRAPH = (
    "Every layer $l_{{{n}}}$ maps $x_{{{n}}} \\in \\mathbb{{R}}^{{{m}}}$ to "
    "$\\sigma(W_{{{n}}} x + b_{{{m}}})$, which costs $O(n^{{{m}}})$ — cheap beside the rest, "
    'as the `profile` in section {n} shows. The authors *don\'t* say why {m} heads are "enough"; '
    "one would like to see the curve for fewer, and for a longer input.\n\n"
)
DISPLAY = (
    "$$\\mathcal{{L}}_{{{n}}} = \\sum_{{i=1}}^{{{m}}} \\frac{{1}}{{{n}}} "
    "\\left( y_i - \\hat{{y}}_i^{{({n})}} \\right)^2 + \\lambda_{{{m}}} \\|w\\|_2$$\n\n"
)
LIST = (
    "- learning rate {n}, warm-up of {m} steps\n- dropout after each layer\n"
    "    - but not in the last one\n- label smoothing of 0.{m}\n\n"
)
TABLE = (
    "| model | BLEU | steps |\n|---|--:|--:|\n| base | {m}.{n} | {n}k |\n| big | {n}.3 | 300k |\n\n"
)
CODE = "```python\ndef step(x, rate={n}):\n    return x - rate * gradient(x)  # {m}\n```\n\n"
CLOSING = "## See also\n\n- [Deep residual learning](/paper/conf/cvpr/HeZRS16), for the {n} skips\n"


def figures() -> Iterator[Figure]:
    texts = [summary(number) for number in range(TEXTS)]
    extra = python_markdown.Markdown(extensions=["extra"])

    def ours() -> None:
        forget_formulas()
        for text in texts:
            render(text, id_prefix="s1-")

    def theirs() -> None:
        for text in texts:
            extra.reset()
            extra.convert(text)

    what = "a 5 kB summary with 20 formulas, to Python-Markdown `extra`"
    yield Figure("S7", what, ratio(ours, theirs), MOST)


def forget_formulas() -> None:
    """Else each formula would be typeset in the first round only."""
    from app.rendering.math.conversion import to_mathml

    to_mathml.cache_clear()


def summary(seed: int) -> str:
    """A text of `SIZE` characters with 20 formulas, like those that people write."""
    chance = random.Random(seed)

    def fill(part: str) -> str:
        return part.format(n=chance.randint(10, 99), m=chance.randint(2, 9))

    parts = [fill(part) for part in (OPENING, DISPLAY, LIST, TABLE, CODE, DISPLAY)]
    parts[1:1] = [fill(PARAGRAPH) for _ in range(2)]
    parts += [fill(PARAGRAPH) for _ in range(2)] + [fill(DISPLAY) for _ in range(2)]
    words = fill(PARAGRAPH).replace("$", "").replace("\\", "").replace("_", " ").split()
    while len("".join(parts)) < SIZE - 100:
        chance.shuffle(words)
        line = " ".join(word.strip("{}()^.,") for word in words)
        parts.append(f"{line.capitalize()}.\n\n")
    return "".join(parts) + fill(CLOSING)
