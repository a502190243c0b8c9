"""Two versions that began from one, put together so that nothing of either is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.services.summaries.content import Content, SummarySettings, split_tags
from app.sources.provenance import MADE, READ, choose_cautious
from app.text.diffs import match_lines
from app.text.lines import one_line
from app.text.visibility import VISIBILITIES

MINE = "<<<<<<< in this window"
BETWEEN = "======= or"  # signs alone would make a heading of the line above
THEIRS = ">>>>>>> in the other window"
BESIDE = " ======= "  # between two takeaways


@dataclass(frozen=True)
class MergeBase:
    """What two windows began from, as far as it is known.

    `None` for what is not.

    Attributes:
        certain: whether it is the last that both know. A window that has kept drafts since may
            have shown them to the other one.
    """

    source: str | None = None
    takeaway: str | None = None
    settings: SummarySettings | None = None
    certain: bool = True


@dataclass(frozen=True)
class MergedText:
    """The text of both; `conflicts` counts the places where one has to choose."""

    text: str
    conflicts: int


@dataclass(frozen=True)
class MergedContent:
    """What two windows hold, put together.

    Attributes:
        content: what is to be saved.
        conflicts: the places in the text where one has to choose.
        differing: the fields beside the text that differed.
        undecided: those of them that both changed, so that their writer should look.
    """

    content: Content
    conflicts: int
    differing: tuple[str, ...]
    undecided: tuple[str, ...]


def merge(base: str | None, mine: str, theirs: str) -> MergedText:
    """Merge two texts by lines, as `diff3` does.

    Khanna, Kunal, Pierce: "A formal investigation of diff3", 2007. What only one of them changed is
    taken. Where both changed the same lines, both stand below each other between the lines `MINE`,
    `BETWEEN` and `THEIRS`, unless one of them has all lines of the other.

    Args:
        base: the text that both began from; without it nothing counts as removed.
        mine: the text of this window.
        theirs: the text of the other one.
    """
    my_lines, their_lines = mine.split("\n"), theirs.split("\n")
    if base is None:
        base_lines = [my_lines[here] for here, _ in match_lines(my_lines, their_lines)]
    else:
        base_lines = base.split("\n")
    in_mine = dict(match_lines(base_lines, my_lines))
    in_theirs = dict(match_lines(base_lines, their_lines))
    kept = [
        (at, in_mine[at], in_theirs[at])
        for at in range(len(base_lines))
        if at in in_mine and at in in_theirs
    ]
    result: list[str] = []
    last = (0, 0, 0)
    for place in [*kept, (len(base_lines), len(my_lines), len(their_lines))]:
        before = base_lines[last[0] : place[0]]
        here = my_lines[last[1] : place[1]]
        there = their_lines[last[2] : place[2]]
        if there == before or _holds(here, there, before):
            result += here
        elif here == before or _holds(there, here, before):
            result += there
        else:
            result += [MINE, *here, BETWEEN, *there, THEIRS]
        result += my_lines[place[1] : place[1] + 1]
        last = (place[0] + 1, place[1] + 1, place[2] + 1)
    # Also those that the other window's text came with.
    return MergedText("\n".join(result), result.count(MINE))


def merge_contents(base: MergeBase, mine: Content, theirs: Content) -> MergedContent:
    """Merge what two windows hold, field by field.

    What only one of them changed is taken.

    Where both did, nothing is lost and nothing becomes more public: of two visibilities it is the
    more private one, anonymous before named; of two statements the one that claims less; two
    takeaways stand beside each other.
    """
    text = merge(base.source, mine.source, theirs.source)
    known = base.settings
    takeaway, takeaway_open = _takeaway(base.takeaway, mine.takeaway, theirs.takeaway)
    before = {} if known is None else {**vars(known), **vars(known.provenance)}
    chosen, undecided = {}, {"takeaway": takeaway_open}
    for name, choose in _CHOICES.items():
        chosen[name], undecided[name] = _choose(
            choose, before.get(name), getattr(mine, name), getattr(theirs, name), base.certain
        )
    tags = mine.tags
    if mine.settings.tags != theirs.settings.tags:
        tags = ", ".join(_tags(known, split_tags(mine.tags), split_tags(theirs.tags)))
    differing = {
        "takeaway": one_line(mine.takeaway) != one_line(theirs.takeaway),
        "tags": mine.settings.tags != theirs.settings.tags,
        **{name: getattr(mine, name) != getattr(theirs, name) for name in _CHOICES},
    }
    return MergedContent(
        Content(text.text, takeaway, tags, **chosen),
        text.conflicts,
        tuple(name for name, differs in differing.items() if differs),
        tuple(name for name, is_open in undecided.items() if is_open),
    )


def choose_stricter(one: str | bool, other: str | bool) -> str | bool:
    """The more private of two visibilities, or whether one of two boxes is ticked."""
    if isinstance(one, bool) or isinstance(other, bool):
        return bool(one or other)
    return max(one, other, key=VISIBILITIES.index)


# Of the fields with a few values: which of two that differ is safe until somebody chooses.
_CHOICES: Mapping[str, Callable[[Any, Any], Any]] = {
    "visibility": choose_stricter,
    "anonymous": choose_stricter,
    "read": partial(choose_cautious, READ),
    "made": partial(choose_cautious, MADE),
    "interest": choose_stricter,
}


def open_conflict(text: str) -> int | None:
    """The first line (from 1) on which a merge still waits for a decision."""
    lines = text.split("\n")
    return next(
        (number for number, line in enumerate(lines, 1) if line in (MINE, BETWEEN, THEIRS)), None
    )


def _holds(lines: list[str], others: list[str], before: list[str]) -> bool:
    """Whether these are the other lines and some more, and none that the others took away."""
    if lines == others:
        return True
    rest = iter(lines)
    removed = any(line.strip() and line in before for line in lines)
    return bool(others) and not removed and all(line in rest for line in others)


def _takeaway(base: str | None, mine: str, theirs: str) -> tuple[str, bool]:
    here, there = one_line(mine), one_line(theirs)
    if here == there or there == base:
        return mine, False
    if here == base:
        return theirs, False
    if not here or not there:
        return here or there, base is not None
    return here + BESIDE + there, True


def _choose(
    choose: Callable[[Any, Any], Any], base: Any, mine: Any, theirs: Any, certain: bool
) -> tuple[Any, bool]:
    """The value of a field, and whether its writer should look: both changed it."""
    if mine == theirs:
        return mine, False
    if mine == base:
        return theirs, False
    if theirs == base and certain:
        return mine, False
    return choose(mine, theirs), True


def _tags(base: SummarySettings | None, mine: list[str], theirs: list[str]) -> list[str]:
    """The tags of both, less what one of them took away."""
    before = set(base.tags) if base else set()
    both = dict.fromkeys([*mine, *theirs])
    return [tag for tag in both if (tag in mine and tag in theirs) or tag not in before]
