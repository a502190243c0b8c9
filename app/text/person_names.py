"""Names of people in parts, and dblp's numbers of namesakes.

A name is printed with the given name first ("Guy L. Steele Jr."), as we keep it; "Family, Given"
is understood as well. What is cited is the surname with its particles ("van den Oord"), the same
in lines, files and maps. Groups and institutions, names of one word, and Chinese, Japanese and
Korean names without a space are cited as a whole; with a space, the family name comes first, or
where it is known to be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.text.folding import fold, make_slug
from app.text.words import CJK

MAX_KEY = 200  # characters of the key of an author
_GROUP = re.compile(
    r"\b(?:collaborations?|consorti(?:um|a)|teams?|groups?|projects?|initiative|network|committee"
    r"|society|association|foundation|institut[eo]?|universit\w{1,4}|alliance|council|laborator(?:y|ies)"
    r"|labs?|cent(?:er|re)|college|school|academy|agency|ministry|department|bureau|federation"
    r"|organi[sz]ation|corporation|company|inc\.?|ltd\.?|gmbh|llc|research|investigators|deepmind"
    r"|et al\.?)(?!\w)",
    re.IGNORECASE,
)
_OF = re.compile(r"\s(?:of|for|at|@)\s|&")  # stand in no person's name
_SUFFIX = re.compile(r"[JSjs]r\.?|I{2,3}|IV|2nd|3rd|4th")
_ROMAN = re.compile(r"I{2,3}|IV")
# What belongs to a family name though it stands before it.
_PARTICLES = frozenset(
    (
        *("'t", "abu", "af", "al", "auf", "av", "bin", "bint", "da", "dal", "dalla", "das", "de"),
        *(
            "degli",
            "dei",
            "del",
            "della",
            "den",
            "der",
            "des",
            "di",
            "do",
            "dos",
            "du",
            "el",
            "ibn",
        ),
        *("im", "la", "las", "le", "lo", "los", "op", "te", "ten", "ter", "van", "vander"),
        *("vom", "von", "zu", "zum", "zur", "’t"),
    )
)
# As they are also written with a capital, which makes them part of the family name. "Van" and "Le"
# are given names, too: first in a name, and beside these surnames.
_CAPITAL = frozenset(
    (
        *("Al", "Dal", "Dalla", "De", "Del", "Della", "Den", "Der", "Des", "Di", "Dos", "Du", "El"),
        *("La", "Le", "Lo", "Saint", "St", "St.", "Ten", "Ter", "Van", "Vander", "Von"),
    )
)
_VIETNAMESE = frozenset(
    (
        *("bui", "cao", "chu", "dang", "dao", "dinh", "do", "doan", "duong", "ha", "ho", "hoang"),
        *("huynh", "lam", "le", "luong", "luu", "ly", "mai", "ngo", "nguyen", "pham", "phan"),
        *("phung", "quach", "ta", "thai", "to", "tran", "trinh", "truong", "vo", "vu", "vuong"),
    )
)
# Join the two parts of a family name: "Ramón y Cajal".
_JOINERS = frozenset(("y", "e", "i"))
_ELIDED = re.compile(r"d['’]|dell['’]")
_CJK = re.compile(rf"[{CJK}・·\s]+")
# The most frequent family names of one sign in China, Taiwan and Korea.
_FAMILIES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
    "阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮許蘇盧蔣賈葉閻譚鄒陸龍錢湯賴龔김이박최정강조윤장임한오서신권황안송전홍"
)
_NUMBER = re.compile(r" (\d{4})", re.ASCII)
_NUMBERED = re.compile(r".*[^\W\d_].*[\s-]\d{4}\s*", re.DOTALL)
_NUMBER_OF_KEY = re.compile(r"-(\d{4})", re.ASCII)


@dataclass(frozen=True)
class PersonName:
    """A name in parts.

    That of a group, or of somebody with one name, is all `family`.
    """

    family: str
    given: str = ""
    suffix: str = ""
    particle: str = ""

    @property
    def surname(self) -> str:
        """What is cited: `van Beethoven`, `King`, `ATLAS Collaboration`."""
        return f"{self.particle} {self.family}" if self.particle else self.family

    @property
    def inverted(self) -> str:
        """The name with the family name first.

        `van Beethoven, Ludwig`; `King, Martin Luther, Jr.`
        """
        parts = [self.surname, self.given, self.suffix]
        return ", ".join(parts if self.suffix else parts[:2]).rstrip(", ")


def split_name(name: str) -> PersonName:
    """Take a name apart; dblp's number of a namesake is no part of it.

    Spanish and Portuguese double names cannot be told from middle names: the last word counts.
    """
    name = remove_number(" ".join(name.split()))
    if is_group(name):
        return PersonName(name)
    before, comma, behind = name.partition(",")
    if not comma:
        return _split(name.split())
    parts = [part.strip() for part in behind.split(",")]
    suffix = next(filter(is_suffix, parts), "")
    given = " ".join(part for part in parts if part and part != suffix)
    if not given:  # `Martin Luther King, Jr.`
        return _split([*before.split(), *filter(None, [suffix])])
    surname = before.split()
    if not suffix and len(surname) > 1 and is_suffix(surname[-1]):
        suffix = surname.pop()  # `Steele Jr., Guy L.`
    own, behind_given = given.split(), 0
    while behind_given < len(own) - 1 and own[-1 - behind_given] in _PARTICLES:
        behind_given += 1  # `Beethoven, Ludwig van`
    cut = len(own) - behind_given
    return _parted([*own[cut:], *surname], own[:cut], suffix)


def format_name(given: str, family: str, suffix: str = "") -> str:
    """A name as it is printed, from its parts.

    The given name first, but for Chinese, Japanese and Korean ones.
    """
    parts = [given, family, suffix]
    if given and family and _CJK.fullmatch(given + family):
        parts = [family, given, suffix]
    return " ".join(filter(None, parts))


def split_names(text: str) -> list[PersonName]:
    """Names as BibTeX lists them, joined by `and`."""
    return [split_name(name) for name in re.split(r"(?<!\s)\s++and\s+", text.strip()) if name]


def surname(name: str) -> str:
    """What a citation calls somebody: `Steele` of "Guy L.

    Steele Jr.".
    """
    return split_name(name).surname


def surname_for_key(name: str) -> str:
    """The surname in plain small letters without particles: `oord` of "Aäron van den Oord"."""
    return make_slug(fold(split_name(name).family)).replace("-", "")


def comparable_name(name: str) -> tuple[tuple[str, ...], str]:
    """Given names and surname, folded, by which two names may be one person's.

    Of a double surname the last part alone, for one source has both and another has not.
    """
    parts = split_name(name)
    family = _folded_words(parts.family)
    if is_group(parts.family):
        return (), " ".join(word for word in family if word != "the")
    return tuple(_folded_words(parts.given)), family[-1] if family else ""


def comparable_surnames(names: Iterable[str]) -> list[str]:
    """The surnames of some names, by which lists of authors are compared."""
    return [comparable_name(name)[1] for name in names]


def is_particle(word: str) -> bool:
    """Whether a word belongs to the family name behind it: `van`."""
    return word in _PARTICLES


def is_suffix(part: str) -> bool:
    """Whether a part of a name stands behind it: `Jr.`, `III`."""
    return _SUFFIX.fullmatch(part) is not None


def is_group(name: str) -> bool:
    """Whether a name is that of a collaboration, an institution or the like."""
    return " " in name and bool(_GROUP.search(name) or _OF.search(name))


def remove_number(name: str) -> str:
    """A name without dblp's number of a namesake: "Wei Wang" of "Wei Wang 0001"."""
    return name[:-5] if name[-4:].isdecimal() and _NUMBER.fullmatch(name[-5:]) else name


