"""What stands as blocks of HTML and is read by us: comments and `<details>`.

Comments vanish: `<!-- … -->` as on GitHub (CommonMark 0.31, 4.6 and 6.6), `%% … %%` as in Obsidian
("Basic formatting syntax", Comments). What `<details>` holds is Markdown, as on GitHub after a
blank line; here also without one. A tag that nothing closes stays text, and so does all other HTML.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from app.rendering.blocks.cursor import SPACE
from app.rendering.blocks.paragraphs import ParagraphParser
from app.rendering.blocks.tree import FLOWING, Block
from app.rendering.math.scanner import find_formulas

CLOSERS = {"<!--": "-->", "%%": "%%"}
BLOCK_COMMENT = re.compile(r"<!--|%%(?!%)")
DETAILS = re.compile(r"<details([ \t][^<>]*)?>", re.IGNORECASE)
SUMMARY = re.compile(r"<summary(?:[ \t][^<>]*)?>", re.IGNORECASE)
DETAILS_END = re.compile(r"</details[ \t]*>", re.IGNORECASE)
SUMMARY_END = re.compile(r"</summary[ \t]*>", re.IGNORECASE)
OPEN = re.compile(r"(?<![^\s\"'])open(?![^\s=])", re.IGNORECASE)
# A percent sign behind a number or a word is one.
INLINE = re.compile(r"\\[!-/:-@\[-`{-~]|`+|<!--|(?<![\w%])%%(?!%)")


class HtmlParser(ParagraphParser):
    """Knows the blocks that HTML's tags and comments make.

    Attributes:
        line_done: whether nothing is left of the line that such a block began or ended in.
    """

    line_done = False
    _closing_lines: dict[str, list[int]] | None = None

    def start_html(self, container: Block, rest: str) -> bool:
        """Starts a comment or `<details>`, or ends one, if that is what comes next."""
        if comment := BLOCK_COMMENT.match(rest):
            return self.start_comment(container, rest, comment[0])
        if rest[0] != "<":
            return False
        if found := DETAILS.match(rest):
            details = self.open(container, "details")
            details.mark = found[0]
            details.start = 1 if OPEN.search(found[1] or "") else None
            self.pass_tag(found.end())
            return True
        found = DETAILS_END.match(rest)
        details_open = self.open_details(container) if found else []
        if not found or not details_open:
            return False
        self.end_details(details_open[0])
        self.pass_tag(found.end())
        return True

    def continue_html(self, block: Block) -> None:
        """Passes a line of an open comment or summary, or what of it they take."""
        if block.kind == "comment":
            self.continue_comment(block)
        else:
            self.continue_summary(block)

    def pass_tag(self, length: int) -> None:
        """Passes a tag; notes that the line was not blank, though nothing may follow."""
        self.cursor.take_indent(self.cursor.indent())
        self.cursor.take_text(length)
        self.line_done = self.cursor.blank()
        if self.line_done:
            self.note_blank(self.tip, blank=False)

    def open_details(self, block: Block | None) -> list[Block]:
        """The open `<details>` around a place, the innermost first, not beyond a quote or note."""
        found = []
        while block is not None and block.kind not in ("quote", "note"):
            if block.kind == "details":
                found.append(block)
            block = block.parent
        return found

    def end_details(self, details: Block) -> None:
        self.close_to(details)
        details.closed = True
        self.tip = self.parent_of(details)

    # -- the line that a fold shows

    def start_summary(self, details: Block) -> bool:
        """Reads `<summary>` where it comes first in `<details>`."""
        found = SUMMARY.match(self.cursor.rest.lstrip(SPACE))
        if not found:
            return False
        summary = self.open(details, "summary")
        summary.mark = found[0]
        self.pass_tag(found.end())
        if not self.line_done:
            self.continue_summary(summary)
        return True

    def continue_summary(self, summary: Block) -> None:
        """Adds a line to a summary, up to the tag that ends it."""
        rest = self.cursor.rest
        end = SUMMARY_END.search(rest)
        text = (rest[: end.start()] if end else rest).strip(SPACE)
        if text:
            summary.lines.append(text)
        if end is None:
            self.line_done = True
            return
        summary.closed = True
        self.tip = self.parent_of(summary)
        self.cursor.take_text(end.end())
        self.line_done = self.cursor.blank()
        if self.line_done:
            self.note_blank(self.tip, blank=False)

    # -- comments

    def start_comment(self, container: Block, rest: str, mark: str) -> bool:
        """Opens a comment that has its lines for itself; others are part of their paragraph."""
        closer = CLOSERS[mark]
        end = rest.find(closer, 2)
        if end >= 0 and rest[end + len(closer) :].strip(SPACE):
            return False
        if end < 0 and not self.closes_later(closer):
            return False
        comment = self.open(container, "comment")
        comment.mark = closer
        comment.lines.append(rest)
        self.line_done = True
        if end >= 0:
            self.end_comment(comment)
        return True

    def continue_comment(self, comment: Block) -> None:
        """Passes a line of a comment, or what of it the comment takes."""
        rest = self.cursor.rest
        end = rest.find(comment.mark)
        comment.lines.append(rest)
        self.line_done = True
        if end >= 0:
            self.cursor.take_text(end + len(comment.mark))
            self.line_done = self.cursor.blank()
            self.end_comment(comment)

    def end_comment(self, comment: Block) -> None:
        comment.closed = True
        self.tip = self.parent_of(comment)
        self.note_blank(self.tip, blank=False)

    def closes_later(self, closer: str) -> bool:
        """Says whether a later line holds what would close a comment."""
        if self._closing_lines is None:
            self._closing_lines = {
                closer: [n for n, line in enumerate(self.lines) if closer in line]
                for closer in CLOSERS.values()
            }
        lines = self._closing_lines[closer]
        return bisect_left(lines, self.number + 1) < len(lines)

    # -- text

    def add_text(self, container: Block) -> None:
        """Adds the rest of the line; a `</details>` within it ends what is open."""
        rest = self.cursor.rest
        end = DETAILS_END.search(rest) if "</" in rest else None
        inner = self.tip if self.tip.kind in FLOWING else container
        around = self.open_details(inner) if end else []
        if end is None or not around or "`" in rest[: end.start()]:
            super().add_text(container)
            return
        line, at = self.cursor.line, self.cursor.at
        self.cursor.line = line[: at + end.start()].rstrip(SPACE)
        super().add_text(container)
        self.end_details(around[0])
        self.cursor.line, self.cursor.at = line, at + end.end()
        if not self.cursor.blank():
            self.add_text(self.tip)


def remove_comments(parent: Block) -> None:
    """Takes the comments out of all blocks below one but code."""
    kept: list[Block] = []
    for block in parent.children:
        remove_comments(block)
        if block.kind == "comment":
            continue
        if block.lines and block.kind != "code" and has_comment(block):
            take_comments(block)
            if not block.lines and block.kind == "paragraph":
                continue
        kept.append(block)
    parent.children = kept


def has_comment(block: Block) -> bool:
    return any("<!--" in line or "%%" in line for line in block.lines)


def take_comments(block: Block) -> None:
    if block.kind == "table":
        block.lines = [without_comments(line, row=True) for line in block.lines]
        return
    lines = without_comments("\n".join(block.lines)).split("\n")
    block.lines = [line for line in lines if line.strip(SPACE)]


def without_comments(text: str, *, row: bool = False) -> str:
    """A block's text without its comments.

    What looks like one in code or a formula stays.

    Args:
        text: what stands in one block.
        row: whether it is a table's row.
    """
    spans = find_comments(text)
    if spans and ("$" in text or "\\" in text):
        masked, at = [], 0
        for start, end in spans:
            masked += [text[at:start], " " * (end - start)]
            at = end
        formulas = find_formulas("".join([*masked, text[at:]]), row=row).found
        ends = [formula.end for formula in formulas]
        spans = [
            (start, end)
            for start, end in spans
            if (place := bisect_left(ends, end)) == len(ends) or formulas[place].start >= end
        ]
    parts, at = [], 0
    for start, end in spans:
        before = text[at:start]
        if text[end : end + 1] in ("", "\n", " ", "\t"):
            before = before.rstrip(SPACE)  # two spaces at a line's end would be a break
        parts.append(before)
        at = end
    return "".join([*parts, text[at:]])


def find_comments(text: str) -> list[tuple[int, int]]:
    """Where the comments of a text stand; a code span or an escape is none."""
    runs: dict[int, list[int]] = {}
    for run in re.finditer("`+", text):
        runs.setdefault(len(run[0]), []).append(run.start())
    found: list[tuple[int, int]] = []
    missing: set[str] = set()
    at = 0
    while mark := INLINE.search(text, at):
        at = mark.end()
        if mark[0][0] == "`":
            places = runs[len(mark[0])]
            later = bisect_left(places, at)
            at = places[later] + len(mark[0]) if later < len(places) else at
        elif closer := CLOSERS.get(mark[0]):
            # `<!-->` is a whole comment.
            end = -1 if closer in missing else text.find(closer, mark.start() + 2)
            if end < 0:
                missing.add(closer)
                continue
            at = end + len(closer)
            found.append((mark.start(), at))
    return found
