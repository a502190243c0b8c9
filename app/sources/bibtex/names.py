"""People as BibTeX writes them: `von Last, Jr, First and {Some Organisation} and others`."""

from __future__ import annotations

import re

from app.text.person_names import format_name, is_group
from app.text.tex import plain
from app.text.tex_mending import unescape_entities

MAX_NAMES = 10_000
_BREAKS = re.compile(r"\s+\\?&(?=\s)|\\.|[{}]|\s+and(?=[\s{]|$)|,|;", re.IGNORECASE | re.DOTALL)
_OTHERS = re.compile(r"(?:(?:and|&)\s+)?(?:others|et\.?\s*al\.?)", re.IGNORECASE)
# At the end of the last name, where "and" or a comma is missing.
_OTHERS_BEHIND = re.compile(r"(?<=[\w.}])\s+et\.?\s*al\.?\s*$", re.IGNORECASE)
_ON_BEHALF = re.compile(r"(?:(?:on\s+behalf\s+of|for)\s+)?(?:the\s+)?", re.IGNORECASE)
# As medical journals write names: `Hinton GE`, `van der Berg A.-B.`
_FAMILY_FIRST = re.compile(
    r"((?:[^\W\d_][\w'’-]*\s)*[^\W\d_][\w'’-]+)\s((?:[^\W\d_a-z]\.?-?){1,3})", re.ASCII
)
# biblatex 3.5 and later: `family=Gogh, given=Vincent, prefix=van`.
_PART = re.compile(r"(family|given|prefix|suffix)\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)
_PART_NAME = re.compile(r"(?:family|given|prefix|suffix|useprefix)(?:-i)?\s*=", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.?[-\s~]*){1,4}")
_INITIAL_FIRST = re.compile(r"[^\W\d_]\.[-\s\w.~]*\w{2}")
_JUNIOR = re.compile(r"(?:[JS]r\.?|I{2,3}|IV)")


def names(value: str) -> tuple[str, ...]:
    """The names of a field, given name first, without "and others"."""
    found: list[str] = []
    for name in _names_apart(value):
        found += _of_one(name)
    return tuple(name for name in found[:MAX_NAMES] if name and not is_others(name))


def has_others(value: str) -> bool:
    """Whether there are more people than the field names: it ends in "and others"."""
    return ends_in_others(value) and bool(names(value))


def ends_in_others(value: str) -> bool:
    """Whether "and others" or "et al." stands last in a field, or alone in it."""
    if _OTHERS_BEHIND.search(value):
        return True
    return is_others(plain(_parted(_names_apart(value)[-1], ",")[-1]))


def is_others(name: str) -> bool:
    """Whether a name is nobody's, but says that there are more."""
    return _OTHERS.fullmatch(name) is not None


def with_collaborations(people: tuple[str, ...], value: str) -> tuple[str, ...]:
    """People, and behind them the collaborations of which they are, each once.

    Args:
        people: the authors.
        value: the field `collaboration` as INSPIRE has it: `ATLAS`, `LIGO Scientific and Virgo`.
    """
    known = {_group_name(name) for name in people}
    found = list(people)
    for words in _parted(value, "and"):
        for each in (part for parts in _parted(words, ";") for part in _parted(parts, ",")):
            name = _ON_BEHALF.sub("", plain(each)).strip()
            if name and _group_name(name) not in known:
                known.add(_group_name(name))
                found.append(name if is_group(name) else f"{name} Collaboration")
    return tuple(found[:MAX_NAMES])


def _group_name(name: str) -> str:
    words = _ON_BEHALF.sub("", name.lower(), count=1).split()
    return " ".join(word for word in words if not word.startswith("collaboration"))


def _names_apart(value: str) -> list[str]:
    """The parts of a field that `and`, a semicolon or an ampersand ends.

    Within one, commas may still stand for `and`.
    """
    # `M&uuml;ller`: the semicolon does not end a name.
    value = _OTHERS_BEHIND.sub("", unescape_entities(value))
    parts = [each for words in _parted(value, "and") for each in _at_ampersands(words)]
    found = []
    for at, words in enumerate(parts):
        listed = _parted(words, ",")
        is_list = at < len(parts) - 1 and not listed.pop().strip()  # `Ann Lee, Bo Poe, and Cy Roe`
        found += listed if is_list and _is_full(listed) else _parted(words, ";")
    return found


def _at_ampersands(words: str) -> list[str]:
    """People joined by ampersands; the one in the name of a company stays."""
    parts = _parted(words, "&")
    are_people = all(len(plain(part).split()) > 1 and not is_group(plain(part)) for part in parts)
    return parts if are_people or parts[0].rstrip().endswith(",") else [words]


def _of_one(name: str) -> list[str]:
    """One name, or several where commas stand for "and"."""
    name = name.strip()
    parts = [part.strip() for part in _parted(name, ",")]
    if (len(parts) > 1 and all(map(_PART_NAME.match, parts))) or _PART.fullmatch(name):
        return [_extended(parts)]
    # A comma at the end, or `Lee, A., et al.`
    while len(parts) > 1 and (not parts[-1] or is_others(parts[-1])):
        parts.pop()
    told = [plain(part) for part in parts]
    if len(told) == 1:
        return [told[0]]
    if found := _family_first(told):
        return found
    if len(told) == 2:
        return _two(told[0], told[1])
    if len(told) == 3 and (_JUNIOR.fullmatch(told[1]) or not _is_full(told)):
        return [format_name(told[2], told[0], told[1])]
    if len(told) % 2 == 0 and all(map(_INITIALS.fullmatch, told[1::2])):
        return [format_name(first, last) for last, first in zip(told[::2], told[1::2], strict=True)]
    return told


def _family_first(told: list[str]) -> list[str]:
    """The names of `Hinton GE, Salakhutdinov RR`; of anything else, none."""
    pairs = [found for found in map(_FAMILY_FIRST.fullmatch, told) if found]
    if len(pairs) < len(told):
        return []
    return [format_name(each[2], each[1]) for each in pairs]


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
    """A value cut at each `and`, comma, semicolon or `&` that is not within braces."""
    parts, depth, start = [], 0, 0
    for mark in _BREAKS.finditer(value):
        sign = mark[0].lower()
        sign = sign.strip().removeprefix("\\") if sign[0].isspace() else sign
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth = max(depth - 1, 0)
        elif sign == at and depth == 0:
            parts.append(value[start : mark.start()])
            start = mark.end()
    return [*parts, value[start:]]
