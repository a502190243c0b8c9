"""Provisional: helper D replaces this file."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def matching_lines(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    found = []
    for block in SequenceMatcher(None, old, new).get_matching_blocks():
        found += [(block.a + step, block.b + step) for step in range(block.size)]
    return found


def compare(old: str, new: str) -> list[object]:
    return []
