"""What the editor holds of somebody's work: a text, and what stands beside it.

Two windows on one summary are compared by all of it: a summary that one of them made private is
another one, though its text is the same.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from app.sources.provenance import MADE, NOT_STATED, READ, Provenance
from app.text.lines import one_line, plain_ends
from app.text.visibility import VISIBILITIES

STRICTEST_SHARING = ("private", True)  # visibility, and whether it is anonymous


@dataclass(frozen=True)
class SummarySettings:
    """What a summary has beside its text and takeaway.

    A change of these makes no revision.

    Attributes:
        tags: by name.
        visibility: one of `VISIBILITIES`.
        anonymous: whether its writer is named to nobody.
        provenance: what its writer states of it.
    """

    tags: tuple[str, ...] = ()
    visibility: str = "public"
    anonymous: bool = False
    provenance: Provenance = NOT_STATED

    def to_text(self) -> str:
        """As `from_text` reads it: a form carries along what its window began from."""
        stated = self.provenance
        values = (self.visibility, self.anonymous, stated.read, stated.made, stated.interest)
        return json.dumps([list(self.tags), *values], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> SummarySettings | None:
        """The settings that a form carried; `None` for anything that `to_text` did not write."""
        try:
            tags, visibility, anonymous, read, made, interest = json.loads(text)
            stated = Provenance(str(read), str(made), bool(interest))
            found = cls(tuple(map(str, tags)), str(visibility), bool(anonymous), stated)
        except (ValueError, TypeError, RecursionError):
            return None
        return found if visibility in VISIBILITIES and is_stated_well(stated) else None


@dataclass(frozen=True)
class Content:
    """What the editor's form holds, as typed."""

    source: str
    takeaway: str = ""
    tags: str = ""
    visibility: str = "public"
    anonymous: bool = False
    read: str = ""
    made: str = ""
    interest: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.source.strip() or self.takeaway.strip() or self.tags.strip())

    @property
    def settings(self) -> SummarySettings:
        tags = tuple(sorted(split_tags(self.tags)))
        return SummarySettings(tags, self.visibility, self.anonymous, self.provenance)

    @property
    def provenance(self) -> Provenance:
        return Provenance(self.read, self.made, self.interest)

    def same_as(self, other: Content) -> bool:
        """Whether two would be saved as the same."""
        return (
            normalise_source(self.source) == normalise_source(other.source)
            and one_line(self.takeaway) == one_line(other.takeaway)
            and self.settings == other.settings
        )


@dataclass(frozen=True)
class Edit:
    """What somebody changes of a summary or draft.

    `None` is what they did not say.

    That stays as it is, and of a new one it is the most private: a field that is missing from a
    form must not show a text, or a name, to anybody.
    """

    source: str | None = None
    takeaway: str | None = None
    tags: str | None = None
    visibility: str | None = None
    anonymous: bool | None = None
    read: str | None = None
    made: str | None = None
    interest: bool | None = None

    def applied_to(self, content: Content | None) -> Content:
        """The content after the change; `None` stands for a text that is new."""
        before = content or Content("", "", "", *STRICTEST_SHARING)
        said = {name: value for name, value in vars(self).items() if value is not None}
        return replace(before, **said)


@dataclass(frozen=True)
class BaseVersion:
    """What a window knows of a summary: the state from which its text began.

    Attributes:
        revision: number of the last revision then, 0 for none.
        settings: what stood beside it; `None` when that is not known.
    """

    revision: int
    settings: SummarySettings | None = None


def is_stated_well(stated: Provenance) -> bool:
    """Whether a statement consists of words that are known, or is none."""
    return stated.read in ("", *READ) and stated.made in ("", *MADE)


def normalise_source(source: str) -> str:
    """A text as it is saved.

    Lines end in one way, none is empty at either end.
    """
    return plain_ends(source).replace("\x00", "").strip("\n")


def split_tags(text: str) -> list[str]:
    """Tags as a person types them, separated by commas: `Object Detection` → `object-detection`."""
    tags: list[str] = []
    for part in text.split(","):
        tag = re.sub(r"[^\w.+#-]+|_+", "-", part.strip().lower()).strip("-.")
        if tag and tag not in tags:
            tags.append(tag)
    return tags
