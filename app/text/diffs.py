"""What differs between two texts, by line and word; exact, and never long.

Google's diff-match-patch compares strings of characters, so lines and words are given a character
each. After so many steps the answer is a coarser one, which is as exact, on every machine the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.text.bisection import Bisection, StepBudget

MAX_LINE_STEPS = 600_000  # in the lines of two texts; some 0.3 seconds
MAX_WORD_STEPS = 600_000  # in the words of all changed lines
CONTEXT = 3  # unchanged lines shown around a change
MIN_FOLD_LINES = 8
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_SURROGATES = range(0xD800, 0xE000)
_OPERATIONS = {-1: "removed", 0: "same", 1: "added"}


@dataclass(frozen=True)
class DiffRow:
    """A line of one or both texts.

    Attributes:
        kind: `same`, `removed` (from the old text) or `added` (in the new one).
        old_number, new_number: its number from 1 in the texts that have it.
        pieces: the line in order, each piece with `same`, or `kind` where its words changed.
    """

    kind: str
    old_number: int | None
    new_number: int | None
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fold:
    """A long stretch of lines that are the same, which a page hides at first."""

    rows: tuple[DiffRow, ...]


def compare(old: str, new: str) -> list[DiffRow | Fold]:
    """The lines of two texts in one list.

    The removed ones of a change stand before the added.
    """
    return list(_folded(list(_rows(old.split("\n"), new.split("\n")))))


def match_lines(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of indexes of lines that stay, in order."""
    found = []
    at_old = at_new = 0
    for operation, lines in _differences(old, new, StepBudget(MAX_LINE_STEPS)):
        if operation == 0:
            found += [(at_old + step, at_new + step) for step in range(len(lines))]
        at_old += len(lines) if operation <= 0 else 0
        at_new += len(lines) if operation >= 0 else 0
    return found


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffRow]:
    steps = StepBudget(MAX_WORD_STEPS)
    old_number = new_number = 1
    removed: list[str] = []
    changes = _differences(old, new, StepBudget(MAX_LINE_STEPS))
    for operation, lines in [*changes, (0, [])]:
        if operation == -1:
            removed = lines
            continue
        added = lines if operation == 1 else []
        for kind, pieces in _changed(removed, added, steps):
            yield DiffRow(
                kind,
                old_number if kind == "removed" else None,
                new_number if kind == "added" else None,
                pieces,
            )
            old_number += kind == "removed"
            new_number += kind == "added"
        removed = []
        for line in lines if operation == 0 else []:
            yield DiffRow("same", old_number, new_number, (("same", line),))
            old_number += 1
            new_number += 1


def _changed(
    removed: list[str], added: list[str], steps: StepBudget
) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Lines that were replaced by others, with the words in which they differ."""
    if not removed or not added or steps.left <= 0:
        pairs = [("removed", removed), ("added", added)]
        for kind, lines in pairs:
            yield from ((kind, ((kind, line),)) for line in lines)
        return
    words = _differences(
        _WORD.findall("\n".join(removed)), _WORD.findall("\n".join(added)), steps, tidy=True
    )
    for kind, operation in (("removed", -1), ("added", 1)):
        found: list[list[tuple[str, str]]] = [[]]
        for each, pieces in words:
            if each not in (0, operation):
                continue
            first, *others = "".join(pieces).split("\n")
            for text, begins in [(first, False), *((other, True) for other in others)]:
                if begins:
                    found.append([])
                if text:
                    found[-1].append((_OPERATIONS[each], text))
        yield from ((kind, tuple(line)) for line in found)


def _differences(
    old: Sequence[str], new: Sequence[str], steps: StepBudget, *, tidy: bool = False
) -> list[tuple[int, list[str]]]:
    """Runs of tokens that were removed (-1), stay (0) or were added (1)."""
    engine = Bisection(steps)
    characters: dict[str, str] = {}
    found = engine.diff_main(_encoded(old, characters), _encoded(new, characters), False)
    # Of two long texts without a step left, tidying would take quadratic time.
    if tidy and steps.left > 0:
        engine.diff_cleanupSemantic(found)
    tokens = {character: token for token, character in characters.items()}
    return [(operation, [tokens[each] for each in run]) for operation, run in found]


def _encoded(tokens: Sequence[str], characters: dict[str, str]) -> str:
    for token in tokens:
        if token not in characters:
            number = len(characters) + 1
            if number >= _SURROGATES.start:
                number += len(_SURROGATES)
            characters[token] = chr(number)
    return "".join(characters[token] for token in tokens)


def _folded(rows: list[DiffRow]) -> Iterator[DiffRow | Fold]:
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end].kind == "same":
            end += 1
        first = start + CONTEXT if start else 0
        last = end - CONTEXT if end < len(rows) else end
        if last - first >= MIN_FOLD_LINES:
            yield from rows[start:first]
            yield Fold(tuple(rows[first:last]))
            yield from rows[last:end]
        else:
            yield from rows[start:end]
        if end < len(rows):
            yield rows[end]
        start = end + 1
