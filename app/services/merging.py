"""Two texts that began from one, put together so that nothing of either is lost."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.diffs import matching_lines

MINE = "<<<<<<< in this window"
BETWEEN = "======="
THEIRS = ">>>>>>> in the other window"


@dataclass(frozen=True)
class Merged:
    """The text of both; `conflicts` counts the places where one has to choose."""

    text: str
    conflicts: int


def merge(base: str | None, mine: str, theirs: str) -> Merged:
    """Merge two texts by lines, as `diff3` does (Khanna, Kunal, Pierce: "A formal investigation of
    diff3", 2007): what only one of them changed is taken; where both changed the same lines, both
    stand below each other between the lines `MINE`, `BETWEEN` and `THEIRS`.

    Args:
        base: the text that both began from; without it nothing counts as removed.
        mine: the text of this window.
        theirs: the text of the other one.
    """
    my_lines, their_lines = mine.split("\n"), theirs.split("\n")
    if base is None:
        base_lines = [my_lines[here] for here, _ in matching_lines(my_lines, their_lines)]
    else:
        base_lines = base.split("\n")
    in_mine = dict(matching_lines(base_lines, my_lines))
    in_theirs = dict(matching_lines(base_lines, their_lines))
    kept = [
        (at, in_mine[at], in_theirs[at])
        for at in range(len(base_lines))
        if at in in_mine and at in in_theirs
    ]
    result: list[str] = []
    conflicts = 0
    last = (0, 0, 0)
    for place in [*kept, (len(base_lines), len(my_lines), len(their_lines))]:
        before = base_lines[last[0] : place[0]]
        here = my_lines[last[1] : place[1]]
        there = their_lines[last[2] : place[2]]
        if here == there or there == before:
            result += here
        elif here == before:
            result += there
        else:
            result += [MINE, *here, BETWEEN, *there, THEIRS]
            conflicts += 1
        result += my_lines[place[1] : place[1] + 1]
        last = (place[0] + 1, place[1] + 1, place[2] + 1)
    return Merged("\n".join(result), conflicts)


def open_conflict(text: str) -> int | None:
    """The first line (from 1) on which a merge still waits for a decision."""
    lines = text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if line in (MINE, THEIRS)), None)
