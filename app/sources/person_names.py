"""Names of people in the parts that citation formats want; ours are written given name first."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GROUP = re.compile(
    r"\b(collaborations?|consortium|team|group|project|initiative|network|committee|society"
    r"|association|foundation|institute|university|et al\.?)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV")
# What belongs to a family name though it stands before it.
_PARTICLES = frozenset(
    (
        *("af", "al", "auf", "bin", "da", "dal", "das", "de", "del", "della", "den", "der", "des"),
        *("di", "do", "dos", "du", "el", "la", "las", "le", "los", "ten", "ter", "van", "vom"),
        *("von", "y", "zu", "zum", "zur"),
    )
)


@dataclass(frozen=True)
class PersonName:
    """A name in parts. That of a group, or of somebody with one name, is all `family`."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def inverted(self) -> str:
        """`van Beethoven, Ludwig`; `King, Martin Luther, Jr.`"""
        parts = [self.family, self.given, self.suffix] if self.suffix else [self.family, self.given]
        return ", ".join(parts).rstrip(", ")


def split_name(name: str) -> PersonName:
    """Take a name apart: the last word is the family name, with the particles before it.

    Spanish and Portuguese double names cannot be told from middle names; the last word counts.
    """
    words = name.replace(",", " ").split()
    if len(words) < 2 or _GROUP.search(name):
        return PersonName(" ".join(words))
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    first = len(words) - 1
    # In lower case only: "Al", "Le" and "Van" are also given names.
    while first > 1 and words[first - 1] in _PARTICLES:
        first -= 1
    return PersonName(" ".join(words[first:]), " ".join(words[:first]), suffix)


def split_names(text: str) -> list[PersonName]:
    """Names as BibTeX lists them: joined by `and`, given name first or after a comma."""
    found = []
    for name in re.split(r"\s+and\s+", text.strip()):
        family, comma, given = name.partition(",")
        if comma:
            found.append(PersonName(" ".join(family.split()), " ".join(given.split())))
        elif name:
            found.append(split_name(name))
    return found
