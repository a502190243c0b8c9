"""Which keys a document cites, by its `.aux` file or its source."""

from __future__ import annotations

import re
from bisect import bisect_left

MAX_KEYS = 20_000
MAX_KEY_CHARS = 300
_AUX = re.compile(r"\\(?:citation|abx@aux@cite|abx@aux@nocite)(?:\{\d+\})?\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]*cite[A-Za-z]*)\*?(?!@)", re.IGNORECASE)
# Commands that set something up.
_NO_CITATION = re.compile(r"citestyle|citecommand|bibcite|citeindex|citesort|citecounter", re.I)
# What may stand between the command and its keys, and between two groups of keys of one command.
_OPTION = re.compile(r"\s*(?:\[[^\[\]]{0,500}\]|\([^()]{0,500}\)(?=\s*[\[(]))")
_KEYS = re.compile(r"\s*\{([^{}\\]*)\}")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")


def find_aux_keys(text: str) -> dict[str, int]:
    """The keys in an `.aux` file with their lines; `*` means all."""
    return _collect(text, [(found.start(), found[1]) for found in _AUX.finditer(text)])


def find_tex_keys(text: str) -> dict[str, int]:
    """The keys that a LaTeX source cites with their lines; `*` means all."""
    text = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    groups = []
    for command in _COMMAND.finditer(text):
        name, at = command[1].lower(), command.end()
        while not _NO_CITATION.search(name):
            while option := _OPTION.match(text, at):
                at = option.end()
            keys = _KEYS.match(text, at)
            if keys is None:
                break
            groups.append((command.start(), keys[1]))
            at = keys.end()
            if not name.endswith("cites"):
                break
    return _collect(text, groups)


def _collect(text: str, groups: list[tuple[int, str]]) -> dict[str, int]:
    breaks = [found.start() for found in re.finditer("\n", text)]
    found: dict[str, int] = {}
    for at, keys in groups:
        for key in (each.strip() for each in keys.split(",")):
            if key and "#" not in key and len(key) <= MAX_KEY_CHARS and len(found) < MAX_KEYS:
                found.setdefault(key, bisect_left(breaks, at) + 1)
    return found
