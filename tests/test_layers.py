"""HOUSE.md's arrows: imports go downward only, also those inside functions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"
# From the top to the bottom. What stands on one line may not import each other.
LAYERS = [
    {"app.cli"},
    {"app.serving"},
    {"app.wsgi"},
    {"app.server"},
    {"app"},
    {"app.views"},
    {"app.services"},
    {"app.queries"},
    {"app.search"},
    {"app.models"},
    {"app.db", "app.rendering", "app.sources"},
    {"app.config", "app.places"},
]
LEAVES = {"app.rendering", "app.sources"}
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def layer(module: str) -> str:
    return ".".join(module.split(".")[:2])


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted(APP.rglob("*.py")):
        parts = ["app", *path.relative_to(APP).with_suffix("").parts]
        found.append((".".join(part for part in parts if part != "__init__"), path))
    return found


def imports(module: str, path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = (
                    module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
                )
                above = package[: len(package) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    known = {name for name, _ in modules()}
    return {name for name in found if name in known}


def test_the_walk_sees_the_whole_program() -> None:
    names = {name for name, _ in modules()}
    assert {"app.views.papers", "app.services.summaries", "app.rendering.tex"} <= names
    inside_a_function = imports("app.cli", APP / "cli" / "__init__.py")
    assert "app.services.texts" in inside_a_function


@pytest.mark.parametrize(("module", "path"), modules(), ids=str)
def test_imports_go_down(module: str, path: Path) -> None:
    here = layer(module)
    assert here in RANK, f"{here} has no place among the layers"
    for name in imports(module, path):
        there = layer(name)
        # `app` itself is named by every `from app import x`; only create_app's file is meant.
        if there == here or name == "app":
            continue
        assert RANK[there] > RANK[here], f"{module} imports {name}, which is not below it"
        assert here not in LEAVES, f"{module} imports {name}, but is in a leaf"
        if there in LEAVES:
            assert here == "app.services", f"{module} imports {name}; only services may"
