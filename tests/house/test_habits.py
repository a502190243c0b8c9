"""Habits of the tests: no test sleeps, and none looks at a clock. Benchmarks do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.syntax import parse_file

TESTS = Path(__file__).parents[1]
# What waits for a time, and not for a state: of the standard library and of the browser.
WAITS = {"sleep", "wait_for_timeout"}
# Who may look at a clock, and why.
CLOCKS = {"helpers/waiting.py": "waits for states, and gives up at last"}


def files() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(TESTS.rglob("*.py")):
        name = path.relative_to(TESTS).as_posix()
        if not name.startswith("benchmarks/"):
            yield name, parse_file(path)


def waits_and_clocks(tree: ast.Module) -> set[int]:
    """The lines on which something waits for a time, or a clock is taken up."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            is_bad = any(alias.name == "time" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            is_bad = node.module == "time" or any(alias.name in WAITS for alias in node.names)
        elif isinstance(node, ast.Attribute):
            is_bad = node.attr in WAITS
        else:
            continue
        if is_bad:
            found.add(node.lineno)
    return found


def test_no_test_sleeps_or_looks_at_a_clock() -> None:
    found = {name: lines for name, tree in files() if (lines := waits_and_clocks(tree))}
    assert found.keys() == CLOCKS.keys(), found


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from time import perf_counter",
        "from asyncio import sleep",
        "page.wait_for_timeout(500)",
        "asyncio.sleep(1)",
    ],
)
def test_what_is_found(line: str) -> None:
    assert waits_and_clocks(ast.parse(f"x = 1\n{line}\n")) == {2}
