"""Pictures beside a Markdown file.

The places in its text that show them, and what stands there when they are kept by the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
# Kinds that we keep none of.
OTHER_PICTURES = (".svg", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".ico", ".eps", ".pdf")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)
# As our own export names them. They are replaced wherever they stand, also in code, so that a text
# that was exported comes back without a difference.
_EXPORTED = re.compile(r"(?<![\w/.-])pictures/([0-9a-f]{32}\.(?:png|jpg))(?![\w.-])")
_STORED = re.compile(r"(?<![\w/.-])/pictures/([A-Za-z0-9_-]{22}\.(?:png|jpg))(?![\w.-])")
# Lengths are bounded, so that a hostile text takes no longer than its size.
_TARGET = r"<[^<>\n]{1,300}>|[^\s()<>\"]{1,300}(?:[ ][^\s()<>\"]{1,100}){0,9}"
_INLINE = re.compile(
    rf"(!?\[(?:[^\[\]\\\n]|\\.){{0,300}}\]\([ ]?)({_TARGET})"
    r"((?:[ ]+(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?[ ]?\))"
)
_DEFINITION = re.compile(
    r"^( {0,3}\[[^\]\n]{1,100}\]:[ \t]*)(<[^<>\n]{1,300}>|\S{1,300})()", re.MULTILINE
)
_EMBEDDED = re.compile(r"!\[\[([^\[\]|\n]{1,300})(?:\|[^\[\]\n]{0,100})?\]\]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TICKS = re.compile(r"`+")

KeepPicture = Callable[[str], str | None]


def link_kept_pictures(text: str, keep: KeepPicture) -> str:
    """Put the site's addresses in the place of files beside a text.

    Args:
        text: Markdown.
        keep: takes the path of a picture as the text names it, stores the file, and returns its
            address here; `None` when there is no such file or it cannot be kept.
    """
    text = _EXPORTED.sub(lambda match: keep(match[0]) or match[0], text)
    return "".join(
        piece if is_code else _outside_code(piece, keep) for piece, is_code in _pieces(text)
    )


def link_exported_pictures(text: str, file_of: Callable[[str], str | None]) -> str:
    """Put the names of files in the place of the site's addresses.

    Args:
        text: Markdown.
        file_of: the path of the file for the name of a stored picture; `None` leaves the address.
    """
    return _STORED.sub(lambda match: file_of(match[1]) or match[0], text)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, each piece with whether it is code."""
    block: list[str] = []
    fence = ""
    for line in _LINE.findall(text):
        mark = _FENCE.match(line)
        if fence:
            block.append(line)
            if mark and mark[1].startswith(fence):
                yield "".join(block), True
                block, fence = [], ""
        elif mark or not line.strip():
            yield from _spans("".join(block))
            block = [line]
            fence = mark[1] if mark else ""
        else:
            block.append(line)
    if fence:
        yield "".join(block), True
    else:
        yield from _spans("".join(block))


def _spans(paragraph: str) -> Iterator[tuple[str, bool]]:
    """Code between backticks: a run of them ends at the next one that is as long."""
    runs = list(_TICKS.finditer(paragraph))
    ends: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        ends.setdefault(len(runs[number][0]), []).append(number)
    at = number = 0
    while number < len(runs):
        later = ends[len(runs[number][0])]
        while later and later[-1] <= number:
            later.pop()
        if later:
            start, end = runs[number].start(), runs[later[-1]].end()
            yield paragraph[at:start], False
            yield paragraph[start:end], True
            at, number = end, later[-1]
        number += 1
    yield paragraph[at:], False


def _outside_code(text: str, keep: KeepPicture) -> str:
    def replaced(match: re.Match[str]) -> str:
        path = unquote(match[2].strip("<>"))
        is_shown = match[1].startswith("!")
        address = keep(path) if _is_beside(path, is_shown=is_shown) else None
        return match[0] if address is None else f"{match[1]}{address}{match[3]}"

    def embedded(match: re.Match[str]) -> str:
        path = match[1].strip()
        address = keep(path) if _is_beside(path, is_shown=False) else None
        name = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return match[0] if address is None else f"![{name}]({address})"

    text = _EMBEDDED.sub(embedded, text)
    return _DEFINITION.sub(replaced, _INLINE.sub(replaced, text))


def _is_beside(path: str, *, is_shown: bool) -> bool:
    """Whether a target means a file of the library that a note is from.

    A path with a slash in front begins at its top, as notebooks have it. What a text shows is
    looked for whatever its kind, so that its owner is told when it cannot be kept.
    """
    if _ELSEWHERE.match(path) or _STORED.match(path):
        return False
    return path.lower().endswith(PICTURES + OTHER_PICTURES if is_shown else PICTURES)
