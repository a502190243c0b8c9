"""Lists of people as BibTeX writes them, and as they are typed.

BibTeX has `von Last, Jr, First and {Some Organisation} and others`. People type "Family, Given" or
"Given Family", a line for each or several on one, with commas, semicolons or "and" between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.text.person_names import format_name, is_group, is_particle, is_suffix
from app.text.tex import escape_signs, plain
from app.text.tex_mending import unescape_entities

MAX_NAMES = 10_000
# Space is looked at once, from its first sign or behind one that a backslash escapes.
_BREAKS = re.compile(
    r"(?:(?<!\s)|(?<=\\\s))\s++(?:\\?&(?=\s)|and(?=[\s{]|$))|\\.|[{}]|,|;",
    re.IGNORECASE | re.DOTALL,
)
_OTHERS = re.compile(r"(?:(?:and|&)\s+)?(?:others|et\.?\s*al\.?)", re.IGNORECASE)
# At the end of the last name, where "and" or a comma is missing.
_OTHERS_BEHIND = re.compile(r"(?<=[\w.}])\s+et\.?\s*al\.?\s*$", re.IGNORECASE)
_ON_BEHALF = re.compile(r"^(?:(?:on\s+behalf\s+of|for)\s+)?(?:the\s+)?", re.IGNORECASE)
# As medical journals write names: `Hinton GE`, `van der Berg A.-B.`
_FAMILY_FIRST = re.compile(r"((?:[^\W\d_][\w'’-]*\s)*[^\W\d_][\w'’-]+)\s((?:[^\W\d_]\.?-?){1,3})")
# biblatex 3.5 and later: `family=Gogh, given=Vincent, prefix=van`.
_PART = re.compile(r"(family|given|prefix|suffix)\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)
_PART_NAME = re.compile(r"(?:family|given|prefix|suffix|useprefix)(?:-i)?\s*=", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.?[-\s~]*){1,4}")
_CAPITALS = re.compile(r"(?:(?:[^\W\d_]\.|[A-ZÀ-ÖØ-Þ])[-\s~]*){1,4}")
_INITIAL_FIRST = re.compile(r"[^\W\d_]\.[-\s\w.~]*\w{2}")
_COMPANY = re.compile(r"(?:inc|ltd|llc|gmbh|corp|co|ag|s\.a)\.?", re.IGNORECASE)
# Printed behind a name: marks of notes and of affiliations.
_MARKS = "*†‡§¶‖⁎∗¹²³⁰⁴-⁹"
_NOTE_MARKS = re.compile(rf"(?<=[^\s,{_MARKS}])\s?[{_MARKS}][,\s{_MARKS}]*$")
_LAST_OTHERS = re.compile(
    r"(?:\b(?:and|&)\s+)?(?:\bothers|\bet\.?\s*al\b\.?|…|\.\.\.)\s*$", re.IGNORECASE
)


@dataclass(frozen=True)
class NameList:
    """People in order, each with the given name first.

    Attributes:
        names: their names.
        has_more: whether the list goes on: it ends in "et al." or "and others".
        doubts: what may be one person as well as several; it was taken for one.
    """

    names: tuple[str, ...] = ()
    has_more: bool = False
    doubts: tuple[str, ...] = ()


def parse_names(text: str, *, several: bool = False) -> NameList:
    """People as they are typed, printed or kept in a field that is not BibTeX's.

    Braces hold together what is one name, as in BibTeX; TeX is resolved. "Smith, Ann, Bo Lee" and
    the like are parted where the marks leave no doubt.

    Args:
        text: names on lines of their own, or parted by semicolons, "and" or commas.
        several: whether "Ann Lee, Bo Poe" is two people, where otherwise it is doubted.
    """
    found = _TypedNames(several)
    for line in text.splitlines():
        found.read_line(line.strip())
    names = tuple(name for name in found.names[:MAX_NAMES] if name)
    return NameList(names, found.has_more and bool(names), tuple(found.doubts))


def write_names(people: NameList) -> str:
    """A list that `parse_names` reads as the same, one name on a line."""
    lines = [write_name(name) for name in people.names]
    return "\n".join([*lines, *(["et al."] if people.has_more else [])])


def write_name(name: str) -> str:
    """A name that `parse_names` reads as the same, in braces where it would not otherwise."""
    return name if parse_names(name) == NameList((name,)) else f"{{{escape_signs(name)}}}"


class _TypedNames:
    """Reads lists line by line."""

    def __init__(self, several: bool) -> None:
        self.several = several
        self.names: list[str] = []
        self.has_more = False
        self.doubts: list[str] = []

    def read_line(self, line: str) -> None:
        line = " ".join(unescape_entities(line).split())
        for written in _parted(line, ";"):
            part, more = _LAST_OTHERS.subn("", written.strip())
            self.has_more = self.has_more or bool(more)
            people = _people(re.sub(r"^(?:and|&)\s+|\s+(?:and|&)$", "", part.strip(" ,")))
            given_first = sum(map(_is_given_first, people))
            for each in people:
                # Among others with the given name first, a comma is no sign of another order.
                beside = given_first > _is_given_first(each)
                self._read(each.strip(" ,"), beside)

    def _read(self, text: str, beside: bool) -> None:
        parts = [_NOTE_MARKS.sub("", part.strip()) for part in _parted(text, ",")]
        parts = [part for part in parts if part]
        if (parts and all(map(_PART_NAME.match, parts))) or _PART.fullmatch(text):
            self.names.append(_extended(parts))
            return
        if len(parts) > 1 and is_group(parts[0]):  # `University of California, Berkeley`
            groups = all(map(is_group, parts))
            self.names += map(_printed, parts if groups else [", ".join(parts)])
            return
        if len(parts) == 2 and _COMPANY.fullmatch(parts[1]):
            self.names.append(_printed(", ".join(parts)))
            return
        behind: list[str] = []
        while len(parts) > 1 and is_group(parts[-1]):
            behind.insert(0, parts.pop())
        self._read_people([_printed(part) for part in parts], text, beside or bool(behind))
        self.names += map(_printed, behind)

    def _read_people(self, parts: list[str], text: str, beside: bool) -> None:
        suffixes = list(filter(is_suffix, parts[1:]))
        plain_parts = [*parts[:1], *(part for part in parts[1:] if not is_suffix(part))]
        if len(suffixes) == 1 and len(plain_parts) < 3:
            last, first = [*plain_parts, ""][:2]
            self.names.append(format_name(first, last, suffixes[0]))
        elif len(parts) < 2:
            self.names += parts
        elif found := _family_first(parts):
            self.names += found
        elif len(parts) == 2:
            self._read_two(parts[0], parts[1], text, beside)
        elif len(parts) % 2 == 0 and all(map(_CAPITALS.fullmatch, parts[1::2])):
            pairs = zip(parts[::2], parts[1::2], strict=True)
            self.names += [format_name(first, last) for last, first in pairs]
        elif all(map(_is_given_first, parts)):
            self.names += parts
        else:
            self.doubts.append(text)
            self.names += parts

    def _read_two(self, last: str, first: str, text: str, beside: bool) -> None:
        both = _is_given_first(last) and _is_given_first(first)
        initials = _INITIAL_FIRST.fullmatch(last) and _INITIAL_FIRST.fullmatch(first)
        is_sure = not both or is_particle(last.split()[0]) or first.endswith(".")
        if both and (beside or initials or (self.several and not is_sure)):
            self.names += [last, first]
            return
        if not is_sure:
            self.doubts.append(text)
        self.names.append(format_name(first, last))


def _people(text: str) -> list[str]:
    """A text cut at "and" and "&", but not within the name of an institution."""
    parts = [part for each in _parted(text, "and") for part in _parted(each, "&")]
    whole = "," not in text and len(parts) > 1 and is_group(text)
    if not whole or all(map(is_group, parts)):
        return parts
    persons = [part for part in parts if not is_group(part)]
    # `Ada Lovelace and the CMS Collaboration`, but `Centre for Science and Technology`
    is_list = not is_group(parts[0]) and all(len(part.split()) > 1 for part in persons)
    return parts if is_list or not is_group(text.replace("&", "and")) else [text]


def _is_given_first(name: str) -> bool:
    """Whether a text can be a whole name, with the given name first."""
    return "," not in name and len(name.split()) > 1


def _printed(part: str) -> str:
    return plain(part) if "\\" in part or "{" in part or "~" in part else " ".join(part.split())


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
    words = _ON_BEHALF.sub("", name.lower()).split()
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
    if len(told) == 3 and (is_suffix(told[1]) or not _is_full(told)):
        return [format_name(told[2], told[0], told[1])]
    if len(told) % 2 == 0 and all(map(_INITIALS.fullmatch, told[1::2])):
        return [format_name(first, last) for last, first in zip(told[::2], told[1::2], strict=True)]
    return told


def _family_first(told: list[str]) -> list[str]:
    """The names of `Hinton GE, Salakhutdinov RR`; of anything else, none."""
    matches = map(_FAMILY_FIRST.fullmatch, told)
    pairs = [found for found in matches if found and found[2].isupper()]
    if len(pairs) < len(told):
        return []
    return [format_name(each[2], each[1]) for each in pairs]


def _two(last: str, first: str) -> list[str]:
    if is_suffix(first) and " " in last:  # `Martin Luther King, Jr.`
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
