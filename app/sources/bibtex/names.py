"""People as BibTeX writes them: `von Last, Jr, First and {Some Organisation} and others`."""

from __future__ import annotations

import re
from html import unescape

from app.text.person_names import format_name
from app.text.tex import plain

MAX_NAMES = 10_000
_BREAKS = re.compile(r"\\.|[{}]|\s+and(?=[\s{]|$)|,|;", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&[A-Za-z]{2,8}\d{0,2};")
_OTHERS = re.compile(r"(?:and\s+)?(?:others|et\.?\s*al\.?)", re.IGNORECASE)
# biblatex 3.5 and later: `family=Gogh, given=Vincent, prefix=van`.
_PART = re.compile(r"(family|given|prefix|suffix)\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)
_PART_NAME = re.compile(r"(?:family|given|prefix|suffix|useprefix)(?:-i)?\s*=", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.?[-\s~]*){1,4}")
_INITIAL_FIRST = re.compile(r"[^\W\d_]\.[-\s\w.~]*\w{2}")
_JUNIOR = re.compile(r"(?:[JS]r\.?|I{2,3}|IV)")


def names(value: str) -> tuple[str, ...]:
    """The names of a field, given name first, without "and others"."""
    found: list[str] = []
    # `M&uuml;ller`: the semicolon does not end a name.
    value = _ENTITY.sub(lambda entity: unescape(entity[0]), value)
    for words in _parted(value, "and"):
        for name in _parted(words, ";"):
            found += _of_one(name)
    return tuple(name for name in found[:MAX_NAMES] if name and not _OTHERS.fullmatch(name))


def has_others(value: str) -> bool:
    """Whether there are more people than the field names: it ends in "and others"."""
    last = _parted(_parted(value, "and")[-1], ";")[-1]
    return _OTHERS.fullmatch(plain(last)) is not None and bool(names(value))


def _of_one(name: str) -> list[str]:
    """One name, or several where commas stand for "and"."""
    name = name.strip()
    parts = [part.strip() for part in _parted(name, ",")]
    if (len(parts) > 1 and all(map(_PART_NAME.match, parts))) or _PART.fullmatch(name):
        return [_extended(parts)]
    while len(parts) > 1 and not parts[-1]:  # a comma at the end
        parts.pop()
    told = [plain(part) for part in parts]
    if len(told) == 1:
        return [told[0]]
    if len(told) == 2:
        return _two(told[0], told[1])
    if len(told) == 3 and (_JUNIOR.fullmatch(told[1]) or not _is_full(told)):
        return [format_name(told[2], told[0], told[1])]
    if len(told) % 2 == 0 and all(map(_INITIALS.fullmatch, told[1::2])):
        return [format_name(first, last) for last, first in zip(told[::2], told[1::2], strict=True)]
    return told


def _two(last: str, first: str) -> list[str]:
    if _JUNIOR.fullmatch(first) and " " in last:  # `Martin Luther King, Jr.`
        return [f"{last} {first}"]
    if _INITIAL_FIRST.fullmatch(last) and _INITIAL_FIRST.fullmatch(first):
        return [last, first]  # `A. Lee, B. Chen`
    return [format_name(first, last)]


def _is_full(parts: list[str]) -> bool:
    """Whether each part is a name by itself, as in `Ann Lee, Bo Chen, Cy Poe`."""
    return all(len(part.split()) > 1 for part in parts)


def _extended(parts: list[str]) -> str:
    told: dict[str, str] = {}
    for part in parts:
        found = _PART.fullmatch(part)
        if found:
            told[found[1].lower()] = plain(found[2].strip().strip('"'))
    family = " ".join(filter(None, (told.get("prefix"), told.get("family"))))
    return format_name(told.get("given", ""), family, told.get("suffix", ""))


def _parted(value: str, at: str) -> list[str]:
    """A value cut at each `and`, comma or semicolon that is not within braces."""
    parts, depth, start = [], 0, 0
    for mark in _BREAKS.finditer(value):
        sign = mark[0].strip().lower()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth = max(depth - 1, 0)
        elif sign == at and depth == 0:
            parts.append(value[start : mark.start()])
            start = mark.end()
    return [*parts, value[start:]]
