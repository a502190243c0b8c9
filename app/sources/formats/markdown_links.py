"""Links between the notes of one vault: `[text](other.md)`, `[[other]]`, `[[other#part|text]]`.

Where they lead to papers, and back. Sources: CommonMark 0.31, 6.3; Obsidian's help, "Internal
links".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from app.references.wiki_links import WIKI_LINK
from app.sources.formats.markdown_code import pieces

NOTES = (".md", ".markdown", ".mdown")
# Lengths are bounded, so that a hostile text takes no longer than its size.
_LINK = re.compile(
    r"(\[(?:[^\[\]\\\n]|\\.){0,300}\]\([ ]?)(<[^<>\n]{1,300}>|[^\s()<>\"]{1,300})"
    r"((?:[ ]+(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?[ ]?\))"
)
_DEFINITION = re.compile(
    r"^( {0,3}\[[^\]\n]{1,100}\]:[ \t]*)(<[^<>\n]{1,300}>|\S{1,300})()", re.MULTILINE
)
_WIKI = re.compile(rf"!?{WIKI_LINK}")
_MARKUP = re.compile(r"[\\`*_<>~=$]")

# The address of the paper that the note of this path or name is about.
FindNote = Callable[[str], str | None]


def link_notes(text: str, find: FindNote) -> str:
    """Put the addresses of papers in the place of links to notes.

    Args:
        text: Markdown.
        find: takes the path of a note, or its name as a wiki link has it, without the part behind
            `#`; `None` when there is no such note.
    """

    def replaced(match: re.Match[str]) -> str:
        path = unquote(match[2].strip("<>")).split("#", 1)[0]
        address = find(path) if path.lower().endswith(NOTES) else None
        return match[0] if address is None else f"{match[1]}{address}{match[3]}"

    def linked(match: re.Match[str]) -> str:
        name = match[1].split("#", 1)[0].split("^", 1)[0].strip()
        address = find(name) if name else None
        if address is None:
            return match[0]
        shown = (match[2] or "").strip()
        if not shown and name.startswith("@"):
            # As a citation, so that the page says who wrote it.
            key = unquote(address.removeprefix("/paper/"))
            if not re.search(r"[{}\\,\s]", key):
                return f"\\cite{{{key}}}"
        last = name.rsplit("/", 1)[-1]
        for end in NOTES:
            last = last.removesuffix(end)
        return f"[{shown or _MARKUP.sub(_escaped, last)}]({address})"

    return "".join(
        piece
        if is_code
        else _DEFINITION.sub(replaced, _LINK.sub(replaced, _WIKI.sub(linked, piece)))
        for piece, is_code in pieces(text)
    )


def _escaped(mark: re.Match[str]) -> str:
    return "\\" + mark[0]


def link_exported_notes(text: str, file_of: Callable[[str], str | None]) -> str:
    """Put the names of notes in the place of the addresses of papers.

    Args:
        text: Markdown.
        file_of: the path of a note for the address of its paper; `None` leaves the address.
    """

    def replaced(match: re.Match[str]) -> str:
        file = file_of(match[2]) if match[2].startswith("/paper/") else None
        return match[0] if file is None else f"{match[1]}{file}{match[3]}"

    return "".join(
        piece if is_code else _DEFINITION.sub(replaced, _LINK.sub(replaced, piece))
        for piece, is_code in pieces(text)
    )
