"""Pictures beside a Markdown file.

The places in its text that show them, and what stands there when they are kept by the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import unquote

from app.references.wiki_links import WIKI_LINK, read_size
from app.sources.formats.markdown_code import pieces

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
_EMBEDDED = re.compile(rf"!{WIKI_LINK}")
_TAG = re.compile(
    r"(<img[ \n](?:[^<>]{0,500}[ \n])?src[ ]?=[ ]?)"
    r"(\"[^\"<>\n]{1,300}\"|'[^'<>\n]{1,300}'|[^\s\"'<>]{1,300})()",
    re.IGNORECASE,
)

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
        piece if is_code else _outside_code(piece, keep) for piece, is_code in pieces(text)
    )


def link_exported_pictures(text: str, file_of: Callable[[str], str | None]) -> str:
    """Put the names of files in the place of the site's addresses.

    Args:
        text: Markdown.
        file_of: the path of the file for the name of a stored picture; `None` leaves the address.
    """
    return _STORED.sub(lambda match: file_of(match[1]) or match[0], text)


def is_picture(path: str) -> bool:
    """Whether a path is that of a picture, by its end."""
    return path.lower().endswith(PICTURES + OTHER_PICTURES)


def _outside_code(text: str, keep: KeepPicture) -> str:
    def replaced(match: re.Match[str]) -> str:
        path = unquote(match[2].strip("<>"))
        is_shown = match[1].startswith("!")
        address = keep(path) if _is_beside(path, is_shown=is_shown) else None
        return match[0] if address is None else f"{match[1]}{address}{match[3]}"

    def embedded(match: re.Match[str]) -> str:
        path = match[1].strip()
        address = keep(path) if _is_beside(path, is_shown=False) else None
        if address is None:
            return match[0]
        name, shown = path.rsplit("/", 1)[-1].rsplit(".", 1)[0], (match[2] or "").strip()
        size = read_size(shown)
        if size is None:
            return f"![{shown or name}]({address})"
        height = f' height="{size[1]}"' if size[1] else ""
        return f'<img src="{address}" alt="{escape(name)}" width="{size[0]}"{height}>'

    def tagged(match: re.Match[str]) -> str:
        path = unquote(match[2].strip("\"'"))
        address = keep(path) if _is_beside(path, is_shown=True) else None
        return match[0] if address is None else f'{match[1]}"{address}"'

    text = _TAG.sub(tagged, text)
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
