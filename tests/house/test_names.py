"""Names and first lines, as the house wants them: one meaning each, and short."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.helpers.syntax import parse_file

ROOT = Path(__file__).parents[2]
MAX_WORDS = 15  # in the first line of a docstring
# Limits are called MAX_… or MIN_…, with their unit.
NO_LIMIT = re.compile(
    r"(?:MOST|MANY|FEWEST|LEAST|LONGEST|SHORTEST|LARGEST|SMALLEST|HIGHEST)(?:_|$)"
)

Documented = ast.Module | ast.ClassDef | ast.FunctionDef


def modules() -> Iterator[tuple[str, ast.Module]]:
    """All modules of the program, by their paths."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield str(path.relative_to(ROOT)), parse_file(path)


def public(node: ast.AST) -> Iterator[Documented]:
    """A module, its public classes and functions, and their public methods."""
    if isinstance(node, Documented):
        yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef) and not child.name.startswith("_"):
            yield child
        elif isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from public(child)


def constants(tree: ast.Module) -> Iterator[str]:
    """The names that a module binds to values."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_no_two_classes_have_one_name() -> None:
    homes = defaultdict(list)
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes[node.name.lstrip("_")].append(path)
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}


def test_first_lines_are_short_sentences() -> None:
    bad = []
    for path, tree in modules():
        for node in public(tree):
            lines = (ast.get_docstring(node) or "").split("\n")
            name = "" if isinstance(node, ast.Module) else node.name
            if not lines[0]:
                continue
            if len(lines[0].split()) > MAX_WORDS:
                bad.append(f"{path} {name}: more than {MAX_WORDS} words: {lines[0]}")
            elif lines[0][-1] not in ".?:":
                bad.append(f"{path} {name}: no whole sentence: {lines[0]}")
            elif len(lines) > 1 and lines[1]:
                bad.append(f"{path} {name}: no blank line after the first: {lines[0]}")
    assert not bad, "\n".join(bad)


def test_limits_are_called_so() -> None:
    bad = [
        f"{path}: {name}"
        for path, tree in modules()
        for name in constants(tree)
        if NO_LIMIT.match(name.lstrip("_"))
    ]
    assert not bad, "\n".join(bad)
