"""What a writer states of how a summary came about.

One vocabulary for forms, files, feeds and search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Each from the one that claims most; what is empty is not stated.
READ = {
    "whole": "read whole",
    "parts": "read in parts",
    "abstract": "read the abstract only",
}
MADE = {
    "hand": "written by hand",
    "assisted": "written with machine help",
    "machine": "written by machine",
}
INTEREST = "is an author or has an interest"
# The same for rows of lists, where there is little room.
_BRIEF = {
    "read:whole": "read whole",
    "read:parts": "read in parts",
    "read:abstract": "abstract only",
    "made:hand": "by hand",
    "made:assisted": "machine help",
    "made:machine": "by machine",
    "interest:stated": "has an interest",
}


@dataclass(frozen=True)
class Provenance:
    """What is stated of one summary.

    Attributes:
        read: how much of the paper its writer read, one of `READ`; empty when not stated.
        made: how the text was made, one of `MADE`; empty when not stated.
        interest: whether its writer is an author of the paper, or has an interest in it.
    """

    read: str = ""
    made: str = ""
    interest: bool = False

    @property
    def terms(self) -> Mapping[str, str]:
        """What is stated, as search has it (`read:parts`), with the same in words."""
        stated = {}
        if self.read:
            stated[f"read:{self.read}"] = READ[self.read]
        if self.made:
            stated[f"made:{self.made}"] = MADE[self.made]
        if self.interest:
            stated["interest:stated"] = INTEREST
        return stated

    @property
    def words(self) -> str:
        """What is stated, for a line below a name; empty for nothing."""
        return " · ".join(self.terms.values())

    @property
    def brief(self) -> str:
        """The same for the row of a list."""
        return " · ".join(_BRIEF[term] for term in self.terms)


NOT_STATED = Provenance()


def choose_cautious(words: Mapping[str, str], one: str, other: str) -> str:
    """Of two statements the one that claims less; any before none."""
    return max(one, other, key=["", *words].index)
