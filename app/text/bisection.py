"""The search of diff-match-patch for the smallest difference, bounded by steps.

Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), section 4b: from both ends of two
texts at once, until the ways meet.
"""

from __future__ import annotations

from dataclasses import dataclass

from diff_match_patch import diff_match_patch


@dataclass
class StepBudget:
    """How many steps are left to the comparisons that share them."""

    left: int


class Bisection(diff_match_patch):  # type: ignore[misc]  # the package has no types
    """Google's comparison with a bound of ours."""

    def __init__(self, steps: StepBudget) -> None:
        super().__init__()
        # With a time-out of its own it first searches for a long common part, which can take
        # quadratic time and which nothing bounds.
        self.Diff_Timeout = 0
        self.steps = steps

    def diff_bisect(self, text1: str, text2: str, deadline: float) -> list[tuple[int, str]]:
        """The differences of two texts, split where the ways meet."""
        meeting = self._meeting(text1, text2)
        if meeting is None:
            return [(self.DIFF_DELETE, text1), (self.DIFF_INSERT, text2)]
        found: list[tuple[int, str]] = self.diff_bisectSplit(text1, text2, *meeting, deadline)
        return found

    def _meeting(self, old: str, new: str) -> tuple[int, int] | None:
        """Where in both texts a shortest way passes its middle; `None` when steps run out."""
        longer = len(old) - len(new)
        ahead, behind = _Front(old, new), _Front(old[::-1], new[::-1])
        nowhere: dict[int, int] = {}
        # They meet in a step ahead when the difference of the lengths is odd, else in one behind.
        odd = longer % 2
        for count in range((len(old) + len(new) + 1) // 2):
            if self.steps.left <= 0:
                break
            met = ahead.advance(count, self.steps, behind.reached if odd else nowhere)
            if met is None:
                back = behind.advance(count, self.steps, nowhere if odd else ahead.reached)
                met = None if back is None else longer - back
            if met is not None:
                return ahead.reached[met], ahead.reached[met] - met
        return None


class _Front:
    """How far the ways from one end of two texts have come, by diagonal.

    Attributes:
        reached: the index in `old`; less the diagonal it is the index in `new`.
    """

    def __init__(self, old: str, new: str) -> None:
        self.reached: dict[int, int] = {1: 0}
        self._old = old
        self._new = new
        self._low = self._high = 0  # diagonals on which ways have left the texts

    def advance(self, count: int, steps: StepBudget, facing: dict[int, int]) -> int | None:
        """Take one difference more on every diagonal.

        Args:
            count: how many were taken.
            facing: what the front from the other end has reached, when the two can meet now.

        Returns:
            The diagonal on which they have met.
        """
        old, new, reached = self._old, self._new, self.reached
        old_length, new_length = len(old), len(new)
        longer = old_length - new_length
        for diagonal in range(self._low - count, count + 1 - self._high, 2):
            if steps.left <= 0:
                break
            below, above = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
            from_above = diagonal == -count or (diagonal != count and below < above)
            begin = at = above if from_above else below + 1
            while at < old_length and at - diagonal < new_length and old[at] == new[at - diagonal]:
                at += 1
            reached[diagonal] = at
            steps.left -= 1 + at - begin
            if at > old_length:
                self._high += 2
            elif at - diagonal > new_length:
                self._low += 2
            elif (back := facing.get(longer - diagonal, -1)) >= 0 and at + back >= old_length:
                return diagonal
        return None