def add_number(name: str, key: str) -> str:
    """A name with dblp's number of a namesake.

    An author has it in the key only.
    """
    number = number_of_key(key)
    return f"{name} {number}" if number else name


def is_numbered(typed: str) -> bool:
    """Whether what somebody typed has dblp's number of a namesake.

    It is a name or a key.
    """
    return _NUMBERED.fullmatch(typed) is not None


def make_author_key(name: str) -> str:
    """The key of an author of this name.

    dblp's number of a namesake is part of both.
    """
    return make_slug(name)[:MAX_KEY] or "unnamed"


def number_of_key(key: str) -> str:
    """dblp's number of a namesake in an author's key.

    Such as `0002`; empty where none is.
    """
    found = _NUMBER_OF_KEY.fullmatch(key[-5:])
    return found[1] if found else ""


def remove_number_from_key(key: str) -> str:
    """The key that an author had if they had no namesakes."""
    return key[:-5] if number_of_key(key) else key


def _split(words: list[str]) -> PersonName:
    if len(words) > 1 and _CJK.fullmatch(" ".join(words)):
        # Files that have names in parts give them to us with the given name first.
        if len(words) == 2 and words[1] in _FAMILIES and words[0] not in _FAMILIES:
            return PersonName(words[1], words[0])
        return PersonName(words[0], " ".join(words[1:]))
    suffix = words[-1] if len(words) > 1 and is_suffix(words[-1]) else ""
    if len(words) == 2 and _ROMAN.fullmatch(suffix):  # a king or a pope
        return PersonName(" ".join(words))
    words = words[:-1] if suffix else words
    first = _start_of_surname(words)
    return _parted(words[first:], words[:first], suffix)


def _parted(surname: list[str], given: list[str], suffix: str) -> PersonName:
    """A name of which the words of the surname are known: particles come first in it."""
    at = 0
    while at < len(surname) - 1 and surname[at] in _PARTICLES:
        at += 1
    family, particle = " ".join(surname[at:]), " ".join(surname[:at])
    return PersonName(family, " ".join(given), suffix, particle)


def _start_of_surname(words: list[str]) -> int:
    last = len(words) - 1
    if last < 1 or words[0] in _PARTICLES:  # `van Gogh`
        return 0
    if _ELIDED.match(words[last]):  # `Jean Le Rond d'Alembert`
        return last
    for at in range(1, last):
        if words[at] in _JOINERS and at > 1:
            return at - 1
        if words[at] in _PARTICLES or _is_capital_particle(words, at):
            return at
    return last


def _is_capital_particle(words: list[str], at: int) -> bool:
    others = [*words[:at], *words[at + 1 :]]
    return words[at] in _CAPITAL and not any(fold(word) in _VIETNAMESE for word in others)


def _folded_words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))
