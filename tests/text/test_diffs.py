from __future__ import annotations

import itertools
import random

import pytest
from diff_match_patch import diff_match_patch
from hypothesis import given
from hypothesis import strategies as st

from app.text import diffs
from app.text.bisection import Bisection, StepBudget
from app.text.diffs import CONTEXT, DiffRow, Fold, compare, match_lines

texts = st.lists(st.sampled_from(["a", "b c", "", "d, e é", "x\u2028y", "𝔸 b"]), max_size=15).map(
    "\n".join
)


def flat(found: list[DiffRow | Fold]) -> list[DiffRow]:
    return [row for each in found for row in (each.rows if isinstance(each, Fold) else [each])]


def text_of(rows: list[DiffRow], *kinds: str) -> str:
    lines = ["".join(text for _, text in row.pieces) for row in rows if row.kind in kinds]
    return "\n".join(lines)


@pytest.mark.slow
@given(texts | st.text(), texts | st.text())
def test_both_texts_are_in_it(old: str, new: str) -> None:
    rows = flat(compare(old, new))
    assert text_of(rows, "same", "removed") == old
    assert text_of(rows, "same", "added") == new
    numbers = [row.old_number for row in rows if row.old_number]
    assert numbers == list(range(1, old.count("\n") + 2))


@given(texts, texts)
def test_matching_lines_match(old: str, new: str) -> None:
    before, after = old.split("\n"), new.split("\n")
    pairs = match_lines(before, after)
    assert all(before[here] == after[there] for here, there in pairs)
    assert pairs == sorted(set(pairs))
    assert all(one[1] < next_one[1] for one, next_one in itertools.pairwise(pairs))


def test_words_within_a_changed_line() -> None:
    removed, added = flat(compare("The loss is small.", "The loss is very small."))
    assert (removed.kind, added.kind) == ("removed", "added")
    assert ("added", "very ") in added.pieces or ("added", " very") in added.pieces
    assert all(kind == "same" for kind, _ in removed.pieces)


def test_long_unchanged_stretches_are_folded() -> None:
    lines = [f"line {number}" for number in range(60)]
    found = compare("\n".join(lines), "\n".join([*lines[:30], "changed", *lines[31:]]))
    folds = [each for each in found if isinstance(each, Fold)]
    assert [len(fold.rows) for fold in folds] == [30 - CONTEXT, 29 - CONTEXT]
    assert len(flat(found)) == 61


def test_equal_texts_are_one_fold() -> None:
    assert len(compare("\n" * 20, "\n" * 20)) == 1


noise = random.Random(4)
HOSTILE = {
    "other lines": ("\n".join(map(str, range(30_000))), "\n".join(map(str, range(60_000, 90_000)))),
    "shuffled lines": tuple(
        "\n".join(noise.sample([str(number) for number in range(12_000)], 12_000)) for _ in range(2)
    ),
    "empty lines": ("\n" * 65_000, "x" + "\n" * 64_000 + "y"),
    "two lines": tuple("\n".join(noise.choices("ab", k=32_000)) for _ in range(2)),
    "one long line": tuple(" ".join(noise.choices("abcdefg", k=32_000)) for _ in range(2)),
    "one letter": ("a" * 65_000, "b" + "a" * 40_000 + "c" + "a" * 20_000),
    "signs": ("." * 65_000, "," + "." * 40_000 + "," + "." * 20_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_no_more_steps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = HOSTILE[name]
    budgets: list[StepBudget] = []

    def counted(left: int) -> StepBudget:
        budgets.append(StepBudget(left))
        return budgets[-1]

    monkeypatch.setattr(diffs, "StepBudget", counted)
    rows = flat(compare(old, new))
    assert text_of(rows, "same", "removed") == old
    assert text_of(rows, "same", "added") == new
    assert len(budgets) == 2
    # The last step may pass over as many equal lines or words as there are.
    assert all(budget.left > -max(len(old), len(new)) for budget in budgets)


def test_what_runs_out_of_steps_is_not_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tidying looks for an overlap of what went and what came, in quadratic time."""
    monkeypatch.setattr(diffs, "MAX_WORD_STEPS", 10)
    monkeypatch.setattr(Bisection, "diff_cleanupSemantic", pytest.fail)
    rows = flat(compare(" ".join("abcdefgh" * 9), " ".join("hgfedcba" * 9)))
    assert [row.kind for row in rows] == ["removed", "added"]


words = st.text(alphabet="abcd", max_size=40)


@given(words, words)
def test_the_difference_is_that_of_the_package(old: str, new: str) -> None:
    package = diff_match_patch()
    package.Diff_Timeout = 0
    expected = package.diff_main(old, new, False)
    assert Bisection(StepBudget(10**9)).diff_main(old, new, False) == expected


@given(words, words, st.integers(0, 60))
def test_with_few_steps_it_is_coarser_and_as_exact(old: str, new: str, steps: int) -> None:
    found = Bisection(StepBudget(steps)).diff_main(old, new, False)
    assert "".join(text for operation, text in found if operation <= 0) == old
    assert "".join(text for operation, text in found if operation >= 0) == new
