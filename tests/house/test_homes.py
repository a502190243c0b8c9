"""A name is imported from its home: only the `__init__` of a package may hand names on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.helpers.syntax import parse_file

APP = Path(__file__).parents[2] / "app"


def bound(tree: ast.Module) -> set[str]:
    """The names that a module defines itself."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def handed_on(modules: dict[str, ast.Module], plain: set[str]) -> set[str]:
    """What is taken from a module that only imports it itself.

    Args:
        modules: by dotted names.
        plain: those that are not the `__init__` of a package.
    """
    found = set()
    own = {module: bound(tree) for module, tree in modules.items()}
    for module, tree in modules.items():
        names: dict[str, str] = {}  # modules, as they are called here
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    if full in modules:
                        names[alias.asname or alias.name] = full
                    elif node.module in plain and alias.name not in own[node.module]:
                        found.add(f"{module}: {alias.name} from {node.module}")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                home = names.get(node.value.id)
                if home in plain and node.attr != "__name__" and node.attr not in own[home]:
                    found.add(f"{module}: {node.value.id}.{node.attr} from {home}")
    return found


@pytest.mark.slow
def test_names_are_imported_from_their_homes() -> None:
    modules, plain = {}, set()
    for path in sorted(APP.rglob("*.py")):
        parts = path.relative_to(APP.parent).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        modules[name] = parse_file(path)
        if path.name != "__init__.py":
            plain.add(name)
    found = handed_on(modules, plain)
    assert not found, "\n".join(sorted(found))


def test_what_is_found() -> None:
    texts = {
        "app.home": "LIMIT = 1",
        "app.inn": "from app.home import LIMIT\nOWN = LIMIT",
        "app.guest": "from app import inn\nfrom app.inn import LIMIT, OWN\ninn.LIMIT, inn.OWN",
    }
    modules = {name: ast.parse(text) for name, text in texts.items()}
    assert handed_on(modules, set(modules)) == {
        "app.guest: LIMIT from app.inn",
        "app.guest: inn.LIMIT from app.inn",
    }
