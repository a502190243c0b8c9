"""How far our Markdown agrees with GitHub's renderer, and with a specification.

    python -m tests.rendering.agreement                      our own snippets and random texts
    python -m tests.rendering.agreement spec.txt             CommonMark's or GitHub's specification
    python -m tests.rendering.agreement notes/ README.md     real files

The specification is not part of this repository (CC-BY-SA): `spec.txt` of commonmark.org, the npm
package `commonmark-spec`, or `tests.json` as commonmark.org offers it. GitHub's renderer is
cmark-gfm, from the package `cmarkgfm`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from app.rendering import RenderError
from tests.rendering.grammar import RANDOM
from tests.rendering.structure import (
    Node,
    difference,
    formulas_of,
    from_html,
    github,
    has_raw_html,
    ours,
    with_words,
)

SNIPPETS = Path(__file__).with_name("snippets.txt")
MARKS = str.maketrans({"→": "\t", "⍽": "\xa0", "␠": " "})
EXAMPLE = re.compile(
    r"^`{32} example[^\n]*\n(.*?)^\.\n(.*?)^`{32}$|^#{1,6} +([^\n]*)$", re.MULTILINE | re.DOTALL
)
# A tag, a comment, an instruction: what GitHub would take for HTML.
TAG = re.compile(
    r"(?<!\]\()<(?=[A-Za-z/!?])(?![A-Za-z][A-Za-z0-9+.\-]*:[^\s<>]*>|[^\s<>]+@[^\s<>]+>)"
)
INTENDED = """
Intended differences, counted apart where a text has them:
  raw HTML is text here but for a few tags, and GitHub passes it on;
  formulas ($ $$ \\( \\[) are taken out before inline markup is read;
  where an example of CommonMark and GitHub differ (addresses without angles), we do as GitHub.
Made equal before comparing:
  the level of headings, boxes and classes, the form of footnotes, `strong` right within `strong`
  (GitHub shows one), https for `www.`, typographic quotes (straight on both sides).
Others, which count as differing:
  tasks are boxes in quotes and in items within items too; addresses in square brackets are links;
  ftp: and xmpp: addresses are not; links never hold links; symbols such as £ are punctuation beside
  emphasis (CommonMark 0.31; GitHub has 0.29); emphasis beside CJK punctuation; definition lists;
  alerts; what Obsidian asks for: callouts, ==marks==, %%comments%%, [[links]]; [@citations].
"""


class Example(NamedTuple):
    """A text, and the HTML it should become; None where GitHub's renderer is to be asked."""

    section: str
    text: str
    html: str | None = None


class Verdict(NamedTuple):
    """How an example came out: 'agreed', 'differing', or what of ours explains the difference."""

    kind: str
    difference: str | None


def read_snippets(path: Path = SNIPPETS) -> Iterator[Example]:
    """Reads our own: sections begin with `@@ Name`, snippets within them are parted by `@@`."""
    for section in re.split(r"^@@ ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, body = section.partition("\n")
        for text in re.split(r"^@@\n", body, flags=re.MULTILINE):
            yield Example(name, text.translate(MARKS))


def read_spec(path: Path) -> Iterator[Example]:
    """Reads the examples of a specification, from its text or from JSON."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        for example in json.loads(content):
            text, html = (example[key].replace("→", "\t") for key in ("markdown", "html"))
            yield Example(example["section"], text, html)
        return
    section = ""
    for found in EXAMPLE.finditer(content):
        text, html, heading = found.groups()
        if heading is not None:
            section = heading
        else:
            yield Example(section, text.replace("→", "\t"), html.replace("→", "\t"))


def read_random(count: int) -> Iterator[Example]:
    """Makes so many random texts of each kind, but none with raw HTML."""
    for name, make in RANDOM.items():
        texts = (make(seed) for seed in range(count))
        yield from (Example(name, text) for text in texts if not has_raw_html(text))


def read_files(paths: list[Path]) -> Iterator[Example]:
    """Reads Markdown files, formulas as words, and without HTML."""
    for path in paths:
        for file in sorted(path.rglob("*.md")) if path.is_dir() else [path]:
            text = with_words(file.read_text(encoding="utf-8", errors="replace"))
            yield Example(str(file), TAG.sub("‹", text))


def judge(example: Example) -> Verdict:
    """Compares what we make of an example with what it should become."""
    text = example.text
    expected = github(text) if example.html is None else from_html(example.html)
    try:
        made = ours(text)
    except RenderError as error:
        return Verdict("refused", str(error))
    found = difference(made, expected)
    if found is None:
        return Verdict("agreed", None)
    return Verdict(reason(text, made, example.html is not None), found)


def reason(text: str, made: Node, from_spec: bool) -> str:
    if has_raw_html(text):
        return "raw HTML"
    if formulas_of(text):
        return "formulas"
    if from_spec and difference(made, github(text)) is None:
        return "as GitHub"
    return "differing"


def tally(examples: Iterator[Example], show: bool = False) -> dict[str, Counter[str]]:
    """Counts verdicts by section, and prints what differs when asked to."""
    counts: dict[str, Counter[str]] = {}
    for example in examples:
        verdict = judge(example)
        counts.setdefault(example.section, Counter())[verdict.kind] += 1
        if show and verdict.kind != "agreed":
            print(f"{example.section}: {verdict.kind}: {verdict.difference}\n    {example.text!r}")
    return counts


def print_table(counts: dict[str, Counter[str]]) -> None:
    total: Counter[str] = sum(counts.values(), Counter())
    for section, count in [*counts.items(), ("all", total)]:
        rest = ", ".join(f"{kind} {n}" for kind, n in sorted(count.items()) if kind != "agreed")
        line = f"{count['agreed']:5} of {count.total():5}  {section:45} {rest}"
        print(line.rstrip())


def print_files(paths: list[Path]) -> None:
    total = differing = 0
    for example in read_files(paths):
        total += 1
        verdict = judge(example)
        if verdict.kind != "agreed":
            differing += 1
            print(f"{example.section}: {verdict.kind}: {verdict.difference}")
    print(f"{differing} of {total} files differ: {100 * differing / max(total, 1):.2f} %")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; see the text at the top of this module."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.rendering.agreement",
        description=__doc__,
        epilog=INTENDED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    parser.add_argument("--show", action="store_true", help="print every example that differs")
    parser.add_argument("--random", type=int, default=500, metavar="N", help="texts of each kind")
    options = parser.parse_args(arguments)
    missing = [str(path) for path in options.paths if not path.exists()]
    if missing:
        parser.error(f"there is no {', '.join(missing)}")
    if not options.paths:
        print_table(tally(read_snippets(), options.show))
        print()
        print_table(tally(read_random(options.random), options.show))
    elif len(options.paths) == 1 and options.paths[0].suffix in (".txt", ".json"):
        print_table(tally(read_spec(options.paths[0]), options.show))
    else:
        print_files(options.paths)
    return 0


if __name__ == "__main__":
    sys.exit(main())
